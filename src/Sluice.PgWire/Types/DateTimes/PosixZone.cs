using System.Globalization;

namespace Sluice.PgWire.Types;

/// <summary>
/// A time zone by rule, as in <c>CET-1CEST,M3.5.0,M10.5.0/3</c> or <c>&lt;+02&gt;-02</c> (PostgreSQL manual, B.5): the end of every
/// zone file, and a value that the TimeZone setting may have. Times are seconds since 1970-01-01 UTC, offsets are seconds east of UTC.
/// </summary>
internal sealed class PosixZone
{
    /// <summary>The United States' rules, which stand for rules that are not given.</summary>
    private const string DefaultRules = "M3.2.0,M11.1.0";

    private readonly ZoneRule? _start;
    private readonly ZoneRule? _end;
    private readonly int _summerOffset;

    private PosixZone(int offset) => Offset = offset;

    private PosixZone(int offset, int summerOffset, ZoneRule start, ZoneRule end)
        : this(offset)
    {
        _summerOffset = summerOffset;
        _start = start;
        _end = end;
    }

    /// <summary>The offset outside summer time.</summary>
    public int Offset { get; }

    /// <summary>Reads a specification; <see langword="null"/> if it is none.</summary>
    public static PosixZone? Parse(string text)
    {
        ReadOnlySpan<char> rest = text;
        if (!TryReadName(ref rest) || !TryReadTime(ref rest, out int west))
        {
            return null;
        }

        if (rest.IsEmpty)
        {
            return new PosixZone(-west);
        }

        if (!TryReadName(ref rest))
        {
            return null;
        }

        int summerOffset = -west + 3600;
        if (rest.Length > 0 && rest[0] is not (',' or ';'))
        {
            if (!TryReadTime(ref rest, out int summerWest))
            {
                return null;
            }

            summerOffset = -summerWest;
        }

        ReadOnlySpan<char> rules = rest.IsEmpty ? DefaultRules : rest[1..];
        if (!ZoneRule.TryRead(ref rules, out ZoneRule start) || rules.Length == 0 || rules[0] != ',')
        {
            return null;
        }

        rules = rules[1..];
        return ZoneRule.TryRead(ref rules, out ZoneRule end) && rules.IsEmpty ? new PosixZone(-west, summerOffset, start, end) : null;
    }

    /// <summary>The offset at a time.</summary>
    public int OffsetAt(long seconds)
    {
        if (_start is null)
        {
            return Offset;
        }

        (_, int before) = LastTransition(seconds);
        return before;
    }

    /// <summary>The first change of offset after a time, if there is any.</summary>
    public (long At, int Offset)? NextTransition(long seconds)
    {
        if (_start is not { } start || _end is not { } end)
        {
            return null;
        }

        int year = YearOf(seconds);
        (long At, int Offset)? next = null;
        for (int y = year - 1; y <= year + 1; y++)
        {
            Earlier(start.At(y) - Offset, _summerOffset);
            Earlier(end.At(y) - _summerOffset, Offset);
        }

        return next;

        void Earlier(long at, int offset)
        {
            if (at > seconds && (next is null || at < next.Value.At))
            {
                next = (at, offset);
            }
        }
    }

    /// <summary>Reads [sign] hours [: minutes [: seconds]].</summary>
    internal static bool TryReadTime(ref ReadOnlySpan<char> rest, out int seconds)
    {
        seconds = 0;
        bool negative = rest.Length > 0 && rest[0] == '-';
        if (rest.Length > 0 && rest[0] is '+' or '-')
        {
            rest = rest[1..];
        }

        for (int unit = 3600; unit > 0; unit /= 60)
        {
            if (!TryReadNumber(ref rest, out int value))
            {
                return false;
            }

            seconds += value * unit;
            if (rest.IsEmpty || rest[0] != ':' || unit == 1)
            {
                break;
            }

            rest = rest[1..];
        }

        seconds = negative ? -seconds : seconds;
        return true;
    }

    internal static bool TryReadNumber(ref ReadOnlySpan<char> rest, out int value)
    {
        int length = 0;
        while (length < rest.Length && length < 5 && char.IsAsciiDigit(rest[length]))
        {
            length++;
        }

        bool isNumber = int.TryParse(rest[..length], NumberStyles.None, CultureInfo.InvariantCulture, out value);
        rest = rest[length..];
        return isNumber;
    }

    private static int YearOf(long seconds) =>
        PgCalendar.DateOf((int)(Math.Floor(seconds / (double)PgCalendar.SecondsPerDay) - PgCalendar.UnixEpochDays)).Year;

    /// <summary>Reads an abbreviation: letters, or anything between angle brackets.</summary>
    private static bool TryReadName(ref ReadOnlySpan<char> rest)
    {
        if (rest.Length > 0 && rest[0] == '<')
        {
            int end = rest.IndexOf('>');
            rest = end < 0 ? [] : rest[(end + 1)..];
            return end > 0;
        }

        int length = 0;
        while (length < rest.Length && rest[length] is not (',' or '-' or '+') && !char.IsAsciiDigit(rest[length]))
        {
            length++;
        }

        rest = rest[length..];
        return length > 0;
    }

    private (long At, int Offset) LastTransition(long seconds)
    {
        int year = YearOf(seconds);
        (long At, int Offset) last = (long.MinValue, Offset);
        for (int y = year - 1; y <= year + 1; y++)
        {
            Later(_start!.Value.At(y) - Offset, _summerOffset);
            Later(_end!.Value.At(y) - _summerOffset, Offset);
        }

        return last;

        void Later(long at, int offset)
        {
            if (at <= seconds && at > last.At)
            {
                last = (at, offset);
            }
        }
    }
}
