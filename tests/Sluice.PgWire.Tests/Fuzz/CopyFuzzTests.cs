using System.Globalization;
using System.Text;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Copy;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Tests.Copy;
using Sluice.PgWire.Types;

namespace Sluice.PgWire.Tests.Fuzz;

/// <summary>
/// COPY data that is broken in all ways: rows or PostgreSQL's errors come out, the same however the data is cut into pieces, and bad rows are passed over
/// without end neither of the loop nor of memory.
/// </summary>
public sealed class CopyFuzzTests
{
    private const string BinaryHeader = "PGCOPY\n\u00ff\r\n\0\0\0\0\0\0\0\0\0";

    /// <summary>An empty line, of one byte, is a bad row; an exception takes some 2 KB, and there are two runs.</summary>
    private const int ErrorForEachByte = 8_192;

    private static readonly TextInputSettings Settings = TextInputSettings.Default.At(DateTimeOffset.UnixEpoch);

    private static readonly CopyTable Table = new(
        "f",
        ("id", new(PgType.Int8)),
        ("name", ColumnType.VarcharOf(5)),
        ("v", new(PgType.Float8)),
        ("at", new(PgType.Timestamptz)),
        ("tags", new(PgType.TextArray)),
        ("meta", new(PgType.Json)));

    [Fact]
    public void Text()
    {
        var fuzzer = new Fuzzer(
            20_000,
            [
                "7\tabc\t1.5\t2024-01-02 03:04:05+00\t{a,\"b c\",NULL}\t{\"a\": [1, null]}\n",
                "1\t\\N\t\\N\t\\N\t\\N\t\\N\n2\ta\\tb\tNaN\tinfinity\t{}\t1\n\\.\n",
                "-9223372036854775808\t\\303\\244\t-Infinity\t-infinity\t{{a},{b}}\t\"\\\\ud83d\\\\ude00\"\r\n3\tx\t1e308\tnow\t[2:3]={a,b}\t[]\r\n",
            ],
            ["\t", "\n", "\r", "\r\n", "\\", "\\N", "\\.", "\\.\n", "\\x", "\\000", "{", "}", "\"", "NULL", "\0", "\u00c3", "\u00f4\u0090\u0080\u0080", "1e9"])
        {
            AllocationPerByte = ErrorForEachByte,
        };
        fuzzer.Run((input, random) => Check(new CopyOptions(), input, random));
    }

    [Fact]
    public void Csv()
    {
        CopyOptions[] options =
        [
            new() { Format = CopyFormat.Csv },
            new() { Format = CopyFormat.Csv, Header = CopyHeader.Match },
            new() { Format = CopyFormat.Csv, Header = CopyHeader.Skip, Escape = "\\", Null = "NULL", Delimiter = ";" },
            new() { Format = CopyFormat.Csv, Quote = "'", ForceNull = ["name"], ForceNotNull = ["v"] },
        ];
        var fuzzer = new Fuzzer(
            20_000,
            [
                "7,abc,1.5,2024-01-02 03:04:05+00,\"{a,\"\"b c\"\",NULL}\",\"{\"\"a\"\": [1, null]}\"\n",
                "id,name,v,at,tags,meta\n1,,,,,\n2,\"a\nb\",NaN,infinity,{},1\n\\.\n",
                "id;name;v;at;tags;meta\r\n3;\"a\\\"b\";1;epoch;NULL;\"[]\"\r\n",
                "4,'it''s',1,today,'{''x''}','\"'''\n",
            ],
            [",", ";", "\n", "\r\n", "\"", "\"\"", "'", "\\", "\\.", "NULL", "\0", "\u00c3", "\u00ef\u00bb\u00bf", "id,name,v,at,tags,meta"])
        {
            AllocationPerByte = ErrorForEachByte,
        };
        fuzzer.Run((input, random) => Check(options[random.Next(options.Length)], input, random));
    }

