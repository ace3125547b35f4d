namespace Sluice.PgWire.Sql;

/// <summary>Reads ON CONFLICT to its end.</summary>
internal static class OnConflictReader
{
    /// <summary>Reads the clause that a lexer over <paramref name="span"/> alone stands at.</summary>
    public static OnConflictClause Read(ref SqlLexer lexer, SqlSpan span)
    {
        var clause = new OnConflictClause(span, OnConflictAction.Unreadable);
        lexer.Read();
        lexer.Read();
        if (lexer.Kind == SqlTokenKind.OpenParenthesis)
        {
            if (!TryReadTarget(ref lexer, ref clause))
            {
                return clause;
            }
        }
        else if (lexer.Is("on"u8) && lexer.NextIs("constraint"u8))
        {
            lexer.Read();
            lexer.Read();
            if (!lexer.Token.IsName)
            {
                return clause;
            }

            var name = lexer.Token.Span;
            clause = clause with { Constraint = new SqlColumnName(SqlGrammar.ReadName(ref lexer), name) };
        }

        return lexer.Accept("do"u8) ? ReadAction(ref lexer, clause) : clause;
    }

    private static OnConflictClause ReadAction(ref SqlLexer lexer, OnConflictClause clause)
    {
        if (lexer.Accept("nothing"u8))
        {
            return lexer.Kind == SqlTokenKind.End ? clause with { Action = OnConflictAction.Nothing } : clause;
        }

        if (!lexer.Accept("update"u8) || !lexer.Accept("set"u8) || SetListReader.Read(ref lexer, excluded: true) is not { } assignments)
        {
            return clause;
        }

        var where = lexer.Accept("where"u8);
        if (where && !SqlClauses.SkipClause(ref lexer))
        {
            return clause;
        }

        return lexer.Kind == SqlTokenKind.End
            ? clause with { Action = OnConflictAction.Update, Assignments = assignments, HasWhere = where }
            : clause;
    }

    private static bool TryReadTarget(ref SqlLexer lexer, ref OnConflictClause clause)
    {
        var columns = new List<SqlColumnName>();
        var expressions = false;
        var group = lexer;
        do
        {
            group.Read();
            var span = group.Token.Span;
            var isName = SqlKeywords.IsPlainName(ref group);
            var ahead = group;
            if (isName && ahead.Read() && ahead.Kind is SqlTokenKind.Comma or SqlTokenKind.CloseParenthesis)
            {
                columns.Add(new SqlColumnName(SqlGrammar.ReadName(ref group), span));
            }
            else
            {
                expressions = true;
                break;
            }
        }
        while (group.Kind == SqlTokenKind.Comma);

        if (!SqlGrammar.SkipGroup(ref lexer))
        {
            return false;
        }

        var predicate = lexer.Is("where"u8);
        while (predicate && lexer.Kind != SqlTokenKind.End && !lexer.Is("do"u8))
        {
            lexer.Read();
        }

        clause = clause with { Columns = expressions ? null : columns, HasExpressions = expressions, HasPredicate = predicate };
        return true;
    }
}
