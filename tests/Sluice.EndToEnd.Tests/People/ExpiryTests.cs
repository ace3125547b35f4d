using System.Text.Json.Nodes;
using Sluice.EndToEnd.Tests.Servers;
using Sluice.EndToEnd.Tests.Wire;

namespace Sluice.EndToEnd.Tests.People;

/// <summary>A session ends with its token, never in the middle of a COMMIT.</summary>
public sealed class ExpiryTests(PeopleServer server) : IClassFixture<PeopleServer>, IAsyncLifetime
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private readonly string _name = $"expiry-{Guid.NewGuid():N}";
    private WireClient _client = null!;

    private CdfAdministrator Cdf => server.Gateway.Cdf;

    public async ValueTask InitializeAsync()
    {
        await server.SetTokenLifetimeAsync(Lifetime);
        var person = await server.PersonAsync("eventsAcl:READ", "eventsAcl:WRITE");
        _client = await server.ConnectAsync(await person.TokenAsync());
        await server.SetTokenLifetimeAsync(PeopleServer.TokenLifetime);
    }

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    [Fact]
    public async Task An_idle_session_ends_when_its_token_does()
    {
        server.Time.Leap(Lifetime - TimeSpan.FromMinutes(1));
        Assert.Equal("C INSERT 0 1", await FirstAsync($"insert into events (external_id) values ('{_name}')"));
        server.Time.Leap(TimeSpan.FromMinutes(1));
        AssertExpired(await _client.ReadAsync());
    }

    [Fact]
    public async Task An_open_transaction_ends_with_it_and_stores_nothing()
    {
        await _client.Query("begin").TalkAsync();
        await _client.Query($"insert into events (external_id) values ('{_name}')").TalkAsync();
        server.Time.Leap(Lifetime);
        AssertExpired(await _client.ReadAsync());
        Assert.Empty(await Cdf.ByExternalIdsAsync("events", _name));
    }

    [Fact]
    public async Task A_COMMIT_that_has_begun_is_answered_first()
    {
        await _client.Query("begin").TalkAsync();
        await _client.Query($"insert into events (external_id) values ('{_name}')").TalkAsync();

        // Early enough for a COMMIT to begin, and so late that it is not given up as unanswered, after a minute, before the token ends.
        var left = TimeSpan.FromSeconds(45);
        server.Time.Leap(Lifetime - left);
        var rule = new JsonObject { ["id"] = "held", ["method"] = "POST", ["path"] = "*/events", ["action"] = "hold" };
        await using (await Cdf.BreakAsync(rule))
        {
            await _client.Query("commit").SendAsync();
            await Cdf.WaitForHitsAsync("held", 1);
            server.Time.Leap(left);
        }

        var messages = await _client.ReadUntilAsync('E');
        Assert.Contains("C COMMIT", messages.Select(message => message.ToString()));
        AssertExpired(messages[^1]);
        Assert.Single(await Cdf.ByExternalIdsAsync("events", _name));
    }

    [Fact]
    public async Task A_COMMIT_of_rows_does_not_begin_when_the_token_is_about_to_expire()
    {
        await _client.Query("begin").TalkAsync();
        await _client.Query($"insert into events (external_id) values ('{_name}')").TalkAsync();
        server.Time.Leap(Lifetime - TimeSpan.FromSeconds(20));
        var reply = await _client.Query("commit").TalkAsync();
        var error = reply.Single(message => message.Type == 'E');
        Assert.Equal(("28000", "ERROR", "No row of the transaction is stored."), (error.Field('C'), error.Field('S'), error.Field('D')));
        Assert.Equal('I', reply[^1].Status);
        Assert.Empty(await Cdf.ByExternalIdsAsync("events", _name));

        Assert.Equal("C BEGIN", await FirstAsync("begin"));
        Assert.Equal("C COMMIT", await FirstAsync("commit"));
    }

    private static void AssertExpired(WireMessage message)
    {
        Assert.Equal(('E', "FATAL", "28000"), (message.Type, message.Field('S'), message.Field('C')));
        Assert.StartsWith("the access token of this session has expired on 20", message.Field('M'), StringComparison.Ordinal);
        Assert.Equal("Connect again with a new token.", message.Field('H'));
    }

    private async Task<string> FirstAsync(string sql) => (await _client.Query(sql).TalkAsync())[0].ToString();
}
