using System.Text;
using System.Text.Unicode;
using Sluice.PgWire.Protocol;

namespace Sluice.PgWire.Types;

/// <summary>Checks and counts text as PostgreSQL does in a database of encoding UTF8.</summary>
internal static class Utf8Text
{
    /// <summary>Whether the text is UTF-8 without a zero byte.</summary>
    public static bool IsValid(ReadOnlySpan<byte> text) => Utf8.IsValid(text) && !text.Contains((byte)0);

    /// <summary>Checks text that came from a client.</summary>
    /// <exception cref="PgException">22021: a byte sequence is no UTF-8, or a zero byte.</exception>
    public static void Validate(ReadOnlySpan<byte> text)
    {
        if (!IsValid(text))
        {
            throw Invalid(text);
        }
    }

    /// <summary>The number of code points in valid text.</summary>
    public static int CountCharacters(ReadOnlySpan<byte> text)
    {
        int count = 0;
        foreach (byte b in text)
        {
            count += (b & 0xc0) == 0x80 ? 0 : 1;
        }

        return count;
    }

    /// <summary>The length in bytes of the first <paramref name="characters"/> code points of valid text, or of all of it.</summary>
    public static int ByteLength(ReadOnlySpan<byte> text, int characters)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if ((text[i] & 0xc0) != 0x80 && characters-- == 0)
            {
                return i;
            }
        }

        return text.Length;
    }

    /// <summary>The error for the first bad sequence of text that is not valid.</summary>
    public static PgException Invalid(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> bad = text[ValidPrefix(text)..];
        StringBuilder message = new("invalid byte sequence for encoding \"UTF8\":");
        foreach (byte b in bad[..Math.Min(SequenceLength(bad[0]), bad.Length)])
        {
            message.Append($" 0x{b:x2}");
        }

        return new PgException(SqlState.CharacterNotInRepertoire, message.ToString());
    }

    private static int ValidPrefix(ReadOnlySpan<byte> text)
    {
        int at = 0;
        while (at < text.Length && text[at] != 0)
        {
            if (Rune.DecodeFromUtf8(text[at..], out _, out int length) != System.Buffers.OperationStatus.Done)
            {
                break;
            }

            at += length;
        }

        return at;
    }

    /// <summary>The length that a first byte promises, whether it may stand there or not.</summary>
    private static int SequenceLength(byte first) => first switch
    {
        < 0xc0 => 1,
        < 0xe0 => 2,
        < 0xf0 => 3,
        < 0xf8 => 4,
        _ => 1,
    };
}
