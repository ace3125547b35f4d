using System.Buffers;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;

namespace Sluice.PgWire.Types;

/// <summary><c>bytea</c>: text in hex or in the escape format, printed in hex (PostgreSQL manual, 8.4).</summary>
internal readonly struct ByteaCodec : IVariableCodec
{
    public static void ParseText(ReadOnlySpan<byte> text, int typeModifier, ByteArena arena)
    {
        if (text.StartsWith("\\x"u8))
        {
            ParseHex(text[2..], arena);
        }
        else
        {
            ParseEscaped(text, arena);
        }
    }

    public static void ReadBinary(ReadOnlySpan<byte> value, PgType sentType, int typeModifier, ByteArena arena)
    {
        if (!CanReadBinary(sentType))
        {
            throw InputError.CannotReadBinary(sentType);
        }

        arena.Append(value);
    }

    public static bool CanReadBinary(PgType sentType) => sentType == PgType.Bytea;

    public static void WriteText(ReadOnlySpan<byte> stored, IBufferWriter<byte> output)
    {
        Span<byte> text = output.GetSpan(2 + (stored.Length * 2));
        "\\x"u8.CopyTo(text);
        Convert.TryToHexStringLower(stored, text[2..], out int written);
        output.Advance(2 + written);
    }

    public static void WriteBinary(ReadOnlySpan<byte> stored, IBufferWriter<byte> output) => output.Write(stored);

    private static void ParseHex(ReadOnlySpan<byte> digits, ByteArena arena)
    {
        // Blanks may stand between the bytes, not within one.
        for (int at = 0; at < digits.Length; at += 2)
        {
            while (at < digits.Length && digits[at] is (byte)' ' or (byte)'\n' or (byte)'\t' or (byte)'\r')
            {
                at++;
            }

            if (at == digits.Length)
            {
                return;
            }

            int high = HexDigit(digits, at);
            if (at + 1 == digits.Length)
            {
                throw new PgException(SqlState.InvalidParameterValue, "invalid hexadecimal data: odd number of digits");
            }

            arena.Append((byte)((high << 4) | HexDigit(digits, at + 1)));
        }
    }

    private static int HexDigit(ReadOnlySpan<byte> digits, int at)
    {
        byte b = digits[at];
        if (!char.IsAsciiHexDigit((char)b))
        {
            int length = Utf8Text.ByteLength(digits[at..], 1);
            string shown = InputError.Show(digits.Slice(at, length));
            throw new PgException(SqlState.InvalidParameterValue, $"invalid hexadecimal digit: \"{shown}\"");
        }

        return b <= '9' ? b - '0' : (b & 0x0f) + 9;
    }

    private static void ParseEscaped(ReadOnlySpan<byte> text, ByteArena arena)
    {
        Utf8Text.Validate(text);
        while (true)
        {
            int escape = text.IndexOf((byte)'\\');
            arena.Append(escape < 0 ? text : text[..escape]);
            if (escape < 0)
            {
                return;
            }

            text = text[(escape + 1)..];
            if (text is [(byte)'\\', ..])
            {
                arena.Append((byte)'\\');
                text = text[1..];
            }
            else if (text is [>= (byte)'0' and <= (byte)'3', >= (byte)'0' and <= (byte)'7', >= (byte)'0' and <= (byte)'7', ..])
            {
                arena.Append((byte)(((text[0] - '0') << 6) | ((text[1] - '0') << 3) | (text[2] - '0')));
                text = text[3..];
            }
            else
            {
                throw new PgException(SqlState.InvalidTextRepresentation, "invalid input syntax for type bytea");
            }
        }
    }
}
