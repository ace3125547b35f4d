using System.Text.Json;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.DataModeling;

/// <summary>A node or an edge to be written, its properties not yet read: that needs the schema.</summary>
internal sealed class InstanceWrite
{
    private const int MaxSources = 100;

    public required InstanceKey Key { get; init; }

    public required bool IsEdge { get; init; }

    public InstanceKey? Type { get; init; }

    public InstanceKey? StartNode { get; init; }

    public InstanceKey? EndNode { get; init; }

    /// <summary>The version that the writer has seen; 0 for none.</summary>
    public long? ExistingVersion { get; init; }

    public required IReadOnlyList<(SourceId Source, JsonElement? Properties)> Sources { get; init; }

    public static InstanceWrite Read(JsonElement item)
    {
        var isEdge = ReadIsEdge(item);
        return new InstanceWrite
        {
            Key = DmNames.Instance(item, "item"),
            IsEdge = isEdge,
            Type = Reference(item, "type", isEdge),
            StartNode = isEdge ? Reference(item, "startNode", required: true) : null,
            EndNode = isEdge ? Reference(item, "endNode", required: true) : null,
            ExistingVersion = ReadExistingVersion(item),
            Sources = item.Optional("sources") is { } sources
                ? [.. JsonChecks.Array(sources, "sources", 1, MaxSources).EnumerateArray().Select(ReadSource)]
                : [],
        };
    }

    public static bool ReadIsEdge(JsonElement item) =>
        JsonChecks.String(JsonChecks.Object(item, "item").Required("instanceType"), "instanceType") switch
        {
            "node" => false,
            "edge" => true,
            _ => throw CdfException.Violation("instanceType", "must be node or edge"),
        };

    public static long? ReadExistingVersion(JsonElement item) =>
        item.Optional("existingVersion") is { } version ? JsonChecks.Integer(version, "existingVersion", 0, int.MaxValue) : null;

    private static InstanceKey? Reference(JsonElement item, string name, bool required) =>
        (required ? item.Required(name) : item.Optional(name)) is { } reference ? DmNames.Instance(reference, name) : null;

    private static (SourceId Source, JsonElement? Properties) ReadSource(JsonElement element)
    {
        var source = SourceId.Read(JsonChecks.Object(element, "sources").Required("source"), "source");
        return (source, element.Optional("properties") is { } properties ? JsonChecks.Object(properties, "properties") : null);
    }
}

/// <summary>A node or an edge to be deleted.</summary>
internal sealed record InstanceDeletion(InstanceKey Key, bool IsEdge, long? ExistingVersion)
{
    public static InstanceDeletion Read(JsonElement item) =>
        new(DmNames.Instance(item, "item"), InstanceWrite.ReadIsEdge(item), InstanceWrite.ReadExistingVersion(item));
}

/// <summary>How a request wants its items to be written.</summary>
internal sealed record WriteOptions
{
    public bool Replace { get; init; }

    public bool SkipOnVersionConflict { get; init; }

    public bool AutoCreateDirectRelations { get; init; }

    public bool AutoCreateStartNodes { get; init; }

    public bool AutoCreateEndNodes { get; init; }

    public static WriteOptions Read(JsonElement body) => new()
    {
        Replace = body.Flag("replace"),
        SkipOnVersionConflict = body.Flag("skipOnVersionConflict"),
        AutoCreateDirectRelations = body.Optional("autoCreateDirectRelations") is not { } flag
            || JsonChecks.Boolean(flag, "autoCreateDirectRelations"),
        AutoCreateStartNodes = body.Flag("autoCreateStartNodes"),
        AutoCreateEndNodes = body.Flag("autoCreateEndNodes"),
    };
}
