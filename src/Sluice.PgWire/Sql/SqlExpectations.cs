using Sluice.PgWire.Protocol;

namespace Sluice.PgWire.Sql;

/// <summary>Steps that a statement's grammar demands: whatever else stands there is PostgreSQL's syntax error.</summary>
internal static class SqlExpectations
{
    /// <summary>42601 at the current token.</summary>
    public static PgException Unexpected(ref SqlLexer lexer) => SqlSyntax.ErrorNear(lexer.Sql, lexer.Token.Start, lexer.Token.End, "syntax error");

    /// <summary>Steps over the keyword.</summary>
    public static void Expect(ref SqlLexer lexer, ReadOnlySpan<byte> keyword)
    {
        if (!lexer.Accept(keyword))
        {
            throw Unexpected(ref lexer);
        }
    }

    /// <summary>Steps over a token of the kind.</summary>
    public static void Expect(ref SqlLexer lexer, SqlTokenKind kind)
    {
        if (!lexer.Accept(kind))
        {
            throw Unexpected(ref lexer);
        }
    }

    /// <summary>Reads a name that is no reserved word.</summary>
    public static string ExpectName(ref SqlLexer lexer) =>
        SqlKeywords.IsPlainName(ref lexer) ? SqlGrammar.ReadName(ref lexer) : throw Unexpected(ref lexer);

    /// <summary>Reads a relation's name.</summary>
    public static QualifiedName ExpectRelation(ref SqlLexer lexer) =>
        SqlKeywords.IsPlainName(ref lexer) && SqlGrammar.TryReadName(ref lexer, out var name, out _) ? name : throw Unexpected(ref lexer);

    /// <summary>Steps over a group in parentheses.</summary>
    public static void ExpectGroup(ref SqlLexer lexer)
    {
        if (lexer.Kind != SqlTokenKind.OpenParenthesis || !SqlGrammar.SkipGroup(ref lexer))
        {
            throw Unexpected(ref lexer);
        }
    }

    /// <summary>Refuses anything behind the statement's end.</summary>
    public static void ExpectEnd(ref SqlLexer lexer)
    {
        if (lexer.Kind != SqlTokenKind.End)
        {
            throw Unexpected(ref lexer);
        }
    }

    /// <summary>1-based position of the current token in the query string, in characters.</summary>
    public static int Position(ref SqlLexer lexer) => SqlSyntax.PositionOf(lexer.Sql, lexer.Token.Start);
}
