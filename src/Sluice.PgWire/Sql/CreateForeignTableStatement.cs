namespace Sluice.PgWire.Sql;

/// <summary>CREATE FOREIGN TABLE, checked to its end.</summary>
/// <param name="Span">Where it stands.</param>
/// <param name="Table">The table.</param>
/// <param name="IfNotExists">IF NOT EXISTS.</param>
/// <param name="Columns">In the order of the text.</param>
/// <param name="Clauses">What else it asks for, in the order of the text.</param>
/// <param name="Server">The foreign server; empty for PARTITION OF, which is read no further.</param>
/// <param name="Options">Those of the table.</param>
public sealed record CreateForeignTableStatement(
    SqlSpan Span,
    QualifiedName Table,
    bool IfNotExists,
    IReadOnlyList<SqlColumnDefinition> Columns,
    IReadOnlyList<ForeignTableClause> Clauses,
    string Server,
    IReadOnlyList<SqlOption> Options)
    : SqlStatement(SqlStatementKind.CreateForeignTable, Span);

/// <summary>A column that CREATE FOREIGN TABLE defines.</summary>
/// <param name="Name">Its name after folding.</param>
/// <param name="TypeOid">Its type if that is a built-in one that Sluice knows, without a modifier; else 0.</param>
/// <param name="TypeText">The type as written.</param>
/// <param name="TypePosition">1-based position of the type in the query string, in characters.</param>
/// <param name="NotNull">NOT NULL.</param>
public sealed record SqlColumnDefinition(string Name, uint TypeOid, string TypeText, int TypePosition, bool NotNull);
