namespace Sluice.PgWire.Sql;

/// <summary>
/// DELETE, checked to its end (PostgreSQL manual, DELETE). A text that does not read as one is no such record but a plain
/// <see cref="SqlStatement"/>.
/// </summary>
public sealed record DeleteStatement(SqlSpan Span, SqlTarget Target) : RowWriteStatement(SqlStatementKind.Delete, Span, Target)
{
    /// <summary>USING stands in it.</summary>
    public bool HasUsing { get; init; }

    /// <summary>The condition; <see langword="null"/> means every row.</summary>
    public SqlWhere? Where { get; init; }

    /// <summary>The condition is missing or a list of <see cref="SqlCondition"/>, and no other relation takes part.</summary>
    public bool IsPlain => !HasWith && !HasUsing && Where is null or { Conditions: not null };
}
