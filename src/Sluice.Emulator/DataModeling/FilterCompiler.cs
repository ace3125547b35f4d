using System.Text.Json;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.DataModeling;

/// <summary>A condition on an instance; null if a value that it needs is null, as in SQL.</summary>
internal delegate bool? Condition(Instance instance);

/// <summary>Turns the filter language of data modeling into conditions.</summary>
internal sealed class FilterCompiler(DataModelingStore store, PropertyReader properties, bool edges)
{
    private const int MaxDepth = 10;

    public Condition Compile(JsonElement filter, int depth = 0)
    {
        var members = JsonChecks.Object(filter, "filter").EnumerateObject().ToList();
        if (members is not [var member] || depth > MaxDepth)
        {
            throw CdfException.BadRequest($"A filter must be an object with exactly one member, and not be nested deeper than {MaxDepth}");
        }

        var body = member.Value;
        return member.Name switch
        {
            "and" => And(Several(body, depth)),
            "or" => Or(Several(body, depth)),
            "not" => Not(Compile(body, depth + 1)),
            "equals" => Equal(body),
            "in" => In(body),
            "range" => Range(body),
            "prefix" => Prefix(body),
            "exists" => Exists(body),
            "containsAny" => Contains(body, all: false),
            "containsAll" => Contains(body, all: true),
            "overlaps" => Overlaps(body),
            "hasData" => HasData(body),
            "matchAll" => static _ => true,
            "instanceReferences" => References(body),
            "nested" => Nested(body, depth),
            _ => throw CdfException.BadRequest($"Unknown filter '{member.Name}'"),
        };
    }

    private static Condition And(List<Condition> conditions) => instance =>
    {
        bool? result = true;
        foreach (var condition in conditions)
        {
            result &= condition(instance);
        }

        return result;
    };

    private static Condition Or(List<Condition> conditions) => instance =>
    {
        bool? result = false;
        foreach (var condition in conditions)
        {
            result |= condition(instance);
        }

        return result;
    };

    private static Condition Not(Condition condition) => instance => !condition(instance);

    private static PropertyAccess Scalar(PropertyAccess property, string filter) =>
        property.Type.List || property.Type.Kind == PropertyKind.Json
            ? throw CdfException.BadRequest($"The filter {filter} does not apply to lists and JSON values")
            : property;

    private List<Condition> Several(JsonElement body, int depth) =>
        [.. JsonChecks.Array(body, "filter", 1).EnumerateArray().Select(f => Compile(f, depth + 1))];

    private PropertyAccess Property(JsonElement body, string name = "property") =>
        properties.Read(JsonChecks.Object(body, "filter").Required(name));

    private Condition Equal(JsonElement body)
    {
        var property = Property(body);
        var value = Value(body.Required("value"), property.Type);
        return i => property.Value(i) is { } left && value(i) is { } right ? PropertyValue.Same(left, right) : null;
    }

    private Condition In(JsonElement body)
    {
        var property = Scalar(Property(body), "in");
        var values = JsonChecks.Array(body.Required("values"), "values").EnumerateArray()
            .Select(v => PropertyValue.Read(property.Type, v, "values")).ToHashSet();
        return i => property.Value(i) is { } value ? values.Contains(value) : null;
    }

    private Condition Range(JsonElement body)
    {
        var property = Scalar(Property(body), "range");
        if (property.Type.Kind is PropertyKind.Direct or PropertyKind.Boolean)
        {
            throw CdfException.BadRequest($"The filter range does not apply to the type {property.Type.Name}");
        }

        var bounds = Bounds(body, property.Type);
        return i => property.Value(i) is { } value ? Within(bounds, i, value) : null;
    }

    private List<(Func<Instance, object?> Value, Func<int, bool> Holds)> Bounds(JsonElement body, PropertyType type)
    {
        var bounds = new List<(Func<Instance, object?> Value, Func<int, bool> Holds)>();
        Add("gte", order => order >= 0);
        Add("gt", order => order > 0);
        Add("lte", order => order <= 0);
        Add("lt", order => order < 0);
        return bounds.Count > 0 ? bounds : throw CdfException.BadRequest("A range needs at least one of gte, gt, lte, lt");

        void Add(string name, Func<int, bool> holds)
        {
            if (body.Optional(name) is { } bound)
            {
                bounds.Add((Value(bound, type), holds));
            }
        }
    }

    private static bool? Within(List<(Func<Instance, object?> Value, Func<int, bool> Holds)> bounds, Instance instance, object value)
    {
        bool? result = true;
        foreach (var (bound, holds) in bounds)
        {
            result &= bound(instance) is { } limit ? holds(PropertyValue.Compare(value, limit)) : null;
        }

        return result;
    }

