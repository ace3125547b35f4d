using System.Collections.Frozen;
using System.Collections.Immutable;
using Sluice.Gateway.Tables.BuiltIn;

namespace Sluice.Gateway.Tables;

/// <summary>The tables that every gateway user has.</summary>
public static class BuiltInTables
{
    /// <summary>All of them, in the order of creation.</summary>
    public static ImmutableArray<TableDefinition> All { get; } =
    [
        AssetsTable.Definition,
        EventsTable.Definition,
        TimeSeriesTable.Definition,
        DoubleDatapointsTable.Definition,
        StringDatapointsTable.Definition,
        RawRowsTable.Definition,
    ];

    private static readonly FrozenDictionary<string, TableDefinition> ByName =
        All.ToFrozenDictionary(table => table.Name, StringComparer.Ordinal);

    /// <summary>The names that the gateway's interface keeps for built-in tables, whether this version has them or not.</summary>
    public static FrozenSet<string> ReservedNames { get; } = FrozenSet.ToFrozenSet(
        [
            "assets", "containers", "data_models", "double_datapoints", "events", "extraction_pipeline_runs", "extraction_pipelines",
            "files", "labels", "raw_rows", "raw_tables", "relationships", "sequence_rows", "sequences", "string_datapoints",
            "time_series", "unit_systems", "units", "views",
        ],
        StringComparer.Ordinal);

    /// <summary>The table called <paramref name="name"/>, or <see langword="null"/>.</summary>
    public static TableDefinition? Find(string name) => ByName.GetValueOrDefault(name);
}
