namespace Sluice.PgWire.Sql;

/// <summary>The relations that UPDATE, DELETE, MERGE, TRUNCATE and DROP TABLE name as their targets.</summary>
internal static class TargetAnalyzer
{
    public static TargetedStatement? Single(ref SqlLexer lexer, SqlSpan span, SqlStatementKind kind, bool hasWith) =>
        TryRead(ref lexer, withAlias: true) is { } target ? new TargetedStatement(kind, span, [target], hasWith) : null;

    /// <summary>DROP TABLE, from behind that word; <see langword="null"/> if it does not read as one.</summary>
    public static DropTableStatement? DropTable(ref SqlLexer lexer, SqlSpan span, bool isForeign)
    {
        var ifExists = lexer.Is("if"u8) && lexer.NextIs("exists"u8);
        if (ifExists)
        {
            lexer.Read();
            lexer.Read();
        }

        var tables = new List<QualifiedName>(1);
        do
        {
            if (!SqlGrammar.TryReadName(ref lexer, out var name, out _))
            {
                return null;
            }

            tables.Add(name);
        }
        while (lexer.Accept(SqlTokenKind.Comma));

        var cascade = lexer.Accept("cascade"u8);
        if (!cascade)
        {
            lexer.Accept("restrict"u8);
        }

        return lexer.Kind == SqlTokenKind.End ? new DropTableStatement(span, tables, isForeign, ifExists, cascade) : null;
    }

    /// <summary>TRUNCATE, from behind the verb; <see langword="null"/> if it does not read as one.</summary>
    public static TruncateStatement? Truncate(ref SqlLexer lexer, SqlSpan span)
    {
        lexer.Accept("table"u8);
        if (ReadList(ref lexer) is not { } targets)
        {
            return null;
        }

        var restart = lexer.Accept("restart"u8);
        if ((restart || lexer.Accept("continue"u8)) && !lexer.Accept("identity"u8))
        {
            return null;
        }

        var cascade = lexer.Accept("cascade"u8);
        if (!cascade)
        {
            lexer.Accept("restrict"u8);
        }

        return lexer.Kind == SqlTokenKind.End ? new TruncateStatement(span, targets, restart, cascade) : null;
    }

    private static List<SqlTarget>? ReadList(ref SqlLexer lexer)
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

        return targets;
    }

    /// <summary>A relation with ONLY and <c>*</c>, and its alias if there may be one.</summary>
    public static SqlTarget? TryRead(ref SqlLexer lexer, bool withAlias)
    {
        var only = lexer.Is("only"u8);
        var parenthesis = false;
        if (only)
        {
            lexer.Read();
            parenthesis = lexer.Accept(SqlTokenKind.OpenParenthesis);
        }

        if (!SqlGrammar.TryReadName(ref lexer, out var name, out var span))
        {
            return null;
        }

        var end = span.End;
        if (parenthesis || (!only && lexer.IsOperator("*"u8)))
        {
            if (parenthesis && lexer.Kind != SqlTokenKind.CloseParenthesis)
            {
                return null;
            }

            end = lexer.Token.End;
            lexer.Read();
        }

        return new SqlTarget(name, span, withAlias ? ReadAlias(ref lexer) : null, only) { AliasPosition = end };
    }

    private static string? ReadAlias(ref SqlLexer lexer)
    {
        if (lexer.Accept("as"u8))
        {
            return lexer.Token.IsName ? SqlGrammar.ReadName(ref lexer) : null;
        }

        return SqlKeywords.IsPlainName(ref lexer) && !lexer.Is("set"u8) ? SqlGrammar.ReadName(ref lexer) : null;
    }
}
