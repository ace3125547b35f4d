using System.Globalization;

namespace Sluice.Gateway.Writes.Fields;

/// <summary>Timestamps as RAW rows hold them: <c>2024-02-29T12:30:00.123456Z</c>.</summary>
internal static class IsoTime
{
    /// <summary>Bytes of the longest text.</summary>
    public const int MaxLength = 27;

    /// <summary>Writes <paramref name="microseconds"/> since 2000 in UTC.</summary>
    /// <returns><see langword="false"/> outside the years 1 to 9999.</returns>
    public static bool TryFormat(long microseconds, Span<byte> target, out int length)
    {
        length = 0;
        var origin = new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        var lowest = -(origin.Ticks / TimeSpan.TicksPerMicrosecond);
        var highest = (DateTime.MaxValue.Ticks - origin.Ticks) / TimeSpan.TicksPerMicrosecond;
        if (microseconds < lowest || microseconds > highest)
        {
            return false;
        }

        var format = (microseconds % 1_000_000, microseconds % 1_000) switch
        {
            (0, _) => "yyyy-MM-ddTHH:mm:ssZ",
            (_, 0) => "yyyy-MM-ddTHH:mm:ss.fffZ",
            _ => "yyyy-MM-ddTHH:mm:ss.ffffffZ",
        };
        return origin.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond).TryFormat(target, out length, format, CultureInfo.InvariantCulture);
    }
}
