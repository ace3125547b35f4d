using System.Buffers.Text;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Sluice.Emulator.Http;

/// <summary>
/// Opaque paging positions. A cursor holds a digest of the request's other parameters, so that one used with different parameters is
/// refused, and a position; both are scrambled, so that no client comes to lean on what is inside.
/// </summary>
internal static class Cursor
{
    private const int DigestBytes = 8;

    private static readonly byte[] s_key = RandomNumberGenerator.GetBytes(32);

    /// <summary>A digest over everything that must stay equal from page to page: the body's fields apart from cursor and limit.</summary>
    public static ulong Digest(string operation, JsonElement parameters)
    {
        var text = new StringBuilder(operation);
        if (parameters.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in parameters.EnumerateObject().OrderBy(p => p.Name, StringComparer.Ordinal))
            {
                if (property.Name is not ("cursor" or "limit") && property.Value.ValueKind != JsonValueKind.Null)
                {
                    text.Append('\n').Append(property.Name).Append(':').Append(JsonSerializer.Serialize(property.Value));
                }
            }
        }

        return Digest(text.ToString());
    }

    public static ulong Digest(string text) =>
        BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    public static string Make(ulong digest, string position)
    {
        var bytes = new byte[DigestBytes + Encoding.UTF8.GetByteCount(position)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, digest);
        Encoding.UTF8.GetBytes(position, bytes.AsSpan(DigestBytes));
        Scramble(bytes);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>The position in the cursor; 400 if it is not a cursor or belongs to other parameters.</summary>
    public static string Read(ulong digest, string cursor)
    {
        byte[] bytes;
        try
        {
            bytes = Base64Url.DecodeFromChars(cursor);
        }
        catch (FormatException)
        {
            throw Invalid();
        }

        Scramble(bytes);
        return bytes.Length >= DigestBytes && BinaryPrimitives.ReadUInt64LittleEndian(bytes) == digest
            ? Encoding.UTF8.GetString(bytes.AsSpan(DigestBytes))
            : throw Invalid();
    }

    private static CdfException Invalid() =>
        CdfException.BadRequest("Invalid cursor: it was not issued for this request; all parameters except limit must stay the same");

    private static void Scramble(Span<byte> bytes)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] ^= s_key[i % s_key.Length];
        }
    }
}