    [Fact]
    public void Binary()
    {
        const string Row =
            "\0\u0006\0\0\0\u0008\0\0\0\0\0\0\0\u0007\0\0\0\u0003abc\0\0\0\u0008?\u00f8\0\0\0\0\0\0\0\0\0\u0008\0\0\0\0\0\0\0\u0001"
            + "\0\0\0\u0019\0\0\0\u0001\0\0\0\0\0\0\0\u0019\0\0\0\u0001\0\0\0\u0001\0\0\0\u0001a\0\0\0\u0002{}";
        const string Nulls = "\0\u0006\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff";
        var fuzzer = new Fuzzer(
            20_000,
            [$"{BinaryHeader}{Row}{Nulls}\u00ff\u00ff", $"{BinaryHeader}{Nulls}{Row}{Row}", $"PGCOPY\n\u00ff\r\n\0\0\0\0\0\0\0\0\u0003abc{Row}\u00ff\u00ff"],
            ["\u00ff\u00ff", "\0\u0006", "\u00ff\u00ff\u00ff\u00ff", "\u007f\u00ff\u00ff\u00ff", "\0\0\0\u0008", "\0\0\0\u0019", BinaryHeader, Row])
        {
            AllocationPerByte = ErrorForEachByte,
        };
        fuzzer.Run((input, random) => Check(new CopyOptions { Format = CopyFormat.Binary }, input, random));
    }

    private static void Check(CopyOptions options, byte[] input, Random random)
    {
        Outcome whole = Decode(options, input, int.MaxValue, int.MaxValue);
        Outcome pieces = Decode(options, input, random.Next(1, 20), random.Next(1, 4));
        Assert.Equal(whole, pieces);
    }

    /// <summary>Decodes all of it, leaving out bad rows.</summary>
    private static Outcome Decode(CopyOptions options, byte[] input, int piece, int maxRows)
    {
        StringBuilder rows = new();
        StringBuilder errors = new();
        using RowBatch batch = new(Table.Columns.Select(column => column.Type), Settings);
        using CopyDecoder decoder = CopyDecoder.Create(options, Table.Name, [.. Table.Columns.Select(column => column.Name)]);
        decoder.KeepsBadRows = true;
        for (int at = 0; at < input.Length && decoder.CanContinue;)
        {
            ReadOnlySpan<byte> data = input.AsSpan(at, Math.Min(piece, input.Length - at));
            int before = batch.Count;
            bool failed = !Consume(decoder, data, batch, maxRows, errors);
            Assert.InRange(decoder.Consumed, 0, data.Length);
            Assert.True(decoder.Consumed > 0 || failed || batch.Count > before, "no progress");
            at += decoder.Consumed;
            if (batch.Count >= maxRows)
            {
                CopyOutcome.Print(batch, rows);
                batch.Clear();
            }
        }

        if (decoder.CanContinue)
        {
            Complete(decoder, batch, errors);
        }

        CopyOutcome.Print(batch, rows);
        return new Outcome(rows.ToString(), errors.ToString());
    }

    private static bool Consume(CopyDecoder decoder, ReadOnlySpan<byte> data, RowBatch batch, int maxRows, StringBuilder errors)
    {
        try
        {
            decoder.Consume(data, batch, maxRows);
            return true;
        }
        catch (PgException e)
        {
            Add(errors, e.Error, decoder);
            return false;
        }
    }

    private static void Complete(CopyDecoder decoder, RowBatch batch, StringBuilder errors)
    {
        try
        {
            decoder.Complete(batch);
        }
        catch (PgException e)
        {
            Add(errors, e.Error, decoder);
        }
    }

    private static void Add(StringBuilder errors, PgError error, CopyDecoder decoder)
    {
        Assert.NotEqual(SqlState.InternalError, error.SqlState);
        errors.Append(CultureInfo.InvariantCulture, $"{error.SqlState} {error.Message} {error.Context} [{string.Join('|', decoder.BadRow)}]\n");
    }

    /// <summary>What came of it.</summary>
    private sealed record Outcome(string Rows, string Errors);
}
