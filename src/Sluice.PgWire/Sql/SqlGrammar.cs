namespace Sluice.PgWire.Sql;

/// <summary>The small pieces of grammar that several statements share.</summary>
internal static class SqlGrammar
{
    /// <summary>Reads a name of up to three parts at the current token.</summary>
    public static bool TryReadName(ref SqlLexer lexer, out QualifiedName name, out SqlSpan span)
    {
        name = default;
        span = default;
        if (!lexer.Token.IsName)
        {
            return false;
        }

        var start = lexer.Token.Start;
        var end = lexer.Token.End;
        string? schema = null;
        var last = ReadName(ref lexer);
        for (var part = 1; lexer.Kind == SqlTokenKind.Dot; part++)
        {
            lexer.Read();
            if (part == 3 || !lexer.Token.IsName)
            {
                return false;
            }

            schema = last;
            end = lexer.Token.End;
            last = ReadName(ref lexer);
        }

        name = new QualifiedName(schema, last);
        span = new SqlSpan(start, end);
        return true;
    }

    /// <summary>Reads the name at the current token and steps behind it.</summary>
    public static string ReadName(ref SqlLexer lexer)
    {
        var name = SqlLiteral.Name(lexer.Sql, lexer.Token);
        lexer.Read();
        return name;
    }

    /// <summary>Reads <c>(a, b)</c> at the current token. Array subscripts and fields are not names: <see langword="false"/>.</summary>
    public static bool TryReadColumnList(ref SqlLexer lexer, out List<SqlColumnName> columns)
    {
        columns = [];
        do
        {
            lexer.Read();
            if (!lexer.Token.IsName)
            {
                return false;
            }

            var span = lexer.Token.Span;
            columns.Add(new SqlColumnName(ReadName(ref lexer), span));
        }
        while (lexer.Kind == SqlTokenKind.Comma);

        return lexer.Accept(SqlTokenKind.CloseParenthesis);
    }

    /// <summary>Steps over a parenthesised group, from its opening parenthesis to behind its closing one.</summary>
    /// <returns><see langword="false"/> if it never closes.</returns>
    public static bool SkipGroup(ref SqlLexer lexer) => SkipGroup(ref lexer, out _);

    /// <summary>As <see cref="SkipGroup(ref SqlLexer)"/>; <paramref name="close"/> is where the closing parenthesis stands.</summary>
    public static bool SkipGroup(ref SqlLexer lexer, out int close)
    {
        var depth = 0;
        do
        {
            if (lexer.Kind == SqlTokenKind.OpenParenthesis)
            {
                depth++;
            }
            else if (lexer.Kind == SqlTokenKind.CloseParenthesis && --depth == 0)
            {
                close = lexer.Token.Start;
                lexer.Read();
                return true;
            }
        }
        while (lexer.Read());

        close = lexer.Token.Start;
        return false;
    }

    /// <summary>
    /// Steps over <c>WITH a AS (…), b AS (…)</c>, SEARCH and CYCLE included, to the verb that uses them.
    /// </summary>
    public static bool SkipWith(ref SqlLexer lexer)
    {
        lexer.Read();
        if (lexer.Is("recursive"u8) && !lexer.NextIs("as"u8))
        {
            lexer.Read();
        }

        while (true)
        {
            if (!lexer.Token.IsName)
            {
                return false;
            }

            lexer.Read();
            if (lexer.Kind == SqlTokenKind.OpenParenthesis && !SkipGroup(ref lexer))
            {
                return false;
            }

            if (!lexer.Accept("as"u8))
            {
                return false;
            }

            lexer.Accept("not"u8);
            lexer.Accept("materialized"u8);
            if (lexer.Kind != SqlTokenKind.OpenParenthesis || !SkipGroup(ref lexer))
            {
                return false;
            }

            SkipClause(ref lexer, "search"u8, "set"u8);
            SkipClause(ref lexer, "cycle"u8, "using"u8);
            if (!lexer.Accept(SqlTokenKind.Comma))
            {
                return true;
            }
        }
    }

    /// <summary>Steps over a clause that ends with <paramref name="last"/> and one name.</summary>
    private static void SkipClause(ref SqlLexer lexer, ReadOnlySpan<byte> first, ReadOnlySpan<byte> last)
    {
        if (!lexer.Is(first))
        {
            return;
        }

        while (lexer.Kind != SqlTokenKind.End && !lexer.Is(last))
        {
            lexer.Read();
        }

        lexer.Read();
        lexer.Read();
    }

    /// <summary>The end of a stretch without the whitespace before it.</summary>
    public static int TrimEnd(ReadOnlySpan<byte> sql, int start, int end)
    {
        while (end > start && SqlCharacters.IsSpace(sql[end - 1]))
        {
            end--;
        }

        return end;
    }
}
