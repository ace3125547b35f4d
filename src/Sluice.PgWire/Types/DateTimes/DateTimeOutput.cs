using System.Buffers;

namespace Sluice.PgWire.Types;

/// <summary>Dates and times as PostgreSQL prints them under DateStyle ISO (PostgreSQL manual, 8.5.2).</summary>
internal static class DateTimeOutput
{
    private const int MaxLength = 48;

    public static void WriteDate(int days, IBufferWriter<byte> output)
    {
        Span<byte> text = output.GetSpan(MaxLength);
        (int year, int month, int day) = PgCalendar.DateOf(days);
        int at = Date(text, year, month, day);
        output.Advance(Era(text, at, year));
    }

    /// <summary>Writes a date and time, with or without the offset of the clock that shows it.</summary>
    /// <param name="localMicros">Microseconds since 2000-01-01 00:00 of the clock to show.</param>
    /// <param name="offset">That clock's offset east of UTC in seconds, or <see langword="null"/> not to show it.</param>
    /// <param name="output">Where to.</param>
    public static void WriteTimestamp(long localMicros, int? offset, IBufferWriter<byte> output)
    {
        long days = Math.DivRem(localMicros, PgCalendar.MicrosPerDay, out long time);
        if (time < 0)
        {
            days--;
            time += PgCalendar.MicrosPerDay;
        }

        Span<byte> text = output.GetSpan(MaxLength);
        (int year, int month, int day) = PgCalendar.DateOf((int)days);
        int at = Date(text, year, month, day);
        text[at++] = (byte)' ';
        at = Time(text, at, time);
        if (offset is { } shown)
        {
            at = Offset(text, at, shown);
        }

        output.Advance(Era(text, at, year));
    }

    private static int Date(Span<byte> text, int year, int month, int day)
    {
        int at = Number(text, 0, year > 0 ? year : 1 - year, 4);
        text[at++] = (byte)'-';
        at = Number(text, at, month, 2);
        text[at++] = (byte)'-';
        return Number(text, at, day, 2);
    }

    private static int Time(Span<byte> text, int at, long micros)
    {
        at = Number(text, at, (int)(micros / PgCalendar.MicrosPerHour), 2);
        text[at++] = (byte)':';
        at = Number(text, at, (int)(micros / PgCalendar.MicrosPerMinute % 60), 2);
        text[at++] = (byte)':';
        at = Number(text, at, (int)(micros / PgCalendar.MicrosPerSecond % 60), 2);
        int fraction = (int)(micros % PgCalendar.MicrosPerSecond);
        if (fraction == 0)
        {
            return at;
        }

        text[at++] = (byte)'.';
        at = Number(text, at, fraction, 6);
        return text[..at].TrimEnd((byte)'0').Length;
    }

    private static int Offset(Span<byte> text, int at, int offset)
    {
        text[at++] = offset < 0 ? (byte)'-' : (byte)'+';
        int seconds = Math.Abs(offset);
        at = Number(text, at, seconds / 3600, 2);
        if (seconds % 3600 != 0)
        {
            text[at++] = (byte)':';
            at = Number(text, at, seconds / 60 % 60, 2);
        }

        if (seconds % 60 != 0)
        {
            text[at++] = (byte)':';
            at = Number(text, at, seconds % 60, 2);
        }

        return at;
    }

    private static int Era(Span<byte> text, int at, int year)
    {
        if (year > 0)
        {
            return at;
        }

        " BC"u8.CopyTo(text[at..]);
        return at + 3;
    }

    private static int Number(Span<byte> text, int at, int value, int leastDigits)
    {
        int digits = 1;
        for (int rest = value / 10; rest > 0; rest /= 10)
        {
            digits++;
        }

        digits = Math.Max(digits, leastDigits);
        for (int i = at + digits - 1; i >= at; i--, value /= 10)
        {
            text[i] = (byte)('0' + (value % 10));
        }

        return at + digits;
    }
}
