using System.Buffers;

namespace Sluice.PgWire.Types;

/// <summary>Reads and writes one PostgreSQL type of fixed size, in text and in binary. Implemented by empty structs.</summary>
/// <typeparam name="T">The value as it is kept in memory.</typeparam>
public interface IFixedCodec<T>
    where T : unmanaged
{
    /// <summary>Reads the type's text format.</summary>
    /// <exception cref="Protocol.PgException">The text is no value of the type.</exception>
    static abstract T ParseText(ReadOnlySpan<byte> text, int typeModifier, TextInputSettings settings);

    /// <summary>Reads the binary format of <paramref name="sentType"/>.</summary>
    /// <exception cref="Protocol.PgException">The bytes are no value of the type, or the value is out of range.</exception>
    static abstract T ReadBinary(ReadOnlySpan<byte> value, PgType sentType, int typeModifier);

    /// <summary>Whether <see cref="ReadBinary"/> takes this type.</summary>
    static abstract bool CanReadBinary(PgType sentType);

    /// <summary>Writes the text that PostgreSQL prints.</summary>
    static abstract void WriteText(T value, IBufferWriter<byte> output, TextInputSettings settings);

    /// <summary>Writes the type's binary format, without a length.</summary>
    static abstract void WriteBinary(T value, IBufferWriter<byte> output);
}
