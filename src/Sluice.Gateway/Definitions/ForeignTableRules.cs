using Sluice.Gateway.Tables;
using Sluice.Gateway.Users;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Sql;
using Sluice.PgWire.Types;

namespace Sluice.Gateway.Definitions;

/// <summary>What CREATE FOREIGN TABLE may say of a CDF table, and the declaration that it is.</summary>
internal static class ForeignTableRules
{
    private const string Schema = "public";

    /// <summary>Refuses clauses that a CDF table cannot have, and schemas other than <c>public</c>.</summary>
    /// <exception cref="PgException">0A000; HV00D: a column's options.</exception>
    public static void Check(CreateForeignTableStatement statement)
    {
        if (statement.Clauses is [var clause, ..])
        {
            throw new PgException(Refusal(clause) with { Position = clause.Position });
        }

        CheckSchema(statement.Table.Schema ?? Schema);
    }

    /// <summary>Refuses schemas other than <c>public</c>.</summary>
    /// <exception cref="PgException">0A000.</exception>
    public static void CheckSchema(string schema)
    {
        if (schema != Schema)
        {
            throw Unsupported($"CDF tables in schema \"{schema}\" are not supported", $"They are made in schema {Schema} only.");
        }
    }

    /// <summary>The table that a statement with server <see cref="ForeignServer.Raw"/> declares.</summary>
    /// <exception cref="PgException">42704: an unknown type; 0A000: one that such a table cannot have.</exception>
    public static RawTableDeclaration DeclareRaw(CreateForeignTableStatement statement, IReadOnlyDictionary<string, string> options) => new(
        statement.Table.Name,
        options[ForeignServer.Database],
        options[ForeignServer.Table],
        options.GetValueOrDefault(ForeignServer.PrimaryKey),
        [.. statement.Columns.Select(column => new DeclaredColumn(column.Name, TypeOf(column), column.NotNull))]);

    /// <summary>Refuses what a statement with server <see cref="ForeignServer.DataModels"/> cannot say.</summary>
    /// <exception cref="PgException">0A000: columns; 22023: an instance type that there is none of.</exception>
    public static void CheckView(CreateForeignTableStatement statement, IReadOnlyDictionary<string, string> options)
    {
        if (statement.Columns.Count > 0)
        {
            throw Unsupported(
                $"table \"{statement.Table.Name}\" takes its columns from the view",
                $"Leave the list empty: CREATE FOREIGN TABLE {SqlIdentifier.Quote(statement.Table.Name)} () SERVER {ForeignServer.DataModels.Name} ….");
        }

        if (options.GetValueOrDefault(ForeignServer.InstanceType) is { } type and not ("node" or "edge"))
        {
            throw new PgException(
                SqlState.InvalidParameterValue,
                $"invalid value for option \"{ForeignServer.InstanceType}\": \"{type}\"",
                hint: "It is 'node' or 'edge'.");
        }
    }

    private static string TypeOf(SqlColumnDefinition column)
    {
        if (PgType.FromOid(column.TypeOid) is { } type && CustomColumnTypes.NameOf(new ColumnType(type)) is { } name)
        {
            return name;
        }

        var hint = $"Columns of such tables have one of the types {string.Join(", ", CustomColumnTypes.Names)}.";
        var hasModifier = column.TypeText.Contains('(', StringComparison.Ordinal);
        throw new PgException(
            (column.TypeOid != 0 || hasModifier
                ? Unsupported($"type {column.TypeText} of column \"{column.Name}\" is not supported", hint)
                : new PgException(SqlState.UndefinedObject, $"type \"{column.TypeText}\" does not exist, or is not supported", hint: hint)).Error
            with { Position = column.TypePosition });
    }

    // Keys in PostgreSQL's words.
    private static PgError Refusal(ForeignTableClause clause) => (clause.Kind switch
    {
        ForeignTableClauseKind.PrimaryKey => Unsupported(
            "primary key constraints are not supported on foreign tables", "The key of a RAW table is OPTIONS (…, primary_key 'column')."),
        ForeignTableClauseKind.Unique => Unsupported("unique constraints are not supported on foreign tables"),
        ForeignTableClauseKind.Exclude => Unsupported("exclusion constraints are not supported on foreign tables"),
        ForeignTableClauseKind.ForeignKey => Unsupported("foreign key constraints are not supported on foreign tables"),
        ForeignTableClauseKind.Like => Unsupported("LIKE is not supported for creating foreign tables", "Name the columns."),
        ForeignTableClauseKind.Default => Unsupported("DEFAULT is not supported for columns of CDF tables", "Give the value in the INSERT."),
        ForeignTableClauseKind.Generated => Unsupported("generated columns are not supported in CDF tables"),
        ForeignTableClauseKind.Collate => Unsupported("COLLATE is not supported for columns of CDF tables"),
        ForeignTableClauseKind.Check => Unsupported(
            "CHECK is not supported for CDF tables", "Nobody keeps other writers of CDF from rows that violate it."),
        ForeignTableClauseKind.Inherits => Unsupported("INHERITS is not supported for CDF tables"),
        ForeignTableClauseKind.PartitionOf => Unsupported("PARTITION OF is not supported for CDF tables"),
        _ => new PgException(SqlState.FdwInvalidOptionName, "columns of CDF tables have no options"),
    }).Error;

    private static PgException Unsupported(string message, string? hint = null) => new(SqlState.FeatureNotSupported, message, hint: hint);
}
