namespace Sluice.PgWire.Types;

/// <summary>
/// PostgreSQL's calendar: the Gregorian one for all time, with a year 0 (1 BC), days and microseconds counted from 2000-01-01
/// (PostgreSQL manual, 8.5 and B.6).
/// </summary>
internal static class PgCalendar
{
    public const long MicrosPerSecond = 1_000_000;
    public const long MicrosPerMinute = 60 * MicrosPerSecond;
    public const long MicrosPerHour = 60 * MicrosPerMinute;
    public const long MicrosPerDay = 24 * MicrosPerHour;
    public const int SecondsPerDay = 86_400;

    /// <summary>Days from 1970-01-01 to 2000-01-01.</summary>
    public const int UnixEpochDays = 10_957;

    /// <summary>The Julian day of 2000-01-01.</summary>
    public const int EpochJulian = 2_451_545;

    /// <summary>The first microsecond of a timestamp, 4714-11-24 BC.</summary>
    public const long MinMicros = -211_813_488_000_000_000;

    /// <summary>One past the last microsecond of a timestamp, 294277-01-01.</summary>
    public const long EndMicros = 9_223_371_331_200_000_000;

    /// <summary>The first day of a date, 4714-11-24 BC.</summary>
    public const int MinDays = -EpochJulian;

    /// <summary>One past the last day of a date, 5874898-01-01.</summary>
    public const int EndDays = 2_147_483_494 - EpochJulian;

    private const int MinYear = -4713;
    private const int MinMonth = 11;
    private const int MaxYear = 5_874_898;
    private const int EndMonth = 6;
    private const int DaysPerEra = 146_097;
    private const int YearsPerEra = 400;

    /// <summary>Days from 0000-03-01 to 2000-01-01.</summary>
    private const int EpochFromEraStart = 730_425;

    private static ReadOnlySpan<byte> MonthLengths => [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

    public static bool IsLeapYear(int year) => year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    public static int DaysInMonth(int year, int month) => month == 2 && IsLeapYear(year) ? 29 : MonthLengths[month - 1];

    /// <summary>The day number of a date; year 0 is 1 BC. A day beyond its month counts on into the next.</summary>
    public static int DayOf(int year, int month, int day)
    {
        // The year begins in March here, so that the leap day is its last.
        int y = month <= 2 ? year - 1 : year;
        int era = (y >= 0 ? y : y - (YearsPerEra - 1)) / YearsPerEra;
        int yearOfEra = y - (era * YearsPerEra);
        int dayOfYear = (((153 * (month > 2 ? month - 3 : month + 9)) + 2) / 5) + day - 1;
        int dayOfEra = (yearOfEra * 365) + (yearOfEra / 4) - (yearOfEra / 100) + dayOfYear;
        return (era * DaysPerEra) + dayOfEra - EpochFromEraStart;
    }

    /// <summary>The date of a day number.</summary>
    public static (int Year, int Month, int Day) DateOf(int days)
    {
        long z = (long)days + EpochFromEraStart;
        long era = (z >= 0 ? z : z - (DaysPerEra - 1)) / DaysPerEra;
        int dayOfEra = (int)(z - (era * DaysPerEra));
        int yearOfEra = (dayOfEra - (dayOfEra / 1460) + (dayOfEra / 36_524) - (dayOfEra / 146_096)) / 365;
        int dayOfYear = dayOfEra - ((365 * yearOfEra) + (yearOfEra / 4) - (yearOfEra / 100));
        int shifted = ((5 * dayOfYear) + 2) / 153;
        int day = dayOfYear - (((153 * shifted) + 2) / 5) + 1;
        int month = shifted < 10 ? shifted + 3 : shifted - 9;
        int year = yearOfEra + (int)(era * YearsPerEra) + (month <= 2 ? 1 : 0);
        return (year, month, day);
    }

    /// <summary>0 for Sunday to 6 for Saturday.</summary>
    public static int DayOfWeek(int days)
    {
        int weekday = (days + 6) % 7;
        return weekday < 0 ? weekday + 7 : weekday;
    }

    /// <summary>The date of a Julian day, which may be any.</summary>
    public static (int Year, int Month, int Day) DateOfJulian(int julian) => DateOf(julian - EpochJulian);

    /// <summary>Whether the days of a month can be numbered at all.</summary>
    public static bool IsJulian(int year, int month) =>
        (year > MinYear || (year == MinYear && month >= MinMonth)) && (year < MaxYear || (year == MaxYear && month < EndMonth));

    public static bool IsDate(int days) => days is >= MinDays and < EndDays;

    public static bool IsTimestamp(long micros) => micros is >= MinMicros and < EndMicros;
}
