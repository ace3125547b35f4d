using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Npgsql;
using Sluice.EndToEnd.Tests.Servers;

namespace Sluice.EndToEnd.Tests.Guides;

/// <summary>Makes the mistakes of docs/administration.md, one at a time, and tells what Sluice answers.</summary>
internal sealed class AdministrationMistakes : IDisposable
{
    private readonly GatewayServer _server;
    private readonly Portals _portals;
    private readonly HttpClient _http;
    private readonly Dictionary<string, Func<Task<string>>> _mistakes;

    public AdministrationMistakes(GatewayServer server)
    {
        _server = server;
        _portals = new Portals(server.Emulator);
        _http = new HttpClient { BaseAddress = server.Api };
        _mistakes = new(StringComparer.Ordinal)
        {
            ["secret-id"] = () => WithCredentialsAsync((app, body) => body["clientSecret"] = app.SecretId),
            ["secret-id-for-session"] = async () => await SessionAsync(await _portals.SetUpAsync(Portals.Capabilities), app => app.SecretId),
            ["no-session-capability"] = async () => await SessionAsync(await _portals.SetUpAsync(Without("sessionsAcl")), app => app.SecretValue),
            ["expired-secret"] = async () => await WithCredentialsOfAsync(await _portals.RegisterAppAsync(expired: true)),
            ["group-id-as-client-id"] = async () =>
            {
                var app = await _portals.RegisterAppAsync();
                var group = await _portals.CreateGroupAsync(app);
                return await WithCredentialsOfAsync(app with { ClientId = group });
            },
            ["object-id-as-client-id"] = () => WithCredentialsAsync((app, body) => body["clientId"] = app.ObjectId),
            ["wrong-tenant"] = () => WithCredentialsAsync(
                (_, body) => body["tokenUrl"] = ((string)body["tokenUrl"]!).Replace(_server.Emulator.Options.Tenant, Guid.NewGuid().ToString(), StringComparison.Ordinal)),
            ["token-url-elsewhere"] = () => WithCredentialsAsync((_, body) => body["tokenUrl"] = "https://login.example/tenant/oauth2/v2.0/token"),
            ["scope-without-default"] = () => WithCredentialsAsync((_, body) => body["scopes"] = "https://westeurope-1.cognitedata.com"),
            ["scope-of-another-cluster"] = () => WithCredentialsAsync((_, body) => body["scopes"] = "https://other.cognitedata.com/.default"),
            ["wrong-source-id"] = async () =>
            {
                var app = await _portals.RegisterAppAsync();
                await _portals.CreateGroupAsync(app);
                await _portals.CreateCdfGroupAsync("ETL", Portals.Capabilities);
                return await CreateAsync(await _portals.TokenAsync(app));
            },
            ["app-not-in-group"] = async () =>
            {
                var app = await _portals.RegisterAppAsync();
                await _portals.CreateCdfGroupAsync(await _portals.CreateGroupAsync(), Portals.Capabilities);
                return await CreateAsync(await _portals.TokenAsync(app));
            },
            ["credentials-of-app-not-in-group"] = async () => await WithCredentialsOfAsync(await _portals.RegisterAppAsync()),
            ["no-project-list"] = () => WithCapabilitiesAsync(Without("projectsAcl")),
            ["no-groups-list"] = () => WithCapabilitiesAsync(Without("groupsAcl")),
            ["no-gateway-write"] = () => WithCapabilitiesAsync([.. Without("postgresGatewayAcl"), Portals.Capability("postgresGatewayAcl", "READ")]),
            ["wrong-project"] = async () => await PostAsync(
                "/api/v1/projects/other/postgresgateway", await TokenAsync(), """{"items":[{"credentials":{"nonce":"n"}}]}"""),
            ["no-token"] = () => CreateAsync(token: null),
            ["basic-in-place-of-bearer"] = async () => await CreateAsync(await TokenAsync(), scheme: "Basic"),
            ["old-nonce"] = async () =>
            {
                var (token, session) = await NewSessionAsync();
                await _portals.AgeNonceAsync((long)session["id"]!);
                return await CreateAsync(token, (string)session["nonce"]!);
            },
            ["used-nonce"] = async () =>
            {
                var (token, session) = await NewSessionAsync();
                Assert.StartsWith("200", await CreateAsync(token, (string)session["nonce"]!), StringComparison.Ordinal);
                return await CreateAsync(token, (string)session["nonce"]!);
            },
            ["nonces-not-redeemed"] = NoncesNotRedeemedAsync,
            ["wrong-database"] = () => ConnectAsync(builder => builder.Database = "postgres"),
            ["wrong-password"] = () => ConnectAsync(builder => builder.Password = "lost"),
            ["no-resource-capability"] = async () =>
            {
                var user = await RegisterAsync(await _portals.SetUpAsync(Portals.Capabilities));
                await using var connection = await _server.OpenAsync(user);
                await using var command = new NpgsqlCommand("INSERT INTO events (external_id) VALUES ('e')", connection);
                return Text(await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync()));
            },
        };
    }

    /// <summary>The names of the mistakes.</summary>
    public IEnumerable<string> Names => _mistakes.Keys;

    /// <summary>Makes a mistake.</summary>
    /// <returns>Status and message of the REST API; severity, SQLSTATE, message and hint of SQL.</returns>
    public Task<string> MakeAsync(string mistake) => _mistakes[mistake]();

    public void Dispose()
    {
        _portals.Dispose();
        _http.Dispose();
    }

    /// <summary>What a client shows of an error.</summary>
    public static string Text(PostgresException error) =>
        $"{error.Severity}: {error.SqlState}: {error.MessageText}{Part("DETAIL", error.Detail)}{Part("HINT", error.Hint)}";

    private static string Part(string name, string? text) => text is null ? string.Empty : $" {name}: {text}";

    private static IEnumerable<string> Without(string acl) =>
        Portals.Capabilities.Where(capability => !capability.Contains($"\"{acl}\"", StringComparison.Ordinal));

    private async Task<string> TokenAsync() => await _portals.TokenAsync(await _portals.SetUpAsync(Portals.Capabilities));

    private async Task<string> WithCapabilitiesAsync(IEnumerable<string> capabilities) =>
        await CreateAsync(await _portals.TokenAsync(await _portals.SetUpAsync(capabilities)));

    private async Task<string> WithCredentialsAsync(Action<RegisteredApp, JsonObject> mistake)
    {
        var app = await _portals.SetUpAsync(Portals.Capabilities);
        var credentials = _portals.CredentialsOf(app);
        mistake(app, credentials);
        return await PostUserAsync(await _portals.TokenAsync(app), credentials);
    }

    private async Task<string> WithCredentialsOfAsync(RegisteredApp app) => await PostUserAsync(await TokenAsync(), _portals.CredentialsOf(app));

    private async Task<string> NoncesNotRedeemedAsync()
    {
        var (token, session) = await NewSessionAsync();
        await _portals.RedeemNoncesAsync(redeems: false);
        try
        {
            return await CreateAsync(token, (string)session["nonce"]!);
        }
        finally
        {
            await _portals.RedeemNoncesAsync(redeems: true);
        }
    }

    private async Task<(string Token, JsonNode Session)> NewSessionAsync()
    {
        var app = await _portals.SetUpAsync(Portals.Capabilities);
        var answer = await SessionAsync(app, a => a.SecretValue);
        Assert.StartsWith("200 ", answer, StringComparison.Ordinal);
        return (await _portals.TokenAsync(app), JsonNode.Parse(answer["200 ".Length..])!["items"]![0]!);
    }

    private async Task<string> SessionAsync(RegisteredApp app, Func<RegisteredApp, string> secret) => await PostAsync(
        $"/api/v1/projects/{_server.Emulator.Project}/sessions",
        await _portals.TokenAsync(app),
        new JsonObject { ["items"] = new JsonArray(new JsonObject { ["clientId"] = app.ClientId, ["clientSecret"] = secret(app) }) }.ToJsonString());

    private async Task<GatewayLogin> RegisterAsync(RegisteredApp app)
    {
        var answer = await PostUserAsync(await _portals.TokenAsync(app), _portals.CredentialsOf(app));
        Assert.StartsWith("200 ", answer, StringComparison.Ordinal);
        var user = JsonNode.Parse(answer["200 ".Length..])!["items"]![0]!;
        return new GatewayLogin((string)user["username"]!, (string)user["password"]!);
    }

    private Task<string> CreateAsync(string? token, string nonce = "n", string scheme = "Bearer") =>
        PostUserAsync(token, new JsonObject { ["nonce"] = nonce }, scheme);

    private Task<string> PostUserAsync(string? token, JsonObject credentials, string scheme = "Bearer") => PostAsync(
        $"/api/v1/projects/{_server.Emulator.Project}/postgresgateway",
        token,
        new JsonObject { ["items"] = new JsonArray(new JsonObject { ["credentials"] = credentials }) }.ToJsonString(),
        scheme);

    private async Task<string> PostAsync(string path, string? token, string body, string scheme = "Bearer")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue(scheme, token);
        using var response = await _http.SendAsync(request);
        var answer = await response.Content.ReadAsStringAsync();
        return $"{(int)response.StatusCode} {(response.IsSuccessStatusCode ? answer : (string?)JsonNode.Parse(answer)!["error"]!["message"])}";
    }

    private async Task<string> ConnectAsync(Action<NpgsqlConnectionStringBuilder> mistake)
    {
        var builder = new NpgsqlConnectionStringBuilder(_server.ConnectionString(_server.User));
        mistake(builder);
        await using var connection = new NpgsqlConnection(builder.ConnectionString);
        return Text(await Assert.ThrowsAsync<PostgresException>(() => connection.OpenAsync()));
    }
}
