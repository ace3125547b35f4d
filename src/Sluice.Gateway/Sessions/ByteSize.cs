using System.Globalization;

namespace Sluice.Gateway.Sessions;

/// <summary>A number of bytes as PostgreSQL's settings give it: a number, with B, kB, MB, GB or TB.</summary>
internal static class ByteSize
{
    private static readonly string[] Units = ["B", "kB", "MB", "GB", "TB"];

    /// <summary>The number of bytes; <see langword="null"/> if the text is none.</summary>
    public static long? TryParse(ReadOnlySpan<char> text)
    {
        text = text.Trim();
        var digits = text.IndexOfAnyExceptInRange('0', '9') is >= 0 and var end ? text[..end] : text;
        var unit = text[digits.Length..].Trim();
        var power = 0;
        while (!unit.IsEmpty && !unit.SequenceEqual(Units[power]))
        {
            if (++power == Units.Length)
            {
                return null;
            }
        }

        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= long.MaxValue >> (10 * power)
            ? number << (10 * power)
            : null;
    }
}
