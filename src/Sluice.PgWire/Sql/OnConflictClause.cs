namespace Sluice.PgWire.Sql;

/// <summary>What happens to a row that is there already.</summary>
public enum OnConflictAction
{
    /// <summary>The clause has no meaning that could be made out; the engine says what is wrong with it.</summary>
    Unreadable,

    /// <summary>DO NOTHING.</summary>
    Nothing,

    /// <summary>DO UPDATE.</summary>
    Update,
}

/// <summary>ON CONFLICT of an INSERT (PostgreSQL manual, INSERT, "ON CONFLICT Clause").</summary>
/// <param name="Span">From ON to the end of the action.</param>
/// <param name="Action">What it does.</param>
public sealed record OnConflictClause(SqlSpan Span, OnConflictAction Action)
{
    /// <summary>The conflict target's columns; <see langword="null"/> without a list or with <see cref="HasExpressions"/>.</summary>
    public IReadOnlyList<SqlColumnName>? Columns { get; init; }

    /// <summary>ON CONSTRAINT's name.</summary>
    public SqlColumnName? Constraint { get; init; }

    /// <summary>The conflict target has expressions, collations or operator classes.</summary>
    public bool HasExpressions { get; init; }

    /// <summary>The conflict target has a WHERE: it names a partial index.</summary>
    public bool HasPredicate { get; init; }

    /// <summary>The SET list of DO UPDATE.</summary>
    public IReadOnlyList<SqlAssignment> Assignments { get; init; } = [];

    /// <summary>DO UPDATE has a WHERE, which needs the old row.</summary>
    public bool HasWhere { get; init; }

    /// <summary>
    /// Each column is set to its own EXCLUDED value and nothing else is asked for, so that the row to be inserted is all that is needed. The
    /// columns are those of <see cref="Assignments"/>.
    /// </summary>
    public bool SetsExcludedOnly =>
        Action == OnConflictAction.Update && !HasWhere && Assignments.All(static a => a.Form == SqlAssignmentForm.Excluded);
}
