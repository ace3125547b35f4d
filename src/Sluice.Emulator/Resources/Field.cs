using System.Text.Json;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.Resources;

/// <summary>One field of a resource: how it is read with its limits, written, changed and filtered.</summary>
internal abstract class Field(string name)
{
    public string Name { get; } = name;

    public JsonEncodedText EncodedName { get; } = JsonEncodedText.Encode(name);

    /// <summary>Its place in <see cref="Record.Values"/>.</summary>
    public int Ordinal { get; set; }

    /// <summary>Must be given on create, and cannot be set to null.</summary>
    public bool Required { get; init; }

    /// <summary>Cannot be changed by an update.</summary>
    public bool Immutable { get; init; }

    /// <summary>Set by the server: ignored in a create, refused in an update.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>Can be set, but not to null.</summary>
    public bool NoSetNull { get; init; }

    /// <summary>Is cleared by <c>{"set":null}</c>, and has no setNull.</summary>
    public bool ClearedBySet { get; init; }

    /// <summary>Can be named in a list filter.</summary>
    public bool Filterable { get; init; }

    /// <summary>Written by the resource itself.</summary>
    public bool Hidden { get; init; }

    /// <summary>The value when none is given.</summary>
    public object? Absent { get; init; }

    public abstract object Read(JsonElement value);

    public abstract void WriteValue(Utf8JsonWriter writer, object value);

    /// <summary>The condition that a filter's member stands for.</summary>
    public virtual Func<Record, bool> Filter(JsonElement value) =>
        throw CdfException.BadRequest($"Cannot filter by {Name}");

    public void Write(Utf8JsonWriter writer, Record record)
    {
        if (!Hidden && record.Values[Ordinal] is { } value)
        {
            writer.WritePropertyName(EncodedName);
            WriteValue(writer, value);
        }
    }

    /// <summary>The value after <c>{"set":v}</c>, <c>{"setNull":true}</c>, <c>{"add":…,"remove":…}</c>.</summary>
    public object? Patch(object? current, JsonElement patch)
    {
        if (Immutable || ReadOnly)
        {
            throw CdfException.BadRequest($"{Name} cannot be updated");
        }

        return ApplyPatch(current, JsonChecks.Object(patch, Name));
    }

    protected virtual object? ApplyPatch(object? current, JsonElement patch)
    {
        if (ClearedBySet && patch.TryGetProperty("set", out var cleared) && cleared.ValueKind == JsonValueKind.Null)
        {
            return Absent;
        }

        var set = patch.Optional("set");
        var setNull = patch.Flag("setNull");
        var add = patch.Optional("add");
        var remove = patch.Optional("remove");
        foreach (var property in patch.EnumerateObject())
        {
            if (property.Name is not ("set" or "setNull" or "add" or "remove"))
            {
                throw CdfException.BadRequest($"Unknown operation '{property.Name}' in the update of {Name}");
            }
        }

        if ((set is null ? 0 : 1) + (setNull ? 1 : 0) + (add is null && remove is null ? 0 : 1) != 1)
        {
            throw CdfException.BadRequest($"The update of {Name} must have exactly one of set, setNull, or add and remove");
        }

        if (set is { } value)
        {
            return ReadSet(value);
        }

        if (setNull)
        {
            return Required || NoSetNull || ClearedBySet ? throw CdfException.BadRequest($"{Name} cannot be set to null") : Absent;
        }

        return AddRemove(current, add, remove);
    }

    /// <summary>The value of an update's <c>set</c>, where its rules differ from a create's.</summary>
    protected virtual object? ReadSet(JsonElement value) => Read(value);

    protected virtual object? AddRemove(object? current, JsonElement? add, JsonElement? remove) =>
        throw CdfException.BadRequest($"{Name} has no add and remove");
}
