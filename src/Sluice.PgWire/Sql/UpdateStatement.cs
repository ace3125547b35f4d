namespace Sluice.PgWire.Sql;

/// <summary>
/// UPDATE, checked to its end (PostgreSQL manual, UPDATE). A text that does not read as one is no such record but a plain
/// <see cref="SqlStatement"/>: the engine knows how to complain about it.
/// </summary>
public sealed record UpdateStatement(SqlSpan Span, SqlTarget Target) : RowWriteStatement(SqlStatementKind.Update, Span, Target)
{
    /// <summary>The SET list, one entry for each column, in the order of the text.</summary>
    public IReadOnlyList<SqlAssignment> Assignments { get; init; } = [];

    /// <summary>FROM stands in it; columns without a qualifier may then be those of another relation.</summary>
    public bool HasFrom { get; init; }

    /// <summary>The condition; <see langword="null"/> means every row.</summary>
    public SqlWhere? Where { get; init; }

    /// <summary>
    /// Nothing but values are assigned, the condition is missing or a list of <see cref="SqlCondition"/>, and no other relation takes part: what
    /// the statement means can be told without the engine, given the types of the columns.
    /// </summary>
    public bool IsPlain =>
        !HasWith && !HasFrom && Where is null or { Conditions: not null } && Assignments.All(static a => a.Form == SqlAssignmentForm.Value);
}
