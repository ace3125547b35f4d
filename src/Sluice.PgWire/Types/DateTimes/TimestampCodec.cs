using System.Buffers;
using System.Buffers.Binary;
using Sluice.PgWire.Protocol;

namespace Sluice.PgWire.Types;

/// <summary>
/// <c>timestamp without time zone</c>: microseconds since 2000-01-01 00:00, <see cref="long.MaxValue"/> for <c>infinity</c> and
/// <see cref="long.MinValue"/> for <c>-infinity</c> (PostgreSQL manual, 8.5). An offset in the text is read and ignored.
/// </summary>
public readonly struct TimestampCodec : IFixedCodec<long>
{
    private const int MaxPrecision = 6;

    /// <inheritdoc/>
    public static long ParseText(ReadOnlySpan<byte> text, int typeModifier, TextInputSettings settings)
    {
        long micros = IsoDateTime.TryParse(text, out long clock, out _) ? clock : DateTimeText.ParseTimestamp(text, settings);
        return Round(micros, typeModifier);
    }

    /// <inheritdoc/>
    public static long ReadBinary(ReadOnlySpan<byte> value, PgType sentType, int typeModifier)
    {
        if (sentType != PgType.Timestamp)
        {
            throw InputError.CannotReadBinary(sentType);
        }

        return Round(ReadMicros(value), typeModifier);
    }

    /// <inheritdoc/>
    public static bool CanReadBinary(PgType sentType) => sentType == PgType.Timestamp;

    /// <inheritdoc/>
    public static void WriteText(long value, IBufferWriter<byte> output, TextInputSettings settings)
    {
        if (!TryWriteInfinity(value, output))
        {
            DateTimeOutput.WriteTimestamp(value, offset: null, output);
        }
    }

    /// <inheritdoc/>
    public static void WriteBinary(long value, IBufferWriter<byte> output)
    {
        BinaryPrimitives.WriteInt64BigEndian(output.GetSpan(sizeof(long)), value);
        output.Advance(sizeof(long));
    }

    internal static bool IsInfinity(long micros) => micros is long.MaxValue or long.MinValue;

    internal static long ReadMicros(ReadOnlySpan<byte> value)
    {
        BinaryNumber.CheckLength(value, sizeof(long));
        long micros = BinaryPrimitives.ReadInt64BigEndian(value);
        return PgCalendar.IsTimestamp(micros) || IsInfinity(micros)
            ? micros
            : throw new PgException(SqlState.DatetimeFieldOverflow, "timestamp out of range");
    }

    /// <summary>Rounds to the digits that a modifier leaves to the second's fraction, half away from the epoch.</summary>
    internal static long Round(long micros, int typeModifier)
    {
        if (typeModifier is < 0 or >= MaxPrecision || IsInfinity(micros))
        {
            return micros;
        }

        long unit = 1;
        for (int digits = typeModifier; digits < MaxPrecision; digits++)
        {
            unit *= 10;
        }

        return micros >= 0 ? (micros + (unit / 2)) / unit * unit : -((-micros + (unit / 2)) / unit * unit);
    }

    internal static bool TryWriteInfinity(long micros, IBufferWriter<byte> output)
    {
        if (IsInfinity(micros))
        {
            output.Write(micros > 0 ? "infinity"u8 : "-infinity"u8);
            return true;
        }

        return false;
    }
}
