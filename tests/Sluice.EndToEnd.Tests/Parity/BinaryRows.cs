using System.Buffers.Binary;
using System.Text;

namespace Sluice.EndToEnd.Tests.Parity;

/// <summary>Rows of two text columns in COPY's binary format.</summary>
internal static class BinaryRows
{
    public static byte[] Of(params (string First, string Second)[] rows)
    {
        using var stream = new MemoryStream();
        stream.Write([.. "PGCOPY\n"u8, 0xFF, .. "\r\n\0"u8]);
        stream.Write(new byte[8]);
        foreach (var (first, second) in rows)
        {
            stream.Write([0, 2]);
            Write(stream, first);
            Write(stream, second);
        }

        stream.Write([0xFF, 0xFF]);
        return stream.ToArray();
    }

    private static void Write(MemoryStream stream, string value)
    {
        var bytes = Encoding.UTF8.GetBytes(value);
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(length, bytes.Length);
        stream.Write(length);
        stream.Write(bytes);
    }
}
