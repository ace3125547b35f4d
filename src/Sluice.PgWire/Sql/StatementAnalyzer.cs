namespace Sluice.PgWire.Sql;

/// <summary>Finds a statement's kind by its first words and hands it to the reader of that kind.</summary>
internal static class StatementAnalyzer
{
    public static SqlStatement Analyze(ref SqlLexer lexer, SqlSpan span, bool standardStrings)
    {
        var hasWith = lexer.Is("with"u8);
        if (hasWith && !SqlGrammar.SkipWith(ref lexer))
        {
            return Plain(SqlStatementKind.Other, span);
        }

        while (lexer.Kind == SqlTokenKind.OpenParenthesis)
        {
            lexer.Read();
            if (lexer.Is("select"u8) || lexer.Is("values"u8) || lexer.Is("table"u8) || lexer.Is("with"u8))
            {
                return Plain(SqlStatementKind.Select, span);
            }
        }

        if (lexer.Kind != SqlTokenKind.Identifier)
        {
            return Plain(SqlStatementKind.Other, span);
        }

        var first = lexer;
        lexer.Read();
        var statement = AnalyzeWrite(ref first, ref lexer, span, hasWith, standardStrings);
        if (statement is null && !hasWith)
        {
            statement = first.Is("copy"u8)
                ? CopyAnalyzer.Analyze(ref lexer, span)
                : AnalyzeTransaction(ref first, ref lexer, span)
                    ?? AnalyzePrepared(ref first, ref lexer, span)
                    ?? AnalyzeSetting(ref first, ref lexer, span)
                    ?? AnalyzeDefinition(ref first, ref lexer, span);
        }

        return statement ?? Plain(KindOf(ref first), span);
    }

    private static SqlStatement Plain(SqlStatementKind kind, SqlSpan span) => new(kind, span);

    private static SqlStatementKind KindOf(ref SqlLexer first) => true switch
    {
        _ when first.Is("select"u8) || first.Is("values"u8) || first.Is("table"u8) => SqlStatementKind.Select,
        _ when first.Is("insert"u8) => SqlStatementKind.Insert,
        _ when first.Is("update"u8) => SqlStatementKind.Update,
        _ when first.Is("delete"u8) => SqlStatementKind.Delete,
        _ when first.Is("merge"u8) => SqlStatementKind.Merge,
        _ when first.Is("truncate"u8) => SqlStatementKind.Truncate,
        _ when first.Is("discard"u8) => SqlStatementKind.Discard,
        _ when first.Is("show"u8) => SqlStatementKind.Show,
        _ when first.Is("declare"u8) => SqlStatementKind.Declare,
        _ when first.Is("fetch"u8) || first.Is("move"u8) => SqlStatementKind.Fetch,
        _ when first.Is("close"u8) => SqlStatementKind.Close,
        _ => SqlStatementKind.Other,
    };

    private static SqlStatement? AnalyzeWrite(ref SqlLexer first, ref SqlLexer lexer, SqlSpan span, bool hasWith, bool standardStrings)
    {
        RowWriteStatement? write = true switch
        {
            _ when first.Is("insert"u8) => InsertAnalyzer.Analyze(ref lexer, span, hasWith, standardStrings),
            _ when first.Is("update"u8) => UpdateAnalyzer.Update(ref lexer, span),
            _ when first.Is("delete"u8) => UpdateAnalyzer.Delete(ref lexer, span),
            _ => null,
        };
        if (write is not null)
        {
            return write with { HasWith = hasWith, VerbStart = first.Token.Start, StandardConformingStrings = standardStrings };
        }

        if (first.Is("merge"u8))
        {
            return lexer.Accept("into"u8) ? TargetAnalyzer.Single(ref lexer, span, SqlStatementKind.Merge, hasWith) : null;
        }

        return first.Is("truncate"u8) ? TargetAnalyzer.Truncate(ref lexer, span) : null;
    }

    private static TransactionStatement? AnalyzeTransaction(ref SqlLexer first, ref SqlLexer lexer, SqlSpan span)
    {
        if (first.Is("begin"u8) || (first.Is("start"u8) && lexer.Is("transaction"u8)))
        {
            return new TransactionStatement(SqlStatementKind.Begin, span, Name: null, Chain: false);
        }

        if (first.Is("commit"u8) || first.Is("end"u8))
        {
            return Finish(ref lexer, span, SqlStatementKind.Commit);
        }

        if (first.Is("rollback"u8) || first.Is("abort"u8))
        {
            return Finish(ref lexer, span, SqlStatementKind.Rollback);
        }

        if (first.Is("savepoint"u8))
        {
            return Named(ref lexer, span, SqlStatementKind.Savepoint);
        }

        if (first.Is("release"u8))
        {
            SkipSavepointWord(ref lexer);
            return Named(ref lexer, span, SqlStatementKind.Release);
        }

        return first.Is("prepare"u8) && lexer.Is("transaction"u8) && HasString(lexer)
            ? new TransactionStatement(SqlStatementKind.PrepareTransaction, span, Name: null, Chain: false)
            : null;
    }

