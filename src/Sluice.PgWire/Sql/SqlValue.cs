using System.Buffers;
using System.Runtime.InteropServices;

namespace Sluice.PgWire.Sql;

/// <summary>What a value of a VALUES list may be for Sluice to take it without the engine. A set, so that a column's values can be summed up.</summary>
[Flags]
public enum SqlValueKinds
{
    /// <summary>No value.</summary>
    None = 0,

    /// <summary>A string constant, of type unknown unless it is cast.</summary>
    String = 1,

    /// <summary>Digits, perhaps with a sign.</summary>
    Integer = 2,

    /// <summary>A number with a point or an exponent, perhaps with a sign.</summary>
    Decimal = 4,

    /// <summary>NULL.</summary>
    Null = 8,

    /// <summary>DEFAULT.</summary>
    Default = 16,

    /// <summary>TRUE or FALSE.</summary>
    Boolean = 32,

    /// <summary><c>$n</c>.</summary>
    Parameter = 64,
}

/// <summary>One value of a VALUES list: what it is and where it stands. No text is copied.</summary>
/// <param name="Kind">One of the kinds.</param>
/// <param name="Token">The token that holds the value; of a signed number, the number with its sign.</param>
/// <param name="CastOid">OID of the built-in type that it is cast to, 0 without a cast.</param>
/// <param name="Parameter">The n of <c>$n</c>, else 0.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct SqlValue(SqlValueKinds Kind, SqlToken Token, uint CastOid, int Parameter)
{
    /// <summary>The value's text in UTF-8: the decoded string, the number as written, <c>true</c> or <c>false</c>; empty for the other kinds.</summary>
    public ReadOnlySpan<byte> Text(ReadOnlySpan<byte> sql, ArrayBufferWriter<byte> scratch) => Kind switch
    {
        SqlValueKinds.String => SqlLiteral.Value(sql, Token, scratch),
        SqlValueKinds.Integer or SqlValueKinds.Decimal or SqlValueKinds.Boolean => Token.Span.Of(sql),
        _ => [],
    };

    /// <summary>
    /// Reads a value at the current token and steps behind it.
    /// </summary>
    /// <returns><see langword="false"/> for every expression that is not on the closed list; the lexer is then anywhere in it.</returns>
    internal static bool TryRead(ref SqlLexer lexer, out SqlValue value) =>
        TryReadTerm(ref lexer, out value) && lexer.Kind is SqlTokenKind.Comma or SqlTokenKind.CloseParenthesis;

    /// <summary>
    /// As <see cref="TryRead"/> for a value that no comma or parenthesis has to follow: the caller must look whether an expression goes on there.
    /// </summary>
    internal static bool TryReadTerm(ref SqlLexer lexer, out SqlValue value)
    {
        if (!TryReadOperand(ref lexer, out value))
        {
            return false;
        }

        if (lexer.Kind == SqlTokenKind.Cast && value.CastOid == 0)
        {
            lexer.Read();
            if (!TryCast(ref lexer, ref value))
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryReadOperand(ref SqlLexer lexer, out SqlValue value)
    {
        var token = lexer.Token;
        value = default;
        switch (token.Kind)
        {
            case SqlTokenKind.String or SqlTokenKind.EscapeString or SqlTokenKind.UnicodeString or SqlTokenKind.DollarString:
                value = new SqlValue(SqlValueKinds.String, token, 0, 0);
                lexer.Read();
                return true;

            case SqlTokenKind.Integer:
                value = new SqlValue(SqlValueKinds.Integer, token, 0, 0);
                lexer.Read();
                return true;

            case SqlTokenKind.Decimal:
                value = new SqlValue(SqlValueKinds.Decimal, token, 0, 0);
                lexer.Read();
                return true;

            case SqlTokenKind.Operator:
                return TryReadSigned(ref lexer, out value);

            case SqlTokenKind.Parameter:
                if (!int.TryParse(lexer.Text[1..], out var number) || number is < 1 or > ushort.MaxValue)
                {
                    return false;
                }

                value = new SqlValue(SqlValueKinds.Parameter, token, 0, number);
                lexer.Read();
                return true;

            case SqlTokenKind.Identifier:
                return TryReadWord(ref lexer, out value);

            default:
                return false;
        }
    }

    private static bool TryReadSigned(ref SqlLexer lexer, out SqlValue value)
    {
        value = default;
        var sign = lexer.Token;
        if (!lexer.IsOperator("-"u8) && !lexer.IsOperator("+"u8))
        {
            return false;
        }

        lexer.Read();
        if (lexer.Kind is not (SqlTokenKind.Integer or SqlTokenKind.Decimal) || lexer.Token.Start != sign.End)
        {
            return false;
        }

        var kind = lexer.Kind == SqlTokenKind.Integer ? SqlValueKinds.Integer : SqlValueKinds.Decimal;
        value = new SqlValue(kind, lexer.Token with { Start = sign.Start }, 0, 0);
        lexer.Read();

        // -'1'::text is -('1'::text): the sign binds less than the cast.
        return lexer.Kind != SqlTokenKind.Cast;
    }

    private static bool TryReadWord(ref SqlLexer lexer, out SqlValue value)
    {
        var token = lexer.Token;
        var kind = SqlValueKinds.None;
        if (lexer.Is("null"u8))
        {
            kind = SqlValueKinds.Null;
        }
        else if (lexer.Is("default"u8))
        {
            kind = SqlValueKinds.Default;
        }
        else if (lexer.Is("true"u8) || lexer.Is("false"u8))
        {
            kind = SqlValueKinds.Boolean;
        }

        value = new SqlValue(kind, token, 0, 0);
        if (kind != SqlValueKinds.None)
        {
            lexer.Read();
            return kind != SqlValueKinds.Default || lexer.Kind != SqlTokenKind.Cast;
        }

        return lexer.Is("cast"u8) ? TryReadCast(ref lexer, out value) : TryReadTyped(ref lexer, out value);
    }

    /// <summary><c>CAST (value AS type)</c>.</summary>
    private static bool TryReadCast(ref SqlLexer lexer, out SqlValue value)
    {
        value = default;
        lexer.Read();
        return lexer.Accept(SqlTokenKind.OpenParenthesis)
            && TryReadOperand(ref lexer, out value)
            && value.CastOid == 0
            && lexer.Accept("as"u8)
            && TryCast(ref lexer, ref value)
            && lexer.Accept(SqlTokenKind.CloseParenthesis);
    }

    /// <summary><c>type 'string'</c>; arrays cannot be written so.</summary>
    private static bool TryReadTyped(ref SqlLexer lexer, out SqlValue value)
    {
        value = default;
        var oid = SqlTypeName.Read(ref lexer);
        if (oid == 0 || !lexer.Token.IsString)
        {
            return false;
        }

        value = new SqlValue(SqlValueKinds.String, lexer.Token, oid, 0);
        lexer.Read();
        return true;
    }

    private static bool TryCast(ref SqlLexer lexer, ref SqlValue value)
    {
        var oid = SqlTypeName.Read(ref lexer);
        value = value with { CastOid = oid };
        return oid != 0;
    }
}
