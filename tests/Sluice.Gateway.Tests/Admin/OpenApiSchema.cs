using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sluice.Gateway.Tests.Admin;

/// <summary>As much of JSON Schema as the API's OpenAPI document uses: says whether a value fits, and notes which fields of the schema were there.</summary>
internal sealed class OpenApiSchema(JsonNode document)
{
    /// <summary>The fields that were there in values, as <c>Schema.field</c>.</summary>
    public HashSet<string> Seen { get; } = new(StringComparer.Ordinal);

    /// <summary>The schema itself, behind a reference.</summary>
    public JsonObject Resolve(JsonNode schema)
    {
        var resolved = schema;
        while (resolved["$ref"] is { } reference)
        {
            resolved = ((string)reference!)["#/".Length..].Split('/').Aggregate(document, static (node, name) => node[name]!);
        }

        return resolved.AsObject();
    }

    /// <summary>What does not fit; nothing if all does.</summary>
    public IEnumerable<string> Misfits(JsonNode schema, JsonNode? value, string path = "$")
    {
        var resolved = Resolve(schema);
        if (resolved["oneOf"] is JsonArray choices)
        {
            return choices.Count(choice => !Misfits(choice!, value, path).Any()) == 1 ? [] : [$"{path} is not one of the {choices.Count} forms"];
        }

        return value switch
        {
            JsonObject fields => HasType(resolved, "object") ? OfObject(resolved, fields, path) : [$"{path} is an object"],
            JsonArray items => HasType(resolved, "array") ? items.SelectMany((item, i) => Misfits(resolved["items"]!, item, $"{path}[{i}]")) : [$"{path} is an array"],
            _ => OfScalar(resolved, value, path),
        };
    }

    /// <summary>All fields of a schema and of those in it, as <see cref="Seen"/> names them.</summary>
    public IEnumerable<string> Fields(JsonNode schema)
    {
        var resolved = Resolve(schema);
        var inner = (resolved["oneOf"] as JsonArray ?? []).Concat([resolved["items"], resolved["additionalProperties"] as JsonObject])
            .OfType<JsonNode>().SelectMany(Fields);
        return (resolved["properties"] as JsonObject ?? []).SelectMany(field => Fields(field.Value!).Prepend(NameOf(resolved, field.Key))).Concat(inner).Distinct(StringComparer.Ordinal);
    }

    private static string NameOf(JsonObject schema, string field) => $"{schema.GetPath()}.{field}";

    private static bool HasType(JsonObject schema, string type) => schema["type"] switch
    {
        JsonArray types => types.Any(one => (string?)one == type),
        var one => (string?)one == type,
    };

    private static IEnumerable<string> OfScalar(JsonObject schema, JsonNode? value, string path)
    {
        var type = value?.GetValueKind() switch
        {
            JsonValueKind.String => "string",
            JsonValueKind.Number => "integer",
            JsonValueKind.True or JsonValueKind.False => "boolean",
            _ => "null",
        };
        if (!HasType(schema, type))
        {
            yield return $"{path} is {value?.ToJsonString() ?? "null"}";
        }

        if (schema["enum"] is JsonArray words && !words.Any(word => JsonNode.DeepEquals(word, value)))
        {
            yield return $"{path} is {value!.ToJsonString()}, which is none of {words.ToJsonString()}";
        }
    }

    private IEnumerable<string> OfObject(JsonObject schema, JsonObject fields, string path)
    {
        var known = schema["properties"] as JsonObject ?? [];
        foreach (var required in (schema["required"] as JsonArray ?? []).Select(name => (string)name!).Where(name => !fields.ContainsKey(name)))
        {
            yield return $"{path} has no {required}";
        }

        foreach (var (name, value) in fields)
        {
            var field = known[name] ?? schema["additionalProperties"] as JsonObject;
            if (field is null)
            {
                yield return $"{path} has {name}";
                continue;
            }

            if (known.ContainsKey(name))
            {
                Seen.Add(NameOf(schema, name));
            }

            foreach (var misfit in Misfits(field, value, $"{path}.{name}"))
            {
                yield return misfit;
            }
        }
    }
}
