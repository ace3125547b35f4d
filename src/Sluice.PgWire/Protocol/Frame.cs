using System.Buffers;

namespace Sluice.PgWire.Protocol;

/// <summary>
/// One message, or a piece of one that was asked for in pieces. The bytes belong to the reader's buffer and are valid until its next read.
/// </summary>
public readonly struct Frame
{
    internal Frame(byte type, int length, int offset, ReadOnlySequence<byte> body)
    {
        Type = type;
        Length = length;
        Offset = offset;
        Body = body;
    }

    /// <summary>The message's type byte (<see cref="FrontendMessage"/>, <see cref="BackendMessage"/>); 0 at the end of the stream.</summary>
    public byte Type { get; }

    /// <summary>Length of the whole message's body in bytes, without the header.</summary>
    public int Length { get; }

    /// <summary>Where <see cref="Body"/> starts in the whole body; 0 except in a later piece.</summary>
    public int Offset { get; }

    /// <summary>The body, without type and length; one piece of it if the message came in pieces.</summary>
    public ReadOnlySequence<byte> Body { get; }

    /// <summary>The peer has closed its side; a message that it left unfinished is gone.</summary>
    public bool IsEnd => Type == 0;

    /// <summary>Whether the message's header stood before this body.</summary>
    public bool IsFirst => Offset == 0;

    /// <summary>Whether the message ends with this body.</summary>
    public bool IsLast => Offset + Body.Length == Length;
}

/// <summary>The kinds of message that <see cref="MessageReader.ReadAsync"/> may deliver in pieces as their bytes arrive.</summary>
[Flags]
public enum InPieces
{
    /// <summary>Every message is delivered whole.</summary>
    None = 0,

    /// <summary>CopyData, in either direction.</summary>
    CopyData = 1,

    /// <summary>DataRow.</summary>
    DataRow = 2,
}
