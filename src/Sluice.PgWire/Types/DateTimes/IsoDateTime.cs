using System.Runtime.CompilerServices;

namespace Sluice.PgWire.Types;

/// <summary>
/// The quick way for what nearly every client sends: <c>YYYY-MM-DD[( |T)HH:MM[:SS[.ffffff]][Z|±HH[[:]MM[:SS]]]]</c>, with nothing
/// around it and every field in its range. All else is left to <see cref="DateTimeText"/>.
/// </summary>
internal static class IsoDateTime
{
    private const int DateLength = 10;
    private const int MinuteLength = 16;
    private const int SecondLength = 19;
    private const int MaxFractionDigits = 6;
    private const int MaxOffsetHours = 15;

    /// <summary>Reads a date alone.</summary>
    public static bool TryParseDate(ReadOnlySpan<byte> text, out int days)
    {
        days = 0;
        return text.Length == DateLength && TryReadDate(text, out days);
    }

    /// <summary>Reads a date with an optional time and an optional offset.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="micros">Microseconds since 2000-01-01 00:00 of the clock that the text shows.</param>
    /// <param name="offset">That clock's offset east of UTC in seconds, if the text says it.</param>
    public static bool TryParse(ReadOnlySpan<byte> text, out long micros, out int? offset)
    {
        micros = 0;
        offset = null;
        if (text.Length < DateLength || !TryReadDate(text, out int days))
        {
            return false;
        }

        micros = days * PgCalendar.MicrosPerDay;
        if (text.Length == DateLength)
        {
            return true;
        }

        if (text.Length < MinuteLength || (text[10] | 0x20) is not (' ' or 't') || text[13] != ':')
        {
            return false;
        }

        uint hour = TwoDigits(text, 11);
        uint minute = TwoDigits(text, 14);
        uint second = 0;
        long fraction = 0;
        int at = MinuteLength;
        if (text.Length >= SecondLength && text[16] == ':')
        {
            second = TwoDigits(text, 17);
            at = SecondLength;
            if (at < text.Length && text[at] == '.' && !TryReadFraction(text, ref at, out fraction))
            {
                return false;
            }
        }

        if (hour > 23 || minute > 59 || second > 59)
        {
            return false;
        }

        micros += (hour * PgCalendar.MicrosPerHour) + (minute * PgCalendar.MicrosPerMinute)
            + (second * PgCalendar.MicrosPerSecond) + fraction;
        return at == text.Length || TryReadOffset(text[at..], out offset);
    }

    private static bool TryReadDate(ReadOnlySpan<byte> text, out int days)
    {
        days = 0;
        uint century = TwoDigits(text, 0);
        uint year = TwoDigits(text, 2);
        uint month = TwoDigits(text, 5);
        uint day = TwoDigits(text, 8);
        if ((century | year | month | day) > 127 || text[4] != '-' || text[7] != '-')
        {
            return false;
        }

        int fullYear = (int)((century * 100) + year);
        if (month is 0 or > 12 || day == 0 || fullYear == 0 || day > 28 && day > PgCalendar.DaysInMonth(fullYear, (int)month))
        {
            return false;
        }

        days = PgCalendar.DayOf(fullYear, (int)month, (int)day);
        return true;
    }

    /// <summary>The value of two digits, or more than 127 if one of them is no digit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint TwoDigits(ReadOnlySpan<byte> text, int at)
    {
        uint tens = (uint)text[at] - '0';
        uint ones = (uint)text[at + 1] - '0';
        return tens > 9 || ones > 9 ? uint.MaxValue : (tens * 10) + ones;
    }

    private static bool TryReadFraction(ReadOnlySpan<byte> text, ref int at, out long micros)
    {
        micros = 0;
        int first = ++at;
        for (; at < text.Length && (uint)text[at] - '0' <= 9; at++)
        {
            micros = (micros * 10) + (text[at] - '0');
            if (at - first == MaxFractionDigits)
            {
                return false;
            }
        }

        for (int digits = at - first; digits < MaxFractionDigits; digits++)
        {
            micros *= 10;
        }

        return at > first;
    }

    private static bool TryReadOffset(ReadOnlySpan<byte> text, out int? offset)
    {
        offset = 0;
        if (text.Length == 1)
        {
            return text[0] is (byte)'Z' or (byte)'z';
        }

        if (text[0] is not ((byte)'+' or (byte)'-') || text.Length is not (3 or 5 or 6 or 9))
        {
            return false;
        }

        uint hours = TwoDigits(text, 1);
        uint minutes = 0;
        uint seconds = 0;
        if (text.Length == 5)
        {
            minutes = TwoDigits(text, 3);
        }
        else if (text.Length >= 6)
        {
            minutes = text[3] == ':' ? TwoDigits(text, 4) : uint.MaxValue;
            seconds = text.Length == 6 ? 0 : text[6] == ':' ? TwoDigits(text, 7) : uint.MaxValue;
        }

        if (hours > MaxOffsetHours || minutes > 59 || seconds > 59)
        {
            return false;
        }

        int value = (int)((hours * 3600) + (minutes * 60) + seconds);
        offset = text[0] == '-' ? -value : value;
        return true;
    }
}
