namespace Sluice.PgWire.Types;

/// <summary>
/// Makes sense of the fields of a date or time (PostgreSQL manual, B.1, steps 2 to 5): what each is follows from its look and from what
/// was read before it. The year 0 is 1 BC.
/// </summary>
internal ref partial struct DateTimeReader
{
    private const int MaxOffsetHours = 15;

    private readonly TextInputSettings _settings;
    private DateTimeFields _fields;
    private DateTimeParts _seen;
    private DateTimeUnit _unit;
    private bool _hasMonthName;
    private bool _isJulian;
    private bool _hasShortYear;
    private bool _isBc;
    private int? _meridian;
    private int _dayOfYear;
    private SessionTimeZone? _zone;
    private SessionTimeZone? _abbreviatedZone;
    private string _abbreviation = "";

    public DateTimeReader(DateTimeFields fields, TextInputSettings settings)
    {
        _fields = fields;
        _settings = settings;
    }

    /// <summary>The special time that was given, if any.</summary>
    public DateTimeSpecial? Special { get; private set; }

    public int Year { get; private set; }

    public int Month { get; private set; }

    public int Day { get; private set; }

    public int Hour { get; private set; }

    public int Minute { get; private set; }

    public int Second { get; private set; }

    public int Micros { get; private set; }

    /// <summary>The clock's offset east of UTC in seconds.</summary>
    public int Offset { get; private set; }

    /// <summary>A zone that was named and is none: an error of its own.</summary>
    public string? UnknownZone { get; private set; }

    /// <summary>Reads all fields.</summary>
    public DateTimeFault Read()
    {
        for (int i = 0; i < _fields.Count; i++)
        {
            DateTimeFault fault = ReadField(i, out DateTimeParts found);
            if (fault != DateTimeFault.None)
            {
                return fault;
            }

            if ((_seen & found) != DateTimeParts.None)
            {
                return DateTimeFault.Format;
            }

            _seen |= found;
        }

        DateTimeFault invalid = CheckDate();
        if (invalid == DateTimeFault.None)
        {
            invalid = ApplyMeridian();
        }

        return invalid == DateTimeFault.None && Special is null ? Complete() : invalid;
    }

    private readonly bool HasAll(DateTimeParts parts) => (_seen & parts) == parts;

    private readonly bool HasAny(DateTimeParts parts) => (_seen & parts) != DateTimeParts.None;

    private DateTimeFault ReadField(int index, out DateTimeParts found)
    {
        ReadOnlySpan<char> text = _fields.TextOf(index);
        switch (_fields.KindOf(index))
        {
            case DateTimeFieldKind.Date:
                return ReadDateField(text, out found);
            case DateTimeFieldKind.Time:
                return ReadTimeField(text, out found);
            case DateTimeFieldKind.Offset:
                found = DateTimeParts.Zone;
                return ReadOffset(text);
            case DateTimeFieldKind.Number:
                return _unit != DateTimeUnit.None ? ReadNumberInUnit(text, out found) : ReadNumberField(text, out found);
            default:
                return ReadWord(index, text, out found);
        }
    }

    /// <summary>A date, or if there is one already what looks like it: a zone's name, or a time and an offset run together.</summary>
    private DateTimeFault ReadDateField(ReadOnlySpan<char> text, out DateTimeParts found)
    {
        found = DateTimeParts.None;
        if (_unit == DateTimeUnit.Julian)
        {
            _unit = DateTimeUnit.None;
            if (!DateTimeNumber.TryReadInteger(text, out int julian, out ReadOnlySpan<char> offset))
            {
                return DateTimeFault.Range;
            }

            SetJulian(julian);
            found = DateTimeParts.Date | DateTimeParts.Time | DateTimeParts.Zone;
            return ReadOffset(offset);
        }

        if (_unit == DateTimeUnit.None && !HasAll(DateTimeParts.Month | DateTimeParts.Day))
        {
            return ReadDate(text, out found);
        }

        if (!char.IsAsciiDigit(text[0]) && _unit == DateTimeUnit.None)
        {
            return ReadZoneName(text, out found);
        }

        bool isAfterTimeMark = _unit is DateTimeUnit.None or DateTimeUnit.Time;
        _unit = DateTimeUnit.None;
        int minus = text.IndexOf('-');
        if (!isAfterTimeMark || HasAll(DateTimeParts.Time) || minus < 0)
        {
            return DateTimeFault.Format;
        }

        DateTimeFault fault = ReadOffset(text[minus..]);
        if (fault == DateTimeFault.None)
        {
            fault = ReadRunTogether(text[..minus], _seen, out found);
            found |= DateTimeParts.Zone;
        }

        return fault;
    }

    private DateTimeFault ReadZoneName(ReadOnlySpan<char> text, out DateTimeParts found)
    {
        found = DateTimeParts.Zone;
        _zone = SessionTimeZone.Find(text);
        if (_zone is not null)
        {
            return DateTimeFault.None;
        }

        UnknownZone = text.ToString();
        return DateTimeFault.Format;
    }

    private DateTimeFault ReadTimeField(ReadOnlySpan<char> text, out DateTimeParts found)
    {
        found = DateTimeParts.Time;
        if (_unit is not (DateTimeUnit.None or DateTimeUnit.Time))
        {
            return DateTimeFault.Format;
        }

        _unit = DateTimeUnit.None;
        DateTimeFault fault = ReadTime(text);
        bool isTooLate = Hour > 24
            || (Hour * PgCalendar.MicrosPerHour) + (Minute * PgCalendar.MicrosPerMinute) + (Second * PgCalendar.MicrosPerSecond) + Micros
                > PgCalendar.MicrosPerDay;
        return fault == DateTimeFault.None && isTooLate ? DateTimeFault.Range : fault;
    }

    /// <summary>hh:mm, hh:mm:ss with or without a fraction, and mm:ss with one.</summary>
    private DateTimeFault ReadTime(ReadOnlySpan<char> text)
    {
        if (!DateTimeNumber.TryReadInteger(text, out int first, out text)
            || !DateTimeNumber.TryReadInteger(text[1..], out int second, out text))
        {
            return DateTimeFault.Range;
        }

        (Hour, Minute, Second, Micros) = (first, second, 0, 0);
        ReadOnlySpan<char> fraction = text;
        if (text.Length > 0 && text[0] == '.')
        {
            (Hour, Minute, Second) = (0, first, second);
        }
        else if (text.Length > 0)
        {
            if (!DateTimeNumber.TryReadInteger(text[1..], out int third, out fraction))
            {
                return DateTimeFault.Range;
            }

            Second = third;
        }

        if (fraction.Length > 0)
        {
            if (fraction[0] != '.' || !DateTimeNumber.TryReadFraction(fraction, out int micros))
            {
                return DateTimeFault.Format;
            }

            Micros = micros;
        }

        return Minute > 59 || Second > 60 ? DateTimeFault.Range : DateTimeFault.None;
    }

    /// <summary>±h, ±hh, ±hmm, ±hhmm, ±hh:mm, ±hh:mm:ss.</summary>
    private DateTimeFault ReadOffset(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty || text[0] is not ('+' or '-'))
        {
            return DateTimeFault.Format;
        }

        if (!DateTimeNumber.TryReadInteger(text[1..], out int hours, out ReadOnlySpan<char> rest))
        {
            return DateTimeFault.Offset;
        }

        int minutes = 0;
        int seconds = 0;
        if (rest.Length > 0 && rest[0] == ':')
        {
            if (!DateTimeNumber.TryReadInteger(rest[1..], out minutes, out rest)
                || (rest.Length > 0 && rest[0] == ':' && !DateTimeNumber.TryReadInteger(rest[1..], out seconds, out rest)))
            {
                return DateTimeFault.Offset;
            }
        }
        else if (rest.IsEmpty && text.Length > 3)
        {
            (hours, minutes) = (hours / 100, hours % 100);
        }

        if (hours > MaxOffsetHours || minutes > 59 || seconds > 59)
        {
            return DateTimeFault.Offset;
        }

        int offset = (hours * 3600) + (minutes * 60) + seconds;
        Offset = text[0] == '-' ? -offset : offset;
        return rest.IsEmpty ? DateTimeFault.None : DateTimeFault.Format;
    }

    private void SetJulian(int julian)
    {
        (Year, Month, Day) = PgCalendar.DateOfJulian(julian);
        _isJulian = true;
    }

    /// <summary>Makes the year whole, and checks month and day.</summary>
    private DateTimeFault CheckDate()
    {
        if (HasAny(DateTimeParts.Year) && !_isJulian)
        {
            if (Year <= 0 && !(_hasShortYear && !_isBc))
            {
                return DateTimeFault.Range;
            }

            Year = _isBc ? 1 - Year : _hasShortYear && Year < 70 ? Year + 2000 : _hasShortYear && Year < 100 ? Year + 1900 : Year;
        }

        if (HasAny(DateTimeParts.DayOfYear))
        {
            (Year, Month, Day) = PgCalendar.DateOf(PgCalendar.DayOf(Year, 1, 1) + _dayOfYear - 1);
        }

        if ((HasAny(DateTimeParts.Month) && Month is < 1 or > 12) || (HasAny(DateTimeParts.Day) && Day is < 1 or > 31))
        {
            return DateTimeFault.Order;
        }

        return HasAll(DateTimeParts.Date) && Day > PgCalendar.DaysInMonth(Year, Month) ? DateTimeFault.Range : DateTimeFault.None;
    }

    private DateTimeFault ApplyMeridian()
    {
        if (_meridian is { } meridian)
        {
            if (Hour > 12)
            {
                return DateTimeFault.Range;
            }

            Hour = (Hour % 12) + (meridian * 12);
        }

        return DateTimeFault.None;
    }

    /// <summary>Checks that there is a date, and finds the offset on it.</summary>
    private DateTimeFault Complete()
    {
        bool needsZone = !HasAny(DateTimeParts.Zone);
        if (!HasAll(DateTimeParts.Date))
        {
            return DateTimeFault.Format;
        }

        if (HasAny(DateTimeParts.SummerTime) && (needsZone || _zone is not null || _abbreviatedZone is not null))
        {
            return DateTimeFault.Format;
        }

        if (_abbreviatedZone is not null)
        {
            Offset = _abbreviatedZone.OffsetOfAbbreviation(_abbreviation, LocalSeconds());
        }
        else if (needsZone || _zone is not null)
        {
            Offset = (_zone ?? _settings.TimeZone).OffsetOfLocal(LocalSeconds());
        }

        return DateTimeFault.None;
    }

    /// <summary>Seconds since 1970-01-01 of the clock that the text shows.</summary>
    private readonly long LocalSeconds()
    {
        long days = PgCalendar.IsJulian(Year, Month) ? PgCalendar.DayOf(Year, Month, Day) + (long)PgCalendar.UnixEpochDays : 0;
        return (days * PgCalendar.SecondsPerDay) + (Hour * 3600) + (Minute * 60) + Second;
    }
}
