using System.Buffers;
using System.Buffers.Binary;
using Sluice.PgWire.Protocol;

namespace Sluice.PgWire.Types;

/// <summary><c>real</c> (PostgreSQL manual, 8.1.3).</summary>
public readonly struct Float4Codec : IFixedCodec<float>
{
    /// <inheritdoc/>
    public static float ParseText(ReadOnlySpan<byte> text, int typeModifier, TextInputSettings settings) =>
        FloatText.Parse<float>(text, PgType.Float4);

    /// <inheritdoc/>
    /// <exception cref="PgException">22003: a <c>double precision</c> value beyond the range of <c>real</c>.</exception>
    public static float ReadBinary(ReadOnlySpan<byte> value, PgType sentType, int typeModifier)
    {
        double wide = BinaryNumber.ReadFloat(value, sentType);
        float narrow = (float)wide;
        if (float.IsInfinity(narrow) && !double.IsInfinity(wide))
        {
            throw new PgException(SqlState.NumericValueOutOfRange, "value out of range: overflow");
        }

        return narrow == 0 && wide != 0
            ? throw new PgException(SqlState.NumericValueOutOfRange, "value out of range: underflow")
            : narrow;
    }

    /// <inheritdoc/>
    public static bool CanReadBinary(PgType sentType) => BinaryNumber.IsFloat(sentType) || BinaryNumber.IsInteger(sentType);

    /// <inheritdoc/>
    public static void WriteText(float value, IBufferWriter<byte> output, TextInputSettings settings) => FloatText.Write(value, output);

    /// <inheritdoc/>
    public static void WriteBinary(float value, IBufferWriter<byte> output)
    {
        BinaryPrimitives.WriteSingleBigEndian(output.GetSpan(sizeof(float)), value);
        output.Advance(sizeof(float));
    }
}
