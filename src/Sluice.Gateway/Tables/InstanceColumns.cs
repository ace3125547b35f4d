using System.Collections.Immutable;
using Sluice.Cdf.Resources;

namespace Sluice.Gateway.Tables;

/// <summary>The columns of nodes and edges that are no properties of a view.</summary>
internal static class InstanceColumns
{
    public static ColumnDefinition Space { get; } = new()
    {
        Name = "space",
        Type = ColumnTypes.Varchar(InstancesApi.MaxSpaceLength),
        RequiredOnInsert = true,
        AlwaysReturned = true,
        Updatable = false,
        Limits = new ColumnLimits { MinCharacters = 1, MaxCharacters = InstancesApi.MaxSpaceLength },
        Description = "The instance's space. It must exist.",
    };

    public static ColumnDefinition ExternalId { get; } = new()
    {
        Name = "external_id",
        Type = ColumnTypes.Varchar(InstancesApi.MaxExternalIdLength),
        RequiredOnInsert = true,
        AlwaysReturned = true,
        Updatable = false,
        Limits = new ColumnLimits { MinCharacters = 1, MaxCharacters = InstancesApi.MaxExternalIdLength },
        Description = "External id, unique in the space for nodes and edges together.",
    };

    /// <summary>Of an edge; a node may be without.</summary>
    public static ColumnDefinition EdgeType { get; } = Reference("type", isRequired: true, "The node that says what kind of edge it is.");

    public static ColumnDefinition NodeType { get; } =
        Reference("type", isRequired: false, "The node that says what kind of node it is. CDF cannot take it away again.");

    public static ColumnDefinition StartNode { get; } = Reference("start_node", isRequired: true, "The node where the edge begins.");

    public static ColumnDefinition EndNode { get; } = Reference("end_node", isRequired: true, "The node where the edge ends.");

    public static ImmutableArray<ColumnDefinition> OfNodes { get; } =
        [Space, ExternalId, NodeType, CommonColumns.CreatedTime, CommonColumns.LastUpdatedTime];

    public static ImmutableArray<ColumnDefinition> OfEdges { get; } =
        [Space, ExternalId, EdgeType, StartNode, EndNode, CommonColumns.CreatedTime, CommonColumns.LastUpdatedTime];

    private static ColumnDefinition Reference(string name, bool isRequired, string description) => new()
    {
        Name = name,
        Type = ColumnTypes.Json,
        Shape = ColumnShape.Reference,
        RequiredOnInsert = isRequired,
        AlwaysReturned = isRequired,
        Clearable = false,
        Description = $"{description} {ViewPropertyColumn.ReferenceForms}",
    };
}
