using System.Text.Json;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.DataModeling;

/// <summary>A property of a container.</summary>
internal sealed class ContainerProperty
{
    public required string Identifier { get; init; }

    public required PropertyType Type { get; init; }

    public bool Nullable { get; init; } = true;

    public bool Immutable { get; init; }

    /// <summary>Whether a missing value becomes the next number of the container.</summary>
    public bool AutoIncrement { get; init; }

    public string? Name { get; init; }

    public string? Description { get; init; }

    /// <summary>The value of an instance that gets data in the container without naming the property.</summary>
    public object? Default { get; init; }

    /// <summary>False when values that were there before break the rule that null is not allowed.</summary>
    public bool NullabilityHolds { get; set; } = true;

    public static ContainerProperty Read(string identifier, JsonElement value)
    {
        JsonChecks.Object(value, identifier);
        var type = PropertyType.Read(value.Required("type"));
        var autoIncrement = value.Flag("autoIncrement");
        if (autoIncrement && (type.List || type.Kind is not (PropertyKind.Int32 or PropertyKind.Int64)))
        {
            throw CdfException.Violation($"properties.{identifier}.autoIncrement", "applies only to int32 and int64");
        }

        return new ContainerProperty
        {
            Identifier = DmNames.Property(identifier),
            Type = type,
            Nullable = value.Optional("nullable") is not { } nullable || JsonChecks.Boolean(nullable, "nullable"),
            Immutable = value.Flag("immutable"),
            AutoIncrement = autoIncrement,
            Name = value.Optional("name") is { } name ? JsonChecks.Text(name, "name", 0, 255) : null,
            Description = value.Optional("description") is { } text ? JsonChecks.Text(text, "description", 0, 1024) : null,
            Default = ReadDefault(identifier, type, value),
        };
    }

    /// <summary>The members that are the same in a container and in a view, the type apart.</summary>
    public void WriteRules(Utf8JsonWriter writer)
    {
        writer.WriteBoolean("immutable"u8, Immutable);
        writer.WriteBoolean("nullable"u8, Nullable);
        writer.WriteBoolean("autoIncrement"u8, AutoIncrement);
        if (Default is not null)
        {
            writer.WritePropertyName("defaultValue"u8);
            PropertyValue.Write(writer, Default);
        }
    }

    public void WriteState(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("constraintState"u8);
        if (!Nullable)
        {
            writer.WriteString("nullability"u8, NullabilityHolds ? "current"u8 : "failed"u8);
        }

        if (Type.MaxListSize is not null)
        {
            writer.WriteString("maxListSize"u8, "current"u8);
        }

        if (Type.MaxTextSize is not null)
        {
            writer.WriteString("maxTextSize"u8, "current"u8);
        }

        writer.WriteEndObject();
    }

    /// <summary>The property as an object; also what <c>typing</c> says of it.</summary>
    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        WriteState(writer);
        writer.WritePropertyName("type"u8);
        Type.Write(writer);
        WriteRules(writer);
        WriteNames(writer, Name, Description);
        writer.WriteEndObject();
    }

    public static void WriteNames(Utf8JsonWriter writer, string? name, string? description)
    {
        if (description is not null)
        {
            writer.WriteString("description"u8, description);
        }

        if (name is not null)
        {
            writer.WriteString("name"u8, name);
        }
    }

    private static object? ReadDefault(string identifier, PropertyType type, JsonElement value)
    {
        if (value.Optional("defaultValue") is not { } given)
        {
            return null;
        }

        return type.List || type.Kind == PropertyKind.Direct
            ? throw CdfException.Violation($"properties.{identifier}.defaultValue", "does not apply to lists and direct relations")
            : PropertyValue.Read(type, given, identifier);
    }
}
