using System.Buffers;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;

namespace Sluice.PgWire.Types;

/// <summary><c>character varying(n)</c>: n counts code points; blanks beyond n are cut, anything else is 22001 (manual, 8.3).</summary>
internal readonly struct VarcharCodec : IVariableCodec
{
    public static void ParseText(ReadOnlySpan<byte> text, int typeModifier, ByteArena arena)
    {
        Utf8Text.Validate(text);
        ColumnType type = new(PgType.Varchar, typeModifier);
        if (type.MaxLength is { } max && text.Length > max)
        {
            int kept = Utf8Text.ByteLength(text, max);
            if (text[kept..].ContainsAnyExcept((byte)' '))
            {
                throw new PgException(SqlState.StringDataRightTruncation, $"value too long for type {type.DisplayName}");
            }

            text = text[..kept];
        }

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

    public static bool CanReadBinary(PgType sentType) => TextCodec.CanReadBinary(sentType);

    public static void WriteText(ReadOnlySpan<byte> stored, IBufferWriter<byte> output) => output.Write(stored);

    public static void WriteBinary(ReadOnlySpan<byte> stored, IBufferWriter<byte> output) => output.Write(stored);
}
