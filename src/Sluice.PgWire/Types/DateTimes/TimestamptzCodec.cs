using System.Buffers;

namespace Sluice.PgWire.Types;

/// <summary>
/// <c>timestamp with time zone</c>: microseconds since 2000-01-01 00:00 UTC, <see cref="long.MaxValue"/> for <c>infinity</c> and
/// <see cref="long.MinValue"/> for <c>-infinity</c> (PostgreSQL manual, 8.5). Text without an offset is in the session's zone.
/// </summary>
public readonly struct TimestamptzCodec : IFixedCodec<long>
{
    private const long UnixEpochSeconds = (long)PgCalendar.UnixEpochDays * PgCalendar.SecondsPerDay;

    /// <inheritdoc/>
    public static long ParseText(ReadOnlySpan<byte> text, int typeModifier, TextInputSettings settings)
    {
        long micros = IsoDateTime.TryParse(text, out long clock, out int? offset)
            ? clock - ((offset ?? OffsetOfLocal(clock, settings.TimeZone)) * PgCalendar.MicrosPerSecond)
            : DateTimeText.ParseTimestamptz(text, settings);
        return TimestampCodec.Round(micros, typeModifier);
    }

    /// <inheritdoc/>
    public static long ReadBinary(ReadOnlySpan<byte> value, PgType sentType, int typeModifier)
    {
        if (sentType != PgType.Timestamptz)
        {
            throw InputError.CannotReadBinary(sentType);
        }

        return TimestampCodec.Round(TimestampCodec.ReadMicros(value), typeModifier);
    }

    /// <inheritdoc/>
    public static bool CanReadBinary(PgType sentType) => sentType == PgType.Timestamptz;

    /// <inheritdoc/>
    public static void WriteText(long value, IBufferWriter<byte> output, TextInputSettings settings)
    {
        if (TimestampCodec.TryWriteInfinity(value, output))
        {
            return;
        }

        int offset = settings.TimeZone.OffsetAt(UnixSeconds(value));
        DateTimeOutput.WriteTimestamp(value + (offset * PgCalendar.MicrosPerSecond), offset, output);
    }

    /// <inheritdoc/>
    public static void WriteBinary(long value, IBufferWriter<byte> output) => TimestampCodec.WriteBinary(value, output);

    /// <summary>The zone's offset in seconds when its clocks show a time.</summary>
    internal static int OffsetOfLocal(long localMicros, SessionTimeZone zone) =>
        zone.IsUtc ? 0 : zone.OffsetOfLocal(UnixSeconds(localMicros));

    /// <summary>Whole seconds since 1970, rounded down.</summary>
    internal static long UnixSeconds(long micros)
    {
        long seconds = Math.DivRem(micros, PgCalendar.MicrosPerSecond, out long rest);
        return (rest < 0 ? seconds - 1 : seconds) + UnixEpochSeconds;
    }
}
