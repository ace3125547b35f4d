using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Sluice.Emulator;

namespace Sluice.EndToEnd.Tests.Guides;

/// <summary>Does in the emulator what an administrator does in the portals of Microsoft Entra ID and CDF.</summary>
internal sealed class Portals(CdfEmulator emulator) : IDisposable
{
    /// <summary>What the guide asks for at least.</summary>
    public static readonly IReadOnlyList<string> Capabilities =
    [
        Capability("postgresGatewayAcl", "READ", "WRITE"), Capability("projectsAcl", "LIST"), Capability("groupsAcl", "LIST"), Capability("sessionsAcl", "CREATE"),
        Capability("assetsAcl", "READ", "WRITE"),
    ];

    /// <summary>What the guide of version 1 asks for at least.</summary>
    public static readonly IReadOnlyList<string> Version1Capabilities =
        [Capability("projectsAcl", "LIST"), Capability("groupsAcl", "LIST"), Capability("assetsAcl", "READ", "WRITE")];

    private readonly HttpClient _http = new();

    public static string Capability(string acl, params string[] actions) =>
        $$"""{"{{acl}}": {"actions": [{{string.Join(',', actions.Select(action => $"\"{action}\""))}}], "scope": {"all": {} } } }""";

    /// <summary>Step 1: an app with a client secret, which may have expired.</summary>
    public async Task<RegisteredApp> RegisterAppAsync(bool expired = false)
    {
        var secret = new JsonObject();
        if (expired)
        {
            secret["expires"] = 0;
        }

        var app = await PutAsync("applications", new JsonObject { ["displayName"] = "ETL", ["secrets"] = new JsonArray(secret) });
        var made = app["secrets"]![0]!;
        return new RegisteredApp((string)app["clientId"]!, (string)app["objectId"]!, (string)made["id"]!, (string)made["value"]!);
    }

    /// <summary>Step 2: a group with members.</summary>
    /// <returns>Its object id.</returns>
    public async Task<string> CreateGroupAsync(params IEnumerable<RegisteredApp> members)
    {
        var ids = new JsonArray([.. members.Select(member => JsonValue.Create(member.ObjectId))]);
        return (string)(await PutAsync("directory/groups", new JsonObject { ["displayName"] = "ETL", ["members"] = ids }))["objectId"]!;
    }

    /// <summary>Step 3: a CDF group that is linked to a group of the identity provider.</summary>
    public Task CreateCdfGroupAsync(string sourceId, params IEnumerable<string> capabilities) => PutAsync(
        $"projects/{emulator.Project}/groups",
        new JsonObject
        {
            ["name"] = "ETL",
            ["sourceId"] = sourceId,
            ["capabilities"] = new JsonArray([.. capabilities.Select(capability => JsonNode.Parse(capability))]),
        });

    /// <summary>Steps 1 to 3.</summary>
    public async Task<RegisteredApp> SetUpAsync(params IEnumerable<string> capabilities)
    {
        var app = await RegisterAppAsync();
        await CreateCdfGroupAsync(await CreateGroupAsync(app), capabilities);
        return app;
    }

    /// <summary>The token request of Step 4.</summary>
    public async Task<string> TokenAsync(RegisteredApp app)
    {
        using var form = new FormUrlEncodedContent(
        [
            new("grant_type", "client_credentials"), new("client_id", app.ClientId), new("client_secret", app.SecretValue), new("scope", emulator.Scope),
        ]);
        using var response = await _http.PostAsync(emulator.TokenUrl, form);
        return (string)(await ReadAsync(response))["access_token"]!;
    }

    /// <summary>What Sluice is given to act as the app: the <c>credentials</c> of a user.</summary>
    public JsonObject CredentialsOf(RegisteredApp app) => new()
    {
        ["clientId"] = app.ClientId,
        ["clientSecret"] = app.SecretValue,
        ["tokenUrl"] = emulator.TokenUrl.AbsoluteUri,
        ["scopes"] = emulator.Scope,
    };

    /// <summary>Lets more than a minute pass for the nonce of a session.</summary>
    public Task AgeNonceAsync(long session) => PutAsync(
        $"projects/{emulator.Project}/sessions/{session.ToString(CultureInfo.InvariantCulture)}", new JsonObject { ["nonceExpires"] = 0 });

    /// <summary>Whether the cluster turns nonces into tokens for everybody.</summary>
    public Task RedeemNoncesAsync(bool redeems) => PutAsync("settings", new JsonObject { ["redeemsNonces"] = redeems });

    public void Dispose() => _http.Dispose();

    private async Task<JsonNode> PutAsync(string path, JsonObject body)
    {
        using var response = await _http.PutAsJsonAsync(new Uri(emulator.AdminUrl, path), body);
        return await ReadAsync(response);
    }

    private static async Task<JsonNode> ReadAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonNode.Parse(text.Length == 0 ? "{}" : text)!;
    }
}

/// <summary>An app registration with a client secret.</summary>
/// <param name="ClientId">Application (client) ID.</param>
/// <param name="ObjectId">Its object id.</param>
/// <param name="SecretId">The Secret ID.</param>
/// <param name="SecretValue">The secret's Value.</param>
internal sealed record RegisteredApp(string ClientId, string ObjectId, string SecretId, string SecretValue);
