namespace Sluice.PgWire.Sql;

/// <summary>The relations that UPDATE, DELETE, MERGE, TRUNCATE and DROP TABLE name.</summary>
internal static class TargetAnalyzer
{
    public static TargetedStatement? Single(ref SqlLexer lexer, SqlSpan span, SqlStatementKind kind, bool hasWith) =>
        TryRead(ref lexer, withAlias: true) is { } target ? new TargetedStatement(kind, span, [target], hasWith) : null;

    public static TargetedStatement? List(ref SqlLexer lexer, SqlSpan span, SqlStatementKind kind)
    {
        var targets = new List<SqlTarget>(1);
        do
        {
            if (TryRead(ref lexer, withAlias: false) is not { } target)
            {
                return null;
            }

            targets.Add(target);
        }
        while (lexer.Accept(SqlTokenKind.Comma));

        return new TargetedStatement(kind, span, targets, HasWith: false);
    }

    private static SqlTarget? TryRead(ref SqlLexer lexer, bool withAlias)
    {
        var only = lexer.Is("only"u8);
        var parenthesis = false;
        if (only)
        {
            lexer.Read();
            parenthesis = lexer.Accept(SqlTokenKind.OpenParenthesis);
        }

        if (!SqlGrammar.TryReadName(ref lexer, out var name, out var span) || (parenthesis && !lexer.Accept(SqlTokenKind.CloseParenthesis)))
        {
            return null;
        }

        if (!only && lexer.IsOperator("*"u8))
        {
            lexer.Read();
        }

        return new SqlTarget(name, span, withAlias ? ReadAlias(ref lexer) : null, only);
    }

    private static string? ReadAlias(ref SqlLexer lexer)
    {
        if (lexer.Accept("as"u8))
        {
            return lexer.Token.IsName ? SqlGrammar.ReadName(ref lexer) : null;
        }

        var clause = lexer.Is("set"u8) || lexer.Is("using"u8) || lexer.Is("where"u8) || lexer.Is("returning"u8);
        return lexer.Token.IsName && !clause ? SqlGrammar.ReadName(ref lexer) : null;
    }
}
