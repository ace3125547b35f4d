using System.Buffers;
using System.Buffers.Binary;

namespace Sluice.PgWire.Types;

/// <summary><c>double precision</c> (PostgreSQL manual, 8.1.3).</summary>
public readonly struct Float8Codec : IFixedCodec<double>
{
    /// <inheritdoc/>
    public static double ParseText(ReadOnlySpan<byte> text, int typeModifier, TextInputSettings settings) =>
        FloatText.TryParseShort(text, out double value) ? value : FloatText.Parse<double>(text, PgType.Float8);

    /// <inheritdoc/>
    public static double ReadBinary(ReadOnlySpan<byte> value, PgType sentType, int typeModifier) => BinaryNumber.ReadFloat(value, sentType);

    /// <inheritdoc/>
    public static bool CanReadBinary(PgType sentType) => BinaryNumber.IsFloat(sentType) || BinaryNumber.IsInteger(sentType);

    /// <inheritdoc/>
    public static void WriteText(double value, IBufferWriter<byte> output, TextInputSettings settings) => FloatText.Write(value, output);

    /// <inheritdoc/>
    public static void WriteBinary(double value, IBufferWriter<byte> output)
    {
        BinaryPrimitives.WriteDoubleBigEndian(output.GetSpan(sizeof(double)), value);
        output.Advance(sizeof(double));
    }
}
