namespace Sluice.Emulator.DataModeling;

/// <summary>A node or an edge as it is after some write. It is never changed: a write makes a new one.</summary>
internal sealed class Instance
{
    public required InstanceKey Key { get; init; }

    /// <summary>Its place in lists: the order of creation.</summary>
    public required long Sequence { get; init; }

    public required bool IsEdge { get; init; }

    public InstanceKey? Type { get; init; }

    public InstanceKey? StartNode { get; init; }

    public InstanceKey? EndNode { get; init; }

    public required int Version { get; init; }

    public required long CreatedTime { get; init; }

    public required long LastUpdatedTime { get; init; }

    /// <summary>The values in each container, by the container's storage; a property without a value is null.</summary>
    public required IReadOnlyDictionary<long, IReadOnlyDictionary<string, object>> Rows { get; init; }

    public string TypeName => IsEdge ? "edge" : "node";

    /// <summary>The values in a container; null if it has no data there.</summary>
    public IReadOnlyDictionary<string, object>? Row(ContainerDefinition container) => Rows.GetValueOrDefault(container.Storage);

    public object? Value(Column column) => Row(column.Container)?.GetValueOrDefault(column.Property.Identifier);
}
