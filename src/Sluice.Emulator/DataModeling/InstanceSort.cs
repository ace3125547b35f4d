using System.Text.Json;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.DataModeling;

/// <summary>The order of a list: by up to five properties, then by creation.</summary>
internal sealed class InstanceSort : IComparer<Instance>
{
    private const int MaxProperties = 5;

    private readonly List<(PropertyAccess Property, bool Descending, bool NullsFirst)> _keys;

    private InstanceSort(List<(PropertyAccess Property, bool Descending, bool NullsFirst)> keys) => _keys = keys;

    public static InstanceSort Read(JsonElement body, PropertyReader properties) => new(
        body.Optional("sort") is { } sort
            ? [.. JsonChecks.Array(sort, "sort", 0, MaxProperties).EnumerateArray().Select(s => ReadKey(s, properties))]
            : []);

    /// <summary>The instances that meet the condition, in order, from the position on.</summary>
    public IEnumerable<Instance> Page(InstanceStore instances, string? position, Func<Instance, bool> condition)
    {
        if (_keys.Count == 0)
        {
            return instances.After(position is null ? 0 : long.Parse(position)).Where(condition);
        }

        var sorted = instances.All.Where(condition).Order(this);
        return position is null ? sorted : sorted.Where(i => CompareTo(i, position) > 0);
    }

    /// <summary>Where the next page starts: after this instance.</summary>
    public string PositionOf(Instance instance)
    {
        if (_keys.Count == 0)
        {
            return instance.Sequence.ToString();
        }

        var reply = Reply.Json(200, writer =>
        {
            writer.WriteStartArray();
            writer.WriteNumberValue(instance.Sequence);
            foreach (var (property, _, _) in _keys)
            {
                if (property.Value(instance) is { } value)
                {
                    PropertyValue.Write(writer, value);
                }
                else
                {
                    writer.WriteNullValue();
                }
            }

            writer.WriteEndArray();
        });
        return System.Text.Encoding.UTF8.GetString(reply.Body.Span);
    }

    public int Compare(Instance? x, Instance? y)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        foreach (var (property, descending, nullsFirst) in _keys)
        {
            var order = Compare(property.Value(x), property.Value(y), descending, nullsFirst);
            if (order != 0)
            {
                return order;
            }
        }

        return x.Sequence.CompareTo(y.Sequence);
    }

    private static (PropertyAccess Property, bool Descending, bool NullsFirst) ReadKey(JsonElement element, PropertyReader properties)
    {
        var property = properties.Read(JsonChecks.Object(element, "sort").Required("property"));
        if (property.Type.List || property.Type.Kind is PropertyKind.Json or PropertyKind.Direct)
        {
            throw CdfException.BadRequest("Lists, JSON values and direct relations cannot be sorted by");
        }

        var direction = element.Optional("direction") is { } given ? JsonChecks.String(given, "direction") : "ascending";
        return direction is "ascending" or "descending"
            ? (property, direction == "descending", element.Flag("nullsFirst"))
            : throw CdfException.Violation("direction", "must be ascending or descending");
    }

    private static int Compare(object? left, object? right, bool descending, bool nullsFirst) => (left, right) switch
    {
        (null, null) => 0,
        (null, _) => nullsFirst ? -1 : 1,
        (_, null) => nullsFirst ? 1 : -1,
        _ => descending ? PropertyValue.Compare(right, left) : PropertyValue.Compare(left, right),
    };

    private int CompareTo(Instance instance, string position)
    {
        using var document = JsonDocument.Parse(position);
        var values = document.RootElement;
        for (var i = 0; i < _keys.Count; i++)
        {
            var (property, descending, nullsFirst) = _keys[i];
            var value = values[i + 1].ValueKind == JsonValueKind.Null ? null : PropertyValue.Read(property.Type, values[i + 1], "cursor");
            var order = Compare(property.Value(instance), value, descending, nullsFirst);
            if (order != 0)
            {
                return order;
            }
        }

        return instance.Sequence.CompareTo(values[0].GetInt64());
    }
}
