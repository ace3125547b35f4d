using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sluice.Gateway.Tests.Admin;

/// <summary>A body that a schema takes, with one thing changed that the schema has a word on.</summary>
/// <param name="What">What was changed.</param>
/// <param name="Body">The body.</param>
/// <param name="IsValid">It fits the schema all the same: any answer but 422 will do.</param>
/// <param name="Statuses">What the answer is to be otherwise.</param>
internal sealed record OpenApiMutation(string What, string Body, bool IsValid, params int[] Statuses);

/// <summary>The changes that can be made of a body: fields that are left out, added, of another type, or out of bounds.</summary>
internal sealed class OpenApiMutations(OpenApiSchema schemas, JsonNode body)
{
    // No field of the API is an array of arrays.
    private static readonly JsonArray OtherType = [new JsonArray()];

    /// <summary>All changes of a body of the schema.</summary>
    public IReadOnlyList<OpenApiMutation> Of(JsonNode schema) => [.. Visit(schema, body)];

    private IEnumerable<OpenApiMutation> Visit(JsonNode schema, JsonNode node)
    {
        var resolved = schemas.Resolve(schema);
        if (resolved["oneOf"] is JsonArray choices)
        {
            return Visit(choices.First(choice => !schemas.Misfits(choice!, node).Any())!, node);
        }

        return node switch
        {
            JsonObject fields => OfObject(resolved, fields),
            JsonArray items => OfArray(resolved, items),
            _ => OfScalar(resolved, node),
        };
    }

    private IEnumerable<OpenApiMutation> OfObject(JsonObject schema, JsonObject fields)
    {
        var known = schema["properties"] as JsonObject ?? [];
        var required = (schema["required"] as JsonArray ?? []).Select(name => (string)name!).ToHashSet(StringComparer.Ordinal);
        var least = (int?)schema["minProperties"] ?? 0;
        foreach (var name in fields.Select(field => field.Key).ToList())
        {
            var path = $"{fields.GetPath()}.{name}";
            if (known.ContainsKey(name))
            {
                var isNeeded = required.Contains(name) || fields.Count == least;
                yield return Changed($"{path} left out", fields, changed => changed.Remove(name), isValid: !isNeeded, 422);
            }

            yield return Changed($"{path} of another type", fields, changed => changed[name] = OtherType.DeepClone(), isValid: false, 422);
            foreach (var mutation in Visit(known[name] ?? schema["additionalProperties"]!, fields[name]!))
            {
                yield return mutation;
            }
        }

        if (schema["additionalProperties"] is JsonValue)
        {
            yield return Changed($"{fields.GetPath()} with another field", fields, changed => changed["unexpected"] = 1, isValid: false, 422);
        }
    }

    private IEnumerable<OpenApiMutation> OfArray(JsonObject schema, JsonArray items)
    {
        if ((int?)schema["maxItems"] is { } max)
        {
            yield return Changed($"{items.GetPath()} with too many", items, changed =>
            {
                while (changed.Count <= max)
                {
                    changed.Add(changed[0]!.DeepClone());
                }
            }, isValid: false, 422);
        }

        if (schema["minItems"] is not null)
        {
            yield return Changed($"{items.GetPath()} empty", items, changed => changed.Clear(), isValid: false, 422);
        }

        foreach (var mutation in items.SelectMany(item => Visit(schema["items"]!, item!)))
        {
            yield return mutation;
        }
    }

    private IEnumerable<OpenApiMutation> OfScalar(JsonObject schema, JsonNode value)
    {
        if (schema["enum"] is not null)
        {
            yield return Replaced(value, "no such word", 400, 422);
        }

        if ((long?)schema["minimum"] is { } least)
        {
            yield return Replaced(value, least - 1, 422);
        }

        if ((long?)schema["maximum"] is { } most)
        {
            yield return Replaced(value, most + 1, 422);
        }

        if (schema["minLength"] is not null)
        {
            yield return Replaced(value, string.Empty, 400, 422);
        }

        if ((int?)schema["maxLength"] is { } length)
        {
            yield return Replaced(value, new string('x', length + 1), 400, 422);
        }
    }

    private OpenApiMutation Replaced(JsonNode node, JsonNode value, params int[] statuses)
    {
        var path = node.GetPath();
        return node.Parent switch
        {
            JsonObject parent => Changed($"{path} {value.ToJsonString()}", parent, changed => changed[node.GetPropertyName()] = value, isValid: false, statuses),
            JsonArray parent => Changed($"{path} {value.ToJsonString()}", parent, changed => changed[node.GetElementIndex()] = value, isValid: false, statuses),
            _ => throw new JsonException($"{path} stands in nothing."),
        };
    }

    /// <summary>The body with a change in the place of <paramref name="node"/>, which stays as it is.</summary>
    private OpenApiMutation Changed<T>(string what, T node, Action<T> change, bool isValid, params int[] statuses)
        where T : JsonNode
    {
        var copy = body.DeepClone();
        change((T)At(copy, node));
        return new OpenApiMutation(what, copy.ToJsonString(), isValid, statuses);
    }

    private static JsonNode At(JsonNode root, JsonNode node) => node.Parent switch
    {
        JsonObject parent => At(root, parent)[node.GetPropertyName()]!,
        JsonArray parent => At(root, parent)[node.GetElementIndex()]!,
        _ => root,
    };
}
