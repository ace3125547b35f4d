using System.Text.Json;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.DataModeling;

/// <summary>A property of a view: one of a container, or a connection to other instances that only readers see.</summary>
internal abstract class ViewProperty
{
    public required string Identifier { get; init; }

    public string? Name { get; init; }

    public string? Description { get; init; }

    public static ViewProperty Read(string identifier, JsonElement value)
    {
        JsonChecks.Object(value, identifier);
        DmNames.Property(identifier);
        var name = value.Optional("name") is { } n ? JsonChecks.Text(n, "name", 0, 255) : null;
        var description = value.Optional("description") is { } d ? JsonChecks.Text(d, "description", 0, 1024) : null;
        if (value.Optional("container") is { } container)
        {
            return new MappedProperty
            {
                Identifier = identifier,
                Name = name,
                Description = description,
                Container = ContainerId.Read(container, "container"),
                ContainerProperty = JsonChecks.String(value.Required("containerPropertyIdentifier"), "containerPropertyIdentifier"),
                Source = value.Optional("source") is { } source ? ViewId.Read(source, "source") : null,
            };
        }

        var type = value.Optional("connectionType") is { } given ? JsonChecks.String(given, "connectionType") : "multi_edge_connection";
        return type switch
        {
            "single_edge_connection" or "multi_edge_connection" => new EdgeConnection
            {
                Identifier = identifier,
                Name = name,
                Description = description,
                ConnectionType = type,
                Type = DmNames.Instance(value.Required("type"), "type"),
                Source = ViewId.Read(value.Required("source"), "source"),
                EdgeSource = value.Optional("edgeSource") is { } edgeSource ? ViewId.Read(edgeSource, "edgeSource") : null,
                Inwards = ReadInwards(value),
            },
            "single_reverse_direct_relation" or "multi_reverse_direct_relation" =>
                ReverseRelation.Read(identifier, name, description, type, value),
            _ => throw CdfException.Violation($"properties.{identifier}.connectionType", "is not a type of connection"),
        };
    }

    /// <summary>The property as it was given, for comparing definitions.</summary>
    public abstract void WriteDefinition(Utf8JsonWriter writer);

    private static bool ReadInwards(JsonElement value) =>
        (value.Optional("direction") is { } given ? JsonChecks.String(given, "direction") : "outwards") switch
        {
            "outwards" => false,
            "inwards" => true,
            _ => throw CdfException.Violation("direction", "must be outwards or inwards"),
        };
}

/// <summary>A property that a container stores.</summary>
internal sealed class MappedProperty : ViewProperty
{
    public required ContainerId Container { get; init; }

    public required string ContainerProperty { get; init; }

    /// <summary>The view that is expected behind a direct relation.</summary>
    public ViewId? Source { get; init; }

    public override void WriteDefinition(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        WriteMapping(writer);
        if (Source is not null)
        {
            writer.WritePropertyName("source"u8);
            Source.Write(writer);
        }

        DataModeling.ContainerProperty.WriteNames(writer, Name, Description);
        writer.WriteEndObject();
    }

    /// <summary>The property with all that its container says of it.</summary>
    public void Write(Utf8JsonWriter writer, ContainerProperty stored)
    {
        writer.WriteStartObject();
        stored.WriteState(writer);
        writer.WritePropertyName("type"u8);
        stored.Type.Write(writer, Source);
        WriteMapping(writer);
        stored.WriteRules(writer);
        DataModeling.ContainerProperty.WriteNames(writer, Name, Description);
        writer.WriteEndObject();
    }

    private void WriteMapping(Utf8JsonWriter writer)
    {
        writer.WritePropertyName("container"u8);
        Container.Write(writer);
        writer.WriteString("containerPropertyIdentifier"u8, ContainerProperty);
    }
}

/// <summary>The instances at the other ends of edges of one type.</summary>
internal sealed class EdgeConnection : ViewProperty
{
    public required string ConnectionType { get; init; }

    public required InstanceKey Type { get; init; }

    public required ViewId Source { get; init; }

    public ViewId? EdgeSource { get; init; }

    public bool Inwards { get; init; }

    public override void WriteDefinition(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("connectionType"u8, ConnectionType);
        writer.WritePropertyName("type"u8);
        Type.Write(writer);
        writer.WritePropertyName("source"u8);
        Source.Write(writer);
        if (EdgeSource is not null)
        {
            writer.WritePropertyName("edgeSource"u8);
            EdgeSource.Write(writer);
        }

        writer.WriteString("direction"u8, Inwards ? "inwards"u8 : "outwards"u8);
        ContainerProperty.WriteNames(writer, Name, Description);
        writer.WriteEndObject();
    }
}

/// <summary>The instances that point here by a direct relation.</summary>
internal sealed class ReverseRelation : ViewProperty
{
    public required string ConnectionType { get; init; }

    public required ViewId Source { get; init; }

    public required SourceId ThroughSource { get; init; }

    public required string ThroughProperty { get; init; }

    public static ReverseRelation Read(string identifier, string? name, string? description, string type, JsonElement value)
    {
        var through = JsonChecks.Object(value.Required("through"), "through");
        return new ReverseRelation
        {
            Identifier = identifier,
            Name = name,
            Description = description,
            ConnectionType = type,
            Source = ViewId.Read(value.Required("source"), "source"),
            ThroughSource = SourceId.Read(through.Required("source"), "through.source"),
            ThroughProperty = JsonChecks.String(through.Required("identifier"), "through.identifier"),
        };
    }

    public override void WriteDefinition(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        WriteBody(writer);
        writer.WriteEndObject();
    }

    /// <summary>The connection, and whether what it goes through is a list.</summary>
    public void Write(Utf8JsonWriter writer, bool targetsList)
    {
        writer.WriteStartObject();
        WriteBody(writer);
        writer.WriteBoolean("targetsList"u8, targetsList);
        writer.WriteEndObject();
    }

    private void WriteBody(Utf8JsonWriter writer)
    {
        writer.WriteString("connectionType"u8, ConnectionType);
        writer.WritePropertyName("source"u8);
        Source.Write(writer);
        writer.WriteStartObject("through"u8);
        writer.WritePropertyName("source"u8);
        ThroughSource.Write(writer);
        writer.WriteString("identifier"u8, ThroughProperty);
        writer.WriteEndObject();
        ContainerProperty.WriteNames(writer, Name, Description);
    }
}
