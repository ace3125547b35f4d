using System.Buffers;
using System.Text;
using Sluice.Cdf.Http;
using Sluice.Gateway.Writes.Transactions;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Types;

namespace Sluice.Gateway.Tests.Writes.Transactions;

public sealed class RowRecordTests
{
    private static readonly (string Type, string[] Values)[] Columns =
    [
        ("bool", ["t", "f"]),
        ("int2", ["-32768", "7"]),
        ("int4", ["-2147483648", "7"]),
        ("int8", ["-9223372036854775808", "7"]),
        ("float4", ["1.5", "NaN"]),
        ("float8", ["0.1", "-Infinity"]),
        ("date", ["2024-02-29", "infinity"]),
        ("timestamp", ["2024-02-29 23:59:59.999999", "-infinity"]),
        ("timestamptz", ["2024-02-29 23:59:59.999999+00", "infinity"]),
        ("bytea", ["\\x00ff", "\\x"]),
        ("text", ["", "ø\ttext"]),
        ("varchar", ["short", "x"]),
        ("json", ["{\"a\": [1, null]}", "null"]),
        ("jsonb", ["{\"a\": 1}", "[]"]),
        ("numeric", ["12345678901234567890.123450", "NaN"]),
        ("int8[]", ["{1,NULL,-3}", "{}"]),
        ("text[]", ["{a,\"b c\",NULL,\"\"}", "{\"NULL\"}"]),
        ("float8[]", ["{0.1,NaN}", "{}"]),
        ("timestamptz[]", ["{\"2024-01-01 00:00:00+00\"}", "{}"]),
    ];

    [Fact]
    public void Values_of_every_type_come_back_as_they_were()
    {
        var types = Columns.Select(column => TypeOf(column.Type)).ToList();
        using var batch = new RowBatch(types, TextInputSettings.Default);
        for (var row = 0; row < 40; row++)
        {
            for (var i = 0; i < Columns.Length; i++)
            {
                if ((row + i) % 3 == 2)
                {
                    batch.Columns[i].AppendNull();
                }
                else
                {
                    batch.Columns[i].AppendText(Encoding.UTF8.GetBytes(Columns[i].Values[(row + i) % 3]));
                }
            }

            batch.EndRow((row * 1_000_000_007L) - 5);
        }

        using var record = new PooledBuffer();
        RowRecord.Write(batch, record);
        using var back = new RowBatch(types, TextInputSettings.Default);
        RowRecord.Read(record.WrittenSpan, back);
        Assert.Equal(Rows(batch, 0, 40), Rows(back, 0, 40));

        using var part = new RowBatch(types, TextInputSettings.Default);
        RowRecord.Copy(batch, 3, 5, part);
        RowRecord.Copy(batch, 38, 40, part);
        Assert.Equal([.. Rows(batch, 3, 5), .. Rows(batch, 38, 40)], Rows(part, 0, 4));
    }

    [Fact]
    public void No_rows_are_a_record_too()
    {
        using var batch = new RowBatch([TypeOf("text")], TextInputSettings.Default);
        using var record = new PooledBuffer();
        RowRecord.Write(batch, record);
        using var back = new RowBatch([TypeOf("text")], TextInputSettings.Default);
        RowRecord.Read(record.WrittenSpan, back);
        Assert.Equal(0, back.Count);
    }

    private static ColumnType TypeOf(string name) => name.EndsWith("[]", StringComparison.Ordinal)
        ? new ColumnType(PgType.FromOid(TypeOf(name[..^2]).Type.ArrayOid())!)
        : new ColumnType(Types().Single(type => type.Name == name));

    private static IEnumerable<PgType> Types() => ((uint[])[16, 17, 20, 21, 23, 25, 114, 700, 701, 1043, 1082, 1114, 1184, 1700, 3802])
        .Select(oid => PgType.FromOid(oid)!);

    private static List<string> Rows(RowBatch batch, int from, int to)
    {
        var rows = new List<string>();
        for (var row = from; row < to; row++)
        {
            var at = row;
            rows.Add($"{batch.OriginOf(row)}: {string.Join(" | ", batch.Columns.Select(column => Text(column, at)))}");
        }

        return rows;
    }

    private static string Text(Column column, int row)
    {
        if (column.IsNull(row))
        {
            return "NULL";
        }

        var text = new ArrayBufferWriter<byte>();
        column.WriteValueText(row, text);
        return Encoding.UTF8.GetString(text.WrittenSpan);
    }
}

internal static class ArrayTypes
{
    public static uint ArrayOid(this PgType element) => element.Oid switch
    {
        20 => 1016,
        25 => 1009,
        701 => 1022,
        1184 => 1185,
        _ => throw new ArgumentOutOfRangeException(nameof(element)),
    };
}
