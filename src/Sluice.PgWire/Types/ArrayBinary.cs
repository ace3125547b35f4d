using System.Buffers.Binary;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;

namespace Sluice.PgWire.Types;

/// <summary>
/// The binary format of arrays: dimensions, a flag for NULLs, the elements' type, then length and lower bound of each dimension, then
/// each element with its length, -1 for NULL.
/// </summary>
internal static class ArrayBinary
{
    private const int MaxDimensions = 6;
    private const int HeaderLength = 12;
    private const int DimensionLength = 8;

    public static void AppendElements(ReadOnlySpan<byte> value, PgType sentElement, Column elements)
    {
        if (value.Length < HeaderLength)
        {
            throw InputError.InsufficientData();
        }

        int dimensions = BinaryPrimitives.ReadInt32BigEndian(value);
        int flags = BinaryPrimitives.ReadInt32BigEndian(value[4..]);
        CheckHeader(dimensions, flags, BinaryPrimitives.ReadUInt32BigEndian(value[8..]), sentElement);
        ReadOnlySpan<byte> rest = value[HeaderLength..];
        int count = 0;
        if (dimensions == 1)
        {
            if (rest.Length < DimensionLength)
            {
                throw InputError.InsufficientData();
            }

            count = BinaryPrimitives.ReadInt32BigEndian(rest);
            rest = rest[DimensionLength..];
        }

        if (count < 0)
        {
            throw new PgException(SqlState.ProgramLimitExceeded, "array size exceeds the maximum allowed (134217727)");
        }

        for (int i = 0; i < count; i++)
        {
            AppendElement(ref rest, i, sentElement, elements);
        }

        if (!rest.IsEmpty)
        {
            throw InputError.BinaryFormat();
        }
    }

    private static void CheckHeader(int dimensions, int flags, uint elementOid, PgType sentElement)
    {
        if (dimensions < 0)
        {
            throw Invalid($"invalid number of dimensions: {dimensions}");
        }

        if (dimensions > MaxDimensions)
        {
            throw new PgException(
                SqlState.ProgramLimitExceeded, $"number of array dimensions ({dimensions}) exceeds the maximum allowed ({MaxDimensions})");
        }

        if (flags is not (0 or 1))
        {
            throw Invalid("invalid array flags");
        }

        if (elementOid != sentElement.Oid)
        {
            throw new PgException(SqlState.DatatypeMismatch, "wrong element type");
        }

        if (dimensions > 1)
        {
            throw ArrayText.Multidimensional();
        }
    }

    private static void AppendElement(ref ReadOnlySpan<byte> rest, int index, PgType sentElement, Column elements)
    {
        if (rest.Length < sizeof(int))
        {
            throw InputError.InsufficientData();
        }

        int length = BinaryPrimitives.ReadInt32BigEndian(rest);
        rest = rest[sizeof(int)..];
        if (length == -1)
        {
            elements.AppendNull();
            return;
        }

        if (length < -1 || length > rest.Length)
        {
            throw Invalid("insufficient data left in message");
        }

        if (sentElement.Size > 0 && length > sentElement.Size)
        {
            throw Invalid($"improper binary format in array element {index + 1}");
        }

        elements.AppendBinary(rest[..length], sentElement);
        rest = rest[length..];
    }

    private static PgException Invalid(string message) => new(SqlState.InvalidBinaryRepresentation, message);
}
