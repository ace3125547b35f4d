using System.Buffers;
using System.Buffers.Binary;
using Sluice.PgWire.Protocol;

namespace Sluice.PgWire.Types;

/// <summary>
/// <c>date</c>: days since 2000-01-01, <see cref="int.MaxValue"/> for <c>infinity</c> and <see cref="int.MinValue"/> for <c>-infinity</c>
/// (PostgreSQL manual, 8.5). A time in the text is read and ignored.
/// </summary>
public readonly struct DateCodec : IFixedCodec<int>
{
    /// <inheritdoc/>
    public static int ParseText(ReadOnlySpan<byte> text, int typeModifier, TextInputSettings settings) =>
        IsoDateTime.TryParseDate(text, out int days) ? days : DateTimeText.ParseDate(text, settings);

    /// <inheritdoc/>
    public static int ReadBinary(ReadOnlySpan<byte> value, PgType sentType, int typeModifier)
    {
        if (sentType != PgType.Date)
        {
            throw InputError.CannotReadBinary(sentType);
        }

        BinaryNumber.CheckLength(value, sizeof(int));
        int days = BinaryPrimitives.ReadInt32BigEndian(value);
        return PgCalendar.IsDate(days) || IsInfinity(days)
            ? days
            : throw new PgException(SqlState.DatetimeFieldOverflow, "date out of range");
    }

    /// <inheritdoc/>
    public static bool CanReadBinary(PgType sentType) => sentType == PgType.Date;

    /// <inheritdoc/>
    public static void WriteText(int value, IBufferWriter<byte> output, TextInputSettings settings)
    {
        if (IsInfinity(value))
        {
            output.Write(value > 0 ? "infinity"u8 : "-infinity"u8);
        }
        else
        {
            DateTimeOutput.WriteDate(value, output);
        }
    }

    /// <inheritdoc/>
    public static void WriteBinary(int value, IBufferWriter<byte> output)
    {
        BinaryPrimitives.WriteInt32BigEndian(output.GetSpan(sizeof(int)), value);
        output.Advance(sizeof(int));
    }

    private static bool IsInfinity(int days) => days is int.MaxValue or int.MinValue;
}
