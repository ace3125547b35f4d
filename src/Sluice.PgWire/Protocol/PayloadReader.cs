using System.Buffers.Binary;
using System.Text;

namespace Sluice.PgWire.Protocol;

/// <summary>
/// Reads the fields of a message's body. What does not fit is 08P01 in PostgreSQL's own words; the session can go on, since the frame was whole.
/// </summary>
public ref struct PayloadReader
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ReadOnlySpan<byte> _body;

    /// <summary>Reads <paramref name="body"/> from its start.</summary>
    public PayloadReader(ReadOnlySpan<byte> body) => _body = body;

    /// <summary>Where the next read starts.</summary>
    public int Position { get; private set; }

    /// <summary>Bytes not yet read.</summary>
    public readonly int Remaining => _body.Length - Position;

    /// <summary>Reads one byte.</summary>
    /// <exception cref="PgException">08P01: nothing is left.</exception>
    public byte Byte() => Bytes(1)[0];

    /// <summary>Reads an Int16.</summary>
    /// <exception cref="PgException">08P01: too little is left.</exception>
    public short Int16() => BinaryPrimitives.ReadInt16BigEndian(Bytes(sizeof(short)));

    /// <summary>Reads a count: an Int16 that PostgreSQL takes as unsigned, so 0 to 65,535.</summary>
    /// <exception cref="PgException">08P01: too little is left.</exception>
    public int Count() => BinaryPrimitives.ReadUInt16BigEndian(Bytes(sizeof(ushort)));

    /// <summary>Reads an Int32.</summary>
    /// <exception cref="PgException">08P01: too little is left.</exception>
    public int Int32() => BinaryPrimitives.ReadInt32BigEndian(Bytes(sizeof(int)));

    /// <summary>Reads an Int32 as unsigned: an OID.</summary>
    /// <exception cref="PgException">08P01: too little is left.</exception>
    public uint UInt32() => BinaryPrimitives.ReadUInt32BigEndian(Bytes(sizeof(uint)));

    /// <summary>Reads <paramref name="count"/> bytes.</summary>
    /// <exception cref="PgException">08P01: too little is left, or <paramref name="count"/> is negative.</exception>
    public ReadOnlySpan<byte> Bytes(int count)
    {
        if ((uint)count > (uint)Remaining)
        {
            throw new PgException(SqlState.ProtocolViolation, "insufficient data left in message");
        }

        ReadOnlySpan<byte> bytes = _body.Slice(Position, count);
        Position += count;
        return bytes;
    }

    /// <summary>Reads all that is left.</summary>
    public ReadOnlySpan<byte> Rest() => Bytes(Remaining);

    /// <summary>Reads a String's bytes, without the zero byte that ends it.</summary>
    /// <exception cref="PgException">08P01: it does not end within the message.</exception>
    public ReadOnlySpan<byte> CString()
    {
        ReadOnlySpan<byte> rest = _body[Position..];
        int end = rest.IndexOf((byte)0);
        if (end < 0)
        {
            throw new PgException(SqlState.ProtocolViolation, "invalid string in message");
        }

        Position += end + 1;
        return rest[..end];
    }

    /// <summary>Reads a String.</summary>
    /// <exception cref="PgException">08P01: it does not end within the message; 22021: it is not UTF-8.</exception>
    public string String() => Decode(CString());

    /// <summary>Checks that nothing is left.</summary>
    /// <exception cref="PgException">08P01: something is.</exception>
    public readonly void End()
    {
        if (Remaining != 0)
        {
            throw new PgException(SqlState.ProtocolViolation, "invalid message format");
        }
    }

    /// <summary>UTF-8 to a string.</summary>
    /// <exception cref="PgException">22021: <paramref name="utf8"/> is not UTF-8.</exception>
    public static string Decode(ReadOnlySpan<byte> utf8)
    {
        try
        {
            return StrictUtf8.GetString(utf8);
        }
        catch (DecoderFallbackException e)
        {
            string bytes = string.Join(' ', (e.BytesUnknown ?? []).Select(b => $"0x{b:x2}"));
            throw new PgException(
                new PgError { SqlState = SqlState.CharacterNotInRepertoire, Message = $"invalid byte sequence for encoding \"UTF8\": {bytes}" },
                e);
        }
    }
}
