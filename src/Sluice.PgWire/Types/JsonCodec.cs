using System.Buffers;
using Sluice.PgWire.Columns;

namespace Sluice.PgWire.Types;

/// <summary><c>json</c>: checked, and kept as it was sent (PostgreSQL manual, 8.14).</summary>
internal readonly struct JsonCodec : IVariableCodec
{
    public static void ParseText(ReadOnlySpan<byte> text, int typeModifier, ByteArena arena)
    {
        JsonSyntax.Validate(text, PgType.Json);
        arena.Append(text);
    }

    public static void ReadBinary(ReadOnlySpan<byte> value, PgType sentType, int typeModifier, ByteArena arena)
    {
        if (sentType == PgType.Jsonb)
        {
            value = JsonbCodec.WithoutVersion(value);
        }
        else if (!CanReadBinary(sentType))
        {
            throw InputError.CannotReadBinary(sentType);
        }

        ParseText(value, typeModifier, arena);
    }

    public static bool CanReadBinary(PgType sentType) =>
        sentType == PgType.Json || sentType == PgType.Jsonb || TextCodec.CanReadBinary(sentType);

    public static void WriteText(ReadOnlySpan<byte> stored, IBufferWriter<byte> output) => output.Write(stored);

    public static void WriteBinary(ReadOnlySpan<byte> stored, IBufferWriter<byte> output) => output.Write(stored);
}
