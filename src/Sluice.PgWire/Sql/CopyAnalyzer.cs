namespace Sluice.PgWire.Sql;

/// <summary>Reads COPY, whose options come in a parenthesised syntax and in an older one of bare words.</summary>
internal static class CopyAnalyzer
{
    /// <summary>Far more than there are, so that the engine has the same option twice to complain of; a position takes time to find.</summary>
    private const int MaxOptions = 64;

    private static readonly (byte[] Word, string Name, string Value)[] OldFlags =
    [
        ("binary"u8.ToArray(), "format", "binary"),
        ("csv"u8.ToArray(), "format", "csv"),
        ("freeze"u8.ToArray(), "freeze", "true"),
        ("header"u8.ToArray(), "header", "true"),
    ];

    private static readonly (byte[] Word, string Name)[] OldValues =
    [
        ("delimiter"u8.ToArray(), "delimiter"),
        ("null"u8.ToArray(), "null"),
        ("quote"u8.ToArray(), "quote"),
        ("escape"u8.ToArray(), "escape"),
        ("encoding"u8.ToArray(), "encoding"),
    ];

    /// <summary>A text that is no COPY of any syntax is of kind Other: the engine says what is wrong with it.</summary>
    public static SqlStatement Analyze(ref SqlLexer lexer, SqlSpan span)
    {
        var other = new SqlStatement(SqlStatementKind.Other, span);
        var options = new List<CopyOption>();
        if (lexer.Kind == SqlTokenKind.OpenParenthesis)
        {
            var start = lexer.Token.End;
            if (!SqlGrammar.SkipGroup(ref lexer, out var end) || !lexer.Accept("to"u8))
            {
                return other;
            }

            var query = new SqlSpan(start, end);
            return ReadRest(ref lexer, options, out var to, out _)
                ? new CopyStatement(SqlStatementKind.CopyTo, span, Target: null, Columns: null, query, to, options, HasWhere: false)
                : other;
        }

        if (lexer.Is("binary"u8) && !lexer.NextIs("from"u8) && !lexer.NextIs("to"u8))
        {
            options.Add(new CopyOption("format", "binary", Columns: null, AllColumns: false, Position(ref lexer)));
            lexer.Read();
        }

        if (!SqlGrammar.TryReadName(ref lexer, out var name, out var nameSpan))
        {
            return other;
        }

        List<SqlColumnName>? columns = null;
        if (lexer.Kind == SqlTokenKind.OpenParenthesis && !SqlGrammar.TryReadColumnList(ref lexer, out columns))
        {
            return other;
        }

        var from = lexer.Accept("from"u8);
        if ((!from && !lexer.Accept("to"u8)) || !ReadRest(ref lexer, options, out var endpoint, out var where))
        {
            return other;
        }

        var target = new SqlTarget(name, nameSpan, Alias: null, Only: false);
        var kind = from ? SqlStatementKind.CopyFrom : SqlStatementKind.CopyTo;
        return new CopyStatement(kind, span, target, columns, Query: null, endpoint, options, where);
    }

    private static int Position(ref SqlLexer lexer) => SqlSyntax.PositionOf(lexer.Sql, lexer.Token.Start);

    private static bool ReadRest(ref SqlLexer lexer, List<CopyOption> options, out CopyEndpoint endpoint, out bool where)
    {
        where = false;
        if (!ReadEndpoint(ref lexer, out endpoint) || !ReadOldDelimiters(ref lexer, options))
        {
            return false;
        }

        lexer.Accept("with"u8);
        if (lexer.Kind == SqlTokenKind.OpenParenthesis)
        {
            if (!ReadOptionList(ref lexer, options))
            {
                return false;
            }
        }
        else
        {
            while (lexer.Kind != SqlTokenKind.End && !lexer.Is("where"u8))
            {
                if (!ReadOldOption(ref lexer, options))
                {
                    return false;
                }
            }
        }

        where = lexer.Is("where"u8);
        return where || lexer.Kind == SqlTokenKind.End;
    }

    private static bool ReadEndpoint(ref SqlLexer lexer, out CopyEndpoint endpoint)
    {
        endpoint = CopyEndpoint.Client;
        if (lexer.Accept("stdin"u8) || lexer.Accept("stdout"u8))
        {
            return true;
        }

        endpoint = lexer.Accept("program"u8) ? CopyEndpoint.Program : CopyEndpoint.File;
        var isString = lexer.Token.IsString;
        lexer.Read();
        return isString;
    }

