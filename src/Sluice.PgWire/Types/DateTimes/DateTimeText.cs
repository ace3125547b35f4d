using Sluice.PgWire.Protocol;

namespace Sluice.PgWire.Types;

/// <summary>
/// Everything that PostgreSQL reads as a date or time (PostgreSQL manual, 8.5.1 and B.1) and <see cref="IsoDateTime"/> does not.
/// </summary>
internal static class DateTimeText
{
    /// <summary>1970-01-01 in days since 2000-01-01.</summary>
    private const int UnixEpoch = -PgCalendar.UnixEpochDays;

    /// <summary>Microseconds since 2000-01-01 of the clock that the text shows; an offset is ignored.</summary>
    public static long ParseTimestamp(ReadOnlySpan<byte> text, TextInputSettings settings) => Parse(text, PgType.Timestamp, settings);

    /// <summary>Microseconds since 2000-01-01 UTC.</summary>
    public static long ParseTimestamptz(ReadOnlySpan<byte> text, TextInputSettings settings) => Parse(text, PgType.Timestamptz, settings);

    /// <summary>Days since 2000-01-01.</summary>
    public static int ParseDate(ReadOnlySpan<byte> text, TextInputSettings settings)
    {
        Span<char> buffer = stackalloc char[DateTimeFields.BufferLength];
        Span<DateTimeFields.Field> fields = stackalloc DateTimeFields.Field[DateTimeFields.MaxCount];
        DateTimeReader reader = Read(text, PgType.Date, settings, new DateTimeFields(buffer, fields));
        switch (reader.Special)
        {
            case DateTimeSpecial.Infinity:
                return int.MaxValue;
            case DateTimeSpecial.MinusInfinity:
                return int.MinValue;
            case DateTimeSpecial.Epoch:
                return UnixEpoch;
        }

        if (!PgCalendar.IsJulian(reader.Year, reader.Month))
        {
            throw OutOfRange("date", text);
        }

        int days = PgCalendar.DayOf(reader.Year, reader.Month, reader.Day);
        return PgCalendar.IsDate(days) ? days : throw OutOfRange("date", text);
    }

    private static long Parse(ReadOnlySpan<byte> text, PgType type, TextInputSettings settings)
    {
        Span<char> buffer = stackalloc char[DateTimeFields.BufferLength];
        Span<DateTimeFields.Field> fields = stackalloc DateTimeFields.Field[DateTimeFields.MaxCount];
        DateTimeReader reader = Read(text, type, settings, new DateTimeFields(buffer, fields));
        switch (reader.Special)
        {
            case DateTimeSpecial.Infinity:
                return long.MaxValue;
            case DateTimeSpecial.MinusInfinity:
                return long.MinValue;
            case DateTimeSpecial.Epoch:
                return UnixEpoch * PgCalendar.MicrosPerDay;
        }

        if (!PgCalendar.IsJulian(reader.Year, reader.Month))
        {
            throw OutOfRange("timestamp", text);
        }

        Int128 micros = (Int128)PgCalendar.DayOf(reader.Year, reader.Month, reader.Day) * PgCalendar.MicrosPerDay
            + (reader.Hour * PgCalendar.MicrosPerHour)
            + (reader.Minute * PgCalendar.MicrosPerMinute)
            + (reader.Second * PgCalendar.MicrosPerSecond)
            + reader.Micros;
        if (type == PgType.Timestamptz)
        {
            micros -= reader.Offset * PgCalendar.MicrosPerSecond;
        }

        return micros >= PgCalendar.MinMicros && micros < PgCalendar.EndMicros ? (long)micros : throw OutOfRange("timestamp", text);
    }

    private static DateTimeReader Read(scoped ReadOnlySpan<byte> text, PgType type, TextInputSettings settings, DateTimeFields fields)
    {
        bool isCut = fields.TryRead(text);
        DateTimeReader reader = new(fields, settings);
        DateTimeFault fault = isCut ? reader.Read() : DateTimeFault.Format;
        if (fault == DateTimeFault.None)
        {
            return reader;
        }

        throw reader.UnknownZone is { } zone
            ? new PgException(SqlState.InvalidParameterValue, $"time zone \"{zone}\" not recognized")
            : Error(fault, text, type);
    }

    private static PgException Error(DateTimeFault fault, ReadOnlySpan<byte> text, PgType type)
    {
        string shown = InputError.Show(text);
        return fault switch
        {
            DateTimeFault.Range => new PgException(SqlState.DatetimeFieldOverflow, $"date/time field value out of range: \"{shown}\""),
            DateTimeFault.Order => new PgException(
                SqlState.DatetimeFieldOverflow,
                $"date/time field value out of range: \"{shown}\"",
                hint: "Perhaps you need a different \"datestyle\" setting."),
            DateTimeFault.Offset => new PgException(
                SqlState.InvalidTimeZoneDisplacementValue, $"time zone displacement out of range: \"{shown}\""),
            _ => new PgException(SqlState.InvalidDatetimeFormat, $"invalid input syntax for type {NameOf(type)}: \"{shown}\""),
        };
    }

    private static string NameOf(PgType type) => type == PgType.Timestamp ? "timestamp" : type.DisplayName;

    private static PgException OutOfRange(string what, ReadOnlySpan<byte> text) =>
        new(SqlState.DatetimeFieldOverflow, $"{what} out of range: \"{InputError.Show(text)}\"");
}
