using System.Buffers;
using System.Buffers.Binary;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;

namespace Sluice.PgWire.Types;

/// <summary>
/// The binary format of <c>numeric</c>: four 16-bit fields (digits, weight, sign, scale), then that many digits to the base of 10,000,
/// the first of which counts 10,000^weight.
/// </summary>
internal static class NumericBinary
{
    private const int HeaderLength = 8;
    private const int DigitsPerGroup = 4;
    private const int Base = 10_000;
    private const ushort Negative = 0x4000;
    private const ushort NaN = 0xC000;
    private const ushort PositiveInfinity = 0xD000;
    private const ushort NegativeInfinity = 0xF000;

    public static void Append(ReadOnlySpan<byte> value, int typeModifier, ByteArena arena)
    {
        if (value.Length < HeaderLength)
        {
            throw InputError.InsufficientData();
        }

        int groups = BinaryPrimitives.ReadUInt16BigEndian(value);
        int weight = BinaryPrimitives.ReadInt16BigEndian(value[2..]);
        ushort sign = BinaryPrimitives.ReadUInt16BigEndian(value[4..]);
        int scale = BinaryPrimitives.ReadUInt16BigEndian(value[6..]);
        CheckHeader(sign, scale);
        BinaryNumber.CheckLength(value, HeaderLength + (groups * sizeof(ushort)));
        if (sign is not (0 or Negative))
        {
            ReadOnlySpan<byte> word = sign == NaN ? "NaN"u8 : sign == PositiveInfinity ? "Infinity"u8 : "-Infinity"u8;
            NumericText.CheckWord(word, typeModifier);
            arena.Append(word);
            return;
        }

        byte[] buffer = ArrayPool<byte>.Shared.Rent(1 + (groups * DigitsPerGroup));
        try
        {
            ReadGroups(value[HeaderLength..], buffer.AsSpan(1));
            DecimalDigits digits = new(buffer, groups * DigitsPerGroup, (weight + 1) * DigitsPerGroup, scale, sign == Negative);
            digits.Truncate();
            NumericText.Append(ref digits, typeModifier, arena);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Writes a number that is kept as text.</summary>
    public static void Write(ReadOnlySpan<byte> stored, IBufferWriter<byte> output)
    {
        ReadOnlySpan<byte> unsigned = stored.TrimStart((byte)'-');
        if (unsigned[0] is (byte)'N' or (byte)'I')
        {
            ushort word = unsigned[0] == 'N' ? NaN : stored[0] == '-' ? NegativeInfinity : PositiveInfinity;
            WriteHeader(0, 0, word, 0, output);
            return;
        }

        int point = unsigned.IndexOf((byte)'.');
        ReadOnlySpan<byte> whole = point < 0 ? unsigned : unsigned[..point];
        ReadOnlySpan<byte> fraction = point < 0 ? [] : unsigned[(point + 1)..];
        int wholeGroups = Groups(whole.Length);
        int first = 0;
        int last = wholeGroups + Groups(fraction.Length);
        while (first < last && Group(whole, fraction, first - wholeGroups) == 0)
        {
            first++;
        }

        while (last > first && Group(whole, fraction, last - 1 - wholeGroups) == 0)
        {
            last--;
        }

        int weight = first == last ? 0 : wholeGroups - first - 1;
        WriteHeader(last - first, weight, stored[0] == '-' ? Negative : (ushort)0, fraction.Length, output);
        for (int i = first; i < last; i++)
        {
            WriteShort(Group(whole, fraction, i - wholeGroups), output);
        }
    }

    private static void CheckHeader(ushort sign, int scale)
    {
        if (sign is not (0 or Negative or NaN or PositiveInfinity or NegativeInfinity))
        {
            throw Invalid("sign");
        }

        if (scale > DecimalDigits.MaxScale)
        {
            throw Invalid("scale");
        }
    }

    private static PgException Invalid(string what) =>
        new(SqlState.InvalidBinaryRepresentation, $"invalid {what} in external \"numeric\" value");

    private static void ReadGroups(ReadOnlySpan<byte> groups, Span<byte> digits)
    {
        for (; groups.Length > 0; groups = groups[sizeof(ushort)..], digits = digits[DigitsPerGroup..])
        {
            int group = BinaryPrimitives.ReadInt16BigEndian(groups);
            if (group is < 0 or >= Base)
            {
                throw Invalid("digit");
            }

            for (int i = DigitsPerGroup - 1; i >= 0; i--)
            {
                digits[i] = (byte)('0' + (group % 10));
                group /= 10;
            }
        }
    }

    private static int Groups(int digits) => (digits + DigitsPerGroup - 1) / DigitsPerGroup;

    /// <summary>The group at <paramref name="index"/>, counted from the point: -1 is the last before it, 0 the first after it.</summary>
    private static int Group(ReadOnlySpan<byte> whole, ReadOnlySpan<byte> fraction, int index)
    {
        int group = 0;
        ReadOnlySpan<byte> digits = index < 0 ? whole : fraction;
        int start = index < 0 ? whole.Length + (index * DigitsPerGroup) : index * DigitsPerGroup;
        for (int i = start; i < start + DigitsPerGroup; i++)
        {
            group = (group * 10) + (i >= 0 && i < digits.Length ? digits[i] - '0' : 0);
        }

        return group;
    }

    private static void WriteHeader(int groups, int weight, ushort sign, int scale, IBufferWriter<byte> output)
    {
        WriteShort(groups, output);
        WriteShort(weight, output);
        WriteShort(sign, output);
        WriteShort(scale, output);
    }

    private static void WriteShort(int value, IBufferWriter<byte> output)
    {
        BinaryPrimitives.WriteInt16BigEndian(output.GetSpan(sizeof(short)), unchecked((short)value));
        output.Advance(sizeof(short));
    }
}
