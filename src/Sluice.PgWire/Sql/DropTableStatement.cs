namespace Sluice.PgWire.Sql;

/// <summary>DROP TABLE or DROP FOREIGN TABLE, checked to its end.</summary>
/// <param name="Span">Where it stands.</param>
/// <param name="Tables">In the order of the text.</param>
/// <param name="IsForeign">DROP FOREIGN TABLE.</param>
/// <param name="IfExists">IF EXISTS.</param>
/// <param name="Cascade">CASCADE.</param>
public sealed record DropTableStatement(SqlSpan Span, IReadOnlyList<QualifiedName> Tables, bool IsForeign, bool IfExists, bool Cascade)
    : SqlStatement(SqlStatementKind.DropTable, Span);
