using System.Text.Json;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.DataModeling;

/// <summary>Whether nodes, edges or both can have data.</summary>
[Flags]
internal enum Usage
{
    None = 0,
    Node = 1,
    Edge = 2,
    All = Node | Edge,
}

/// <summary>What stores properties of instances.</summary>
internal sealed class ContainerDefinition : SchemaObject
{
    private const int MaxProperties = 100;
    private const int MaxRules = 10;

    private readonly Dictionary<string, long> _numbers = new(StringComparer.Ordinal);

    public required ContainerId Id { get; init; }

    public override string Key => Id.ToString();

    public required Usage UsedFor { get; init; }

    public required OrderedDictionary<string, ContainerProperty> Properties { get; init; }

    public required IReadOnlyList<ContainerConstraint> Constraints { get; init; }

    public required IReadOnlyList<ContainerIndex> Indexes { get; init; }

    /// <summary>Under which instances keep their data in it: a container that is deleted and made again starts empty.</summary>
    public long Storage { get; private set; }

    public static ContainerDefinition Read(JsonElement item)
    {
        var id = ContainerId.OfItem(JsonChecks.Object(item, "item"));
        var properties = ReadProperties(item.Required("properties"));
        return new ContainerDefinition
        {
            Space = id.Space,
            Id = id,
            Name = NameOf(item),
            Description = DescriptionOf(item),
            UsedFor = ReadUsage(item),
            Properties = properties,
            Constraints = ReadRules(item, "constraints", (name, value) => ContainerConstraint.Read(name, value, properties)),
            Indexes = ReadRules(item, "indexes", (name, value) => ContainerIndex.Read(name, value, properties)),
        };
    }

    public static string NameOf(Usage usage) => usage switch
    {
        Usage.Node => "node",
        Usage.Edge => "edge",
        _ => "all",
    };

    public static Usage? UsageOf(string name) => name switch
    {
        "node" => Usage.Node,
        "edge" => Usage.Edge,
        "all" => Usage.All,
        _ => null,
    };

    /// <summary>Takes the place of an earlier definition, or starts empty.</summary>
    public void Replace(ContainerDefinition? earlier, long newStorage)
    {
        if (earlier is null)
        {
            Storage = newStorage;
            return;
        }

        CheckChange(earlier);
        Storage = earlier.Storage;
        foreach (var (property, number) in earlier._numbers)
        {
            _numbers[property] = number;
        }
    }

    /// <summary>The next value of a property that counts by itself.</summary>
    public long NextNumber(string property) => _numbers[property] = _numbers.GetValueOrDefault(property) + 1;

    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        WriteDefinition(writer);
        WriteTimes(writer);
        writer.WriteEndObject();
    }

    protected override void WriteDefinition(Utf8JsonWriter writer)
    {
        writer.WriteString("space"u8, Space);
        writer.WriteString("externalId"u8, Id.ExternalId);
        writer.WriteString("usedFor"u8, NameOf(UsedFor));
        writer.WriteStartObject("properties"u8);
        foreach (var (identifier, property) in Properties)
        {
            writer.WritePropertyName(identifier);
            property.Write(writer);
        }

        writer.WriteEndObject();
        WriteNames(writer);
        writer.WriteStartObject("constraints"u8);
        foreach (var constraint in Constraints)
        {
            constraint.Write(writer);
        }

        writer.WriteEndObject();
        writer.WriteStartObject("indexes"u8);
        foreach (var index in Indexes)
        {
            index.Write(writer);
        }

        writer.WriteEndObject();
    }

    private static Usage ReadUsage(JsonElement item)
    {
        if (item.Optional("usedFor") is not { } given)
        {
            return Usage.Node;
        }

        var name = JsonChecks.String(given, "usedFor");
        return name == "record"
            ? throw CdfException.BadRequest("Containers for records are not available in this project")
            : UsageOf(name) ?? throw CdfException.Violation("usedFor", "must be node, edge or all");
    }

    private static OrderedDictionary<string, ContainerProperty> ReadProperties(JsonElement value)
    {
        var properties = new OrderedDictionary<string, ContainerProperty>(StringComparer.Ordinal);
        foreach (var property in JsonChecks.Object(value, "properties").EnumerateObject())
        {
            if (!properties.TryAdd(property.Name, ContainerProperty.Read(property.Name, property.Value)))
            {
                throw CdfException.Violation("properties", $"must not contain '{property.Name}' twice");
            }
        }

        return properties.Count is >= 1 and <= MaxProperties
            ? properties
            : throw CdfException.Violation("properties", $"size must be between 1 and {MaxProperties}");
    }

    private static List<T> ReadRules<T>(JsonElement item, string name, Func<string, JsonElement, T> read)
    {
        if (item.Optional(name) is not { } given)
        {
            return [];
        }

        var rules = JsonChecks.Object(given, name).EnumerateObject().Select(r => read(r.Name, r.Value)).ToList();
        return rules.Count <= MaxRules ? rules : throw CdfException.Violation(name, $"size must be between 0 and {MaxRules}");
    }

    private void CheckChange(ContainerDefinition earlier)
    {
        if ((UsedFor & earlier.UsedFor) != earlier.UsedFor)
        {
            throw CdfException.BadRequest(
                $"Cannot change usedFor of container '{Key}' from {NameOf(earlier.UsedFor)} to {NameOf(UsedFor)}");
        }

        foreach (var (identifier, property) in earlier.Properties)
        {
            if (!Properties.TryGetValue(identifier, out var changed))
            {
                throw CdfException.BadRequest($"Cannot remove property '{identifier}' of container '{Key}'");
            }

            if (!changed.Type.Holds(property.Type))
            {
                throw CdfException.BadRequest($"Cannot change the type of property '{identifier}' of container '{Key}'");
            }
        }
    }
}
