using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Sluice.Gateway.Writes;

/// <summary>A 64-bit hash of keys, seeded per process so that nobody can choose keys that collide.</summary>
internal static class KeyHash
{
    private const ulong First = 0x9E37_79B9_7F4A_7C15;
    private const ulong Second = 0xD6E8_FEB8_6659_FD93;

    private static readonly ulong Seed = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(ulong)));
    private static readonly ulong OtherSeed = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(sizeof(ulong)));

    public static ulong Of(ReadOnlySpan<byte> key) => Of(key, Seed);

    /// <summary>So long that two keys of a transaction never have the same.</summary>
    public static UInt128 Long(ReadOnlySpan<byte> key) => new(Of(key, Seed), Of(key, OtherSeed));

    private static ulong Of(ReadOnlySpan<byte> key, ulong seed)
    {
        var hash = seed ^ ((ulong)key.Length * First);
        while (key.Length >= sizeof(ulong))
        {
            hash = Mix(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(key), First);
            key = key[sizeof(ulong)..];
        }

        if (!key.IsEmpty)
        {
            ulong rest = 0;
            for (var i = key.Length - 1; i >= 0; i--)
            {
                rest = (rest << 8) | key[i];
            }

            hash = Mix(hash ^ rest, Second);
        }

        return Mix(hash, Second);
    }

    public static ulong Of(long id) => Mix(Mix(Seed ^ (ulong)id, First), Second);

    public static ulong Combine(ulong first, ulong second) => Mix(first ^ Second, second ^ First);

    private static ulong Mix(ulong a, ulong b)
    {
        var high = Math.BigMul(a, b, out var low);
        return high ^ low;
    }
}
