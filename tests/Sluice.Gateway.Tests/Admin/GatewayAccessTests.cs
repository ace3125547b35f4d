using System.Net;
using Sluice.Gateway.Tests.Engine;

namespace Sluice.Gateway.Tests.Admin;

public sealed class GatewayAccessTests(EngineFixture fixture) : IAsyncLifetime
{
    private const string WithNonce = """{"items":[{"credentials":{"nonce":"nonce"}}]}""";

    private AdminHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await AdminHost.StartAsync(fixture.Engine);
        _host.Cdf.Nonces["nonce"] = 1;
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Without_a_bearer_token_it_is_401()
    {
        var none = await _host.SendAsync(HttpMethod.Get, AdminHost.Project + "/tables/u", null, token: null);
        var two = await _host.SendAsync(HttpMethod.Get, AdminHost.Project + "/tables/u", null, "Bearer x");

        Assert.All([none, two], reply => Assert.Equal(HttpStatusCode.Unauthorized, reply.Status));
        Assert.Contains("Authorization: Bearer", none.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401, "Unauthorized")]
    [InlineData(403, "Resource not found. This may also be due to insufficient access rights.")]
    public async Task A_token_that_CDF_does_not_let_be_inspected_gets_one_text_for_both(int status, string words)
    {
        _host.Cdf.Inspections["t"] = (status, $$$"""{"error":{"code":{{{status}}},"message":"{{{words}}}"}}""");
        var reply = await _host.PostAsync(AdminHost.Project, WithNonce, "t");

        Assert.Equal(status, (int)reply.Status);
        Assert.StartsWith($"invalid token: CDF says \"{words}\"", reply.Error, StringComparison.Ordinal);
        Assert.Contains("source id", reply.Error, StringComparison.Ordinal);
        Assert.Contains("project:list and groups:list", reply.Error, StringComparison.Ordinal);
        Assert.True(_host.Cdf.Nonces.ContainsKey("nonce"));
    }

    [Fact]
    public async Task A_token_of_another_project_is_401()
    {
        _host.Cdf.Allow("t", project: "other");
        var reply = await _host.PostAsync(AdminHost.Project, WithNonce, "t");

        Assert.Equal(HttpStatusCode.Unauthorized, reply.Status);
        Assert.True(_host.Cdf.Nonces.ContainsKey("nonce"));
    }

    [Fact]
    public async Task Reading_does_not_let_write()
    {
        _host.Cdf.Allow("t", actions: "\"READ\"");
        var username = (await _host.CreateUserAsync()).GetProperty("username").GetString();

        var create = await _host.PostAsync(AdminHost.Project, WithNonce, "t");
        Assert.Equal(HttpStatusCode.Forbidden, create.Status);
        Assert.Contains("postgresGateway:WRITE", create.Error, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await _host.PostAsync($"{AdminHost.Project}/tables/{username}", "{}", "t")).Status);
        Assert.Equal(HttpStatusCode.OK, (await _host.GetAsync($"{AdminHost.Project}/tables/{username}", "t")).Status);
    }

    [Fact]
    public async Task A_scope_of_users_hides_the_others_and_makes_none()
    {
        var mine = (await _host.CreateUserAsync()).GetProperty("username").GetString();
        var other = (await _host.CreateUserAsync()).GetProperty("username").GetString();
        _host.Cdf.Allow("t", scope: $$$"""
            "usersScope":{"usernames":["{{{mine}}}"]}
            """);

        Assert.Equal(HttpStatusCode.OK, (await _host.GetAsync($"{AdminHost.Project}/tables/{mine}", "t")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await _host.GetAsync($"{AdminHost.Project}/tables/{other}", "t")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await _host.PostAsync(AdminHost.Project, WithNonce, "t")).Status);
    }

    [Fact]
    public async Task A_user_of_another_project_is_404()
    {
        var username = (await _host.CreateUserAsync()).GetProperty("username").GetString();
        _host.Cdf.Allow("t", project: "other");
        var reply = await _host.GetAsync($"/api/v1/projects/other/postgresgateway/tables/{username}", "t");

        Assert.Equal(HttpStatusCode.NotFound, reply.Status);
        Assert.Equal($"there is no gateway user {username} in project other", reply.Error);
    }
}