    private static bool HasString(SqlLexer lexer) => lexer.Read() && lexer.Token.IsString;

    private static TransactionStatement? Finish(ref SqlLexer lexer, SqlSpan span, SqlStatementKind kind)
    {
        if (lexer.Is("prepared"u8))
        {
            return new TransactionStatement(SqlStatementKind.FinishPrepared, span, Name: null, Chain: false);
        }

        if (!lexer.Accept("work"u8))
        {
            lexer.Accept("transaction"u8);
        }

        if (kind == SqlStatementKind.Rollback && lexer.Accept("to"u8))
        {
            SkipSavepointWord(ref lexer);
            return Named(ref lexer, span, SqlStatementKind.RollbackTo);
        }

        var chain = lexer.Accept("and"u8) && !lexer.Accept("no"u8);
        return new TransactionStatement(kind, span, Name: null, chain);
    }

    /// <summary>SAVEPOINT before the name of a savepoint is a noise word, unless it is the name.</summary>
    private static void SkipSavepointWord(ref SqlLexer lexer)
    {
        var ahead = lexer;
        if (lexer.Is("savepoint"u8) && ahead.Read() && ahead.Token.IsName)
        {
            lexer.Read();
        }
    }

    private static TransactionStatement? Named(ref SqlLexer lexer, SqlSpan span, SqlStatementKind kind) =>
        lexer.Token.IsName ? new TransactionStatement(kind, span, SqlGrammar.ReadName(ref lexer), Chain: false) : null;

    private static SqlStatement? AnalyzePrepared(ref SqlLexer first, ref SqlLexer lexer, SqlSpan span)
    {
        if (first.Is("prepare"u8))
        {
            return PreparedAnalyzer.Prepare(ref lexer, span);
        }

        if (first.Is("execute"u8))
        {
            return PreparedAnalyzer.Execute(ref lexer, span);
        }

        if (first.Is("deallocate"u8))
        {
            return PreparedAnalyzer.Deallocate(ref lexer, span);
        }

        return first.Is("explain"u8) ? PreparedAnalyzer.Explain(ref lexer, span) : null;
    }

    private static SettingStatement? AnalyzeSetting(ref SqlLexer first, ref SqlLexer lexer, SqlSpan span)
    {
        var isSet = first.Is("set"u8);
        if (!isSet && !first.Is("reset"u8))
        {
            return null;
        }

        var kind = isSet ? SqlStatementKind.Set : SqlStatementKind.Reset;
        var local = isSet && lexer.Accept("local"u8);
        if (isSet && lexer.Is("session"u8) && !lexer.NextIs("characteristics"u8) && !lexer.NextIs("authorization"u8))
        {
            lexer.Read();
        }

        var name = string.Empty;
        while (lexer.Token.IsName)
        {
            name += SqlGrammar.ReadName(ref lexer);
            if (!lexer.Accept(SqlTokenKind.Dot))
            {
                break;
            }

            name += ".";
        }

        string? value = null;
        if (isSet && (lexer.Accept("to"u8) || AcceptEquals(ref lexer)))
        {
            value = ReadSingleValue(ref lexer);
        }

        return new SettingStatement(kind, span, name, value, local);
    }

    private static bool AcceptEquals(ref SqlLexer lexer)
    {
        if (!lexer.IsOperator("="u8))
        {
            return false;
        }

        lexer.Read();
        return true;
    }

    private static string? ReadSingleValue(ref SqlLexer lexer)
    {
        if (lexer.Is("default"u8))
        {
            return null;
        }

        var token = lexer.Token;
        string? value = null;
        if (token.IsString)
        {
            value = SqlLiteral.Text(lexer.Sql, token);
        }
        else if (token.IsName)
        {
            value = SqlLiteral.Name(lexer.Sql, token);
        }
        else if (token.Kind is SqlTokenKind.Integer or SqlTokenKind.Decimal)
        {
            value = System.Text.Encoding.ASCII.GetString(lexer.Text);
        }

        return lexer.Read() ? null : value;
    }

    private static SqlStatement? AnalyzeDefinition(ref SqlLexer first, ref SqlLexer lexer, SqlSpan span)
    {
        if (first.Is("create"u8))
        {
            return lexer.Accept("foreign"u8) && lexer.Is("table"u8) ? Plain(SqlStatementKind.CreateForeignTable, span) : null;
        }

        if (first.Is("import"u8))
        {
            return lexer.Is("foreign"u8) ? Plain(SqlStatementKind.ImportForeignSchema, span) : null;
        }

        if (!first.Is("drop"u8))
        {
            return null;
        }

        var isForeign = lexer.Accept("foreign"u8);
        if (!lexer.Accept("table"u8))
        {
            return null;
        }

        return TargetAnalyzer.DropTable(ref lexer, span, isForeign) ?? Plain(SqlStatementKind.DropTable, span);
    }
}
