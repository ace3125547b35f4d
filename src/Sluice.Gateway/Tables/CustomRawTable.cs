using Sluice.Gateway.Tables.BuiltIn;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Types;

namespace Sluice.Gateway.Tables;

/// <summary>Makes the definition of a user's own table over one RAW table, after checking what PostgreSQL and CDF ask of it.</summary>
public static class CustomRawTable
{
    /// <summary>The column that is added as the key when no column is named as <c>primaryKey</c>.</summary>
    public const string KeyColumn = "_raw_key";

    /// <summary>
    /// The definition of table <paramref name="name"/> over the RAW table <paramref name="rawTable"/> of <paramref name="rawDatabase"/>.
    /// </summary>
    /// <param name="name">1 to 60 characters, at most 63 bytes, not the name of a built-in table.</param>
    /// <param name="rawDatabase">1 to 32 characters; need not exist.</param>
    /// <param name="rawTable">1 to 64 characters; need not exist.</param>
    /// <param name="primaryKey">
    /// The column whose text is the key of the RAW row. Without one, the column <see cref="KeyColumn"/> is, and is added in front if
    /// <paramref name="columns"/> does not have it.
    /// </param>
    /// <param name="columns">Names and types, in order; each is the RAW column of the same name.</param>
    /// <param name="required">Columns that an INSERT must give a value, beside the key.</param>
    /// <exception cref="PgException">
    /// 42939 a reserved name; 42602 an empty name or a NUL in it; 42622 a name that is too long; 42701 a column twice or of a system
    /// column's name; 42703 a primary key that is no column; 42P16 a primary key of a type without order; 54011 too many columns.
    /// </exception>
    public static TableDefinition Define(
        string name,
        string rawDatabase,
        string rawTable,
        string? primaryKey,
        IEnumerable<KeyValuePair<string, ColumnType>> columns,
        IReadOnlySet<string>? required = null)
    {
        CustomNames.CheckTable(name);
        CustomNames.Check("RAW database", rawDatabase, 32, maxBytes: int.MaxValue);
        CustomNames.Check("RAW table", rawTable, 64, maxBytes: int.MaxValue);
        var key = primaryKey ?? KeyColumn;
        var definitions = columns.Select(column => Define(column.Key, column.Value, column.Key == key, required?.Contains(column.Key) == true)).ToList();
        if (definitions.TrueForAll(column => column.Name != key))
        {
            if (primaryKey is not null)
            {
                throw new PgException(
                    SqlState.UndefinedColumn,
                    $"primary key column \"{primaryKey}\" is not a column of table \"{name}\"",
                    hint: "Name one of the table's columns, or leave the primary key out.");
            }

            definitions.Insert(0, Define(KeyColumn, ColumnTypes.Text, isKey: true, isRequired: true));
        }

        CheckColumns(name, definitions);
        return new TableDefinition
        {
            Name = name,
            Kind = TableKind.CustomRawRows,
            Comment = $"Rows of RAW table \"{rawTable}\" in database \"{rawDatabase}\". INSERT replaces the whole row of the same key.",
            Columns = [.. definitions],
            Capabilities = RawColumns.Capabilities,
            Insert = InsertEffect.Overwrites,
            PrimaryKey = [key],
            FetchSize = 10_000,
            RawDatabase = rawDatabase,
            RawTable = rawTable,
            RawPrimaryKey = primaryKey,
        };
    }

    private static ColumnDefinition Define(string name, ColumnType type, bool isKey, bool isRequired) => new()
    {
        Name = name,
        Type = type,
        CdfField = isKey && name == KeyColumn ? "key" : name,
        Shape = ColumnShape.RawValue,
        RequiredOnInsert = isKey || isRequired,
        AlwaysReturned = isKey,
        Updatable = !isKey,
        Limits = isKey ? new ColumnLimits { MaxCharacters = 1_024 } : new ColumnLimits { MaxBytes = 2_621_440 },
        Description = isKey ? "Key of the RAW row, as its text." : $"RAW column \"{name}\".",
    };

    private static void CheckColumns(string table, List<ColumnDefinition> columns)
    {
        CustomNames.CheckColumns(table, columns);
        foreach (var column in columns)
        {
            var element = column.Type.Type.Element ?? column.Type.Type;
            if (!column.Updatable && element == PgType.Json)
            {
                throw new PgException(
                    SqlState.InvalidTableDefinition,
                    $"column \"{column.Name}\" of type {column.Type.DisplayName} cannot be the primary key",
                    hint: "Use a TEXT, VARCHAR, BIGINT, TIMESTAMPTZ or another type that has an order.");
            }
        }
    }
}
