using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Sluice.Gateway.Tests.Engine;

namespace Sluice.Gateway.Tests.Admin;

/// <summary>Who comes over the gateway's own socket needs no token; nobody else can pass for him.</summary>
public sealed class LocalAdministrationTests(EngineFixture fixture) : IAsyncLifetime
{
    private const string Secret = "secret";

    private AdminHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await AdminHost.StartAsync(fixture.Engine);
        _host.Cdf.Allow("token-of-app");
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Through_the_gateways_own_socket_users_are_administered_without_a_token()
    {
        using var local = _host.ThroughSocket(own: true);
        var created = Assert.Single((await SendAsync(local, AdminHost.Project, WithSecret())).Json.GetProperty("items").EnumerateArray());
        var username = created.GetProperty("username").GetString()!;

        var described = (await SendAsync(local, $"/local/users/{username}")).Json;
        Assert.Equal("local administrator", described.GetProperty("createdBy").GetString());
        Assert.Equal("app", described.GetProperty("application").GetProperty("clientId").GetString());
        Assert.DoesNotContain($"\"{Secret}\"", described.GetRawText(), StringComparison.Ordinal);
        Assert.Contains(
            (await SendAsync(local, "/local/users")).Json.GetProperty("items").EnumerateArray(),
            user => user.GetProperty("username").GetString() == username && user.GetProperty("project").GetString() == "p");
        Assert.True((await CompareAsync(local, username, Secret)).GetProperty("same").GetBoolean());
        Assert.False((await CompareAsync(local, username, "another")).GetProperty("same").GetBoolean());

        await SendAsync(local, $"{AdminHost.Project}/delete", $$"""{"items":[{"username":"{{username}}"}]}""");
        Assert.Equal([username], _host.Dropped);
        var gone = await SendAsync(local, $"/local/users/{username}");
        Assert.Equal((HttpStatusCode.NotFound, $"there is no gateway user {username}"), (gone.Status, gone.Error));
    }

    [Fact]
    public async Task Passing_on_to_CDF_needs_a_token_there_too()
    {
        using var local = _host.ThroughSocket(own: true);
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(local, "/api/v1/projects/p/assets")).Status);
    }

    public static TheoryData<bool> Others() => [true, false];

    [Theory]
    [MemberData(nameof(Others))]
    public async Task By_TCP_or_another_socket_nobody_is_the_local_administrator_whatever_he_says(bool tcp)
    {
        using var client = tcp ? new HttpClient { BaseAddress = _host.Address } : _host.ThroughSocket(own: false);
        (string Name, string Value)[] claims =
        [
            ("Host", "gateway"), ("Host", "localhost"), ("Forwarded", "for=unix:;host=gateway"), ("X-Forwarded-For", "127.0.0.1"), ("X-Real-IP", "::1"),
            ("X-Forwarded-Proto", "unix"), ("X-Local-Administrator", "true"), ("LocalAdministrator", "1"), ("Authorization", "Local root"),
            ("X-Original-URL", "/local/users"), ("X-HTTP-Method-Override", "GET"), ("Upgrade", "unix"),
        ];
        foreach (var (name, value) in claims)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(client, AdminHost.Project, WithSecret(), name, value)).Status);
            Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(client, AdminHost.Project, header: name, value: value)).Status);
            Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(client, "/local/users", header: name, value: value)).Status);
            Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(client, "/local/users/u", header: name, value: value)).Status);
            Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(client, "/local/users/u/comparecredentials", WithSecret(), name, value)).Status);
        }

        Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(client, "/local/users", header: "Authorization", value: "Bearer admin")).Status);
        Assert.Equal("there is no GET /local/users", (await SendAsync(client, "/local/users")).Error);
    }

    private string WithSecret() =>
        $$$"""{"items":[{"credentials":{"clientId":"app","clientSecret":"{{{Secret}}}","tokenUrl":"{{{_host.Cdf.Url}}}/oauth2/v2.0/token"}}]}""";

    private static async Task<JsonElement> CompareAsync(HttpClient client, string username, string secret) =>
        (await SendAsync(client, $"/local/users/{username}/comparecredentials", $$"""{"clientSecret":"{{secret}}"}""")).Json;

    private static async Task<Reply> SendAsync(HttpClient client, string path, string? body = null, string? header = null, string? value = null)
    {
        using var request = new HttpRequestMessage(body is null ? HttpMethod.Get : HttpMethod.Post, path);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        if (header is not null)
        {
            Assert.True(request.Headers.TryAddWithoutValidation(header, value));
        }

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return new Reply(response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
