using System.Buffers.Binary;

namespace Sluice.PgWire.Types;

/// <summary>Reads numbers in binary of whatever width they were sent.</summary>
internal static class BinaryNumber
{
    public static bool IsInteger(PgType type) => type == PgType.Int2 || type == PgType.Int4 || type == PgType.Int8;

    public static bool IsFloat(PgType type) => type == PgType.Float4 || type == PgType.Float8;

    /// <summary>Checks the length of a value of fixed size.</summary>
    /// <exception cref="Protocol.PgException">22P03 if it is too long, 08P01 if it is too short, as in PostgreSQL.</exception>
    public static void CheckLength(ReadOnlySpan<byte> value, int length)
    {
        if (value.Length != length)
        {
            throw value.Length < length ? InputError.InsufficientData() : InputError.BinaryFormat();
        }
    }

    public static long ReadInteger(ReadOnlySpan<byte> value, PgType sentType)
    {
        if (!IsInteger(sentType))
        {
            throw InputError.CannotReadBinary(sentType);
        }

        CheckLength(value, sentType.Size);
        return value.Length switch
        {
            8 => BinaryPrimitives.ReadInt64BigEndian(value),
            4 => BinaryPrimitives.ReadInt32BigEndian(value),
            _ => BinaryPrimitives.ReadInt16BigEndian(value),
        };
    }

    /// <summary>Reads a float, or an integer as a float.</summary>
    public static double ReadFloat(ReadOnlySpan<byte> value, PgType sentType)
    {
        if (!IsFloat(sentType))
        {
            return ReadInteger(value, sentType);
        }

        CheckLength(value, sentType.Size);
        return value.Length == sizeof(double) ? BinaryPrimitives.ReadDoubleBigEndian(value) : BinaryPrimitives.ReadSingleBigEndian(value);
    }
}
