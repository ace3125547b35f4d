using System.Collections.Frozen;
using System.Collections.Immutable;
using Sluice.PgWire.Types;

namespace Sluice.Gateway.Tables;

/// <summary>
/// The built-in tables of users with the option <c>extended_columns</c>: at the end, they have columns for external ids where CDF takes only internal
/// ids. Sluice looks the ids up when rows are written; when rows are read, the columns are NULL.
/// </summary>
public static class ExtendedTables
{
    private const string DataSetId = "data_set_id";

    /// <summary>The columns with internal ids, and those that are added for them.</summary>
    private static readonly FrozenDictionary<string, ColumnDefinition> Additions = new[]
    {
        Addition("asset_ids", "asset_external_ids", ColumnTypes.TextArray, ReferredResource.Assets, "External ids of the assets, instead of asset_ids."),
        Addition("asset_id", "asset_external_id", ColumnTypes.Varchar(255), ReferredResource.Assets, "External id of the asset, instead of asset_id."),
        Addition(
            DataSetId, "data_set_external_id", ColumnTypes.Varchar(255), ReferredResource.DataSets, "External id of the data set, instead of data_set_id."),
    }.ToFrozenDictionary(addition => addition.Reference!.Column, StringComparer.Ordinal);

    /// <summary>The tables that have such columns.</summary>
    public static ImmutableArray<TableDefinition> All { get; } = [.. BuiltInTables.All.Where(HasAdditions).Select(Extend)];

    private static bool HasAdditions(TableDefinition table) => !table.IsReadOnly && table.Columns.Any(column => Additions.ContainsKey(column.Name));

    private static TableDefinition Extend(TableDefinition table)
    {
        var added = table.Columns.Where(column => Additions.ContainsKey(column.Name)).Select(column => Additions[column.Name] with
        {
            Updatable = column.Updatable,
            Clearable = column.Clearable,
            ClearedBySet = column.ClearedBySet,
        });
        return table with { Columns = [.. table.Columns, .. added] };
    }

    private static ColumnDefinition Addition(string column, string name, ColumnType type, ReferredResource resource, string description) => new()
    {
        Name = name,
        Type = type,
        Reference = new ExternalIdReference(column, resource),
        Description = $"{description} They are looked up when the row is written; NULL when it is read.",
    };
}
