using System.Buffers;
using System.Text;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Types;

namespace Sluice.PgWire.Tests.Fuzz;

/// <summary>Values of all types in text and binary: PostgreSQL's errors, or a value that is written and read again as itself.</summary>
public sealed class ValueFuzzTests
{
    private static readonly TextInputSettings Settings = TextInputSettings.FromParameters("ISO, DMY", "America/New_York")
        .At(DateTimeOffset.UnixEpoch);

    private static readonly ColumnType[] Types =
    [
        .. PgType.All.Where(type => type != PgType.Unknown).Select(type => new ColumnType(type)),
        ColumnType.VarcharOf(3),
        ColumnType.NumericOf(5, 2),
        new(PgType.Timestamptz, 3),
    ];

    [Fact]
    public void Text()
    {
        var fuzzer = new Fuzzer(
            40_000,
            [
                "true", "-123", "9223372036854775807", "1.5e-10", "0x1p3", "NaN", "-Infinity", "2024-02-29", "2024-02-29 23:59:60.5+05:30", "infinity",
                "99-01-2000 BC", "Jan 8 04:05:06 PM PST 1999", "J2451187", "20240229T040506Z", "2024.060", "epoch", "tomorrow", "allballs", "\\x00ff",
                "\\\\000\\\\", "{1,2,NULL}", "{{1,2},{3,4}}", "[1:2][0:1]={{a,\"b\\\\\"c\"},{d,e}}", "{\"a\":[1,2,{\"b\":\"\\u00e6\\ud83d\\ude00\"}],\"a\":null}",
                "  [ 1e400, -0 , true ]  ", "12345.678", "1e131071", "-0.0000001", "1_000", "0b101",
            ],
            [
                "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u0000", "\\ud800", "\\x", "NULL", "e", "e999999999", "-", "+", ".", "\0", " ", "PM", "BC", "+15:59:59",
                "24:00", "UTC", "Europe/Oslo", "EST5EDT", "\u00c3\u00a6", "\u00ed\u00a0\u0080", "999999", "today", "T", "Z", "[1:2147483647]=", "[-2147483648:0]=",
            ])
        {
            // One short numeric stands for 131,072 digits.
            AllocationBase = 16 * 1024 * 1024,
        };
        fuzzer.Run((input, random) =>
        {
            using Column column = Column.Create(Types[random.Next(Types.Length)], Settings);
            if (!Try(column, () => column.AppendText(input)))
            {
                return;
            }

            string text = TextOf(column, 0);
            Assert.True(Try(column, () => column.AppendText(Encoding.UTF8.GetBytes(text))), $"{column.Type} does not read what it wrote: {text}");
            Assert.Equal(text, TextOf(column, 1));
            byte[] binary = BinaryOf(column, 0);
            Assert.True(Try(column, () => column.AppendBinary(binary, column.Type.Type)), $"{column.Type} does not read what it wrote: {text}");
            Assert.Equal(text, TextOf(column, 2));
        });
    }

    [Fact]
    public void Binary()
    {
        var fuzzer = new Fuzzer(
            40_000,
            [
                "\u0001", "\0\u0007", "\0\0\0\u0007", "\0\0\0\0\0\0\0\u0007", "?\u00f8\0\0\0\0\0\0", "\u007f\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff", "text",
                "\u0001{\"a\": 1}", "{\"a\": 1}", "\0\u0002\0\u0001\0\0\0\u0002\0\u0007\u0013\u0088", "\0\0\0\0\u00c0\0\0\0",
                "\0\0\0\u0001\0\0\0\u0001\0\0\0\u0017\0\0\0\u0002\0\0\0\u0001\0\0\0\u0004\0\0\0\u0007\u00ff\u00ff\u00ff\u00ff",
                "\0\0\0\u0002\0\0\0\0\0\0\0\u0019\0\0\0\u0001\0\0\0\u0001\0\0\0\u0001\0\0\0\u0000\0\0\0\u0001a", "\0\0\0\0\0\0\0\0\0\0\0\u0014",
            ],
            ["\0\0\0\u0001", "\0\0\0\u0006", "\u00ff\u00ff\u00ff\u00ff", "\u007f\u00ff\u00ff\u00ff", "\u0080\0\0\0", "\0\0\0\u0014", "\0\0\0\u0019", "\0", "\u00c3", "\u0027\u0010"]);
        fuzzer.Run((input, random) =>
        {
            using Column column = Column.Create(Types[random.Next(Types.Length)], Settings);
            PgType sent = PgType.All[random.Next(PgType.All.Count)];
            sent = column.CanReadBinary(sent) ? sent : column.Type.Type;
            if (!Try(column, () => column.AppendBinary(input, sent)))
            {
                return;
            }

            string text = TextOf(column, 0);
            byte[] binary = BinaryOf(column, 0);
            Assert.True(Try(column, () => column.AppendBinary(binary, column.Type.Type)), $"{column.Type} does not read what it wrote: {text}");
            Assert.Equal(text, TextOf(column, 1));
            Assert.Equal(binary, BinaryOf(column, 1));
        });
    }

    private static bool Try(Column column, Action append)
    {
        int before = column.Count;
        try
        {
            append();
            Assert.Equal(before + 1, column.Count);
            return true;
        }
        catch (PgException e)
        {
            // PostgreSQL itself has no better code for this one.
            Assert.True(
                e.Error.SqlState != SqlState.InternalError || e.Error.Message.StartsWith("unsupported jsonb version number", StringComparison.Ordinal), e.ToString());
            Assert.Equal(before, column.Count);
            return false;
        }
    }

    private static string TextOf(Column column, int row)
    {
        var output = new ArrayBufferWriter<byte>();
        column.WriteValueText(row, output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    private static byte[] BinaryOf(Column column, int row)
    {
        var output = new ArrayBufferWriter<byte>();
        column.WriteValueBinary(row, output);
        return output.WrittenSpan.ToArray();
    }
}
