using System.Text.Json;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.DataModeling;

/// <summary>A constraint of a container: data in another container is required, or values must be unique.</summary>
internal sealed class ContainerConstraint
{
    public required string Identifier { get; init; }

    /// <summary>The container in which an instance must have data, too; null if this is a uniqueness constraint.</summary>
    public ContainerId? Require { get; init; }

    /// <summary>The properties whose values are unique together; null values never collide.</summary>
    public IReadOnlyList<string> Properties { get; init; } = [];

    /// <summary>Whether values are unique only within a space.</summary>
    public bool BySpace { get; init; }

    /// <summary>False when what was there before breaks the rule, which then is not enforced.</summary>
    public bool Holds { get; set; } = true;

    public static ContainerConstraint Read(string identifier, JsonElement value, IReadOnlyDictionary<string, ContainerProperty> properties)
    {
        DmNames.Constraint(identifier);
        JsonChecks.Object(value, identifier);
        var require = value.Optional("require");
        var type = value.Optional("constraintType") is { } given
            ? JsonChecks.String(given, "constraintType")
            : require is null ? "uniqueness" : "requires";
        return type switch
        {
            "requires" => new ContainerConstraint
            {
                Identifier = identifier, Require = ContainerId.Read(value.Required("require"), "require"),
            },
            "uniqueness" => new ContainerConstraint
            {
                Identifier = identifier,
                Properties = ContainerIndex.ReadProperties(value, properties),
                BySpace = value.Flag("bySpace"),
            },
            _ => throw CdfException.Violation("constraintType", "must be requires or uniqueness"),
        };
    }

    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject(Identifier);
        writer.WriteString("state"u8, Holds ? "current"u8 : "failed"u8);
        if (Require is not null)
        {
            writer.WritePropertyName("require"u8);
            Require.Write(writer);
            writer.WriteString("constraintType"u8, "requires"u8);
        }
        else
        {
            ContainerIndex.WriteProperties(writer, Properties);
            writer.WriteString("constraintType"u8, "uniqueness"u8);
            writer.WriteBoolean("bySpace"u8, BySpace);
        }

        writer.WriteEndObject();
    }
}

/// <summary>An index of a container. It is kept and shown; reads do not need it here.</summary>
internal sealed class ContainerIndex
{
    private const int MaxProperties = 10;

    public required string Identifier { get; init; }

    public bool Inverted { get; init; }

    public required IReadOnlyList<string> Properties { get; init; }

    public bool Cursorable { get; init; }

    public bool BySpace { get; init; }

    public static ContainerIndex Read(string identifier, JsonElement value, IReadOnlyDictionary<string, ContainerProperty> properties)
    {
        DmNames.Constraint(identifier);
        JsonChecks.Object(value, identifier);
        var type = value.Optional("indexType") is { } given ? JsonChecks.String(given, "indexType") : "btree";
        if (type is not ("btree" or "inverted"))
        {
            throw CdfException.Violation("indexType", "must be btree or inverted");
        }

        return new ContainerIndex
        {
            Identifier = identifier,
            Inverted = type == "inverted",
            Properties = ReadProperties(value, properties),
            Cursorable = value.Flag("cursorable"),
            BySpace = value.Flag("bySpace"),
        };
    }

    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject(Identifier);
        WriteProperties(writer, Properties);
        writer.WriteString("state"u8, "current"u8);
        writer.WriteString("indexType"u8, Inverted ? "inverted"u8 : "btree"u8);
        if (!Inverted)
        {
            writer.WriteBoolean("cursorable"u8, Cursorable);
            writer.WriteBoolean("bySpace"u8, BySpace);
        }

        writer.WriteEndObject();
    }

    public static List<string> ReadProperties(JsonElement value, IReadOnlyDictionary<string, ContainerProperty> properties)
    {
        var names = JsonChecks.Array(value.Required("properties"), "properties", 1, MaxProperties).EnumerateArray()
            .Select(p => JsonChecks.String(p, "properties")).ToList();
        return names.Find(n => !properties.ContainsKey(n)) is { } unknown
            ? throw CdfException.BadRequest($"The constraint or index names the unknown property '{unknown}'")
            : names;
    }

    public static void WriteProperties(Utf8JsonWriter writer, IReadOnlyList<string> properties)
    {
        writer.WriteStartArray("properties"u8);
        foreach (var property in properties)
        {
            writer.WriteStringValue(property);
        }

        writer.WriteEndArray();
    }
}
