namespace Sluice.PgWire.Sql;

/// <summary>Reads RETURNING, which ends the statement.</summary>
internal static class ReturningReader
{
    /// <summary>Reads it at the current token.</summary>
    /// <returns><see langword="null"/> if no list follows.</returns>
    public static ReturningClause? Read(ref SqlLexer lexer, SqlTarget target)
    {
        var start = lexer.Token.Start;
        lexer.Read();
        var list = new SqlSpan(lexer.Token.Start, lexer.Sql.Length);
        return list.Length == 0 ? null : new ReturningClause(new SqlSpan(start, list.End), list, ReadItems(ref lexer, target));
    }

    private static List<ReturningItem>? ReadItems(ref SqlLexer lexer, SqlTarget target)
    {
        var items = new List<ReturningItem>();
        do
        {
            if (ReadItem(ref lexer, target) is not { } item)
            {
                return null;
            }

            items.Add(item);
        }
        while (lexer.Accept(SqlTokenKind.Comma));

        return lexer.Kind == SqlTokenKind.End ? items : null;
    }

    private static ReturningItem? ReadItem(ref SqlLexer lexer, SqlTarget target)
    {
        if (!SqlColumns.TryReadQualifier(ref lexer, target))
        {
            return null;
        }

        if (lexer.IsOperator("*"u8))
        {
            lexer.Read();
            return new ReturningItem(Column: null, Name: null);
        }

        if (!lexer.Token.IsName)
        {
            return null;
        }

        var span = lexer.Token.Span;
        var column = new SqlColumnName(SqlGrammar.ReadName(ref lexer), span);
        if (lexer.Accept("as"u8))
        {
            return lexer.Token.IsName ? new ReturningItem(column, SqlGrammar.ReadName(ref lexer)) : null;
        }

        return new ReturningItem(column, SqlKeywords.IsPlainName(ref lexer) ? SqlGrammar.ReadName(ref lexer) : column.Name);
    }
}
