namespace Sluice.PgWire.Sql;

/// <summary>Reads an INSERT to its end, once, so that nothing is written for a statement that turns out to be none.</summary>
internal static class InsertAnalyzer
{
    /// <summary><see langword="null"/> if not even the target can be made out.</summary>
    public static InsertStatement? Analyze(ref SqlLexer lexer, SqlSpan span, bool hasWith, bool standardStrings)
    {
        if (!lexer.Accept("into"u8) || !SqlGrammar.TryReadName(ref lexer, out var name, out var nameSpan))
        {
            return null;
        }

        string? alias = null;
        if (lexer.Accept("as"u8))
        {
            if (!lexer.Token.IsName)
            {
                return null;
            }

            alias = SqlGrammar.ReadName(ref lexer);
        }

        var insert = new InsertStatement(span, new SqlTarget(name, nameSpan, alias, Only: false))
        {
            HasWith = hasWith,
            StandardConformingStrings = standardStrings,
        };

        var tail = lexer;
        if (!TryReadColumns(ref lexer, ref insert))
        {
            return WithTail(ref tail, insert);
        }

        var source = lexer;
        if (!insert.HasColumnParts && TryReadNative(ref lexer, insert) is { } native)
        {
            return native;
        }

        return WithQuery(ref source, insert);
    }

    /// <summary>The column list and OVERRIDING. A parenthesis that a query stands in is left to be the source.</summary>
    private static bool TryReadColumns(ref SqlLexer lexer, ref InsertStatement insert)
    {
        if (lexer.Kind == SqlTokenKind.OpenParenthesis && !OpensQuery(lexer))
        {
            var list = lexer;
            if (SqlGrammar.TryReadColumnList(ref lexer, out var columns))
            {
                insert = insert with { Columns = columns };
            }
            else
            {
                lexer = list;
                insert = insert with { HasColumnParts = true };
                if (!SqlGrammar.SkipGroup(ref lexer))
                {
                    return false;
                }
            }
        }

        if (lexer.Accept("overriding"u8))
        {
            if ((!lexer.Accept("system"u8) && !lexer.Accept("user"u8)) || !lexer.Accept("value"u8))
            {
                return false;
            }

            insert = insert with { Overriding = true };
        }

        return true;
    }

    /// <summary>The parenthesis holds a query, not the names of columns.</summary>
    private static bool OpensQuery(SqlLexer lexer)
    {
        lexer.Read();
        if (lexer.Is("values"u8))
        {
            lexer.Read();
            return lexer.Kind == SqlTokenKind.OpenParenthesis;
        }

        return lexer.Kind == SqlTokenKind.OpenParenthesis || StartsQuery(ref lexer);
    }

    private static bool StartsQuery(ref SqlLexer lexer) => lexer.Is("select"u8) || lexer.Is("with"u8) || lexer.Is("table"u8);

    private static InsertStatement WithQuery(ref SqlLexer lexer, InsertStatement insert)
    {
        var start = lexer.Token.Start;
        var inner = lexer;
        while (inner.Accept(SqlTokenKind.OpenParenthesis))
        {
            // Steps to the first word of the query.
        }

        var isQuery = StartsQuery(ref inner);
        var sql = lexer.Sql;
        insert = WithTail(ref lexer, insert);
        var end = insert.OnConflict?.Span.Start ?? insert.Returning?.Span.Start ?? insert.Span.End;
        return isQuery ? insert with { Query = new SqlSpan(start, SqlGrammar.TrimEnd(sql, start, end)) } : insert;
    }

    private static InsertStatement? TryReadNative(ref SqlLexer lexer, InsertStatement insert)
    {
        if (insert.HasWith)
        {
            return null;
        }

        if (lexer.Accept("default"u8))
        {
            return lexer.Accept("values"u8) ? Finish(ref lexer, insert with { Source = InsertSource.DefaultValues, RowCount = 1 }) : null;
        }

        return lexer.Accept("values"u8) ? ReadRows(ref lexer, insert) : null;
    }

