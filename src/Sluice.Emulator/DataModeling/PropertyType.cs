using System.Text.Json;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.DataModeling;

/// <summary>What a property holds.</summary>
internal enum PropertyKind
{
    Text,
    Boolean,
    Int32,
    Int64,
    Float32,
    Float64,
    Timestamp,
    Date,
    Json,
    Direct,
    TimeSeries,
    File,
    Sequence,
    Enum,
}

/// <summary>The type of a property, with its limits.</summary>
internal sealed class PropertyType
{
    public const int MaxTextBytes = 128_000;

    private const int MaxListLimit = 2000;
    private const int MaxEnumValues = 32;

    private static readonly Dictionary<string, PropertyKind> s_kinds =
        Enum.GetValues<PropertyKind>().ToDictionary(NameOf, StringComparer.Ordinal);

    public static readonly PropertyType Text = new() { Kind = PropertyKind.Text };
    public static readonly PropertyType Int64 = new() { Kind = PropertyKind.Int64 };
    public static readonly PropertyType Direct = new() { Kind = PropertyKind.Direct };

    public required PropertyKind Kind { get; init; }

    public bool List { get; init; }

    /// <summary>Elements that a list may have; null for the default of the kind.</summary>
    public int? MaxListSize { get; init; }

    /// <summary>UTF-8 bytes that a text may have; null for 128,000.</summary>
    public int? MaxTextSize { get; init; }

    public string? Collation { get; init; }

    /// <summary><c>{"externalId","sourceUnit"?}</c> of a float.</summary>
    public JsonElement? Unit { get; init; }

    /// <summary>The container in which the target of a direct relation must have data.</summary>
    public ContainerId? Target { get; init; }

    /// <summary>The values of an enum as they were given; their keys are what an instance may hold.</summary>
    public JsonElement? EnumValues { get; init; }

    public string? UnknownValue { get; init; }

    public string Name => NameOf(Kind);

    public int ListLimit => MaxListSize ?? (Kind == PropertyKind.Direct ? 100 : 1000);

    public bool IsText => Kind is PropertyKind.Text or PropertyKind.TimeSeries or PropertyKind.File or PropertyKind.Sequence
        or PropertyKind.Enum;

    /// <summary>The type of one element of a list.</summary>
    public PropertyType Element => List
        ? new PropertyType { Kind = Kind, MaxTextSize = MaxTextSize, Target = Target, EnumValues = EnumValues, UnknownValue = UnknownValue }
        : this;

    public static PropertyType Read(JsonElement value)
    {
        JsonChecks.Object(value, "type");
        var name = JsonChecks.String(value.Required("type"), "type");
        if (!s_kinds.TryGetValue(name, out var kind))
        {
            throw CdfException.Violation("type", $"must be one of {string.Join(", ", s_kinds.Keys)}");
        }

        var list = value.Flag("list");
        if (list && kind == PropertyKind.Enum)
        {
            throw CdfException.Violation("type", "an enum cannot be a list");
        }

        return new PropertyType
        {
            Kind = kind,
            List = list,
            MaxListSize = SizeOf(value, "maxListSize", list, MaxListLimit),
            MaxTextSize = SizeOf(value, "maxTextSize", kind == PropertyKind.Text, MaxTextBytes),
            Collation = kind != PropertyKind.Text
                ? null
                : value.Optional("collation") is { } collation ? JsonChecks.String(collation, "collation") : "ucs_basic",
            Unit = ReadUnit(value, kind),
            Target = kind == PropertyKind.Direct && value.Optional("container") is { } target
                ? ContainerId.Read(target, "container")
                : null,
            EnumValues = kind == PropertyKind.Enum ? ReadEnum(value) : null,
            UnknownValue = kind == PropertyKind.Enum && value.Optional("unknownValue") is { } unknown
                ? JsonChecks.String(unknown, "unknownValue")
                : null,
        };
    }

    /// <summary>Whether values of the other type can stay as they are when a property gets this one.</summary>
    public bool Holds(PropertyType other) => Kind == other.Kind && List == other.List
        && (other.EnumValues is not { } values || values.EnumerateObject().All(v => EnumValues!.Value.TryGetProperty(v.Name, out _)));

    /// <summary>The type's JSON; a view adds the view that it expects behind a direct relation.</summary>
    public void Write(Utf8JsonWriter writer, ViewId? source = null)
    {
        writer.WriteStartObject();
        writer.WriteString("type"u8, Name);
        if (Target is not null)
        {
            writer.WritePropertyName("container"u8);
            Target.Write(writer);
        }

        WriteElement(writer, "values", EnumValues);
        if (UnknownValue is not null)
        {
            writer.WriteString("unknownValue"u8, UnknownValue);
        }

        writer.WriteBoolean("list"u8, List);
        if (MaxListSize is { } maxListSize)
        {
            writer.WriteNumber("maxListSize"u8, maxListSize);
        }

        if (MaxTextSize is { } maxTextSize)
        {
            writer.WriteNumber("maxTextSize"u8, maxTextSize);
        }

        if (Collation is not null)
        {
            writer.WriteString("collation"u8, Collation);
        }

        WriteElement(writer, "unit", Unit);
        if (source is not null)
        {
            writer.WritePropertyName("source"u8);
            source.Write(writer);
        }

        writer.WriteEndObject();
    }

    private static string NameOf(PropertyKind kind) => kind.ToString().ToLowerInvariant();

    private static int? SizeOf(JsonElement value, string name, bool allowed, int max)
    {
        if (value.Optional(name) is not { } size)
        {
            return null;
        }

        return allowed
            ? (int)JsonChecks.Integer(size, name, 1, max)
            : throw CdfException.Violation(name, "does not apply to this type");
    }

    private static JsonElement? ReadUnit(JsonElement value, PropertyKind kind)
    {
        if (value.Optional("unit") is not { } unit)
        {
            return null;
        }

        if (kind is not (PropertyKind.Float32 or PropertyKind.Float64))
        {
            throw CdfException.Violation("unit", "applies only to float32 and float64");
        }

        JsonChecks.Text(JsonChecks.Object(unit, "unit").Required("externalId"), "unit.externalId", 1, 256);
        return unit.Clone();
    }

    private static JsonElement ReadEnum(JsonElement value)
    {
        var values = JsonChecks.Object(value.Required("values"), "values");
        var count = values.EnumerateObject().Count();
        if (count is < 1 or > MaxEnumValues)
        {
            throw CdfException.Violation("values", $"size must be between 1 and {MaxEnumValues}");
        }

        foreach (var entry in values.EnumerateObject())
        {
            DmNames.Constraint(entry.Name);
            JsonChecks.Object(entry.Value, "values");
        }

        return values.Clone();
    }

    private static void WriteElement(Utf8JsonWriter writer, string name, JsonElement? value)
    {
        if (value is { } element)
        {
            writer.WritePropertyName(name);
            element.WriteTo(writer);
        }
    }
}
