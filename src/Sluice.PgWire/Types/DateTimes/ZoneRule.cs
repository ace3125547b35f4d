namespace Sluice.PgWire.Types;

/// <summary>When in a year the clocks change: <c>Mm.w.d</c>, <c>Jn</c> or <c>n</c>, with an optional <c>/time</c>.</summary>
internal readonly struct ZoneRule
{
    private const int DefaultTime = 2 * 3600;
    private const int LastWeek = 5;

    private readonly char _kind;
    private readonly int _month;
    private readonly int _week;
    private readonly int _day;
    private readonly int _time;

    private ZoneRule(char kind, int month, int week, int day, int time) =>
        (_kind, _month, _week, _day, _time) = (kind, month, week, day, time);

    public static bool TryRead(ref ReadOnlySpan<char> rest, out ZoneRule rule)
    {
        rule = default;
        char kind = rest.Length > 0 ? rest[0] : '\0';
        int month = 0;
        int week = 0;
        if (kind is 'M' or 'J')
        {
            rest = rest[1..];
        }

        if (kind == 'M'
            && !(PosixZone.TryReadNumber(ref rest, out month) && TrySkipPoint(ref rest)
                && PosixZone.TryReadNumber(ref rest, out week) && TrySkipPoint(ref rest)
                && month is >= 1 and <= 12 && week is >= 1 and <= LastWeek))
        {
            return false;
        }

        if (!PosixZone.TryReadNumber(ref rest, out int day))
        {
            return false;
        }

        int time = DefaultTime;
        if (rest.Length > 0 && rest[0] == '/')
        {
            rest = rest[1..];
            if (!PosixZone.TryReadTime(ref rest, out time))
            {
                return false;
            }
        }

        rule = new ZoneRule(kind, month, week, day, time);
        return true;
    }

    /// <summary>The local time of the change in a year, as seconds since 1970-01-01 of the local clock.</summary>
    public long At(int year)
    {
        int newYear = PgCalendar.DayOf(year, 1, 1);
        int day = _kind switch
        {
            'M' => WeekdayOfMonth(year),
            'J' => newYear + _day - 1 + (PgCalendar.IsLeapYear(year) && _day > 59 ? 1 : 0),
            _ => newYear + _day,
        };
        return ((long)(day + PgCalendar.UnixEpochDays) * PgCalendar.SecondsPerDay) + _time;
    }

    private static bool TrySkipPoint(ref ReadOnlySpan<char> rest)
    {
        bool isPoint = rest.Length > 0 && rest[0] == '.';
        rest = isPoint ? rest[1..] : rest;
        return isPoint;
    }

    private int WeekdayOfMonth(int year)
    {
        int first = PgCalendar.DayOf(year, _month, 1);
        int day = first + ((_day - PgCalendar.DayOfWeek(first) + 7) % 7) + ((_week - 1) * 7);
        return day >= first + PgCalendar.DaysInMonth(year, _month) ? day - 7 : day;
    }
}
