using System.Buffers;
using System.Text;

namespace Sluice.PgWire.Types;

/// <summary><c>boolean</c> (PostgreSQL manual, 8.6).</summary>
public readonly struct BoolCodec : IFixedCodec<bool>
{
    /// <inheritdoc/>
    public static bool ParseText(ReadOnlySpan<byte> text, int typeModifier, TextInputSettings settings) => text switch
    {
        [(byte)'t'] or [(byte)'1'] => true,
        [(byte)'f'] or [(byte)'0'] => false,
        _ => ParseWord(text),
    };

    /// <inheritdoc/>
    public static bool ReadBinary(ReadOnlySpan<byte> value, PgType sentType, int typeModifier)
    {
        if (sentType != PgType.Bool)
        {
            throw InputError.CannotReadBinary(sentType);
        }

        BinaryNumber.CheckLength(value, 1);
        return value[0] != 0;
    }

    /// <inheritdoc/>
    public static bool CanReadBinary(PgType sentType) => sentType == PgType.Bool;

    /// <inheritdoc/>
    public static void WriteText(bool value, IBufferWriter<byte> output, TextInputSettings settings) =>
        TextOutput.WriteByte(value ? (byte)'t' : (byte)'f', output);

    /// <inheritdoc/>
    public static void WriteBinary(bool value, IBufferWriter<byte> output) => TextOutput.WriteByte(value ? (byte)1 : (byte)0, output);

    /// <summary>Any beginning of true, false, yes and no; on and of(f), since a lone o could be either.</summary>
    private static bool ParseWord(ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> word = Blanks.Trim(text);
        if (IsBeginningOf(word, "true"u8, 1) || IsBeginningOf(word, "yes"u8, 1) || IsBeginningOf(word, "on"u8, 2) || word is [(byte)'1'])
        {
            return true;
        }

        if (IsBeginningOf(word, "false"u8, 1) || IsBeginningOf(word, "no"u8, 1) || IsBeginningOf(word, "off"u8, 2) || word is [(byte)'0'])
        {
            return false;
        }

        throw InputError.Syntax(PgType.Bool, text);
    }

    private static bool IsBeginningOf(ReadOnlySpan<byte> word, ReadOnlySpan<byte> whole, int least) =>
        word.Length >= least && word.Length <= whole.Length && Ascii.EqualsIgnoreCase(word, whole[..word.Length]);
}
