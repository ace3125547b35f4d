namespace Sluice.PgWire.Sql;

/// <summary>TRUNCATE, checked to its end.</summary>
/// <param name="Span">Where it stands.</param>
/// <param name="Targets">The tables, in the order of the text.</param>
/// <param name="RestartIdentity">RESTART IDENTITY.</param>
/// <param name="Cascade">CASCADE.</param>
public sealed record TruncateStatement(SqlSpan Span, IReadOnlyList<SqlTarget> Targets, bool RestartIdentity, bool Cascade)
    : SqlStatement(SqlStatementKind.Truncate, Span);
