using System.Text.Json;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.DataModeling;

/// <summary>What holds properties: a container, or a view of containers.</summary>
internal abstract record SourceId
{
    public abstract string Space { get; }

    /// <summary>Its name among the properties of an instance: <c>externalId</c> or <c>externalId/version</c>.</summary>
    public abstract string Identifier { get; }

    /// <summary>Reads <c>{"type":"view"|"container","space","externalId","version"?}</c>.</summary>
    public static SourceId Read(JsonElement value, string name)
    {
        JsonChecks.Object(value, name);
        return JsonChecks.String(value.Required("type"), "type") switch
        {
            "view" => ViewId.Read(value, name),
            "container" => ContainerId.Read(value, name),
            _ => throw CdfException.Violation(name, "must have the type view or container"),
        };
    }

    public abstract void Write(Utf8JsonWriter writer);

    public sealed override string ToString() => $"{Space}:{Identifier}";

    protected static void RequireType(JsonElement value, string name, string type)
    {
        JsonChecks.Object(value, name);
        if (JsonChecks.String(value.Required("type"), "type") != type)
        {
            throw CdfException.Violation(name, $"must have the type {type}");
        }
    }
}

/// <summary>A reference to a container.</summary>
internal sealed record ContainerId(string InSpace, string ExternalId) : SourceId
{
    public override string Space => InSpace;

    public override string Identifier => ExternalId;

    public static new ContainerId Read(JsonElement value, string name)
    {
        RequireType(value, name, "container");
        return OfItem(value);
    }

    /// <summary>The id in an object that has no <c>type</c>.</summary>
    public static ContainerId OfItem(JsonElement item) => new(DmNames.Space(item), DmNames.ExternalId(item));

    public override void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, "container"u8);
        writer.WriteString("space"u8, Space);
        writer.WriteString("externalId"u8, ExternalId);
        writer.WriteEndObject();
    }
}

/// <summary>A reference to one version of a view. Data models are named the same way.</summary>
internal sealed record ViewId(string InSpace, string ExternalId, string Version) : SourceId
{
    public override string Space => InSpace;

    public override string Identifier => $"{ExternalId}/{Version}";

    public static new ViewId Read(JsonElement value, string name)
    {
        RequireType(value, name, "view");
        return OfItem(value);
    }

    /// <summary>The id in an object that has no <c>type</c>.</summary>
    public static ViewId OfItem(JsonElement item) => new(DmNames.Space(item), DmNames.ExternalId(item), DmNames.Version(item));

    public override void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, "view"u8);
        writer.WriteString("space"u8, Space);
        writer.WriteString("externalId"u8, ExternalId);
        writer.WriteString("version"u8, Version);
        writer.WriteEndObject();
    }
}

/// <summary>The space and external id of a node or an edge, which share one namespace.</summary>
internal sealed record InstanceKey(string Space, string ExternalId)
{
    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("space"u8, Space);
        writer.WriteString("externalId"u8, ExternalId);
        writer.WriteEndObject();
    }

    public override string ToString() => $"{Space}:{ExternalId}";
}
