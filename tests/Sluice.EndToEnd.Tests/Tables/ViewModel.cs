using System.Text.Json.Nodes;
using Sluice.EndToEnd.Tests.Servers;

namespace Sluice.EndToEnd.Tests.Tables;

/// <summary>
/// A space of its own in CDF with containers and views, and the user's tables over them: <c>things_…</c> has a property of every type, <c>pumps_…</c> has
/// properties with rules, <c>pipes_…</c> are edges.
/// </summary>
internal sealed class ViewModel
{
    private const string Version = "v1";

    private static readonly string[] Types =
        ["text", "boolean", "int32", "int64", "float32", "float64", "timestamp", "date", "json", "direct", "timeseries", "file", "sequence"];

    private readonly CdfAdministrator _cdf;

    private ViewModel(CdfAdministrator cdf, string space)
    {
        _cdf = cdf;
        Space = space;
    }

    /// <summary>The space of the views and of their instances.</summary>
    public string Space { get; }

    public string Things => $"things_{Space}";

    public string Pumps => $"pumps_{Space}";

    public string Pipes => $"pipes_{Space}";

    /// <summary>Makes all that, for the server's user.</summary>
    public static async Task<ViewModel> CreateAsync(GatewayServer server)
    {
        var model = new ViewModel(server.Cdf, $"s{Guid.NewGuid():N}"[..16]);
        await model.PostAsync("spaces", $$"""{"space":"{{model.Space}}"}""");
        var ofTypes = Types.SelectMany(type => new[]
        {
            Property($"{type}_one", $$"""{"type":"{{type}}"}"""),
            Property($"{type}_list", $$"""{"type":"{{type}}","list":true}"""),
        }).Append(Property("enum_one", """{"type":"enum","values":{"red":{},"green":{}}}"""));
        await model.AddAsync("Thing", "node", ofTypes);
        await model.AddAsync(
            "Pump",
            "node",
            [
                Property("name", """{"type":"text","maxTextSize":20}""", nullable: false),
                Property("type", """{"type":"text"}"""),
                Property("type_", """{"type":"int64"}"""),
                Property("serial", """{"type":"text"}""", immutable: true),
                Property("state", """{"type":"text"}""", nullable: false, defaultValue: "\"new\""),
                Property("power", """{"type":"float64"}"""),
                Property("Camel", """{"type":"int32"}"""),
            ]);
        await model.AddAsync("Pipe", "edge", [Property("length", """{"type":"float64"}"""), Property("label", """{"type":"text"}""")]);
        await model.AddTableAsync(server.User, model.Things, "Thing");
        await model.AddTableAsync(server.User, model.Pumps, "Pump");
        await model.AddTableAsync(server.User, model.Pipes, "Pipe");
        return model;
    }

    /// <summary>Nodes that are in no view.</summary>
    public Task AddNodesAsync(params IEnumerable<string> externalIds) => _cdf.PostAsync(
        "models/instances",
        new { items = externalIds.Select(externalId => new { instanceType = "node", space = Space, externalId }) });

    public async Task<JsonNode> AddTableAsync(GatewayLogin user, string table, string view, string? version = Version, string? instanceType = null)
    {
        var options = new JsonObject { ["space"] = Space, ["externalId"] = view };
        if (version is not null)
        {
            options["version"] = version;
        }

        if (instanceType is not null)
        {
            options["instanceType"] = instanceType;
        }

        return await _cdf.CreateTableAsync(user, new JsonObject { ["type"] = "view", ["tablename"] = table, ["options"] = options });
    }

    /// <summary>A container and a view with the same properties.</summary>
    public async Task AddAsync(string name, string usedFor, IEnumerable<KeyValuePair<string, JsonNode>> properties, string version = Version)
    {
        var all = properties.ToList();
        var stored = new JsonObject(all.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)p.Value.DeepClone())));
        await PostAsync("containers", $$"""{"space":"{{Space}}","externalId":"{{name}}","usedFor":"{{usedFor}}","properties":{{stored.ToJsonString()}}}""");
        var mapped = new JsonObject(all.Select(p => KeyValuePair.Create(
            p.Key,
            JsonNode.Parse(
                $$"""{"container":{"type":"container","space":"{{Space}}","externalId":"{{name}}"},"containerPropertyIdentifier":"{{p.Key}}"}"""))));
        await PostAsync("views", $$"""{"space":"{{Space}}","externalId":"{{name}}","version":"{{version}}","properties":{{mapped.ToJsonString()}}}""");
    }

    /// <summary>An instance as CDF has it, with its properties in a view; <see langword="null"/> if it is not there.</summary>
    public async Task<JsonNode?> FindAsync(string view, string externalId, string type = "node")
    {
        var answer = await _cdf.PostAsync(
            "models/instances/byids",
            new
            {
                items = new[] { new { instanceType = type, space = Space, externalId } },
                sources = new[] { new { source = new { type = "view", space = Space, externalId = view, version = Version } } },
            });
        return answer["items"]!.AsArray().SingleOrDefault();
    }

    /// <summary>The instance's properties in a view, as JSON; <see langword="null"/> without data.</summary>
    public async Task<string?> PropertiesAsync(string view, string externalId, string type = "node") =>
        (await FindAsync(view, externalId, type))?["properties"]?[Space]?[$"{view}/{Version}"]?.ToJsonString();

    public static KeyValuePair<string, JsonNode> Property(
        string name, string type, bool nullable = true, bool immutable = false, string? defaultValue = null)
    {
        var property = new JsonObject { ["type"] = JsonNode.Parse(type), ["nullable"] = nullable, ["immutable"] = immutable };
        if (defaultValue is not null)
        {
            property["defaultValue"] = JsonNode.Parse(defaultValue);
        }

        return new(name, property);
    }

    private Task PostAsync(string resource, string item) =>
        _cdf.PostAsync($"models/{resource}", new JsonObject { ["items"] = new JsonArray(JsonNode.Parse(item)) });
}