    private Condition Prefix(JsonElement body)
    {
        var property = Scalar(Property(body), "prefix");
        if (!property.Type.IsText)
        {
            throw CdfException.BadRequest($"The filter prefix does not apply to the type {property.Type.Name}");
        }

        var prefix = JsonChecks.String(body.Required("value"), "value");
        return i => ((string?)property.Value(i))?.StartsWith(prefix, StringComparison.Ordinal);
    }

    private Condition Exists(JsonElement body)
    {
        var property = Property(body);
        return i => property.Value(i) is not null;
    }

    private Condition Contains(JsonElement body, bool all)
    {
        var property = Property(body);
        if (!property.Type.List)
        {
            throw CdfException.BadRequest("containsAny and containsAll apply only to lists");
        }

        var element = property.Type.Element;
        var wanted = JsonChecks.Array(body.Required("values"), "values").EnumerateArray()
            .Select(v => PropertyValue.Read(element, v, "values")).ToList();
        return i => property.Value(i) is object[] list
            ? all
                ? wanted.TrueForAll(w => Array.Exists(list, v => PropertyValue.Same(v, w)))
                : wanted.Exists(w => Array.Exists(list, v => PropertyValue.Same(v, w)))
            : null;
    }

    /// <summary>Whether the range from one property to another meets the given range; null as an end is unbounded.</summary>
    private Condition Overlaps(JsonElement body)
    {
        var start = Scalar(Property(body, "startProperty"), "overlaps");
        var end = Scalar(Property(body, "endProperty"), "overlaps");
        var lower = OneOf(body, "gte", "gt", end.Type, order => order >= 0, order => order > 0);
        var upper = OneOf(body, "lte", "lt", start.Type, order => order <= 0, order => order < 0);
        if (lower.Count + upper.Count == 0)
        {
            throw CdfException.BadRequest("overlaps needs at least one of gte, gt, lte, lt");
        }

        return i => (end.Value(i) is not { } to || Within(lower, i, to) == true)
            && (start.Value(i) is not { } from || Within(upper, i, from) == true);
    }

    private List<(Func<Instance, object?> Value, Func<int, bool> Holds)> OneOf(
        JsonElement body, string inclusive, string exclusive, PropertyType type, Func<int, bool> withEqual, Func<int, bool> without)
    {
        if (body.Optional(inclusive) is { } bound)
        {
            return [(Value(bound, type), withEqual)];
        }

        return body.Optional(exclusive) is { } strict ? [(Value(strict, type), without)] : [];
    }

    private Condition HasData(JsonElement body)
    {
        var sources = JsonChecks.Array(body, "hasData").EnumerateArray()
            .Select(s => properties.Source(SourceId.Read(s, "hasData"))).ToList();
        return i => sources.TrueForAll(s => s.HasData(i));
    }

    private static Condition References(JsonElement body)
    {
        var keys = JsonChecks.Array(body, "instanceReferences").EnumerateArray()
            .Select(r => DmNames.Instance(r, "instanceReferences")).ToHashSet();
        return i => keys.Contains(i.Key);
    }

    /// <summary>A condition on the node behind a direct relation.</summary>
    private Condition Nested(JsonElement body, int depth)
    {
        var relation = Property(body, "scope");
        if (relation.Type.List || relation.Type.Kind != PropertyKind.Direct)
        {
            throw CdfException.BadRequest("The scope of a nested filter must be a direct relation that is not a list");
        }

        var target = edges ? new FilterCompiler(store, properties.OfNodes(), edges: false) : this;
        var condition = target.Compile(body.Required("filter"), depth + 1);
        return i => relation.Value(i) is InstanceKey key && store.Instances.Find(key) is { } node ? condition(node) : null;
    }

    /// <summary>A value of the type, or the value of another property of the same instance.</summary>
    private Func<Instance, object?> Value(JsonElement value, PropertyType type)
    {
        if (value.ValueKind == JsonValueKind.Object && value.Optional("parameter") is not null)
        {
            throw CdfException.BadRequest("Parameters are not supported in lists");
        }

        if (value.ValueKind == JsonValueKind.Object && value.Optional("property") is { } path)
        {
            var other = properties.Read(path);
            return other.Type.Holds(type)
                ? other.Value
                : throw CdfException.BadRequest("Properties that are compared must be of one type");
        }

        var constant = PropertyValue.Read(type, value, "filter");
        return _ => constant;
    }
}
