namespace Sluice.PgWire.Sql;

/// <summary>Where the clauses of UPDATE and DELETE end: at the words FROM, WHERE and RETURNING outside all parentheses.</summary>
internal static class SqlClauses
{
    /// <summary>The current token starts the next clause, or nothing is left.</summary>
    public static bool AtEnd(ref SqlLexer lexer) =>
        lexer.Kind == SqlTokenKind.End || lexer.Is("from"u8) || lexer.Is("where"u8) || lexer.Is("returning"u8);

    /// <summary>Steps over an expression, to the comma or the clause behind it.</summary>
    /// <returns><see langword="false"/> if nothing stands there or its parentheses do not match.</returns>
    public static bool SkipExpression(ref SqlLexer lexer)
    {
        var start = lexer.Token.Start;
        return Skip(ref lexer, toComma: true, throughFrom: false) && lexer.Token.Start > start;
    }

    /// <summary>Steps over a FROM or USING list or a condition, to WHERE, RETURNING or the end.</summary>
    /// <returns><see langword="false"/> if nothing stands there or its parentheses do not match.</returns>
    public static bool SkipClause(ref SqlLexer lexer)
    {
        var start = lexer.Token.Start;
        return Skip(ref lexer, toComma: false, throughFrom: true) && lexer.Token.Start > start;
    }

    /// <summary>Steps over a subscript, from its opening bracket to behind its closing one.</summary>
    public static bool SkipBrackets(ref SqlLexer lexer)
    {
        var depth = 0;
        do
        {
            switch (lexer.Kind)
            {
                case SqlTokenKind.OpenBracket or SqlTokenKind.OpenParenthesis:
                    depth++;
                    break;
                case SqlTokenKind.CloseBracket or SqlTokenKind.CloseParenthesis:
                    depth--;
                    break;
            }

            if (!lexer.Read())
            {
                return depth == 0;
            }
        }
        while (depth > 0);

        return true;
    }

    private static bool Skip(ref SqlLexer lexer, bool toComma, bool throughFrom)
    {
        var depth = 0;
        var afterDot = false;
        var afterDistinct = false;
        for (; lexer.Kind != SqlTokenKind.End; lexer.Read())
        {
            switch (lexer.Kind)
            {
                case SqlTokenKind.OpenParenthesis or SqlTokenKind.OpenBracket:
                    depth++;
                    break;
                case SqlTokenKind.CloseParenthesis or SqlTokenKind.CloseBracket:
                    if (--depth < 0)
                    {
                        return false;
                    }

                    break;
                case SqlTokenKind.Comma when toComma && depth == 0:
                    return true;

                // IS DISTINCT FROM is an operator.
                case SqlTokenKind.Identifier when depth == 0 && !afterDot && AtEnd(ref lexer)
                    && !(lexer.Is("from"u8) && (throughFrom || afterDistinct)):
                    return true;
            }

            afterDistinct = !afterDot && lexer.Is("distinct"u8);
            afterDot = lexer.Kind == SqlTokenKind.Dot;
        }

        return depth == 0;
    }
}
