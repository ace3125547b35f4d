using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Sluice.Emulator;
using Sluice.Gateway.Tests.Engine;
using Sluice.Gateway.Users;

namespace Sluice.Gateway.Tests.Admin;

/// <summary>The steps of the setup guide, as an administrator takes them, against the local CDF and a real engine.</summary>
public sealed class AdministratorTests(EngineFixture fixture) : IAsyncLifetime
{
    private const string Gateway = "/api/v1/projects/demo/postgresgateway";
    private const string Movies =
        """{"items":[{"type":"raw_rows","tablename":"movies","options":{"database":"db","table":"t","primaryKey":"title"},"columns":{"title":{"type":"TEXT"}}}]}""";

    private readonly HttpClient _http = new();
    private CdfEmulator _cdf = null!;
    private AdminHost _host = null!;
    private UserDatabaseTables _databases = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _cdf = await CdfEmulator.StartAsync(new EmulatorOptions(), Cancellation);
        _databases = new UserDatabaseTables(() => fixture.Users, new UserTableStore(fixture.Engine), new UserSessions());
        _host = await AdminHost.StartAsync(fixture.Engine, _cdf.BaseUrl, _databases);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _cdf.DisposeAsync();
        _http.Dispose();
    }

    [Fact]
    public async Task Token_session_nonce_user_table_and_login()
    {
        var token = await TokenAsync(_cdf.ClientId, _cdf.ClientSecret);
        var session = await PostAsync("sessions", $$"""{"items":[{"clientId":"{{_cdf.ClientId}}","clientSecret":"{{_cdf.ClientSecret}}"}]}""", token);
        var created = await _host.PostAsync(Gateway, Nonce(session), token);
        Assert.Equal(HttpStatusCode.OK, created.Status);
        var user = created.Json.GetProperty("items")[0];
        var username = user.GetProperty("username").GetString()!;
        var table = await _host.PostAsync($"{Gateway}/tables/{username}", Movies, token);
        var (login, catalog) = await _databases.EnsureAsync(username, Cancellation);
        await using var sql = await EngineFixture.ConnectAsync(login);

        Assert.Equal(session.GetProperty("id").GetInt64(), user.GetProperty("sessionId").GetInt64());
        Assert.Equal(HttpStatusCode.OK, table.Status);
        Assert.NotNull(catalog.Find("movies"));
        Assert.Equal(["title"], await sql.RowsAsync("SELECT column_name FROM information_schema.columns WHERE table_name = 'movies'"));
        var client = _host.Clients.For((await _host.Users.FindAsync(username, Cancellation))!);
        Assert.True((await client.Assets.ExistingAsync([new(ExternalId: "a")], Cancellation)).IsSuccess);
    }

    [Fact]
    public async Task Credentials_of_an_application_do_where_nonces_are_not_redeemed()
    {
        var token = await TokenAsync(_cdf.ClientId, _cdf.ClientSecret);
        await AdminAsync("settings", """{"redeemsNonces":false}""");
        var session = await PostAsync("sessions", """{"items":[{"tokenExchange":true}]}""", token);
        var refused = await _host.PostAsync(Gateway, Nonce(session), token);
        var created = await _host.PostAsync(Gateway, Application(_cdf.ClientId, _cdf.ClientSecret), token);
        var wrong = await _host.PostAsync(Gateway, Application(_cdf.ClientId, "wrong"), token);

        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Contains("clientSecret", refused.Error, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, created.Status);
        Assert.Equal(HttpStatusCode.BadRequest, wrong.Status);
        Assert.Contains("AADSTS7000215", wrong.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Exactly_the_documented_capabilities_are_enough_and_nothing_less_is()
    {
        const string Projects = """{"projectsAcl":{"actions":["LIST"],"scope":{"all":{}}}}""";
        const string Groups = """{"groupsAcl":{"actions":["LIST"],"scope":{"all":{}}}}""";
        const string Read = """{"postgresGatewayAcl":{"actions":["READ"],"scope":{"all":{}}}}""";
        const string Write = """{"postgresGatewayAcl":{"actions":["WRITE"],"scope":{"all":{}}}}""";
        var body = Application(_cdf.ClientId, _cdf.ClientSecret);

        Assert.Equal(HttpStatusCode.OK, (await _host.PostAsync(Gateway, body, await TokenWithAsync(Projects, Groups, Write))).Status);
        var reader = await _host.PostAsync(Gateway, body, await TokenWithAsync(Projects, Groups, Read));
        Assert.Equal(HttpStatusCode.Forbidden, reader.Status);
        Assert.Contains("postgresGateway:WRITE", reader.Error, StringComparison.Ordinal);
        var blind = await _host.PostAsync(Gateway, body, await TokenWithAsync(Projects, Write));
        Assert.Equal(HttpStatusCode.Forbidden, blind.Status);
        Assert.Contains("project:list and groups:list", blind.Error, StringComparison.Ordinal);
        var nobody = await _host.PostAsync(Gateway, body, "not.a.token");
        Assert.Equal(HttpStatusCode.Unauthorized, nobody.Status);
        Assert.StartsWith("invalid token", nobody.Error, StringComparison.Ordinal);
    }

    private static string Nonce(JsonElement session) => $$$"""{"items":[{"credentials":{"nonce":"{{{session.GetProperty("nonce").GetString()}}}"}}]}""";

    private string Application(string clientId, string secret) => $$$"""
        {"items":[{"credentials":{"clientId":"{{{clientId}}}","clientSecret":"{{{secret}}}","tokenUrl":"{{{_cdf.TokenUrl}}}","scopes":"{{{_cdf.Scope}}}"}}]}
        """;

    private async Task<string> TokenWithAsync(params string[] capabilities)
    {
        var (group, client) = (Guid.NewGuid().ToString(), Guid.NewGuid().ToString());
        await AdminAsync("projects/demo/groups", $$"""{"name":"g","sourceId":"{{group}}","capabilities":[{{string.Join(',', capabilities)}}]}""");
        await AdminAsync("applications", $$"""{"clientId":"{{client}}","clientSecret":"s","groups":["{{group}}"]}""");
        return await TokenAsync(client, "s");
    }

    private async Task<string> TokenAsync(string clientId, string secret)
    {
        using var form = new FormUrlEncodedContent(
        [
            new("grant_type", "client_credentials"), new("client_id", clientId), new("client_secret", secret), new("scope", _cdf.Scope),
        ]);
        using var answer = await _http.PostAsync(_cdf.TokenUrl, form, Cancellation);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("access_token").GetString()!;
    }

    private async Task<JsonElement> PostAsync(string path, string json, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_cdf.BaseUrl, $"/api/v1/projects/demo/{path}"))
        {
            Content = JsonContent.Create(JsonElement.Parse(json)),
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) },
        };
        using var answer = await _http.SendAsync(request, Cancellation);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("items")[0];
    }

    private async Task AdminAsync(string path, string json)
    {
        using var answer = await _http.PutAsJsonAsync(new Uri(_cdf.AdminUrl, path), JsonElement.Parse(json), Cancellation);
        answer.EnsureSuccessStatusCode();
    }
}
