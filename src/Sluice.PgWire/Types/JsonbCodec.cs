using System.Buffers;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;

namespace Sluice.PgWire.Types;

/// <summary>
/// <c>jsonb</c>: checked as PostgreSQL checks it, but kept as it was sent. Its binary format is a version byte before the text.
/// </summary>
internal readonly struct JsonbCodec : IVariableCodec
{
    private const byte Version = 1;

    public static void ParseText(ReadOnlySpan<byte> text, int typeModifier, ByteArena arena)
    {
        JsonSyntax.Validate(text, PgType.Jsonb);
        arena.Append(text);
    }

    public static void ReadBinary(ReadOnlySpan<byte> value, PgType sentType, int typeModifier, ByteArena arena)
    {
        if (sentType == PgType.Jsonb)
        {
            value = WithoutVersion(value);
        }
        else if (!CanReadBinary(sentType))
        {
            throw InputError.CannotReadBinary(sentType);
        }

        ParseText(value, typeModifier, arena);
    }

    public static bool CanReadBinary(PgType sentType) => JsonCodec.CanReadBinary(sentType);

    public static void WriteText(ReadOnlySpan<byte> stored, IBufferWriter<byte> output) => output.Write(stored);

    public static void WriteBinary(ReadOnlySpan<byte> stored, IBufferWriter<byte> output)
    {
        TextOutput.WriteByte(Version, output);
        output.Write(stored);
    }

    /// <summary>The text in a binary <c>jsonb</c> value.</summary>
    internal static ReadOnlySpan<byte> WithoutVersion(ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty)
        {
            throw new PgException(SqlState.ProtocolViolation, "no data left in message");
        }

        return value[0] == Version
            ? value[1..]
            : throw new PgException(SqlState.InternalError, $"unsupported jsonb version number {value[0]}");
    }
}
