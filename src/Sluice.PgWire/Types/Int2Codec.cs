using System.Buffers;
using System.Buffers.Binary;

namespace Sluice.PgWire.Types;

/// <summary><c>smallint</c>.</summary>
public readonly struct Int2Codec : IFixedCodec<short>
{
    /// <inheritdoc/>
    public static short ParseText(ReadOnlySpan<byte> text, int typeModifier, TextInputSettings settings) =>
        (short)IntegerText.Parse(text, PgType.Int2, short.MinValue, short.MaxValue);

    /// <inheritdoc/>
    public static short ReadBinary(ReadOnlySpan<byte> value, PgType sentType, int typeModifier)
    {
        long integer = BinaryNumber.ReadInteger(value, sentType);
        return integer is >= short.MinValue and <= short.MaxValue ? (short)integer : throw InputError.OutOfRange(PgType.Int2);
    }

    /// <inheritdoc/>
    public static bool CanReadBinary(PgType sentType) => BinaryNumber.IsInteger(sentType);

    /// <inheritdoc/>
    public static void WriteText(short value, IBufferWriter<byte> output, TextInputSettings settings) =>
        TextOutput.WriteInteger(value, output);

    /// <inheritdoc/>
    public static void WriteBinary(short value, IBufferWriter<byte> output)
    {
        BinaryPrimitives.WriteInt16BigEndian(output.GetSpan(sizeof(short)), value);
        output.Advance(sizeof(short));
    }
}
