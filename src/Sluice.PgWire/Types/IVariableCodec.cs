using System.Buffers;
using Sluice.PgWire.Columns;

namespace Sluice.PgWire.Types;

/// <summary>Reads and writes one PostgreSQL type of varying length, in text and in binary. Implemented by empty structs.</summary>
internal interface IVariableCodec
{
    /// <summary>Reads the type's text format and appends the value as it is kept in memory.</summary>
    static abstract void ParseText(ReadOnlySpan<byte> text, int typeModifier, ByteArena arena);

    /// <summary>Reads the binary format of <paramref name="sentType"/> and appends the value as it is kept in memory.</summary>
    static abstract void ReadBinary(ReadOnlySpan<byte> value, PgType sentType, int typeModifier, ByteArena arena);

    /// <summary>Whether <see cref="ReadBinary"/> takes this type.</summary>
    static abstract bool CanReadBinary(PgType sentType);

    /// <summary>Writes the text that PostgreSQL prints.</summary>
    static abstract void WriteText(ReadOnlySpan<byte> stored, IBufferWriter<byte> output);

    /// <summary>Writes the type's binary format, without a length.</summary>
    static abstract void WriteBinary(ReadOnlySpan<byte> stored, IBufferWriter<byte> output);
}
