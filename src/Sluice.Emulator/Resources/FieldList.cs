using System.Text.Json;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.Resources;

/// <summary>Reads and changes the values of a list of fields, whose ordinals are their places in it.</summary>
internal static class FieldList
{
    /// <summary>The values of a new item.</summary>
    public static object?[] Read(IReadOnlyList<Field> fields, JsonElement item)
    {
        var values = new object?[fields.Count];
        foreach (var field in fields)
        {
            values[field.Ordinal] = !field.ReadOnly && item.Optional(field.Name) is { } value
                ? field.Read(value)
                : field.Required ? throw CdfException.Violation(field.Name, "must not be null") : field.Absent;
        }

        return values;
    }

    /// <summary>The values after an item's <c>update</c>.</summary>
    public static object?[] Patch(IReadOnlyList<Field> fields, object?[] current, JsonElement update)
    {
        var values = (object?[])current.Clone();
        foreach (var property in update.EnumerateObject())
        {
            if (property.Value.ValueKind == JsonValueKind.Null)
            {
                continue;
            }

            var field = fields.FirstOrDefault(f => property.NameEquals(f.Name))
                ?? throw CdfException.BadRequest($"Unknown field '{property.Name}' in update");
            values[field.Ordinal] = field.Patch(values[field.Ordinal], property.Value);
        }

        return values;
    }

    /// <summary>Numbers the fields; to be called once, when the list is made.</summary>
    public static IReadOnlyList<Field> Number(IReadOnlyList<Field> fields)
    {
        for (var i = 0; i < fields.Count; i++)
        {
            fields[i].Ordinal = i;
        }

        return fields;
    }
}
