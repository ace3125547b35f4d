using System.Runtime.InteropServices;

namespace Sluice.PgWire.Sql;

/// <summary>What a token is (PostgreSQL manual, 4.1 "Lexical Structure").</summary>
public enum SqlTokenKind : byte
{
    /// <summary>Nothing is left.</summary>
    End,

    /// <summary>An identifier or keyword as written; compared without regard to ASCII case.</summary>
    Identifier,

    /// <summary><c>"…"</c>.</summary>
    QuotedIdentifier,

    /// <summary><c>U&amp;"…"</c>, with its UESCAPE if there is one.</summary>
    UnicodeIdentifier,

    /// <summary><c>'…'</c> without backslash escapes.</summary>
    String,

    /// <summary><c>E'…'</c>, and <c>'…'</c> where standard_conforming_strings is off.</summary>
    EscapeString,

    /// <summary><c>U&amp;'…'</c>, with its UESCAPE if there is one.</summary>
    UnicodeString,

    /// <summary><c>N'…'</c>, which PostgreSQL reads as <c>nchar '…'</c>.</summary>
    NationalString,

    /// <summary><c>$tag$…$tag$</c>.</summary>
    DollarString,

    /// <summary><c>B'…'</c>.</summary>
    BitString,

    /// <summary><c>X'…'</c>.</summary>
    HexString,

    /// <summary>Decimal digits.</summary>
    Integer,

    /// <summary>Digits with a decimal point or an exponent.</summary>
    Decimal,

    /// <summary>A number that only some versions know (<c>0x1F</c>, <c>1_000</c>), or a number with junk after it.</summary>
    OtherNumber,

    /// <summary><c>$1</c>.</summary>
    Parameter,

    /// <summary>An operator, single characters included.</summary>
    Operator,

    /// <summary><c>::</c>.</summary>
    Cast,

    /// <summary><c>,</c>.</summary>
    Comma,

    /// <summary><c>(</c>.</summary>
    OpenParenthesis,

    /// <summary><c>)</c>.</summary>
    CloseParenthesis,

    /// <summary><c>[</c>.</summary>
    OpenBracket,

    /// <summary><c>]</c>.</summary>
    CloseBracket,

    /// <summary><c>.</c>.</summary>
    Dot,

    /// <summary><c>;</c>.</summary>
    Semicolon,

    /// <summary><c>:</c>, <c>:=</c>, <c>..</c>, and characters that SQL does not know.</summary>
    Other,
}

/// <summary>One token: its kind and where it stands. The text stays in the query string.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Start">First byte.</param>
/// <param name="BodyEnd">For a quoted token the byte after its last quote; else <paramref name="End"/>.</param>
/// <param name="End">The byte after the token, its UESCAPE clause included.</param>
/// <param name="IsPlain">The value of a quoted token is what stands between its quotes, byte for byte.</param>
/// <param name="EscapeCharacter">Of a U&amp; token; <c>\</c> unless UESCAPE names another.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct SqlToken(SqlTokenKind Kind, int Start, int BodyEnd, int End, bool IsPlain, byte EscapeCharacter)
{
    /// <summary>Where it stands.</summary>
    public SqlSpan Span => new(Start, End);

    /// <summary>It can name something: any identifier, quoted or not.</summary>
    public bool IsName => Kind is SqlTokenKind.Identifier or SqlTokenKind.QuotedIdentifier or SqlTokenKind.UnicodeIdentifier;

    /// <summary>It is a string constant of type unknown: <c>'…'</c>, <c>E'…'</c>, <c>U&amp;'…'</c> or dollar-quoted.</summary>
    public bool IsString => Kind is SqlTokenKind.String or SqlTokenKind.EscapeString or SqlTokenKind.UnicodeString or SqlTokenKind.DollarString;
}