    /// <summary><c>[USING] DELIMITERS '…'</c>, from before PostgreSQL 7.3.</summary>
    private static bool ReadOldDelimiters(ref SqlLexer lexer, List<CopyOption> options)
    {
        var position = Position(ref lexer);
        var isUsing = lexer.Accept("using"u8);
        if (!lexer.Accept("delimiters"u8))
        {
            return !isUsing;
        }

        return ReadOldValue(ref lexer, options, "delimiter", position);
    }

    private static bool ReadOldValue(ref SqlLexer lexer, List<CopyOption> options, string name, int position)
    {
        lexer.Accept("as"u8);
        if (!lexer.Token.IsString)
        {
            return false;
        }

        options.Add(new CopyOption(name, SqlLiteral.Text(lexer.Sql, lexer.Token), Columns: null, AllColumns: false, position));
        lexer.Read();
        return true;
    }

    private static bool ReadOldOption(ref SqlLexer lexer, List<CopyOption> options)
    {
        if (options.Count == MaxOptions)
        {
            return false;
        }

        var position = Position(ref lexer);
        foreach (var (word, name, value) in OldFlags)
        {
            if (lexer.Accept(word))
            {
                options.Add(new CopyOption(name, value, Columns: null, AllColumns: false, position));
                return true;
            }
        }

        foreach (var (word, name) in OldValues)
        {
            if (lexer.Accept(word))
            {
                return ReadOldValue(ref lexer, options, name, position);
            }
        }

        return lexer.Accept("force"u8) && ReadOldForce(ref lexer, options, position);
    }

    private static bool ReadOldForce(ref SqlLexer lexer, List<CopyOption> options, int position)
    {
        string name;
        if (lexer.Accept("quote"u8))
        {
            name = "force_quote";
        }
        else if (lexer.Accept("not"u8))
        {
            name = "force_not_null";
            if (!lexer.Accept("null"u8))
            {
                return false;
            }
        }
        else if (lexer.Accept("null"u8))
        {
            name = "force_null";
        }
        else
        {
            return false;
        }

        if (lexer.IsOperator("*"u8))
        {
            lexer.Read();
            options.Add(new CopyOption(name, Value: null, Columns: null, AllColumns: true, position));
            return true;
        }

        var columns = new List<string>();
        do
        {
            if (!lexer.Token.IsName)
            {
                return false;
            }

            columns.Add(SqlGrammar.ReadName(ref lexer));
        }
        while (lexer.Accept(SqlTokenKind.Comma));

        options.Add(new CopyOption(name, Value: null, columns, AllColumns: false, position));
        return true;
    }

    private static bool ReadOptionList(ref SqlLexer lexer, List<CopyOption> options)
    {
        do
        {
            lexer.Read();
            if (!lexer.Token.IsName || options.Count == MaxOptions)
            {
                return false;
            }

            var position = Position(ref lexer);
            var name = SqlGrammar.ReadName(ref lexer);
            if (!ReadArgument(ref lexer, out var value, out var columns, out var all))
            {
                return false;
            }

            options.Add(new CopyOption(name, value, columns, all, position));
        }
        while (lexer.Kind == SqlTokenKind.Comma);

        return lexer.Accept(SqlTokenKind.CloseParenthesis);
    }

    private static bool ReadArgument(ref SqlLexer lexer, out string? value, out List<string>? columns, out bool all)
    {
        value = null;
        columns = null;
        all = false;
        switch (lexer.Kind)
        {
            case SqlTokenKind.Comma or SqlTokenKind.CloseParenthesis:
                return true;

            case SqlTokenKind.OpenParenthesis:
                if (!SqlGrammar.TryReadColumnList(ref lexer, out var list))
                {
                    return false;
                }

                columns = list.ConvertAll(static column => column.Name);
                return true;

            case SqlTokenKind.Integer or SqlTokenKind.Decimal:
                value = System.Text.Encoding.ASCII.GetString(lexer.Text);
                break;

            case SqlTokenKind.Operator when lexer.IsOperator("*"u8):
                all = true;
                break;

            default:
                if (lexer.Token.IsString)
                {
                    value = SqlLiteral.Text(lexer.Sql, lexer.Token);
                }
                else if (lexer.Token.IsName)
                {
                    value = SqlLiteral.Name(lexer.Sql, lexer.Token);
                }
                else
                {
                    return false;
                }

                break;
        }

        lexer.Read();
        return true;
    }
}
