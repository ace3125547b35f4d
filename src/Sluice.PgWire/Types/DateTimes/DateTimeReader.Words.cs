namespace Sluice.PgWire.Types;

/// <content>Words: months, zones, special times and marks.</content>
internal ref partial struct DateTimeReader
{
    private const int SecondsPerHour = 3600;

    private DateTimeFault ReadWord(int index, ReadOnlySpan<char> text, out DateTimeParts found)
    {
        if (ZoneAbbreviations.TryFind(text, out ZoneAbbreviation abbreviation))
        {
            return ReadAbbreviation(text, abbreviation, out found);
        }

        found = DateTimeParts.None;
        if (!DateTimeWords.TryFind(text, out DateTimeWord word))
        {
            found = DateTimeParts.Zone;
            _zone = SessionTimeZone.Find(text);
            return _zone is null ? DateTimeFault.Format : DateTimeFault.None;
        }

        switch (word.Kind)
        {
            case DateTimeWordKind.Ignored:
                return DateTimeFault.None;
            case DateTimeWordKind.Special:
                found = ReadSpecial((DateTimeSpecial)word.Value);
                return DateTimeFault.None;
            case DateTimeWordKind.Month:
                found = ReadMonth(word.Value);
                return DateTimeFault.None;
            case DateTimeWordKind.SummerTime:
                found = DateTimeParts.SummerTime | DateTimeParts.SummerZone;
                Offset += SecondsPerHour;
                return DateTimeFault.None;
            case DateTimeWordKind.Meridian:
                (_meridian, found) = (word.Value, DateTimeParts.Meridian);
                return DateTimeFault.None;
            case DateTimeWordKind.Era:
                (_isBc, found) = (word.Value != 0, DateTimeParts.Era);
                return DateTimeFault.None;
            case DateTimeWordKind.Weekday:
                found = DateTimeParts.Weekday;
                return DateTimeFault.None;
            case DateTimeWordKind.Unit:
                return Expect((DateTimeUnit)word.Value);
            default:
                bool isTimeNext = index + 1 < _fields.Count
                    && _fields.KindOf(index + 1) is DateTimeFieldKind.Number or DateTimeFieldKind.Time or DateTimeFieldKind.Date;
                return HasAll(DateTimeParts.Date) && isTimeNext ? Expect(DateTimeUnit.Time) : DateTimeFault.Format;
        }
    }

    private DateTimeFault Expect(DateTimeUnit unit)
    {
        _unit = unit;
        return DateTimeFault.None;
    }

    private DateTimeFault ReadAbbreviation(ReadOnlySpan<char> text, ZoneAbbreviation abbreviation, out DateTimeParts found)
    {
        found = DateTimeParts.Zone;
        if (abbreviation.Zone is null)
        {
            Offset = abbreviation.Offset;
            found |= abbreviation.IsSummer ? DateTimeParts.SummerZone : DateTimeParts.None;
            return DateTimeFault.None;
        }

        _abbreviatedZone = SessionTimeZone.Find(abbreviation.Zone);
        _abbreviation = text.ToString().ToUpperInvariant();
        found |= DateTimeParts.LookedUpZone;
        return _abbreviatedZone is null ? DateTimeFault.Format : DateTimeFault.None;
    }

    /// <summary>A month's name. A number that was taken for the month is the day then, as in 8 January.</summary>
    private DateTimeParts ReadMonth(int month)
    {
        DateTimeParts found = DateTimeParts.Month;
        if (HasAny(DateTimeParts.Month) && !_hasMonthName && !HasAny(DateTimeParts.Day) && Month is >= 1 and <= 31)
        {
            Day = Month;
            found = DateTimeParts.Day;
        }

        _hasMonthName = true;
        Month = month;
        return found;
    }

    private DateTimeParts ReadSpecial(DateTimeSpecial special)
    {
        switch (special)
        {
            case DateTimeSpecial.Now:
                SetNow(withTime: true, days: 0);
                return DateTimeParts.Date | DateTimeParts.Time | DateTimeParts.Zone;
            case DateTimeSpecial.Today:
                SetNow(withTime: false, days: 0);
                return DateTimeParts.Date;
            case DateTimeSpecial.Tomorrow:
                SetNow(withTime: false, days: 1);
                return DateTimeParts.Date;
            case DateTimeSpecial.Yesterday:
                SetNow(withTime: false, days: -1);
                return DateTimeParts.Date;
            case DateTimeSpecial.Zulu:
                (Hour, Minute, Second, Micros, Offset) = (0, 0, 0, 0, 0);
                return DateTimeParts.Time | DateTimeParts.Zone;
            default:
                Special = special;
                return DateTimeParts.Special;
        }
    }

    private void SetNow(bool withTime, int days)
    {
        DateTimeOffset utc = _settings.Clock.GetUtcNow();
        int offset = _settings.TimeZone.OffsetAt(utc.ToUnixTimeSeconds());
        DateTime local = utc.UtcDateTime.AddSeconds(offset).AddDays(days);
        (Year, Month, Day) = (local.Year, local.Month, local.Day);
        if (withTime)
        {
            (Hour, Minute, Second, Offset) = (local.Hour, local.Minute, local.Second, offset);
            Micros = (int)(local.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond);
        }
    }
}
