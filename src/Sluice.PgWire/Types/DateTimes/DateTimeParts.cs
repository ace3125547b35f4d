namespace Sluice.PgWire.Types;

/// <summary>What of a date or time has been read: nothing may be there twice.</summary>
[Flags]
internal enum DateTimeParts
{
    None = 0,
    Year = 1 << 0,
    Month = 1 << 1,
    Day = 1 << 2,
    Hour = 1 << 3,
    Minute = 1 << 4,
    WholeSecond = 1 << 5,
    Fraction = 1 << 6,
    Zone = 1 << 7,

    /// <summary>A zone of summer time, or that word after a zone.</summary>
    SummerZone = 1 << 8,

    /// <summary>The word for summer time.</summary>
    SummerTime = 1 << 9,

    /// <summary>A zone's abbreviation that is looked up in its zone.</summary>
    LookedUpZone = 1 << 10,
    DayOfYear = 1 << 11,
    Weekday = 1 << 12,
    Meridian = 1 << 13,
    Era = 1 << 14,
    Special = 1 << 15,

    Second = WholeSecond | Fraction,
    Date = Year | Month | Day,
    Time = Hour | Minute | Second,
}
