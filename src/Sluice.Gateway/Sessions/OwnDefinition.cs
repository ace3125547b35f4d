using Sluice.PgWire.Protocol;
using Sluice.PgWire.Sql;

namespace Sluice.Gateway.Sessions;

/// <summary>A statement that makes or drops tables. What its names mean is looked up when it runs, as PostgreSQL does.</summary>
internal sealed class OwnDefinition : OwnStatement
{
    private OwnDefinition(ReadOnlyMemory<byte> sql, SqlStatement statement)
        : base(sql, new QualifiedName(Schema: null, string.Empty), [], []) => Statement = statement;

    /// <summary>What it says.</summary>
    public SqlStatement Statement { get; }

    /// <inheritdoc/>
    public override string Command => Statement switch
    {
        CreateForeignTableStatement => "CREATE FOREIGN TABLE",
        ImportForeignSchemaStatement => "IMPORT FOREIGN SCHEMA",
        DropTableStatement { IsForeign: true } => "DROP FOREIGN TABLE",
        _ => "DROP TABLE",
    };

    /// <summary>The statement is one that can be about CDF tables.</summary>
    public static bool IsOne(SqlStatement statement) =>
        statement is DropTableStatement || statement.Kind is SqlStatementKind.CreateForeignTable or SqlStatementKind.ImportForeignSchema;

    /// <summary>The statement, if <see cref="IsOne"/>.</summary>
    /// <param name="sql">The query string.</param>
    /// <param name="statement">The statement in it.</param>
    /// <param name="standardConformingStrings">The session's setting.</param>
    /// <exception cref="PgException">42601.</exception>
    public static OwnDefinition? Of(ReadOnlyMemory<byte> sql, SqlStatement statement, bool standardConformingStrings) => statement.Kind switch
    {
        SqlStatementKind.CreateForeignTable =>
            new(sql, SqlDefinitions.ReadCreateForeignTable(sql.Span, statement.Span, standardConformingStrings)),
        SqlStatementKind.ImportForeignSchema =>
            new(sql, SqlDefinitions.ReadImportForeignSchema(sql.Span, statement.Span, standardConformingStrings)),
        _ => statement is DropTableStatement ? new(sql, statement) : null,
    };
}
