using System.Globalization;

namespace Sluice.Emulator.DataModeling;

/// <summary>Timestamps and dates of data modeling: ISO 8601 with at most three digits of a second; without an offset it is UTC.</summary>
internal static class IsoTime
{
    private static readonly string[] s_timestampFormats =
        [.. from fraction in new[] { "", ".f", ".ff", ".fff" }
            from offset in new[] { "", "Z", "zzz" }
            select $"yyyy-MM-dd'T'HH:mm:ss{fraction}{(offset == "Z" ? "'Z'" : offset)}"];

    public static DateTimeOffset? ParseTimestamp(string text) => DateTimeOffset.TryParseExact(
        text,
        s_timestampFormats,
        CultureInfo.InvariantCulture,
        DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
        out var time)
        ? time
        : null;

    public static DateOnly? ParseDate(string text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date : null;

    /// <summary>As CDF writes it: in UTC with an offset, milliseconds only if there are any.</summary>
    public static string Format(DateTimeOffset time) => time.ToString(
        time.Millisecond == 0 ? "yyyy-MM-dd'T'HH:mm:ss'+00:00'" : "yyyy-MM-dd'T'HH:mm:ss.fff'+00:00'", CultureInfo.InvariantCulture);

    public static string Format(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
