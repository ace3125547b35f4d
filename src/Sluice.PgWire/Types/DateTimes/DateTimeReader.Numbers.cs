namespace Sluice.PgWire.Types;

/// <content>Numbers, whose meaning follows from what was read before.</content>
internal ref partial struct DateTimeReader
{
    private const int MaxDateNumbers = 25;

    /// <summary>A date with separators: two or three numbers, or two and a month's name.</summary>
    private DateTimeFault ReadDate(ReadOnlySpan<char> text, out DateTimeParts found)
    {
        found = DateTimeParts.None;
        Span<Range> pieces = stackalloc Range[MaxDateNumbers];
        if (!TrySplitDate(text, pieces, out int count))
        {
            return DateTimeFault.Format;
        }

        DateTimeParts before = _seen;
        bool hasMonthName = false;
        DateTimeFault fault = DateTimeFault.None;

        // The name first, for it leaves no doubt what it is.
        for (int i = 0; i < count && fault == DateTimeFault.None; i++)
        {
            ReadOnlySpan<char> piece = text[pieces[i]];
            if (!char.IsAsciiDigit(piece[0]))
            {
                fault = ReadMonthName(piece, ref hasMonthName);
            }
        }

        for (int i = 0; i < count && fault == DateTimeFault.None; i++)
        {
            ReadOnlySpan<char> piece = text[pieces[i]];
            if (char.IsAsciiDigit(piece[0]))
            {
                fault = ReadDateNumber(piece, hasMonthName, out DateTimeParts part);
                fault = fault == DateTimeFault.None && (_seen & part) != DateTimeParts.None ? DateTimeFault.Format : fault;
                _seen |= part;
            }
        }

        found = _seen & ~before;
        bool isDate = (_seen & ~(DateTimeParts.DayOfYear | DateTimeParts.Zone)) == DateTimeParts.Date;
        _seen = before;
        return fault == DateTimeFault.None && !isDate ? DateTimeFault.Format : fault;
    }

    private static bool TrySplitDate(ReadOnlySpan<char> text, Span<Range> pieces, out int count)
    {
        count = 0;
        int at = 0;
        while (at < text.Length && count < pieces.Length)
        {
            while (at < text.Length && !char.IsAsciiLetterOrDigit(text[at]))
            {
                at++;
            }

            if (at == text.Length)
            {
                return false;
            }

            int start = at;
            bool isNumber = char.IsAsciiDigit(text[at]);
            while (at < text.Length && (isNumber ? char.IsAsciiDigit(text[at]) : char.IsAsciiLetter(text[at])))
            {
                at++;
            }

            pieces[count++] = start..at;

            // The one character after a piece is dropped, whatever it is.
            at++;
        }

        return true;
    }

    private DateTimeFault ReadMonthName(ReadOnlySpan<char> name, ref bool hasMonthName)
    {
        if (!DateTimeWords.TryFind(name, out DateTimeWord word) || ZoneAbbreviations.TryFind(name, out _))
        {
            return DateTimeFault.Format;
        }

        if (word.Kind == DateTimeWordKind.Ignored)
        {
            return DateTimeFault.None;
        }

        if (word.Kind != DateTimeWordKind.Month || HasAny(DateTimeParts.Month))
        {
            return DateTimeFault.Format;
        }

        Month = word.Value;
        hasMonthName = true;
        _seen |= DateTimeParts.Month;
        return DateTimeFault.None;
    }

    /// <summary>A number without a unit.</summary>
    private DateTimeFault ReadNumberField(ReadOnlySpan<char> text, out DateTimeParts found)
    {
        int point = text.IndexOf('.');
        if (point >= 0 && !HasAny(DateTimeParts.Date))
        {
            return ReadDate(text, out found);
        }

        // Six digits and more are a date or a time run together, unless parts of both are there: then they are a year.
        return point > 2 || (point < 0 && text.Length >= 6 && !(HasAny(DateTimeParts.Date) && HasAny(DateTimeParts.Time)))
            ? ReadRunTogether(text, _seen, out found)
            : ReadDateNumber(text, _hasMonthName, out found);
    }

    /// <summary>One number of a date: which one follows from those that are there.</summary>
    private DateTimeFault ReadDateNumber(ReadOnlySpan<char> text, bool hasMonthName, out DateTimeParts found)
    {
        found = DateTimeParts.None;
        if (!DateTimeNumber.TryReadInteger(text, out int value, out ReadOnlySpan<char> rest))
        {
            return DateTimeFault.Range;
        }

        if (rest.Length == text.Length)
        {
            return DateTimeFault.Format;
        }

        if (rest.Length > 0)
        {
            if (rest[0] != '.' || !DateTimeNumber.TryReadFraction(rest, out int micros))
            {
                return DateTimeFault.Format;
            }

            Micros = micros;
        }

        DateTimeParts date = _seen & DateTimeParts.Date;
        if (text.Length == 3 && date == DateTimeParts.Year && value is >= 1 and <= 366)
        {
            _dayOfYear = value;
            found = DateTimeParts.DayOfYear | DateTimeParts.Month | DateTimeParts.Day;
            return DateTimeFault.None;
        }

        bool isYearFirst = text.Length >= 3 || _settings.DateOrder == DateOrder.Ymd;
        switch (date)
        {
            case DateTimeParts.None:
                found = isYearFirst ? DateTimeParts.Year : _settings.DateOrder == DateOrder.Dmy ? DateTimeParts.Day : DateTimeParts.Month;
                break;
            case DateTimeParts.Year:
            case DateTimeParts.Day:
                found = DateTimeParts.Month;
                break;
            case DateTimeParts.Month:
                found = hasMonthName && isYearFirst ? DateTimeParts.Year : DateTimeParts.Day;
                break;
            case DateTimeParts.Year | DateTimeParts.Month:
                if (hasMonthName && text.Length >= 3 && _hasShortYear)
                {
                    // 08-Jan-2001 where the year was expected first: what was taken for it is the day.
                    (Day, Year) = (Year, value);
                    _hasShortYear = false;
                    found = DateTimeParts.Day;
                    return DateTimeFault.None;
                }

                found = DateTimeParts.Day;
                break;
            case DateTimeParts.Month | DateTimeParts.Day:
                found = DateTimeParts.Year;
                break;
            case DateTimeParts.Date:
                return ReadRunTogether(text, _seen, out found);
            default:
                return DateTimeFault.Format;
        }

        SetDatePart(found, value, text.Length);
        return DateTimeFault.None;
    }

    private void SetDatePart(DateTimeParts part, int value, int digits)
    {
        switch (part)
        {
            case DateTimeParts.Year:
                Year = value;
                _hasShortYear = digits <= 2;
                break;
            case DateTimeParts.Month:
                Month = value;
                break;
            default:
                Day = value;
                break;
        }
    }

    /// <summary>
    /// Digits run together: yyyymmdd of any year, yymmdd, or if there is a date hhmmss and hhmm, with or without a second's fraction.
    /// </summary>
    private DateTimeFault ReadRunTogether(ReadOnlySpan<char> text, DateTimeParts seen, out DateTimeParts found)
    {
        found = DateTimeParts.None;
        int point = text.IndexOf('.');
        if (point >= 0)
        {
            Micros = DateTimeNumber.ToMicros(text[point..]);
            text = text[..point];
        }
        else if ((seen & DateTimeParts.Date) != DateTimeParts.Date && text.Length >= 6)
        {
            found = DateTimeParts.Date;
            _hasShortYear |= text.Length == 6;
            Year = DateTimeNumber.Value(text[..^4]);
            Month = DateTimeNumber.Value(text[^4..^2]);
            Day = DateTimeNumber.Value(text[^2..]);
            return DateTimeFault.None;
        }

        if ((seen & DateTimeParts.Time) == DateTimeParts.Time || text.Length is not (4 or 6))
        {
            return DateTimeFault.Format;
        }

        found = DateTimeParts.Time;
        Hour = DateTimeNumber.Value(text[..2]);
        Minute = DateTimeNumber.Value(text[2..4]);
        Second = DateTimeNumber.Value(text[4..]);
        return DateTimeFault.None;
    }

    /// <summary>A number after a unit, as in y2001m02d04 and J2451187.5.</summary>
    private DateTimeFault ReadNumberInUnit(ReadOnlySpan<char> text, out DateTimeParts found)
    {
        found = DateTimeParts.None;
        DateTimeUnit unit = _unit;
        _unit = DateTimeUnit.None;
        Special = null;
        if (!DateTimeNumber.TryReadInteger(text, out int value, out ReadOnlySpan<char> fraction))
        {
            return DateTimeFault.Range;
        }

        if (fraction.Length > 0 && unit is not (DateTimeUnit.Julian or DateTimeUnit.Time or DateTimeUnit.Second))
        {
            return DateTimeFault.Format;
        }

        switch (unit)
        {
            case DateTimeUnit.Year:
                (Year, found) = (value, DateTimeParts.Year);
                return DateTimeFault.None;
            case DateTimeUnit.Month when HasAll(DateTimeParts.Month | DateTimeParts.Hour):
            case DateTimeUnit.Minute:
                (Minute, found) = (value, DateTimeParts.Minute);
                return DateTimeFault.None;
            case DateTimeUnit.Month:
                (Month, found) = (value, DateTimeParts.Month);
                return DateTimeFault.None;
            case DateTimeUnit.Day:
                (Day, found) = (value, DateTimeParts.Day);
                return DateTimeFault.None;
            case DateTimeUnit.Hour:
                (Hour, found) = (value, DateTimeParts.Hour);
                return DateTimeFault.None;
            case DateTimeUnit.Second:
                return ReadSeconds(value, fraction, out found);
            case DateTimeUnit.Julian:
                return ReadJulian(value, fraction, out found);
            case DateTimeUnit.Time:
                DateTimeFault fault = ReadRunTogether(text, _seen | DateTimeParts.Date, out found);
                return fault == DateTimeFault.None && found != DateTimeParts.Time ? DateTimeFault.Format : fault;
            default:
                return DateTimeFault.Format;
        }
    }

    private DateTimeFault ReadSeconds(int value, ReadOnlySpan<char> fraction, out DateTimeParts found)
    {
        Second = value;
        found = DateTimeParts.WholeSecond;
        if (fraction.IsEmpty)
        {
            return DateTimeFault.None;
        }

        found = DateTimeParts.Second;
        bool isFraction = DateTimeNumber.TryReadFraction(fraction, out int micros);
        Micros = micros;
        return isFraction ? DateTimeFault.None : DateTimeFault.Format;
    }

    private DateTimeFault ReadJulian(int value, ReadOnlySpan<char> fraction, out DateTimeParts found)
    {
        SetJulian(value);
        found = DateTimeParts.Date;
        if (fraction.IsEmpty)
        {
            return DateTimeFault.None;
        }

        found |= DateTimeParts.Time;
        if (fraction.Length < 2)
        {
            return DateTimeFault.Format;
        }

        double days = double.Parse(fraction, System.Globalization.CultureInfo.InvariantCulture);
        long micros = (long)(days * PgCalendar.MicrosPerDay);
        Hour = (int)(micros / PgCalendar.MicrosPerHour);
        Minute = (int)(micros / PgCalendar.MicrosPerMinute % 60);
        Second = (int)(micros / PgCalendar.MicrosPerSecond % 60);
        Micros = (int)(micros % PgCalendar.MicrosPerSecond);
        return DateTimeFault.None;
    }
}
