namespace Sluice.PgWire.Sql;

/// <summary>IMPORT FOREIGN SCHEMA, checked to its end.</summary>
/// <param name="Span">Where it stands.</param>
/// <param name="RemoteSchema">What is imported.</param>
/// <param name="Selection">Which of its tables.</param>
/// <param name="Tables">The tables of LIMIT TO or EXCEPT.</param>
/// <param name="Server">The foreign server.</param>
/// <param name="LocalSchema">Where the tables are made.</param>
/// <param name="Options">Options of the import.</param>
public sealed record ImportForeignSchemaStatement(
    SqlSpan Span,
    string RemoteSchema,
    ImportSelection Selection,
    IReadOnlyList<string> Tables,
    string Server,
    string LocalSchema,
    IReadOnlyList<SqlOption> Options)
    : SqlStatement(SqlStatementKind.ImportForeignSchema, Span);

/// <summary>Which tables IMPORT FOREIGN SCHEMA makes.</summary>
public enum ImportSelection
{
    /// <summary>All of them.</summary>
    All,

    /// <summary>LIMIT TO (…).</summary>
    LimitTo,

    /// <summary>EXCEPT (…).</summary>
    Except,
}
