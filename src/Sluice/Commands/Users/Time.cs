using System.Globalization;

namespace Sluice.Commands.Users;

/// <summary>Times and lengths of time as text.</summary>
internal static class Time
{
    /// <summary>UTC, to the second.</summary>
    public static string Format(long milliseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    /// <summary>A number with <c>s</c>, <c>min</c>, <c>h</c> or <c>d</c>; null if <paramref name="text"/> is none, or longer than a year.</summary>
    public static TimeSpan? ParseLength(string text)
    {
        string digits = text.TrimEnd("smnihd".ToCharArray());
        double seconds = text[digits.Length..] switch
        {
            "s" => 1,
            "min" => 60,
            "h" => 3_600,
            "d" => 86_400,
            _ => 0,
        };
        return seconds > 0 && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number * seconds <= 366 * 86_400d
            ? TimeSpan.FromSeconds(number * seconds)
            : null;
    }
}
