using System.Text.Json;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.Resources;

/// <summary>A string with a length in UTF-16 units.</summary>
internal sealed class TextField(string name, int maxLength, int minLength = 0) : Field(name)
{
    public override object Read(JsonElement value) => JsonChecks.Text(value, Name, minLength, maxLength);

    public override void WriteValue(Utf8JsonWriter writer, object value) => writer.WriteStringValue((string)value);

    public override Func<Record, bool> Filter(JsonElement value)
    {
        var wanted = JsonChecks.String(value, Name);
        return record => record.Get<string>(this) == wanted;
    }
}

/// <summary>An integer, mostly a time in milliseconds; filtered by a range.</summary>
internal sealed class IntegerField(string name, long min = 0, long max = long.MaxValue) : Field(name)
{
    public override object Read(JsonElement value) => JsonChecks.Integer(value, Name, min, max);

    public override void WriteValue(Utf8JsonWriter writer, object value) => writer.WriteNumberValue((long)value);

    public override Func<Record, bool> Filter(JsonElement value) => NumberRange.Read(value, Name).Over(r => r.Number(this));
}

/// <summary>The internal id of another resource.</summary>
internal sealed class IdField(string name) : Field(name)
{
    public override object Read(JsonElement value) => JsonChecks.Id(value, Name);

    public override void WriteValue(Utf8JsonWriter writer, object value) => writer.WriteNumberValue((long)value);
}

/// <summary>A double within bounds.</summary>
internal sealed class NumberField(string name, double min, double max) : Field(name)
{
    public override object Read(JsonElement value)
    {
        var number = JsonChecks.Double(value, Name);
        return number >= min && number <= max
            ? number
            : throw CdfException.Violation(Name, $"must be between {min} and {max}");
    }

    public override void WriteValue(Utf8JsonWriter writer, object value) => writer.WriteNumberValue((double)value);

    public override Func<Record, bool> Filter(JsonElement value)
    {
        JsonChecks.Object(value, Name);
        var from = value.Optional("min") is { } low ? JsonChecks.Double(low, Name) : double.NegativeInfinity;
        var to = value.Optional("max") is { } high ? JsonChecks.Double(high, Name) : double.PositiveInfinity;
        return record => record.Values[Ordinal] is double number && number >= from && number <= to;
    }
}

/// <summary>One of a few words.</summary>
internal sealed class ChoiceField(string name, params string[] choices) : Field(name)
{
    public override object Read(JsonElement value) => Read(value, Name, choices);

    public static string Read(JsonElement value, string name, IReadOnlyList<string> choices)
    {
        var text = JsonChecks.String(value, name);
        return choices.Contains(text, StringComparer.Ordinal)
            ? text
            : throw CdfException.Violation(name, $"must be one of {string.Join(", ", choices)}");
    }

    public override void WriteValue(Utf8JsonWriter writer, object value) => writer.WriteStringValue((string)value);
}

/// <summary>True or false.</summary>
internal sealed class BooleanField(string name) : Field(name)
{
    public override object Read(JsonElement value) => JsonChecks.Boolean(value, Name);

    public override void WriteValue(Utf8JsonWriter writer, object value) => writer.WriteBooleanValue((bool)value);

    public override Func<Record, bool> Filter(JsonElement value)
    {
        var wanted = JsonChecks.Boolean(value, Name);
        return record => record.Flag(this) == wanted;
    }
}

/// <summary>A string-to-string map; filtered by pairs that must all be there.</summary>
internal sealed class MetadataField(string name, MetadataLimits limits) : Field(name)
{
    public override object Read(JsonElement value) => JsonChecks.Metadata(value, Name, limits);

    public override void WriteValue(Utf8JsonWriter writer, object value)
    {
        writer.WriteStartObject();
        foreach (var (key, text) in (Dictionary<string, string>)value)
        {
            writer.WriteString(key, text);
        }

        writer.WriteEndObject();
    }

    public override Func<Record, bool> Filter(JsonElement value)
    {
        var wanted = JsonChecks.Metadata(value, Name, limits);
        return record => record.Get<Dictionary<string, string>>(this) is { } map
            && wanted.All(pair => map.TryGetValue(pair.Key, out var text) && text == pair.Value);
    }

    protected override object? AddRemove(object? current, JsonElement? add, JsonElement? remove)
    {
        var map = new Dictionary<string, string>((Dictionary<string, string>?)current ?? [], StringComparer.Ordinal);
        if (remove is { } keys)
        {
            foreach (var key in JsonChecks.Array(keys, Name).EnumerateArray())
            {
                map.Remove(JsonChecks.String(key, Name));
            }
        }

        if (add is { } pairs)
        {
            foreach (var (key, text) in JsonChecks.Metadata(pairs, Name, limits))
            {
                map[key] = text;
            }
        }

        JsonChecks.CheckMetadata(map, Name, limits);
        return map;
    }
}

