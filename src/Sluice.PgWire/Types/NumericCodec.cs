using System.Buffers;
using System.Globalization;
using Sluice.PgWire.Columns;

namespace Sluice.PgWire.Types;

/// <summary><c>numeric</c>, kept as the decimal text that PostgreSQL prints (PostgreSQL manual, 8.1.2).</summary>
internal readonly struct NumericCodec : IVariableCodec
{
    private const int LongestInteger = 20;

    public static void ParseText(ReadOnlySpan<byte> text, int typeModifier, ByteArena arena) =>
        NumericText.Append(text, typeModifier, arena);

    public static void ReadBinary(ReadOnlySpan<byte> value, PgType sentType, int typeModifier, ByteArena arena)
    {
        if (sentType == PgType.Numeric)
        {
            NumericBinary.Append(value, typeModifier, arena);
            return;
        }

        Span<byte> text = stackalloc byte[LongestInteger];
        BinaryNumber.ReadInteger(value, sentType).TryFormat(text, out int length, provider: CultureInfo.InvariantCulture);
        NumericText.Append(text[..length], typeModifier, arena);
    }

    public static bool CanReadBinary(PgType sentType) => sentType == PgType.Numeric || BinaryNumber.IsInteger(sentType);

    public static void WriteText(ReadOnlySpan<byte> stored, IBufferWriter<byte> output) => output.Write(stored);

    public static void WriteBinary(ReadOnlySpan<byte> stored, IBufferWriter<byte> output) => NumericBinary.Write(stored, output);
}
