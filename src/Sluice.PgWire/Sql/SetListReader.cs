namespace Sluice.PgWire.Sql;

/// <summary>Reads what stands behind SET in UPDATE and in ON CONFLICT DO UPDATE.</summary>
internal static class SetListReader
{
    /// <summary>Reads the list at the current token, to the clause behind it.</summary>
    /// <returns><see langword="null"/> if it is none.</returns>
    public static List<SqlAssignment>? Read(ref SqlLexer lexer, bool excluded)
    {
        var list = new List<SqlAssignment>();
        do
        {
            if (!(lexer.Kind == SqlTokenKind.OpenParenthesis ? ReadSeveral(ref lexer, excluded, list) : ReadOne(ref lexer, excluded, list)))
            {
                return null;
            }
        }
        while (lexer.Accept(SqlTokenKind.Comma));

        return SqlClauses.AtEnd(ref lexer) ? list : null;
    }

    private static bool ReadOne(ref SqlLexer lexer, bool excluded, List<SqlAssignment> list)
    {
        if (!TryReadTarget(ref lexer, out var column, out var isPart) || !TryReadEquals(ref lexer))
        {
            return false;
        }

        var expression = lexer;
        if (!TryReadSource(ref lexer, column, excluded, out var form, out var value) || !EndsItem(ref lexer))
        {
            form = SqlAssignmentForm.Expression;
            value = default;
            lexer = expression;
            if (!SqlClauses.SkipExpression(ref lexer))
            {
                return false;
            }
        }

        Add(list, column, isPart ? SqlAssignmentForm.Part : form, value);
        return true;
    }

    private static bool ReadSeveral(ref SqlLexer lexer, bool excluded, List<SqlAssignment> list)
    {
        var columns = new List<(SqlColumnName Name, bool IsPart)>();
        do
        {
            lexer.Read();
            if (!TryReadTarget(ref lexer, out var column, out var isPart))
            {
                return false;
            }

            columns.Add((column, isPart));
        }
        while (lexer.Kind == SqlTokenKind.Comma);

        if (!lexer.Accept(SqlTokenKind.CloseParenthesis) || !TryReadEquals(ref lexer))
        {
            return false;
        }

        var sources = new List<(SqlAssignmentForm Form, SqlValue Value)>(columns.Count);
        var expression = lexer;
        if (!TryReadRow(ref lexer, columns, excluded, sources))
        {
            lexer = expression;
            if (!SqlClauses.SkipExpression(ref lexer))
            {
                return false;
            }
        }

        for (var i = 0; i < columns.Count; i++)
        {
            var (form, value) = sources.Count == columns.Count ? sources[i] : default;
            Add(list, columns[i].Name, columns[i].IsPart ? SqlAssignmentForm.Part : form, value);
        }

        return true;
    }

    /// <summary><c>(value, …)</c> or <c>ROW(value, …)</c>; a single value needs the ROW, else it is an expression in parentheses.</summary>
    private static bool TryReadRow(
        ref SqlLexer lexer,
        List<(SqlColumnName Name, bool IsPart)> columns,
        bool excluded,
        List<(SqlAssignmentForm Form, SqlValue Value)> sources)
    {
        var row = lexer.Accept("row"u8);
        if (lexer.Kind != SqlTokenKind.OpenParenthesis)
        {
            return false;
        }

        do
        {
            lexer.Read();
            if (sources.Count == columns.Count
                || !TryReadSource(ref lexer, columns[sources.Count].Name, excluded, out var form, out var value)
                || lexer.Kind is not (SqlTokenKind.Comma or SqlTokenKind.CloseParenthesis))
            {
                sources.Clear();
                return false;
            }

            sources.Add((form, value));
        }
        while (lexer.Kind == SqlTokenKind.Comma);

        lexer.Read();
        if (sources.Count == columns.Count && (row || sources.Count > 1) && EndsItem(ref lexer))
        {
            return true;
        }

        sources.Clear();
        return false;
    }

    private static bool TryReadSource(ref SqlLexer lexer, SqlColumnName column, bool excluded, out SqlAssignmentForm form, out SqlValue value)
    {
        var start = lexer;
        form = SqlAssignmentForm.Value;
        if (SqlValue.TryReadTerm(ref lexer, out value))
        {
            return true;
        }

        lexer = start;
        value = default;
        form = SqlAssignmentForm.Excluded;
        return excluded
            && lexer.Token.IsName
            && string.Equals(SqlGrammar.ReadName(ref lexer), "excluded", StringComparison.Ordinal)
            && lexer.Accept(SqlTokenKind.Dot)
            && lexer.Token.IsName
            && string.Equals(SqlGrammar.ReadName(ref lexer), column.Name, StringComparison.Ordinal);
    }

    private static bool TryReadTarget(ref SqlLexer lexer, out SqlColumnName column, out bool isPart)
    {
        column = default;
        isPart = false;
        if (!SqlKeywords.IsPlainName(ref lexer))
        {
            return false;
        }

        var span = lexer.Token.Span;
        column = new SqlColumnName(SqlGrammar.ReadName(ref lexer), span);
        while (lexer.Kind is SqlTokenKind.Dot or SqlTokenKind.OpenBracket)
        {
            isPart = true;
            if (lexer.Accept(SqlTokenKind.Dot))
            {
                if (!lexer.Token.IsName)
                {
                    return false;
                }

                lexer.Read();
            }
            else if (!SqlClauses.SkipBrackets(ref lexer))
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryReadEquals(ref SqlLexer lexer)
    {
        var isEquals = lexer.IsOperator("="u8);
        lexer.Read();
        return isEquals;
    }

    private static bool EndsItem(ref SqlLexer lexer) => lexer.Kind == SqlTokenKind.Comma || SqlClauses.AtEnd(ref lexer);

    /// <summary>A column that is set twice is an error, which the engine shall word.</summary>
    private static void Add(List<SqlAssignment> list, SqlColumnName column, SqlAssignmentForm form, SqlValue value)
    {
        var again = list.Exists(other => string.Equals(other.Column.Name, column.Name, StringComparison.Ordinal));
        list.Add(again && form != SqlAssignmentForm.Part
            ? new SqlAssignment(column, SqlAssignmentForm.Expression, default)
            : new SqlAssignment(column, form, value));
    }
}
