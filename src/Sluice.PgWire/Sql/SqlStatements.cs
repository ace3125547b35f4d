namespace Sluice.PgWire.Sql;

/// <summary>Cuts a query string into statements and says what each is.</summary>
public static class SqlStatements
{
    /// <summary>
    /// The statements of a simple query string, split at top-level semicolons; empty ones are left out. Knows parentheses and the
    /// <c>BEGIN ATOMIC … END</c> of SQL functions.
    /// </summary>
    /// <exception cref="Protocol.PgException">42601 where a string, name or comment never ends: nothing of the string may run.</exception>
    public static IReadOnlyList<SqlSpan> Split(ReadOnlySpan<byte> sql, bool standardConformingStrings = true)
    {
        var statements = new List<SqlSpan>(1);
        var lexer = new SqlLexer(sql, standardConformingStrings);
        var state = default(SplitState);
        while (lexer.Read())
        {
            var token = lexer.Token;
            if (token.Kind == SqlTokenKind.Semicolon && state.IsTopLevel)
            {
                if (state.Tokens > 0)
                {
                    statements.Add(new SqlSpan(state.Start, state.End));
                }

                state = default;
                continue;
            }

            state.Add(ref lexer);
        }

        if (state.Tokens > 0)
        {
            statements.Add(new SqlSpan(state.Start, state.End));
        }

        return statements;
    }

    /// <summary>
    /// What the statement is: one of the records derived from <see cref="SqlStatement"/> where Sluice owns the kind, else the kind alone.
    /// A text that Sluice cannot follow is <see cref="SqlStatementKind.Other"/>, or the kind without its details: the engine's to judge.
    /// </summary>
    /// <param name="sql">The whole query string; all spans and positions are in it.</param>
    /// <param name="statement">One of the stretches that <see cref="Split"/> found.</param>
    /// <param name="standardConformingStrings">The session's setting.</param>
    public static SqlStatement Analyze(ReadOnlySpan<byte> sql, SqlSpan statement, bool standardConformingStrings = true)
    {
        var lexer = new SqlLexer(sql, statement, standardConformingStrings);
        lexer.Read();
        return StatementAnalyzer.Analyze(ref lexer, statement, standardConformingStrings);
    }

    /// <summary><see cref="Analyze(ReadOnlySpan{byte}, SqlSpan, bool)"/> of a string that is one statement, as Parse carries it.</summary>
    /// <returns><see langword="null"/> for an empty string; Other for more than one statement, which the engine refuses.</returns>
    public static SqlStatement? AnalyzeSingle(ReadOnlySpan<byte> sql, bool standardConformingStrings = true)
    {
        var statements = Split(sql, standardConformingStrings);
        return statements.Count switch
        {
            0 => null,
            1 => Analyze(sql, statements[0], standardConformingStrings),
            _ => new SqlStatement(SqlStatementKind.Other, new SqlSpan(0, sql.Length)),
        };
    }

    /// <summary>What tells a semicolon that ends a statement from one inside it.</summary>
    private struct SplitState
    {
        private int _parentheses;
        private int _atomic;
        private bool _create;
        private bool _routine;

        public int Tokens { get; private set; }

        public int Start { get; private set; }

        public int End { get; private set; }

        public readonly bool IsTopLevel => _parentheses <= 0 && _atomic == 0;

        public void Add(ref SqlLexer lexer)
        {
            if (Tokens++ == 0)
            {
                Start = lexer.Token.Start;
                _create = lexer.Is("create"u8);
            }
            else if (_create && Tokens <= 4 && (lexer.Is("function"u8) || lexer.Is("procedure"u8)))
            {
                _routine = true;
            }

            End = lexer.Token.End;
            switch (lexer.Kind)
            {
                case SqlTokenKind.OpenParenthesis:
                    _parentheses++;
                    break;
                case SqlTokenKind.CloseParenthesis:
                    _parentheses--;
                    break;
                case SqlTokenKind.Identifier when _routine && _parentheses == 0:
                    CountBlocks(ref lexer);
                    break;
            }
        }

        private void CountBlocks(ref SqlLexer lexer)
        {
            if (lexer.Is("begin"u8) || (_atomic > 0 && lexer.Is("case"u8)))
            {
                _atomic++;
            }
            else if (_atomic > 0 && lexer.Is("end"u8))
            {
                _atomic--;
            }
        }
    }
}
