using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Sluice.PgWire.Copy;
using Sluice.PgWire.Types;

namespace Sluice.Benchmarks;

/// <summary>Rows of data points: an external id of 12 characters, a timestamptz, a float8.</summary>
internal static class CopyData
{
    public const int Rows = 100_000;

    public static ColumnType[] Types { get; } = [new(PgType.Text), new(PgType.Timestamptz), new(PgType.Float8)];

    public static string[] ColumnNames { get; } = ["external_id", "timestamp", "value"];

    public static byte[] Create(CopyFormat format) => format switch
    {
        CopyFormat.Text => Lines('\t'),
        CopyFormat.Csv => Lines(','),
        _ => Binary(),
    };

    private static IEnumerable<(string Id, DateTime Time, double Value)> Points()
    {
        Random random = new(1);
        DateTime time = new(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        for (int i = 0; i < Rows; i++)
        {
            yield return ($"sensor_{i % 1000:D5}", time.AddMilliseconds(i * 137L), Math.Round((random.NextDouble() * 200) - 100, 4));
        }
    }

    private static byte[] Lines(char delimiter)
    {
        StringBuilder text = new();
        foreach ((string id, DateTime time, double value) in Points())
        {
            text.Append(CultureInfo.InvariantCulture, $"{id}{delimiter}{time:yyyy-MM-dd HH:mm:ss.fff}+00{delimiter}{value}\n");
        }

        return Encoding.ASCII.GetBytes(text.ToString());
    }

    private static byte[] Binary()
    {
        ArrayBufferWriter<byte> data = new();
        data.Write("PGCOPY\n"u8);
        data.Write<byte>([0xff, 0x0d, 0x0a, 0x00, 0, 0, 0, 0, 0, 0, 0, 0]);
        DateTime epoch = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        Span<byte> row = stackalloc byte[2 + 4 + 12 + 4 + 8 + 4 + 8];
        foreach ((string id, DateTime time, double value) in Points())
        {
            BinaryPrimitives.WriteInt16BigEndian(row, 3);
            BinaryPrimitives.WriteInt32BigEndian(row[2..], 12);
            Encoding.ASCII.GetBytes(id, row[6..]);
            BinaryPrimitives.WriteInt32BigEndian(row[18..], 8);
            BinaryPrimitives.WriteInt64BigEndian(row[22..], (time - epoch).Ticks / TimeSpan.TicksPerMicrosecond);
            BinaryPrimitives.WriteInt32BigEndian(row[30..], 8);
            BinaryPrimitives.WriteDoubleBigEndian(row[34..], value);
            data.Write(row);
        }

        data.Write<byte>([0xff, 0xff]);
        return data.WrittenSpan.ToArray();
    }
}
