using System.Net;
using System.Text.Json;
using Sluice.Gateway.Tests.Engine;

namespace Sluice.Gateway.Tests.Admin;

/// <summary>The names that administrators give users.</summary>
public sealed class UserNameTests(EngineFixture fixture) : IAsyncLifetime
{
    private readonly string _name = $"etl/n{Guid.NewGuid():N}";
    private AdminHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await AdminHost.StartAsync(fixture.Engine);

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_user_is_made_with_a_name_and_renamed()
    {
        var username = Username(await CreateAsync(_name));
        Assert.Equal(_name, (await FindAsync(username)).GetProperty("name").GetString());

        var renamed = await UpdateAsync(username, $$$"""{"name":{"set":"{{{_name}}}-2"}}""");
        Assert.Equal(HttpStatusCode.OK, renamed.Status);
        Assert.Equal($"{_name}-2", (await FindAsync(username)).GetProperty("name").GetString());
        Assert.Equal(HttpStatusCode.OK, (await CreateAsync(_name)).Status);
    }

    [Fact]
    public async Task Who_was_given_no_name_has_none_in_any_answer()
    {
        var username = (await _host.CreateUserAsync()).GetProperty("username").GetString()!;
        Assert.False((await FindAsync(username)).TryGetProperty("name", out _));
    }

    [Fact]
    public async Task No_two_users_of_a_project_have_one_name_and_no_session_is_left_of_the_attempt()
    {
        await CreateAsync(_name);
        _host.Cdf.Revokers["admin"] = true;
        var taken = await CreateAsync(_name, nonce: 77);
        Assert.Equal((HttpStatusCode.BadRequest, $"another user of project p is called \"{_name}\"; choose another name"), (taken.Status, taken.Error));
        Assert.Equal((77, "admin"), Assert.Single(_host.Cdf.Revoked));

        var other = Username(await CreateAsync($"{_name}-2"));
        var renamed = await UpdateAsync(other, $$$"""{"name":{"set":"{{{_name}}}"}}""");
        Assert.Equal((HttpStatusCode.BadRequest, taken.Error), (renamed.Status, renamed.Error));

        _host.Cdf.Allow("admin", project: "q");
        Assert.Equal(HttpStatusCode.OK, (await CreateAsync(_name, project: "q")).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/a")]
    [InlineData("a b")]
    [InlineData("ä")]
    [InlineData("a\\n")]
    public async Task What_is_no_name_is_422(string name)
    {
        var reply = await CreateAsync(name);
        Assert.Equal(422, (int)reply.Status);
        Assert.Equal("Input should be 1 to 128 letters, digits and -._/, the first a letter or digit: name", reply.Error);
    }

    [Fact]
    public async Task A_name_is_not_changed_together_with_credentials()
    {
        var username = (await _host.CreateUserAsync()).GetProperty("username").GetString()!;
        var both = await UpdateAsync(username, """{"name":{"set":"a"},"credentials":{"set":{"nonce":"n"}}}""");
        Assert.Equal((422, "Extra inputs are not permitted: credentials"), ((int)both.Status, both.Error));
    }

    private Task<Reply> CreateAsync(string name, string project = "p", long nonce = 1)
    {
        _host.Cdf.Nonces["nonce"] = nonce;
        return _host.PostAsync($"/api/v1/projects/{project}/postgresgateway", $$$"""{"items":[{"name":"{{{name}}}","credentials":{"nonce":"nonce"}}]}""");
    }

    private Task<Reply> UpdateAsync(string username, string update) =>
        _host.PostAsync($"{AdminHost.Project}/update", $$$"""{"items":[{"username":"{{{username}}}","update":{{{update}}}}]}""");

    private async Task<JsonElement> FindAsync(string username) =>
        Assert.Single((await _host.PostAsync($"{AdminHost.Project}/byids", $$"""{"items":[{"username":"{{username}}"}]}""")).Json.GetProperty("items").EnumerateArray());

    private static string Username(Reply reply) => reply.Json.GetProperty("items")[0].GetProperty("username").GetString()!;
}
