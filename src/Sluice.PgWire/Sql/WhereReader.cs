namespace Sluice.PgWire.Sql;

/// <summary>Reads a condition that is nothing but comparisons of the target's columns with values, joined by AND.</summary>
internal static class WhereReader
{
    /// <summary>Reads WHERE at the current token, to RETURNING or the end.</summary>
    /// <param name="lexer">At WHERE.</param>
    /// <param name="target">Whose columns may be compared.</param>
    /// <param name="alone">No other relation takes part; otherwise the engine has to evaluate the condition.</param>
    /// <param name="where">What was read.</param>
    /// <returns><see langword="false"/> if no condition stands there, or its parentheses do not match.</returns>
    public static bool TryRead(ref SqlLexer lexer, SqlTarget target, bool alone, out SqlWhere where)
    {
        where = default;
        var start = lexer.Token.Start;
        lexer.Read();
        var conditions = lexer;
        if (!SqlClauses.SkipClause(ref lexer))
        {
            return false;
        }

        var end = SqlGrammar.TrimEnd(lexer.Sql, start, lexer.Token.Start);
        where = new SqlWhere(new SqlSpan(start, end), alone ? ReadConjunction(ref conditions, target) : null);
        return true;
    }

    private static List<SqlCondition>? ReadConjunction(ref SqlLexer lexer, SqlTarget target)
    {
        var conditions = new List<SqlCondition>();
        var depth = 0;
        do
        {
            while (lexer.Accept(SqlTokenKind.OpenParenthesis))
            {
                depth++;
            }

            if (!ReadCondition(ref lexer, target, conditions))
            {
                return null;
            }

            while (lexer.Kind == SqlTokenKind.CloseParenthesis)
            {
                if (--depth < 0)
                {
                    return null;
                }

                lexer.Read();
            }
        }
        while (lexer.Accept("and"u8));

        return depth == 0 && (lexer.Kind == SqlTokenKind.End || lexer.Is("returning"u8)) ? conditions : null;
    }

    private static bool ReadCondition(ref SqlLexer lexer, SqlTarget target, List<SqlCondition> conditions)
    {
        var start = lexer;
        if (TryReadValue(ref lexer, out var value))
        {
            if (!TryReadComparison(ref lexer, out var turned) || !TryReadColumn(ref lexer, target, out var right))
            {
                return false;
            }

            conditions.Add(new SqlCondition(right, TurnAround(turned), [value], 0));
            return true;
        }

        lexer = start;
        if (!TryReadColumn(ref lexer, target, out var column))
        {
            return false;
        }

        if (lexer.Accept("in"u8))
        {
            return ReadList(ref lexer, SqlTokenKind.OpenParenthesis, SqlTokenKind.CloseParenthesis, out var values)
                && Add(conditions, new SqlCondition(column, SqlComparison.In, values, 0));
        }

        if (lexer.Accept("between"u8))
        {
            return TryReadValue(ref lexer, out var low)
                && lexer.Accept("and"u8)
                && TryReadValue(ref lexer, out var high)
                && Add(conditions, new SqlCondition(column, SqlComparison.GreaterOrEqual, [low], 0))
                && Add(conditions, new SqlCondition(column, SqlComparison.LessOrEqual, [high], 0));
        }

        if (!TryReadComparison(ref lexer, out var comparison))
        {
            return false;
        }

        if (comparison == SqlComparison.Equal && (lexer.Is("any"u8) || lexer.Is("some"u8)))
        {
            lexer.Read();
            return ReadAny(ref lexer, column, conditions);
        }

        return TryReadValue(ref lexer, out value) && Add(conditions, new SqlCondition(column, comparison, [value], 0));
    }

    private static bool Add(List<SqlCondition> conditions, SqlCondition condition)
    {
        conditions.Add(condition);
        return true;
    }

    /// <summary><c>(ARRAY[…])</c>, <c>($1)</c> or <c>('{…}')</c> behind ANY.</summary>
    private static bool ReadAny(ref SqlLexer lexer, SqlColumnName column, List<SqlCondition> conditions)
    {
        if (!lexer.Accept(SqlTokenKind.OpenParenthesis))
        {
            return false;
        }

        if (!lexer.Accept("array"u8))
        {
            return TryReadValue(ref lexer, out var array)
                && array.Kind is SqlValueKinds.Parameter or SqlValueKinds.String or SqlValueKinds.Null
                && lexer.Accept(SqlTokenKind.CloseParenthesis)
                && Add(conditions, new SqlCondition(column, SqlComparison.Any, [array], 0));
        }

        if (!ReadList(ref lexer, SqlTokenKind.OpenBracket, SqlTokenKind.CloseBracket, out var values))
        {
            return false;
        }

        var oid = 0u;
        if (lexer.Accept(SqlTokenKind.Cast))
        {
            oid = SqlTypeName.Read(ref lexer);
            if (oid == 0)
            {
                return false;
            }
        }

        return lexer.Accept(SqlTokenKind.CloseParenthesis)
            && Add(conditions, new SqlCondition(column, SqlComparison.AnyElement, values, oid));
    }

    private static bool ReadList(ref SqlLexer lexer, SqlTokenKind open, SqlTokenKind close, out List<SqlValue> values)
    {
        values = [];
        if (lexer.Kind != open)
        {
            return false;
        }

        do
        {
            lexer.Read();
            if (!TryReadValue(ref lexer, out var value))
            {
                return false;
            }

            values.Add(value);
        }
        while (lexer.Kind == SqlTokenKind.Comma);

        return lexer.Accept(close);
    }

    private static bool TryReadValue(ref SqlLexer lexer, out SqlValue value) =>
        SqlValue.TryReadTerm(ref lexer, out value) && value.Kind != SqlValueKinds.Default;

    private static bool TryReadComparison(ref SqlLexer lexer, out SqlComparison comparison)
    {
        comparison = default;
        if (lexer.IsOperator("="u8))
        {
            comparison = SqlComparison.Equal;
        }
        else if (lexer.IsOperator("<"u8))
        {
            comparison = SqlComparison.Less;
        }
        else if (lexer.IsOperator("<="u8))
        {
            comparison = SqlComparison.LessOrEqual;
        }
        else if (lexer.IsOperator(">"u8))
        {
            comparison = SqlComparison.Greater;
        }
        else if (lexer.IsOperator(">="u8))
        {
            comparison = SqlComparison.GreaterOrEqual;
        }
        else
        {
            return false;
        }

        lexer.Read();
        return true;
    }

    private static SqlComparison TurnAround(SqlComparison comparison) => comparison switch
    {
        SqlComparison.Less => SqlComparison.Greater,
        SqlComparison.LessOrEqual => SqlComparison.GreaterOrEqual,
        SqlComparison.Greater => SqlComparison.Less,
        SqlComparison.GreaterOrEqual => SqlComparison.LessOrEqual,
        _ => comparison,
    };

    private static bool TryReadColumn(ref SqlLexer lexer, SqlTarget target, out SqlColumnName column) =>
        SqlColumns.TryRead(ref lexer, target, out column) && lexer.Kind != SqlTokenKind.Dot;
}
