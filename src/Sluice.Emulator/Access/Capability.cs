using System.Text.Json;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.Access;

/// <summary>One capability of a group: <c>{"assetsAcl":{"actions":["READ"],"scope":{"all":{}}}}</c>.</summary>
internal sealed record Capability(string Acl, IReadOnlyList<string> Actions, string Scope, JsonElement ScopeValue, JsonElement Json)
{
    /// <summary>Reads and checks a capability; 400 says what is wrong with it.</summary>
    public static Capability Read(JsonElement json)
    {
        JsonChecks.Object(json, "capability");
        var acls = json.EnumerateObject().Where(p => p.Name.EndsWith("Acl", StringComparison.OrdinalIgnoreCase)).ToList();
        if (acls.Count != 1)
        {
            throw CdfException.BadRequest("A capability must name exactly one acl");
        }

        if (!AclCatalog.All.TryGetValue(acls[0].Name, out var definition))
        {
            throw CdfException.BadRequest($"Unknown acl '{acls[0].Name}'");
        }

        var body = JsonChecks.Object(acls[0].Value, acls[0].Name);
        var actions = JsonChecks.Array(body.Required("actions"), "actions").EnumerateArray()
            .Select(a => JsonChecks.String(a, "actions").ToUpperInvariant()).ToList();
        if (actions.Find(a => !definition.Actions.Contains(a, StringComparer.Ordinal)) is { } unknown)
        {
            throw CdfException.BadRequest($"{definition.Name} has no action {unknown}; it has {string.Join(", ", definition.Actions)}");
        }

        var scopes = JsonChecks.Object(body.Required("scope"), "scope").EnumerateObject().ToList();
        if (scopes.Count != 1)
        {
            throw CdfException.BadRequest($"The scope of {definition.Name} must have exactly one member");
        }

        var scope = scopes[0].Name.ToLowerInvariant();
        if (!definition.Scopes.Contains(scope, StringComparer.Ordinal))
        {
            throw CdfException.BadRequest($"{definition.Name} cannot be scoped by {scopes[0].Name}");
        }

        var value = JsonChecks.Object(scopes[0].Value, scopes[0].Name).Clone();
        CheckScope(scope, value);
        return new Capability(definition.Name, actions, scope, value, json.Clone());
    }

    public static IEnumerable<long> Numbers(JsonElement value, string name) =>
        JsonChecks.Array(value.Required(name), name).EnumerateArray().Select(ReadNumber);

    public static IEnumerable<string> Texts(JsonElement value, string name) =>
        JsonChecks.Array(value.Required(name), name).EnumerateArray().Select(e => JsonChecks.String(e, name));

    /// <summary>Both spellings: <c>{"db":["t"]}</c> and <c>{"db":{"tables":["t"]}}</c>.</summary>
    public static IEnumerable<(string Database, IReadOnlyList<string> Tables)> Tables(JsonElement value) =>
        JsonChecks.Object(value.Required("dbsToTables"), "dbsToTables").EnumerateObject().Select(p =>
        {
            var tables = p.Value.ValueKind == JsonValueKind.Object ? p.Value.Optional("tables") : p.Value;
            IReadOnlyList<string> names = tables is { } list
                ? [.. JsonChecks.Array(list, "tables").EnumerateArray().Select(t => JsonChecks.String(t, "tables"))]
                : [];
            return (p.Name, names);
        });

    // SDKs and the console write ids of a scope as strings, too.
    private static long ReadNumber(JsonElement element) =>
        element.ValueKind == JsonValueKind.String && long.TryParse(element.GetString(), out var number)
            ? number
            : JsonChecks.Integer(element, "ids");

    private static void CheckScope(string scope, JsonElement value) => _ = scope switch
    {
        "datasetscope" or "idscope" or "extractionpipelinescope" => Numbers(value, "ids").Count(),
        "assetrootidscope" => Numbers(value, "rootIds").Count(),
        "spaceidscope" => Texts(value, "spaceIds").Count(),
        "usersscope" => Texts(value, "usernames").Count(),
        "tablescope" => Tables(value).Count(),
        _ => 0,
    };
}