/// <summary>A list of distinct integers, mostly ids of other resources; filtered by "contains any".</summary>
internal sealed class IdListField(string name, int maxItems, int minItems = 0) : Field(name)
{
    public override object Read(JsonElement value) => Check(Numbers(value), minItems);

    public override void WriteValue(Utf8JsonWriter writer, object value)
    {
        writer.WriteStartArray();
        foreach (var id in (long[])value)
        {
            writer.WriteNumberValue(id);
        }

        writer.WriteEndArray();
    }

    public override Func<Record, bool> Filter(JsonElement value)
    {
        var wanted = Numbers(value).ToHashSet();
        return record => record.Get<long[]>(this) is { } ids && Array.Exists(ids, wanted.Contains);
    }

    protected override object? AddRemove(object? current, JsonElement? add, JsonElement? remove)
    {
        var removed = remove is { } r ? Numbers(r).ToHashSet() : [];
        var added = add is { } a ? Numbers(a) : [];
        return Changed([.. ((long[]?)current ?? []).Where(id => !removed.Contains(id)).Concat(added).Distinct()]);
    }

    protected override object? ReadSet(JsonElement value) => Changed(Numbers(value));

    /// <summary>A list that must not be empty is absent once an update has emptied it.</summary>
    private long[]? Changed(long[] ids) => ids.Length == 0 && minItems > 0 ? null : Check(ids, 0);

    private long[] Numbers(JsonElement value) =>
        [.. JsonChecks.Array(value, Name).EnumerateArray().Select(e => JsonChecks.Id(e, Name))];

    private long[] Check(long[] ids, int least)
    {
        if (ids.Length < least || ids.Length > maxItems)
        {
            throw CdfException.Violation(Name, $"size must be between {least} and {maxItems}");
        }

        return ids.Distinct().Count() == ids.Length ? ids : throw CdfException.Violation(Name, "must only contain unique elements");
    }
}

/// <summary>Labels: a list of <c>{"externalId"}</c>; filtered by containsAny or containsAll.</summary>
internal sealed class LabelsField(string name, int maxItems = 10) : Field(name)
{
    public override object Read(JsonElement value) => Check(Labels(value));

    public override void WriteValue(Utf8JsonWriter writer, object value)
    {
        writer.WriteStartArray();
        foreach (var label in (string[])value)
        {
            writer.WriteStartObject();
            writer.WriteString("externalId"u8, label);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    public override Func<Record, bool> Filter(JsonElement value)
    {
        var any = value.Optional("containsAny");
        var all = value.Optional("containsAll");
        if (any is null == all is null)
        {
            throw CdfException.BadRequest($"The filter {Name} must have either containsAny or containsAll");
        }

        var wanted = Labels((any ?? all)!.Value);
        return any is null
            ? record => wanted.All(l => Of(record).Contains(l, StringComparer.Ordinal))
            : record => wanted.Any(l => Of(record).Contains(l, StringComparer.Ordinal));
    }

    protected override object? AddRemove(object? current, JsonElement? add, JsonElement? remove)
    {
        var removed = remove is { } r ? Labels(r) : [];
        var added = add is { } a ? Labels(a) : [];
        return Check([.. ((string[]?)current ?? []).Except(removed, StringComparer.Ordinal).Union(added, StringComparer.Ordinal)]);
    }

    private string[] Labels(JsonElement value) =>
        [.. JsonChecks.Array(value, Name).EnumerateArray()
            .Select(e => JsonChecks.Text(JsonChecks.Object(e, Name).Required("externalId"), Name, 1, 255))];

    private string[] Check(string[] labels)
    {
        if (labels.Length > maxItems)
        {
            throw CdfException.Violation(Name, $"size must be between 0 and {maxItems}");
        }

        return labels.Distinct(StringComparer.Ordinal).Count() == labels.Length
            ? labels
            : throw CdfException.Violation(Name, "must only contain unique elements");
    }

    public string[] Of(Record record) => record.Get<string[]>(this) ?? [];
}

/// <summary>Any JSON object, kept as it came.</summary>
internal sealed class JsonField(string name, Action<JsonElement>? check = null) : Field(name)
{
    public override object Read(JsonElement value)
    {
        JsonChecks.Object(value, Name);
        check?.Invoke(value);
        return value.Clone();
    }

    public override void WriteValue(Utf8JsonWriter writer, object value) => ((JsonElement)value).WriteTo(writer);
}
