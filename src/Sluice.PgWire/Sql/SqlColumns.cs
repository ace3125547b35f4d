namespace Sluice.PgWire.Sql;

/// <summary>Columns of a statement's target as expressions name them.</summary>
internal static class SqlColumns
{
    /// <summary>Reads <c>column</c>, <c>target.column</c> or <c>schema.target.column</c>.</summary>
    /// <returns><see langword="false"/> if the column is another relation's, or no column stands there.</returns>
    public static bool TryRead(ref SqlLexer lexer, SqlTarget target, out SqlColumnName column)
    {
        column = default;
        if (!TryReadQualifier(ref lexer, target) || !lexer.Token.IsName)
        {
            return false;
        }

        var span = lexer.Token.Span;
        column = new SqlColumnName(SqlGrammar.ReadName(ref lexer), span);
        return lexer.Kind != SqlTokenKind.OpenParenthesis;
    }

    /// <summary>Steps over the target's name and dot before a column or a star, if they are there.</summary>
    /// <returns><see langword="false"/> if something else is there.</returns>
    public static bool TryReadQualifier(ref SqlLexer lexer, SqlTarget target)
    {
        if (lexer.IsOperator("*"u8))
        {
            return true;
        }

        if (!SqlKeywords.IsPlainName(ref lexer))
        {
            return false;
        }

        var ahead = lexer;
        var first = SqlGrammar.ReadName(ref ahead);
        if (!ahead.Accept(SqlTokenKind.Dot))
        {
            return true;
        }

        if (target.Alias is null && string.Equals(first, target.Name.Schema, StringComparison.Ordinal) && ahead.Token.IsName)
        {
            var qualified = ahead;
            var second = SqlGrammar.ReadName(ref qualified);
            if (qualified.Accept(SqlTokenKind.Dot))
            {
                lexer = qualified;
                return string.Equals(second, target.Name.Name, StringComparison.Ordinal);
            }
        }

        lexer = ahead;
        return string.Equals(first, target.VisibleName, StringComparison.Ordinal);
    }
}
