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
        FilesTable.Definition,
        LabelsTable.Definition,
        RelationshipsTable.Definition,
        SequencesTable.Definition,
        SequenceRowsTable.Definition,
        TimeSeriesTable.Definition,
        DoubleDatapointsTable.Definition,
        StringDatapointsTable.Definition,
        RawRowsTable.Definition,
        RawTablesTable.Definition,
        ExtractionPipelinesTable.Definition,
        ExtractionPipelineRunsTable.Definition,
        DataModelsTable.Definition,
        ViewsTable.Definition,
        ContainersTable.Definition,
        UnitsTable.Definition,
        UnitSystemsTable.Definition,
    ];

    private static readonly FrozenDictionary<string, TableDefinition> ByName =
        All.ToFrozenDictionary(table => table.Name, StringComparer.Ordinal);

    /// <summary>The names that a user cannot give to a table of his own.</summary>
    public static FrozenSet<string> ReservedNames { get; } = All.Select(table => table.Name).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The table called <paramref name="name"/>, or <see langword="null"/>.</summary>
    public static TableDefinition? Find(string name) => ByName.GetValueOrDefault(name);
}
