using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.Resources;

/// <summary>Turns the parameters of a GET list into the body of the POST list.</summary>
internal static class QueryFilter
{
    public static JsonObject ToBody(IQueryCollection query)
    {
        var body = new JsonObject();
        var filter = new JsonObject();
        foreach (var (name, values) in query)
        {
            var text = values.ToString();
            switch (name)
            {
                case "limit":
                    body["limit"] = Number(name, text);
                    break;
                case "cursor" or "partition":
                    body[name] = text;
                    break;
                case "includeMetadata":
                    body[name] = Flag(name, text);
                    break;
                case "root" or "isString" or "isStep" or "uploaded":
                    filter[name] = Flag(name, text);
                    break;
                case "assetSubtreeIds" or "rootIds":
                    AddKeys(filter, name, "id", Array(name, text));
                    break;
                case "assetSubtreeExternalIds":
                    AddKeys(filter, "assetSubtreeIds", "externalId", Array(name, text));
                    break;
                case ['m', 'i' or 'a', 'n' or 'x', >= 'A' and <= 'Z', ..]:
                    AddBound(filter, name, text);
                    break;
                default:
                    filter[name] = text.StartsWith('[') ? Array(name, text) : text;
                    break;
            }
        }

        body["filter"] = filter;
        return body;
    }

    private static void AddBound(JsonObject filter, string name, string text)
    {
        var field = char.ToLowerInvariant(name[3]) + name[4..];
        if (filter[field] is not JsonObject range)
        {
            range = [];
            filter[field] = range;
        }

        range[name[..3]] = Number(name, text);
    }

    private static void AddKeys(JsonObject filter, string name, string key, JsonArray values)
    {
        if (filter[name] is not JsonArray list)
        {
            list = [];
            filter[name] = list;
        }

        foreach (var value in values)
        {
            list.Add(new JsonObject { [key] = value?.DeepClone() });
        }
    }

    private static JsonArray Array(string name, string text)
    {
        try
        {
            return JsonNode.Parse(text) as JsonArray ?? throw CdfException.BadRequest($"{name} must be a JSON array");
        }
        catch (JsonException)
        {
            throw CdfException.BadRequest($"{name} must be a JSON array");
        }
    }

    private static long Number(string name, string text) =>
        long.TryParse(text, out var number) ? number : throw CdfException.BadRequest($"{name} must be a number");

    private static bool Flag(string name, string text) =>
        bool.TryParse(text, out var flag) ? flag : throw CdfException.BadRequest($"{name} must be true or false");
}
