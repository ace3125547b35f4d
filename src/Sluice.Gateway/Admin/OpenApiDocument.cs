using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Sluice.Gateway.Admin;

/// <summary><c>GET /openapi/v1.json</c>: the OpenAPI 3.1 description of this API, with the paths of version 1 where the settings have them.</summary>
internal sealed class OpenApiDocument(AdminOptions options)
{
    private const string Resource = "Sluice.Gateway.Admin.OpenApi.openapi.json";
    private const string Current = "/api/";

    private readonly Lazy<string> _text = new(() => Load(options.Version1Path));

    public IResult Answer() => TypedResults.Text(_text.Value, "application/json");

    private static string Load(string version1)
    {
        using var stream = typeof(OpenApiDocument).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The resource {Resource} is missing.");
        var document = JsonNode.Parse(stream)!.AsObject();
        if (version1.Length > 0)
        {
            var paths = document["paths"]!.AsObject();
            document["paths"] = new JsonObject(paths.Select(path => KeyValuePair.Create(
                path.Key.StartsWith(Current, StringComparison.Ordinal) ? path.Key : version1 + path.Key,
                path.Value?.DeepClone())));
        }

        return document.ToJsonString();
    }
}
