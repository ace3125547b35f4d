namespace Sluice.PgWire.Sql;

/// <summary>PREPARE, EXECUTE, DEALLOCATE and EXPLAIN: statements around another one.</summary>
internal static class PreparedAnalyzer
{
    public static PrepareStatement? Prepare(ref SqlLexer lexer, SqlSpan span)
    {
        if (!lexer.Token.IsName)
        {
            return null;
        }

        var name = SqlGrammar.ReadName(ref lexer);
        List<uint>? types = null;
        if (lexer.Kind == SqlTokenKind.OpenParenthesis)
        {
            types = [];
            do
            {
                lexer.Read();
                types.Add(SqlTypeName.Read(ref lexer));
                SkipType(ref lexer);
            }
            while (lexer.Kind == SqlTokenKind.Comma);

            if (!lexer.Accept(SqlTokenKind.CloseParenthesis))
            {
                return null;
            }
        }

        return lexer.Accept("as"u8) && lexer.Kind != SqlTokenKind.End
            ? new PrepareStatement(span, name, types, new SqlSpan(lexer.Token.Start, span.End))
            : null;
    }

    /// <summary>Steps over what is left of a type that is not a built-in one without a modifier.</summary>
    private static void SkipType(ref SqlLexer lexer)
    {
        while (lexer.Kind is not (SqlTokenKind.End or SqlTokenKind.Comma or SqlTokenKind.CloseParenthesis))
        {
            if (lexer.Kind == SqlTokenKind.OpenParenthesis)
            {
                SqlGrammar.SkipGroup(ref lexer);
            }
            else
            {
                lexer.Read();
            }
        }
    }

    public static ExecuteStatement? Execute(ref SqlLexer lexer, SqlSpan span)
    {
        if (!lexer.Token.IsName)
        {
            return null;
        }

        var name = SqlGrammar.ReadName(ref lexer);
        if (lexer.Kind == SqlTokenKind.End)
        {
            return new ExecuteStatement(span, name, Arguments: null, ArgumentCount: 0, IsNative: true);
        }

        if (lexer.Kind != SqlTokenKind.OpenParenthesis)
        {
            return null;
        }

        var start = lexer.Token.Start;
        var group = lexer;
        if (!SqlGrammar.SkipGroup(ref group) || group.Kind != SqlTokenKind.End)
        {
            return null;
        }

        var count = 0;
        var native = true;
        do
        {
            lexer.Read();
            native = SqlValue.TryRead(ref lexer, out _);
            count++;
        }
        while (native && lexer.Kind == SqlTokenKind.Comma);

        return new ExecuteStatement(span, name, new SqlSpan(start, span.End), count, native);
    }

    public static DeallocateStatement? Deallocate(ref SqlLexer lexer, SqlSpan span)
    {
        var ahead = lexer;
        if (lexer.Is("prepare"u8) && ahead.Read())
        {
            lexer.Read();
        }

        if (!lexer.Token.IsName)
        {
            return null;
        }

        return new DeallocateStatement(span, lexer.Is("all"u8) ? null : SqlGrammar.ReadName(ref lexer));
    }

    public static ExplainStatement? Explain(ref SqlLexer lexer, SqlSpan span)
    {
        var analyze = false;
        if (lexer.Kind == SqlTokenKind.OpenParenthesis && !StartsQuery(lexer))
        {
            analyze = ReadOptions(lexer);
            if (!SqlGrammar.SkipGroup(ref lexer))
            {
                return null;
            }
        }
        else
        {
            analyze = lexer.Accept("analyze"u8) || lexer.Accept("analyse"u8);
            lexer.Accept("verbose"u8);
        }

        return lexer.Kind == SqlTokenKind.End ? null : new ExplainStatement(span, analyze, new SqlSpan(lexer.Token.Start, span.End));
    }

    /// <summary>The parenthesis opens a query, not a list of options.</summary>
    private static bool StartsQuery(SqlLexer lexer)
    {
        while (lexer.Kind == SqlTokenKind.OpenParenthesis)
        {
            lexer.Read();
        }

        return lexer.Is("select"u8) || lexer.Is("with"u8) || lexer.Is("values"u8) || lexer.Is("table"u8);
    }

    private static bool ReadOptions(SqlLexer lexer)
    {
        var analyze = false;
        while (lexer.Read() && lexer.Kind != SqlTokenKind.CloseParenthesis)
        {
            if (lexer.Is("analyze"u8) || lexer.Is("analyse"u8))
            {
                var value = lexer;
                value.Read();
                analyze = !(value.Is("false"u8) || value.Is("off"u8) || value.Text.SequenceEqual("0"u8)
                    || value.Text.SequenceEqual("'false'"u8) || value.Text.SequenceEqual("'off'"u8));
            }
        }

        return analyze;
    }
}
