namespace Sluice.PgWire.Sql;

/// <summary>Reads UPDATE and DELETE to their ends.</summary>
internal static class UpdateAnalyzer
{
    /// <summary>UPDATE, from behind the verb; <see langword="null"/> if it does not read as one.</summary>
    public static UpdateStatement? Update(ref SqlLexer lexer, SqlSpan span)
    {
        if (TargetAnalyzer.TryRead(ref lexer, withAlias: true) is not { } target
            || !lexer.Accept("set"u8)
            || SetListReader.Read(ref lexer, excluded: false) is not { } assignments)
        {
            return null;
        }

        var from = lexer.Accept("from"u8);
        return TryReadTail(ref lexer, target, from, out var where, out var returning)
            ? new UpdateStatement(span, target) { Assignments = assignments, HasFrom = from, Where = where, Returning = returning }
            : null;
    }

    /// <summary>DELETE, from behind the verb; <see langword="null"/> if it does not read as one.</summary>
    public static DeleteStatement? Delete(ref SqlLexer lexer, SqlSpan span)
    {
        if (!lexer.Accept("from"u8) || TargetAnalyzer.TryRead(ref lexer, withAlias: true) is not { } target)
        {
            return null;
        }

        var others = lexer.Accept("using"u8);
        return TryReadTail(ref lexer, target, others, out var where, out var returning)
            ? new DeleteStatement(span, target) { HasUsing = others, Where = where, Returning = returning }
            : null;
    }

    /// <summary>From behind FROM or USING, or from where they could stand, to the end.</summary>
    private static bool TryReadTail(ref SqlLexer lexer, SqlTarget target, bool others, out SqlWhere? where, out ReturningClause? returning)
    {
        where = null;
        returning = null;
        if (others && !SqlClauses.SkipClause(ref lexer))
        {
            return false;
        }

        if (lexer.Is("where"u8))
        {
            if (!WhereReader.TryRead(ref lexer, target, !others, out var read))
            {
                return false;
            }

            where = read;
        }

        if (!lexer.Is("returning"u8))
        {
            return lexer.Kind == SqlTokenKind.End;
        }

        returning = ReturningReader.Read(ref lexer, target);
        return returning is not null;
    }
}
