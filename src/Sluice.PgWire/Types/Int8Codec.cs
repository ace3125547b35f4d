using System.Buffers;
using System.Buffers.Binary;

namespace Sluice.PgWire.Types;

/// <summary><c>bigint</c>.</summary>
public readonly struct Int8Codec : IFixedCodec<long>
{
    /// <inheritdoc/>
    public static long ParseText(ReadOnlySpan<byte> text, int typeModifier, TextInputSettings settings) =>
        IntegerText.Parse(text, PgType.Int8, long.MinValue, long.MaxValue);

    /// <inheritdoc/>
    public static long ReadBinary(ReadOnlySpan<byte> value, PgType sentType, int typeModifier) =>
        BinaryNumber.ReadInteger(value, sentType);

    /// <inheritdoc/>
    public static bool CanReadBinary(PgType sentType) => BinaryNumber.IsInteger(sentType);

    /// <inheritdoc/>
    public static void WriteText(long value, IBufferWriter<byte> output, TextInputSettings settings) =>
        TextOutput.WriteInteger(value, output);

    /// <inheritdoc/>
    public static void WriteBinary(long value, IBufferWriter<byte> output)
    {
        BinaryPrimitives.WriteInt64BigEndian(output.GetSpan(sizeof(long)), value);
        output.Advance(sizeof(long));
    }
}
