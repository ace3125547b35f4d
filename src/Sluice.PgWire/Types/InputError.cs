using System.Text;
using Sluice.PgWire.Protocol;

namespace Sluice.PgWire.Types;

/// <summary>What PostgreSQL's input functions say of a bad value, word for word.</summary>
internal static class InputError
{
    public static PgException Syntax(PgType type, ReadOnlySpan<byte> text) =>
        new(SqlState.InvalidTextRepresentation, $"invalid input syntax for type {type.DisplayName}: \"{Show(text)}\"");

    public static PgException OutOfRange(PgType type, ReadOnlySpan<byte> text) =>
        new(SqlState.NumericValueOutOfRange, $"value \"{Show(text)}\" is out of range for type {type.DisplayName}");

    /// <summary>A number that was converted from another type, where PostgreSQL does not repeat the value.</summary>
    public static PgException OutOfRange(PgType type) => new(SqlState.NumericValueOutOfRange, $"{type.DisplayName} out of range");

    /// <summary>A binary value that is longer or shorter than its type.</summary>
    public static PgException BinaryFormat() => new(SqlState.InvalidBinaryRepresentation, "incorrect binary data format");

    /// <summary>A binary value that ends before its type does.</summary>
    public static PgException InsufficientData() => new(SqlState.ProtocolViolation, "insufficient data left in message");

    /// <summary>A type that <c>CanReadBinary</c> said no to.</summary>
    public static ArgumentException CannotReadBinary(PgType sentType) =>
        new($"Values of type {sentType.DisplayName} cannot be read into this column.", nameof(sentType));

    /// <summary>The text for a message. A text that is no UTF-8 gives the error that PostgreSQL gives for that instead.</summary>
    public static string Show(ReadOnlySpan<byte> text)
    {
        Utf8Text.Validate(text);
        return Encoding.UTF8.GetString(text);
    }
}
