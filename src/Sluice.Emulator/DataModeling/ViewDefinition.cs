using System.Text.Json;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.DataModeling;

/// <summary>One version of a view, as it was given: inherited properties are found when they are needed.</summary>
internal sealed class ViewDefinition : SchemaObject
{
    private const int MaxProperties = 100;
    private const int MaxParents = 10;

    public required ViewId Id { get; init; }

    public override string Key => Id.ToString();

    public required IReadOnlyList<ViewId> Implements { get; init; }

    public required OrderedDictionary<string, ViewProperty> Properties { get; init; }

    /// <summary>Which instances belong to it when they are listed; null for all that have data in its containers.</summary>
    public JsonElement? Filter { get; init; }

    public static ViewDefinition Read(JsonElement item)
    {
        var id = ViewId.OfItem(JsonChecks.Object(item, "item"));
        return new ViewDefinition
        {
            Space = id.Space,
            Id = id,
            Name = NameOf(item),
            Description = DescriptionOf(item),
            Implements = item.Optional("implements") is { } parents
                ? [.. JsonChecks.Array(parents, "implements", 0, MaxParents).EnumerateArray().Select(p => ViewId.Read(p, "implements"))]
                : [],
            Properties = ReadProperties(item),
            Filter = item.Optional("filter") is { } filter ? JsonChecks.Object(filter, "filter").Clone() : null,
        };
    }

    public void Write(Utf8JsonWriter writer, ResolvedSource resolved, bool inherited)
    {
        writer.WriteStartObject();
        writer.WriteString("externalId"u8, Id.ExternalId);
        writer.WriteString("space"u8, Space);
        writer.WriteString("version"u8, Id.Version);
        WriteTimes(writer);
        writer.WriteBoolean("writable"u8, resolved.Writable);
        writer.WriteBoolean("queryable"u8, resolved.Queryable);
        writer.WriteString("usedFor"u8, ContainerDefinition.NameOf(resolved.UsedFor));
        writer.WriteStartObject("properties"u8);
        foreach (var (identifier, property) in resolved.ViewProperties)
        {
            if (inherited || Properties.ContainsKey(identifier))
            {
                resolved.WriteProperty(writer, property);
            }
        }

        writer.WriteEndObject();
        writer.WriteStartArray("mappedContainers"u8);
        foreach (var container in resolved.Containers)
        {
            container.Id.Write(writer);
        }

        writer.WriteEndArray();
        WriteNames(writer);
        WriteParents(writer);
        writer.WriteEndObject();
    }

    protected override void WriteDefinition(Utf8JsonWriter writer)
    {
        WriteNames(writer);
        WriteParents(writer);
        writer.WriteStartObject("properties"u8);
        foreach (var (identifier, property) in Properties)
        {
            writer.WritePropertyName(identifier);
            property.WriteDefinition(writer);
        }

        writer.WriteEndObject();
    }

    private static OrderedDictionary<string, ViewProperty> ReadProperties(JsonElement item)
    {
        var properties = new OrderedDictionary<string, ViewProperty>(StringComparer.Ordinal);
        if (item.Optional("properties") is not { } given)
        {
            return properties;
        }

        foreach (var property in JsonChecks.Object(given, "properties").EnumerateObject())
        {
            if (!properties.TryAdd(property.Name, ViewProperty.Read(property.Name, property.Value)))
            {
                throw CdfException.Violation("properties", $"must not contain '{property.Name}' twice");
            }
        }

        return properties.Count <= MaxProperties
            ? properties
            : throw CdfException.Violation("properties", $"size must be between 0 and {MaxProperties}");
    }

    private void WriteParents(Utf8JsonWriter writer)
    {
        writer.WriteStartArray("implements"u8);
        foreach (var parent in Implements)
        {
            parent.Write(writer);
        }

        writer.WriteEndArray();
        if (Filter is { } filter)
        {
            writer.WritePropertyName("filter"u8);
            filter.WriteTo(writer);
        }
    }
}
