using System.Text;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Copy;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Types;

namespace Sluice.PgWire.Tests.Copy;

/// <summary>How a decoder is driven: in pieces, with a bound, past errors.</summary>
public sealed class CopyDecoderTests
{
    private static readonly ColumnType[] Types = [new(PgType.Int8), new(PgType.Text)];

    [Fact]
    public void A_full_batch_leaves_the_rest_to_the_next_call()
    {
        byte[] data = "1\ta\n2\tb\n3\tc\n4\td\n"u8.ToArray();
        using RowBatch batch = new(Types, TextInputSettings.Default);
        using CopyDecoder decoder = CopyDecoder.Create(new CopyOptions(), "t", ["id", "v"]);

        Assert.Equal(8, decoder.Consume(data, batch, maxRows: 2));
        Assert.Equal(0, decoder.Consume(data.AsSpan(8), batch, maxRows: 2));
        batch.Clear();
        Assert.Equal(8, decoder.Consume(data.AsSpan(8), batch, maxRows: 10));
        decoder.Complete(batch);

        Assert.Equal([3, 4], ((Int8Column)batch.Columns[0]).Values.ToArray());
        Assert.Equal([3, 4], batch.Origins.ToArray());
    }

    [Fact]
    public void Good_rows_around_bad_ones_can_all_be_read()
    {
        byte[] data = "1\ta\nx\tb\n3\tc\n4\n5\te\textra\n6\tf\n"u8.ToArray();
        using RowBatch batch = new(Types, TextInputSettings.Default);
        using CopyDecoder decoder = CopyDecoder.Create(new CopyOptions(), "t", ["id", "v"]);
        List<string> contexts = [];
        for (int at = 0; at < data.Length;)
        {
            try
            {
                at += decoder.Consume(data.AsSpan(at, Math.Min(5, data.Length - at)), batch, maxRows: 100);
            }
            catch (PgException e)
            {
                Assert.True(decoder.CanContinue);
                contexts.Add(e.Error.Context!);
                at += decoder.Consumed;
            }
        }

        decoder.Complete(batch);
        Assert.Equal([1, 3, 6], ((Int8Column)batch.Columns[0]).Values.ToArray());
        Assert.Equal([1, 3, 6], batch.Origins.ToArray());
        Assert.Equal(["COPY t, line 2, column id: \"x\"", "COPY t, line 4: \"4\"", "COPY t, line 5: \"5\te\textra\""], contexts);
    }

    [Fact]
    public void After_a_stray_line_end_nothing_can_be_read()
    {
        using RowBatch batch = new(Types, TextInputSettings.Default);
        using CopyDecoder decoder = CopyDecoder.Create(new CopyOptions(), "t", ["id", "v"]);

        Assert.Throws<PgException>(() => decoder.Consume("1\ta\n2\tb\r\n"u8, batch, maxRows: 100));
        Assert.False(decoder.CanContinue);
    }

    [Fact]
    public void A_further_check_fails_with_the_context_of_its_row()
    {
        using RowBatch batch = new(Types, TextInputSettings.Default);
        using CopyDecoder decoder = CopyDecoder.Create(new CopyOptions(), "t", ["id", "v"]);
        decoder.RowCheck = b =>
        {
            if (b.Columns[1].IsNull(b.Count))
            {
                throw new PgException(SqlState.NotNullViolation, "null value in column \"v\" of relation \"t\" violates not-null constraint");
            }
        };

        PgException e = Assert.Throws<PgException>(() => decoder.Consume("1\ta\n2\t\\N\n"u8, batch, maxRows: 100));
        Assert.Equal("COPY t, line 2: \"2\t\\N\"", e.Error.Context);
        Assert.Equal(1, batch.Count);
        Assert.Equal(1, batch.Columns[1].Count);
    }

    [Fact]
    public void A_batch_of_values_that_grow_when_read_stops_at_its_byte_limit()
    {
        byte[] data = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("1e131071\n", 10_000)));
        using RowBatch batch = new([new ColumnType(PgType.Numeric)], TextInputSettings.Default);
        batch.ByteLimit = 1 << 20;
        using CopyDecoder decoder = CopyDecoder.Create(new CopyOptions(), "t", ["n"]);
        int rows = 0;
        for (int at = 0; at < data.Length;)
        {
            at += decoder.Consume(data.AsSpan(at), batch, maxRows: int.MaxValue);
            Assert.InRange(batch.ByteSize, 1, 10 << 20);
            rows += batch.Count;
            batch.Clear();
        }

        Assert.Equal(10_000, rows);
    }

    [Theory]
    [InlineData(CopyFormat.Text)]
    [InlineData(CopyFormat.Csv)]
    public void A_line_beyond_the_limit_is_54000_before_it_is_kept(CopyFormat format)
    {
        using RowBatch batch = new(Types, TextInputSettings.Default);
        using CopyDecoder decoder = CopyDecoder.Create(new CopyOptions { Format = format }, "t", ["id", "v"]);
        decoder.MaxRowLength = 100;
        decoder.Consume(new string('x', 60).Select(c => (byte)c).ToArray(), batch, maxRows: 1);

        PgException e = Assert.Throws<PgException>(() => decoder.Consume(new string('x', 60).Select(c => (byte)c).ToArray(), batch, maxRows: 1));
        Assert.Equal(SqlState.ProgramLimitExceeded, e.Error.SqlState);
        Assert.Equal("Cannot enlarge string buffer containing 60 bytes by 60 more bytes.", e.Error.Detail);
        Assert.Equal("COPY t, line 1", e.Error.Context);
    }

    [Fact]
    public void The_context_within_a_value_comes_before_that_of_the_row()
    {
        using RowBatch batch = new([new ColumnType(PgType.Json)], TextInputSettings.Default);
        using CopyDecoder decoder = CopyDecoder.Create(new CopyOptions(), "t", ["j"]);

        PgException e = Assert.Throws<PgException>(() => decoder.Consume("[1,\n"u8, batch, maxRows: 1));
        Assert.Equal("JSON data, line 1: [1,\nCOPY t, line 1, column j: \"[1,\"", e.Error.Context);
    }

    [Fact]
    public void A_batch_with_other_columns_is_refused()
    {
        using RowBatch batch = new(Types, TextInputSettings.Default);
        using CopyDecoder decoder = CopyDecoder.Create(new CopyOptions(), "t", ["id"]);

        Assert.Throws<ArgumentException>(() => decoder.Consume("1\n"u8, batch, maxRows: 1));
    }

    [Theory]
    [InlineData(CopyFormat.Text)]
    [InlineData(CopyFormat.Csv)]
    public void Rows_allocate_nothing_once_the_buffers_have_grown(CopyFormat format)
    {
        string row = format == CopyFormat.Csv ? "12,\"a \"\"quoted\"\" text\"\n" : "12\ta\\ttext\n";
        byte[] data = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(row, 10_000)));
        using RowBatch batch = new(Types, TextInputSettings.Default);
        using CopyDecoder decoder = CopyDecoder.Create(new CopyOptions { Format = format }, "t", ["id", "v"]);
        Load();

        long before = GC.GetAllocatedBytesForCurrentThread();
        Load();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 9_999);

        void Load()
        {
            batch.Clear();
            Assert.Equal(data.Length, decoder.Consume(data, batch, maxRows: int.MaxValue));
            Assert.Equal(10_000, batch.Count);
        }
    }
}
