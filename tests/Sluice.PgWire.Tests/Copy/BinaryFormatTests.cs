using System.Buffers.Binary;
using System.Text;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Copy;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Tests.Types;
using Sluice.PgWire.Types;

namespace Sluice.PgWire.Tests.Copy;

/// <summary>The binary format, compared with a real PostgreSQL: rows, and all fields of errors.</summary>
public sealed class BinaryFormatTests(RealPostgres postgres)
{
    private const string Signature = "5047434f50590aff0d0a00";
    private const string Header = Signature + "0000000000000000";
    private const string Row = "0004 000000080000000000000007 00000003616263 000000083ff8000000000000 000000080000000000000001";
    private const string Trailer = "ffff";

    private static readonly int[] Chunks = [int.MaxValue, 1, 2, 3, 7];

    public static TheoryData<string> Data =>
    [
        "",
        "5047",
        Signature,
        "5047434f50590aff0d0a01" + "0000000000000000",
        "612c622c630a612c622c630a612c622c630a",
        Signature + "00000000",
        Signature + "0000000000",
        Signature + "0001000000000000",
        Signature + "00020000" + "00000000",
        Signature + "8000000000000000",
        Signature + "0000000100000000" + Trailer,
        Signature + "00000000ffffffff",
        Signature + "0000000000000003" + "aabb",
        Signature + "0000000000000003" + "aabbcc" + Row + Trailer,
        Header,
        Header + "ff",
        Header + Trailer,
        Header + Row + Trailer,
        Header + Row + Row + Row + Trailer,
        Header + Row + Row,
        Header + Row + Trailer + "00",
        Header + Trailer + Row,
        Header + Row + "00",
        Header + Row + "0004",
        Header + Row + "0004 0000",
        Header + Row + "0004 00000008 00000000",
        Header + "0004 ffffffff ffffffff ffffffff ffffffff" + Trailer,
        Header + "0003 ffffffff ffffffff ffffffff",
        Header + "0005 ffffffff ffffffff ffffffff ffffffff ffffffff",
        Header + "0000",
        Header + "fffe",
        Header + Row + "0004 fffffffe",
        Header + Row + "0004 ffffffff fffffff0",
        Header + Row + "0004 ffffffff 7ffffff0",
        Header + Row + "0004 ffffffff 40000000 6161",
        Header + Row + "0004 ffffffff 3fffffff 6161",
        Header + "0004 00000004 00000001 ffffffff ffffffff ffffffff",
        Header + "0004 00000009 000000000000000001 ffffffff ffffffff ffffffff",
        Header + "0004 00000000 ffffffff ffffffff ffffffff",
        Header + "0004 ffffffff 00000006 616263646566 ffffffff ffffffff",
        Header + "0004 ffffffff 00000006 616263202020 ffffffff ffffffff",
        Header + "0004 ffffffff 00000002 61ff ffffffff ffffffff",
        Header + "0004 ffffffff 00000002 6100 ffffffff ffffffff",
        Header + "0004 ffffffff 00000001 c3 ffffffff ffffffff",
        Header + "0004 ffffffff ffffffff 00000008 7ff8000000000000 00000008 7fffffffffffffff" + Trailer,
        Header + "0004 ffffffff ffffffff 00000008 fff0000000000000 00000008 8000000000000000" + Trailer,
        Header + "0004 ffffffff ffffffff ffffffff 00000008 7ffffffffffffffe" + Trailer,
        Header + "0004 ffffffff ffffffff 00000004 3f800000 ffffffff" + Trailer,
    ];

    [Theory]
    [MemberData(nameof(Data))]
    public async Task Binary_is_read_as_PostgreSQL_reads_it(string hex)
    {
        byte[] data = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        await using PlainConnection connection = await postgres.OpenAsync();
        CopyOutcome expected = await CopyOutcome.OfPostgresAsync(connection, CopyTable.Mixed, "(FORMAT binary)", data);
        foreach (int chunk in Chunks)
        {
            CopyOutcome actual = CopyOutcome.OfSluice(CopyTable.Mixed, new CopyOptions { Format = CopyFormat.Binary }, data, chunk);
            Assert.True(expected == actual, $"In pieces of {chunk}\nPostgreSQL: {expected}\nSluice:     {actual}");
        }
    }

    [Fact]
    public void A_declared_length_reserves_nothing()
    {
        byte[] data = Convert.FromHexString(Header + "0001" + "3ffffff0");
        using RowBatch batch = new([new ColumnType(PgType.Text)], TextInputSettings.Default);
        using CopyDecoder decoder = CopyDecoder.Create(new CopyOptions { Format = CopyFormat.Binary }, "t", ["a"]);

        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(data.Length, decoder.Consume(data, batch, maxRows: 10));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000);
    }

    [Fact]
    public void A_row_beyond_the_limit_is_54000_before_it_is_kept()
    {
        byte[] row = new byte[2 + 4 + 2000];
        BinaryPrimitives.WriteInt16BigEndian(row, 1);
        BinaryPrimitives.WriteInt32BigEndian(row.AsSpan(2), 2000);
        using RowBatch batch = new([new ColumnType(PgType.Text)], TextInputSettings.Default);
        using CopyDecoder decoder = CopyDecoder.Create(new CopyOptions { Format = CopyFormat.Binary }, "t", ["a"]);
        decoder.MaxRowLength = 1000;
        decoder.Consume(Convert.FromHexString(Header), batch, maxRows: 10);

        PgException e = Assert.Throws<PgException>(() => decoder.Consume(row.AsSpan(0, 6), batch, maxRows: 10));
        Assert.Equal(SqlState.ProgramLimitExceeded, e.Error.SqlState);
        Assert.Equal("COPY t, line 1, column a", e.Error.Context);
        Assert.False(decoder.CanContinue);
    }

    [Fact]
    public void After_a_bad_value_the_next_row_can_be_read()
    {
        byte[] bad = [0, 1, 0, 0, 0, 1, 0xff];
        byte[] good = [0, 1, 0, 0, 0, 1, (byte)'x'];
        byte[] data = [.. Convert.FromHexString(Header), .. good, .. bad, .. good];
        using RowBatch batch = new([new ColumnType(PgType.Text)], TextInputSettings.Default);
        using CopyDecoder decoder = CopyDecoder.Create(new CopyOptions { Format = CopyFormat.Binary }, "t", ["a"]);

        Assert.Throws<PgException>(() => decoder.Consume(data, batch, maxRows: 10));
        Assert.True(decoder.CanContinue);
        decoder.Consume(data.AsSpan(decoder.Consumed), batch, maxRows: 10);
        decoder.Complete(batch);

        Assert.Equal([1, 3], batch.Origins.ToArray());
        Assert.Equal("x", Encoding.UTF8.GetString(((Utf8Column)batch.Columns[0])[1]));
    }
}
