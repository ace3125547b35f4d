using Sluice.Emulator.Http;

namespace Sluice.Emulator.DataPoints;

/// <summary>The length of an aggregate's period: a number of seconds, minutes, hours, days or months, aligned in a time zone.</summary>
internal sealed class Granularity
{
    private readonly int _count;
    private readonly long _unitMs;
    private readonly TimeZoneInfo _zone;

    private Granularity(string text, int count, long unitMs, TimeZoneInfo zone)
    {
        Text = $"{text} {zone.Id}";
        _count = count;
        _unitMs = unitMs;
        _zone = zone;
    }

    public string Text { get; }

    private bool IsMonths => _unitMs == 0;

    public static Granularity Read(string text, string zone)
    {
        var digits = text.TakeWhile(char.IsAsciiDigit).Count();
        var (unitMs, max) = text[digits..] switch
        {
            "s" or "second" => (1_000L, 120),
            "m" or "minute" => (60_000L, 120),
            "h" or "hour" => (3_600_000L, 100_000),
            "d" or "day" => (86_400_000L, 100_000),
            "mo" or "month" => (0L, 100_000),
            _ => throw CdfException.BadRequest($"Invalid granularity '{text}': it must be a number with s, m, h, d or mo"),
        };
        var count = digits == 0 ? 1 : int.TryParse(text.AsSpan(0, digits), out var number) ? number : 0;
        return count >= 1 && count <= max
            ? new Granularity(text, count, unitMs, ReadZone(zone))
            : throw CdfException.BadRequest($"Invalid granularity '{text}': the number must be between 1 and {max}");
    }

    /// <summary>The beginning of the period that holds this time.</summary>
    public long Floor(long timestamp)
    {
        if (IsMonths)
        {
            var local = ToLocal(timestamp);
            var months = FloorTo((local.Year * 12) + local.Month - 1, _count);
            return ToUtc(new DateTime((int)(months / 12), (int)(months % 12) + 1, 1));
        }

        var offset = OffsetMs(timestamp);
        var floor = FloorTo(timestamp + offset, _count * _unitMs) - offset;

        // Between the beginning and the time the zone's offset may have changed.
        return floor + offset - OffsetMs(floor);
    }

    /// <summary>The beginning of the next period.</summary>
    public long Next(long start)
    {
        if (IsMonths)
        {
            return ToUtc(ToLocal(start).AddMonths(_count));
        }

        var next = start + (_count * _unitMs);
        return next + OffsetMs(start) - OffsetMs(next);
    }

    private static long FloorTo(long value, long step) => value - (((value % step) + step) % step);

    private static TimeZoneInfo ReadZone(string zone)
    {
        var offset = zone.StartsWith("UTC", StringComparison.Ordinal) ? zone[3..] : "";
        if (offset is ['+' or '-', ..]
            && TimeSpan.TryParseExact(offset[1..], [@"hh\:mm", "hh"], null, out var span)
            && span <= TimeSpan.FromHours(14))
        {
            return TimeZoneInfo.CreateCustomTimeZone(zone, offset[0] == '-' ? -span : span, zone, zone);
        }

        return TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found)
            ? found
            : throw CdfException.BadRequest($"Unknown time zone '{zone}'");
    }

    private long OffsetMs(long timestamp) =>
        (long)_zone.GetUtcOffset(DateTimeOffset.FromUnixTimeMilliseconds(timestamp)).TotalMilliseconds;

    private DateTime ToLocal(long timestamp) =>
        DateTime.SpecifyKind(
            DateTimeOffset.FromUnixTimeMilliseconds(timestamp + OffsetMs(timestamp)).UtcDateTime, DateTimeKind.Unspecified);

    private long ToUtc(DateTime local) =>
        new DateTimeOffset(local, _zone.GetUtcOffset(local)).ToUnixTimeMilliseconds();
}
