using System.Buffers;
using System.Buffers.Binary;

namespace Sluice.PgWire.Types;

/// <summary><c>integer</c>.</summary>
public readonly struct Int4Codec : IFixedCodec<int>
{
    /// <inheritdoc/>
    public static int ParseText(ReadOnlySpan<byte> text, int typeModifier, TextInputSettings settings) =>
        (int)IntegerText.Parse(text, PgType.Int4, int.MinValue, int.MaxValue);

    /// <inheritdoc/>
    public static int ReadBinary(ReadOnlySpan<byte> value, PgType sentType, int typeModifier)
    {
        long integer = BinaryNumber.ReadInteger(value, sentType);
        return integer is >= int.MinValue and <= int.MaxValue ? (int)integer : throw InputError.OutOfRange(PgType.Int4);
    }

    /// <inheritdoc/>
    public static bool CanReadBinary(PgType sentType) => BinaryNumber.IsInteger(sentType);

    /// <inheritdoc/>
    public static void WriteText(int value, IBufferWriter<byte> output, TextInputSettings settings) =>
        TextOutput.WriteInteger(value, output);

    /// <inheritdoc/>
    public static void WriteBinary(int value, IBufferWriter<byte> output)
    {
        BinaryPrimitives.WriteInt32BigEndian(output.GetSpan(sizeof(int)), value);
        output.Advance(sizeof(int));
    }
}
