using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Sluice.Cdf.DataPoints;

/// <summary>Protocol buffers wire format (protobuf.dev, "Encoding"), little more than varints.</summary>
internal static class ProtoWriter
{
    public const byte VarintType = 0;
    public const byte Fixed64Type = 1;
    public const byte LengthType = 2;

    /// <summary>Bytes of <paramref name="value"/> as a varint, 1 to 10.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int VarintSize(ulong value) => ((BitOperations.Log2(value | 1) * 9) + 73) / 64;

    /// <summary>Tag of a field below 16.</summary>
    public static byte Tag(int field, byte type) => (byte)((field << 3) | type);

    /// <summary>Writes a varint and returns where it ends.</summary>
    public static int WriteVarint(Span<byte> target, int at, ulong value)
    {
        while (value >= 0x80)
        {
            target[at++] = (byte)(value | 0x80);
            value >>= 7;
        }

        target[at++] = (byte)value;
        return at;
    }

    /// <summary>The six bytes of a varint of 36 to 42 bits, as the low bytes of a number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong SixByteVarint(ulong value)
    {
        const ulong Continues = 0x00_80_80_80_80_80;
        if (Bmi2.X64.IsSupported)
        {
            return Bmi2.X64.ParallelBitDeposit(value, 0x7F_7F_7F_7F_7F_7F) | Continues;
        }

        return (value & 0x7F)
            | ((value & (0x7FUL << 7)) << 1)
            | ((value & (0x7FUL << 14)) << 2)
            | ((value & (0x7FUL << 21)) << 3)
            | ((value & (0x7FUL << 28)) << 4)
            | ((value & (0x7FUL << 35)) << 5)
            | Continues;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void WriteLittleEndian<T>(ref byte target, T value)
        where T : unmanaged
    {
        if (!BitConverter.IsLittleEndian)
        {
            ThrowBigEndian();
        }

        Unsafe.WriteUnaligned(ref target, value);
    }

    public static int WriteDouble(Span<byte> target, int at, double value)
    {
        BinaryPrimitives.WriteDoubleLittleEndian(target[at..], value);
        return at + sizeof(double);
    }

    private static void ThrowBigEndian() => throw new PlatformNotSupportedException("Sluice runs on little-endian machines.");
}