    private static InsertStatement? ReadRows(ref SqlLexer lexer, InsertStatement insert)
    {
        var start = lexer.Token.Start;
        var end = start;
        var rows = 0;
        var kinds = new List<SqlValueKinds>();
        var casts = new List<SqlColumnCast>();
        var parameters = new List<SqlParameterUse>();
        do
        {
            if (lexer.Kind != SqlTokenKind.OpenParenthesis)
            {
                return null;
            }

            var column = 0;
            do
            {
                lexer.Read();
                if (!SqlValue.TryRead(ref lexer, out var value) || (rows > 0 && column >= kinds.Count))
                {
                    return null;
                }

                Note(value, rows, column++, kinds, casts, parameters);
            }
            while (lexer.Kind == SqlTokenKind.Comma);

            if (column != kinds.Count)
            {
                return null;
            }

            end = lexer.Token.End;
            lexer.Read();
            rows++;
        }
        while (lexer.Accept(SqlTokenKind.Comma));

        return Finish(ref lexer, insert with
        {
            Source = InsertSource.Values,
            Rows = new SqlSpan(start, end),
            RowCount = rows,
            ValueKinds = kinds,
            Casts = casts,
            Parameters = parameters,
        });
    }

    private static void Note(
        in SqlValue value,
        int row,
        int column,
        List<SqlValueKinds> kinds,
        List<SqlColumnCast> casts,
        List<SqlParameterUse> parameters)
    {
        if (column == kinds.Count)
        {
            kinds.Add(value.Kind);
        }
        else
        {
            kinds[column] |= value.Kind;
        }

        if (value.Kind == SqlValueKinds.Parameter)
        {
            parameters.Add(new SqlParameterUse(value.Parameter, row, column, value.CastOid));
        }

        if (value.CastOid != 0 && !casts.Contains(new SqlColumnCast(column, value.CastOid)))
        {
            casts.Add(new SqlColumnCast(column, value.CastOid));
        }
    }

    /// <summary>After the rows only ON CONFLICT and RETURNING may stand; ORDER BY, UNION and the like make it a query.</summary>
    private static InsertStatement? Finish(ref SqlLexer lexer, InsertStatement insert)
    {
        if (lexer.Kind == SqlTokenKind.End)
        {
            return insert;
        }

        var isTail = lexer.Is("returning"u8) || (lexer.Is("on"u8) && lexer.NextIs("conflict"u8));
        return isTail ? WithTail(ref lexer, insert) : null;
    }

    /// <summary>
    /// Finds ON CONFLICT and RETURNING from the current token to the end. After JOIN, an ON is the join's, even before a column named conflict.
    /// </summary>
    private static InsertStatement WithTail(ref SqlLexer lexer, InsertStatement insert)
    {
        var depth = 0;
        var joins = 0;
        var conflict = -1;
        var returning = -1;
        var afterDot = false;
        var afterAs = false;
        var cross = false;
        for (; lexer.Kind != SqlTokenKind.End; lexer.Read())
        {
            switch (lexer.Kind)
            {
                case SqlTokenKind.OpenParenthesis or SqlTokenKind.OpenBracket:
                    depth++;
                    break;
                case SqlTokenKind.CloseParenthesis or SqlTokenKind.CloseBracket:
                    depth--;
                    break;
                case SqlTokenKind.Identifier when depth == 0 && !afterDot && !afterAs:
                    if (lexer.Is("join"u8))
                    {
                        joins += cross ? 0 : 1;
                    }
                    else if (joins > 0 && (lexer.Is("on"u8) || lexer.Is("using"u8)))
                    {
                        joins--;
                    }
                    else if (conflict < 0 && returning < 0 && lexer.Is("on"u8) && lexer.NextIs("conflict"u8))
                    {
                        conflict = lexer.Token.Start;
                    }
                    else if (lexer.Is("returning"u8))
                    {
                        returning = returning < 0 ? lexer.Token.Start : returning;
                    }

                    break;
            }

            afterDot = lexer.Kind == SqlTokenKind.Dot;
            afterAs = lexer.Is("as"u8);
            cross = lexer.Is("cross"u8) || lexer.Is("natural"u8)
                || (cross && (lexer.Is("left"u8) || lexer.Is("right"u8) || lexer.Is("full"u8) || lexer.Is("inner"u8) || lexer.Is("outer"u8)));
        }

        var end = insert.Span.End;
        if (conflict >= 0)
        {
            var span = new SqlSpan(conflict, SqlGrammar.TrimEnd(lexer.Sql, conflict, returning > conflict ? returning : end));
            var clause = new SqlLexer(lexer.Sql, span, insert.StandardConformingStrings);
            clause.Read();
            insert = insert with { OnConflict = OnConflictReader.Read(ref clause, span) };
        }

        if (returning >= 0)
        {
            var clause = new SqlLexer(lexer.Sql, new SqlSpan(returning, end), insert.StandardConformingStrings);
            clause.Read();
            insert = insert with { Returning = ReturningReader.Read(ref clause, insert.Target) };

            // RETURNING of nothing is an error, which the engine shall word.
            return insert.Returning is null ? insert with { Source = InsertSource.Query } : insert;
        }

        return insert;
    }
}
