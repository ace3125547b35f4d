using System.Text.Json;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.DataModeling;

/// <summary>A property that a filter or a sort names: its type, and how to get it from an instance.</summary>
internal sealed record PropertyAccess(PropertyType Type, Func<Instance, object?> Value);

/// <summary>
/// Finds properties by their path: <c>["node"|"edge", name]</c> for what every instance has, <c>[space, "view/version"|container, name]</c>
/// for the rest.
/// </summary>
internal sealed class PropertyReader(Schema schema, bool edges, Action<SourceId>? requireRead = null)
{
    /// <summary>The reader for the nodes that are behind relations.</summary>
    public PropertyReader OfNodes() => new(schema, edges: false, requireRead);

    public PropertyAccess Read(JsonElement path)
    {
        var parts = JsonChecks.Array(path, "property", 1).EnumerateArray().Select(p => JsonChecks.String(p, "property")).ToList();
        return parts switch
        {
            ["node" or "edge", var name] when parts[0] == (edges ? "edge" : "node") => OfInstance(name),
            [var space, var source, var name] => OfSource(Source(space, source), name),
            _ => throw Unknown(parts),
        };

        PropertyAccess OfInstance(string name) => name switch
        {
            "space" => new PropertyAccess(PropertyType.Text, i => i.Key.Space),
            "externalId" => new PropertyAccess(PropertyType.Text, i => i.Key.ExternalId),
            "version" => new PropertyAccess(PropertyType.Int64, i => (long)i.Version),
            "createdTime" => new PropertyAccess(PropertyType.Int64, i => i.CreatedTime),
            "lastUpdatedTime" => new PropertyAccess(PropertyType.Int64, i => i.LastUpdatedTime),
            "type" => new PropertyAccess(PropertyType.Direct, i => i.Type),
            "startNode" when edges => new PropertyAccess(PropertyType.Direct, i => i.StartNode),
            "endNode" when edges => new PropertyAccess(PropertyType.Direct, i => i.EndNode),
            _ => throw Unknown(parts),
        };

        PropertyAccess OfSource(ResolvedSource source, string name) => source.Columns.TryGetValue(name, out var column)
            ? new PropertyAccess(column.Property.Type, i => i.Value(column))
            : throw Unknown(parts);
    }

    /// <summary>A view or container that the caller may read, or 400 or 403.</summary>
    public ResolvedSource Source(SourceId id)
    {
        requireRead?.Invoke(id);
        return schema.Resolve(id);
    }

    private ResolvedSource Source(string space, string identifier)
    {
        var slash = identifier.IndexOf('/', StringComparison.Ordinal);
        SourceId id = slash < 0
            ? new ContainerId(space, identifier)
            : new ViewId(space, identifier[..slash], identifier[(slash + 1)..]);
        return Source(id);
    }

    private static CdfException Unknown(List<string> path) =>
        CdfException.BadRequest($"Unknown property [{string.Join(", ", path.Select(p => $"'{p}'"))}]");
}
