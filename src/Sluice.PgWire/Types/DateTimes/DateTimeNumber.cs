using System.Globalization;

namespace Sluice.PgWire.Types;

/// <summary>Numbers in dates and times.</summary>
internal static class DateTimeNumber
{
    /// <summary>Reads the digits at the beginning.</summary>
    /// <returns>False if they make a number beyond 32 bits. Without digits the value is 0.</returns>
    public static bool TryReadInteger(ReadOnlySpan<char> text, out int value, out ReadOnlySpan<char> rest)
    {
        int length = text.IndexOfAnyExceptInRange('0', '9');
        length = length < 0 ? text.Length : length;
        rest = text[length..];
        value = 0;
        return length == 0 || int.TryParse(text[..length], NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>The value of digits, -1 if they are too many: PostgreSQL does not look for that here.</summary>
    public static int Value(ReadOnlySpan<char> digits)
    {
        long value = 0;
        foreach (char digit in digits)
        {
            value = Math.Min((value * 10) + (digit - '0'), long.MaxValue / 11);
        }

        return value == long.MaxValue / 11 ? -1 : unchecked((int)value);
    }

    /// <summary>
    /// Reads a point and the digits of a second's fraction. More than six digits are rounded as PostgreSQL does, as a double.
    /// </summary>
    public static bool TryReadFraction(ReadOnlySpan<char> text, out int micros)
    {
        micros = 0;
        if (text.IsEmpty || text[1..].ContainsAnyExceptInRange('0', '9'))
        {
            return false;
        }

        micros = ToMicros(text);
        return true;
    }

    /// <summary>The microseconds of a point and digits.</summary>
    public static int ToMicros(ReadOnlySpan<char> fraction) => fraction.Length < 2
        ? 0
        : (int)Math.Round(
            double.Parse(fraction, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture) * PgCalendar.MicrosPerSecond);
}
