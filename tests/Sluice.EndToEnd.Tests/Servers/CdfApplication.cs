using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Sluice.EndToEnd.Tests.Servers;

/// <summary>An application of the identity provider with a secret and a CDF group of its own, as which gateway users write.</summary>
internal sealed class CdfApplication(GatewayServer server)
{
    private readonly string _sourceId = Guid.NewGuid().ToString();
    private long? _group;

    public string ClientId { get; } = Guid.NewGuid().ToString();

    public string Secret { get; } = $"secret~{Guid.NewGuid():N}";

    /// <summary>An application whose group has these capabilities, e.g. <c>assetsAcl:READ</c>.</summary>
    public static async Task<CdfApplication> CreateAsync(GatewayServer server, params IEnumerable<string> capabilities)
    {
        var application = new CdfApplication(server);
        await application.PutAsync(new JsonObject { ["clientSecret"] = application.Secret, ["groups"] = new JsonArray(application._sourceId) });
        await application.SetCapabilitiesAsync(capabilities);
        return application;
    }

    /// <summary>Gives the group these capabilities and no others. The members are never without a group.</summary>
    public async Task SetCapabilitiesAsync(params IEnumerable<string> capabilities)
    {
        var former = _group;
        var acls = capabilities.Select(capability => capability.Split(':')).GroupBy(parts => parts[0], parts => parts[1]).Select(acl => new JsonObject
        {
            [acl.Key] = new JsonObject
            {
                ["actions"] = new JsonArray([.. acl.Select(action => JsonValue.Create(action))]),
                ["scope"] = new JsonObject { ["all"] = new JsonObject() },
            },
        });
        var group = new JsonObject { ["name"] = "own", ["sourceId"] = _sourceId, ["capabilities"] = new JsonArray([.. acls]) };
        var created = await server.Cdf.PostAsync("groups", new JsonObject { ["items"] = new JsonArray(group) });
        _group = (long)created["items"]![0]!["id"]!;
        if (former is { } id)
        {
            await DeleteGroupAsync(id);
        }
    }

    /// <summary>Takes the group away, and with it all access to the project.</summary>
    public Task DeleteGroupAsync() => DeleteGroupAsync(_group!.Value);

    /// <summary>Gives the application another secret in place of the one that it has.</summary>
    public Task ChangeSecretAsync() => PutAsync(new JsonObject { ["clientSecret"] = "another" });

    /// <summary>Lets the secret end.</summary>
    public Task LetSecretEndAsync(DateTimeOffset time) => PutAsync(new JsonObject
    {
        ["secrets"] = new JsonArray(new JsonObject { ["value"] = Secret, ["expires"] = time.ToUnixTimeMilliseconds() }),
    });

    /// <summary>A gateway user who acts as the application.</summary>
    /// <param name="secretEnds">What the administrator says of the end of the secret.</param>
    public async Task<GatewayLogin> RegisterUserAsync(DateTimeOffset? secretEnds = null)
    {
        var (status, body) = await server.Cdf.GatewayAsync(string.Empty, $$"""{"items":[{"credentials":{{Credentials(secretEnds)}}}]}""");
        Assert.True(status == HttpStatusCode.OK, body);
        var user = JsonNode.Parse(body)!["items"]![0]!;
        return new GatewayLogin((string)user["username"]!, (string)user["password"]!);
    }

    /// <summary>The credentials as the gateway's REST API takes them.</summary>
    public string Credentials(DateTimeOffset? secretEnds = null)
    {
        var credentials = new JsonObject
        {
            ["clientId"] = ClientId,
            ["clientSecret"] = Secret,
            ["tokenUrl"] = server.Emulator.TokenUrl.ToString(),
            ["scopes"] = server.Emulator.Scope,
        };
        if (secretEnds is { } time)
        {
            credentials["expirationTime"] = time.ToUnixTimeMilliseconds();
        }

        return credentials.ToJsonString();
    }

    /// <summary>A new token.</summary>
    public async Task<string> TokenAsync()
    {
        using var http = new HttpClient();
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["grant_type"] = "client_credentials",
            ["client_id"] = ClientId,
            ["client_secret"] = Secret,
            ["scope"] = server.Emulator.Scope,
        });
        using var response = await http.PostAsync(server.Emulator.TokenUrl, form);
        var answer = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, answer);
        return (string)JsonNode.Parse(answer)!["access_token"]!;
    }

    private Task DeleteGroupAsync(long id) => server.Cdf.PostAsync("groups/delete", new { items = new[] { id } });

    private async Task PutAsync(JsonObject change)
    {
        change["clientId"] = ClientId;
        using var http = new HttpClient();
        using var response = await http.PutAsJsonAsync(new Uri(server.Emulator.AdminUrl, "applications"), change);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }
}
