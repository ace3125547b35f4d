using System.Buffers;
using Sluice.PgWire.Columns;

namespace Sluice.PgWire.Types;

/// <summary><c>text</c>.</summary>
internal readonly struct TextCodec : IVariableCodec
{
    public static void ParseText(ReadOnlySpan<byte> text, int typeModifier, ByteArena arena)
    {
        Utf8Text.Validate(text);
        arena.Append(text);
    }

    public static void ReadBinary(ReadOnlySpan<byte> value, PgType sentType, int typeModifier, ByteArena arena)
    {
        if (!CanReadBinary(sentType))
        {
            throw InputError.CannotReadBinary(sentType);
        }

        ParseText(value, typeModifier, arena);
    }

    // The binary form of json is its text.
    public static bool CanReadBinary(PgType sentType) =>
        sentType == PgType.Text || sentType == PgType.Varchar || sentType == PgType.Unknown || sentType == PgType.Json;

    public static void WriteText(ReadOnlySpan<byte> stored, IBufferWriter<byte> output) => output.Write(stored);

    public static void WriteBinary(ReadOnlySpan<byte> stored, IBufferWriter<byte> output) => output.Write(stored);
}
