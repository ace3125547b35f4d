using System.Buffers;

namespace Sluice.PgWire.Sql;

/// <summary>The character classes of PostgreSQL's scanner, over UTF-8 bytes: every byte of a multi-byte character is a letter.</summary>
internal static class SqlCharacters
{
    private const byte Space = 1;
    private const byte IdentifierStart = 2;
    private const byte IdentifierPart = 4;
    private const byte Digit = 8;
    private const byte OperatorPart = 16;
    private const byte DollarTagPart = 32;

    /// <summary>An operator that holds one of these may end in + or -.</summary>
    public static readonly SearchValues<byte> SignKeepers = SearchValues.Create("~!@#^&|`?%"u8);

    private static readonly byte[] Classes = Build();

    public static bool IsSpace(byte c) => (Classes[c] & Space) != 0;

    public static bool IsIdentifierStart(byte c) => (Classes[c] & IdentifierStart) != 0;

    public static bool IsIdentifierPart(byte c) => (Classes[c] & IdentifierPart) != 0;

    public static bool IsDigit(byte c) => (Classes[c] & Digit) != 0;

    public static bool IsOperatorPart(byte c) => (Classes[c] & OperatorPart) != 0;

    public static bool IsDollarTagPart(byte c) => (Classes[c] & DollarTagPart) != 0;

    public static bool IsHex(byte c) => char.IsAsciiHexDigit((char)c);

    /// <summary>Line feed or carriage return: what ends a comment and joins two literals.</summary>
    public static bool IsNewline(byte c) => c is (byte)'\n' or (byte)'\r';

    private static byte[] Build()
    {
        var classes = new byte[256];
        foreach (var c in " \t\n\r\f\v"u8)
        {
            classes[c] |= Space;
        }

        foreach (var c in "~!@#^&|`?+-*/%<>="u8)
        {
            classes[c] |= OperatorPart;
        }

        for (var c = 0; c < 256; c++)
        {
            if (char.IsAsciiLetter((char)c) || c == '_' || c >= 0x80)
            {
                classes[c] |= IdentifierStart | IdentifierPart | DollarTagPart;
            }
            else if (char.IsAsciiDigit((char)c))
            {
                classes[c] |= Digit | IdentifierPart | DollarTagPart;
            }
        }

        classes['$'] |= IdentifierPart;
        return classes;
    }
}
