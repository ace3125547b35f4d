using System.Text.Json.Nodes;
using Npgsql;
using Sluice.EndToEnd.Tests.Servers;
using Sluice.EndToEnd.Tests.Wire;

namespace Sluice.EndToEnd.Tests.Access;

/// <summary>Access to CDF that is taken away ends logins and open sessions within a minute; nothing else does.</summary>
public sealed class LostAccessTests(AccessServer server) : IClassFixture<AccessServer>
{
    private static readonly string[] Usual =
        ["assetsAcl:READ", "assetsAcl:WRITE", "eventsAcl:READ", "eventsAcl:WRITE", "projectsAcl:LIST", "groupsAcl:LIST", "postgresGatewayAcl:READ"];

    private readonly string _name = $"access-{Guid.NewGuid():N}";

    private GatewayServer Gateway => server.Gateway;

    [Theory]
    [InlineData("REVOKED")]
    [InlineData("EXPIRED")]
    [InlineData("ACCESS_LOST")]
    [InlineData("CANCELLED")]
    public async Task A_CDF_session_that_has_ended_ends_logins_and_open_sessions(string status)
    {
        var login = await Gateway.Cdf.RegisterUserAsync();
        var session = await SessionAsync(login);
        await using var open = await Gateway.ConnectAsync(login);
        Assert.Equal("C INSERT 0 1", await FirstAsync(open, $"insert into events (external_id) values ('{_name}')"));

        await server.SetSessionStatusAsync(session, status);
        server.PassCheckInterval();

        AssertLost(await open.ReadAsync(), $"session {session}");
        await AssertLoginLostAsync(login, $"session {session}");
    }

    [Fact]
    public async Task Access_that_is_given_back_is_there_seconds_later()
    {
        var login = await Gateway.Cdf.RegisterUserAsync();
        var session = await SessionAsync(login);
        await server.SetSessionStatusAsync(session, "REVOKED");
        server.PassCheckInterval();
        await AssertLoginLostAsync(login, "session");

        await server.SetSessionStatusAsync(session, "ACTIVE");
        server.Time.Leap(TimeSpan.FromSeconds(6));
        await using var connection = await Gateway.OpenAsync(login);
        Assert.Equal(1, await ExecuteAsync(connection, $"insert into events (external_id) values ('{_name}')"));
    }

    [Fact]
    public async Task New_credentials_give_access_at_once()
    {
        var application = await CdfApplication.CreateAsync(Gateway, Usual);
        var login = await application.RegisterUserAsync();
        await application.ChangeSecretAsync();
        server.PassCheckInterval();
        await AssertLoginLostAsync(login, "AADSTS7000215");

        var other = await CdfApplication.CreateAsync(Gateway, Usual);
        var (_, body) = await Gateway.Cdf.GatewayAsync(
            "update", $$$$"""{"items":[{"username":"{{{{login.Username}}}}","update":{"credentials":{"set":{{{{other.Credentials()}}}}}}}]}""");
        Assert.DoesNotContain("error", body, StringComparison.Ordinal);
        await using var connection = await Gateway.OpenAsync(login);
        Assert.Equal(1, await ExecuteAsync(connection, $"insert into events (external_id) values ('{_name}')"));
    }

    [Fact]
    public async Task A_client_secret_that_is_refused_is_said_in_the_identity_providers_words()
    {
        var application = await CdfApplication.CreateAsync(Gateway, Usual);
        var login = await application.RegisterUserAsync();
        await using var open = await Gateway.ConnectAsync(login);
        await application.ChangeSecretAsync();
        server.PassCheckInterval();

        AssertLost(await open.ReadAsync(), "AADSTS7000215: Invalid client secret provided.");
        await AssertLoginLostAsync(login, "AADSTS7000215: Invalid client secret provided.");
    }

    [Fact]
    public async Task A_group_that_is_deleted_takes_the_access_with_it()
    {
        var application = await CdfApplication.CreateAsync(Gateway, Usual);
        var login = await application.RegisterUserAsync();
        await using var open = await Gateway.ConnectAsync(login);
        await application.DeleteGroupAsync();
        server.PassCheckInterval();

        AssertLost(await open.ReadAsync(), "Unauthorized");
        await AssertLoginLostAsync(login, "no access to project demo");
    }

    [Fact]
    public async Task The_capability_postgresGateway_can_be_lost_by_those_who_had_it()
    {
        var application = await CdfApplication.CreateAsync(Gateway, Usual);
        var login = await application.RegisterUserAsync();
        await using var open = await Gateway.ConnectAsync(login);
        await application.SetCapabilitiesAsync(Usual.Except(["postgresGatewayAcl:READ"]));
        server.PassCheckInterval();

        AssertLost(await open.ReadAsync(), "the credentials have lost the capability postgresGateway");
        await AssertLoginLostAsync(login, "the credentials have lost the capability postgresGateway");
    }

    [Fact]
    public async Task Who_never_had_the_capability_postgresGateway_or_may_not_be_inspected_works_on()
    {
        var application = await CdfApplication.CreateAsync(Gateway, "eventsAcl:WRITE", "projectsAcl:LIST", "groupsAcl:LIST");
        var login = await application.RegisterUserAsync();
        await using var open = await Gateway.ConnectAsync(login);
        server.PassCheckInterval();
        await using (await Gateway.OpenAsync(login))
        {
            await application.SetCapabilitiesAsync("eventsAcl:WRITE");
        }

        server.PassCheckInterval();
        await using (await Gateway.OpenAsync(login))
        {
            Assert.Equal("C INSERT 0 1", await FirstAsync(open, $"insert into events (external_id) values ('{_name}')"));
        }
    }

    [Fact]
    public async Task A_session_is_ended_at_rest_and_never_in_a_COMMIT()
    {
        var application = await CdfApplication.CreateAsync(Gateway, Usual);
        var login = await application.RegisterUserAsync();
        await using var committing = await Gateway.ConnectAsync(login);
        await using var idle = await Gateway.ConnectAsync(login);
        await committing.Query("begin").TalkAsync();
        await committing.Query($"insert into events (external_id) values ('{_name}')").TalkAsync();
        await using (await Gateway.Cdf.BreakAsync(
            new JsonObject { ["id"] = "hold", ["method"] = "POST", ["path"] = "/events", ["action"] = "hold" }))
        {
            await committing.Query("commit").SendAsync();
            await Gateway.Cdf.WaitForHitsAsync("hold", 1);
            await application.SetCapabilitiesAsync(Usual.Except(["postgresGatewayAcl:READ"]));
            server.PassCheckInterval();

            // Both are told at once, so by now the other one has heard of it.
            AssertLost(await idle.ReadAsync(), "postgresGateway");
        }

        var messages = await committing.ReadUntilAsync('E');
        Assert.Contains("C COMMIT", messages.Select(message => message.ToString()));
        AssertLost(messages[^1], "postgresGateway");
        Assert.Single(await Gateway.Cdf.ByExternalIdsAsync("events", _name));
    }

    [Fact]
    public async Task A_resources_capability_is_missed_where_it_is_needed_and_nowhere_else()
    {
        var application = await CdfApplication.CreateAsync(Gateway, Usual);
        var login = await application.RegisterUserAsync();
        await using var open = await Gateway.ConnectAsync(login);
        await application.SetCapabilitiesAsync(Usual.Except(["assetsAcl:WRITE"]));
        server.PassCheckInterval();

        var refused = (await open.Query($"insert into assets (external_id, name) values ('{_name}', 'n')").TalkAsync()).Single(m => m.Type == 'E');
        Assert.Equal(("42501", "assets"), (refused.Field('C'), refused.Field('t')));
        Assert.Contains("assets:write", refused.Field('H'), StringComparison.Ordinal);
        Assert.Contains("Groups", refused.Field('H'), StringComparison.Ordinal);
        Assert.Equal("C INSERT 0 1", await FirstAsync(open, $"insert into events (external_id) values ('{_name}')"));
    }

    [Fact]
    public async Task An_identity_provider_that_cannot_be_reached_takes_nothing_away()
    {
        await server.SetTokenLifetimeAsync(TimeSpan.FromSeconds(20));
        var application = await CdfApplication.CreateAsync(Gateway, Usual);
        var login = await application.RegisterUserAsync();
        await using var open = await Gateway.ConnectAsync(login);
        await using (await Gateway.Cdf.BreakAsync(new JsonObject { ["id"] = "idp", ["path"] = "/token", ["action"] = "status", ["status"] = 503 }))
        {
            server.PassCheckInterval();
            await using var client = await Gateway.ConnectAsync(login);
            Assert.StartsWith("CDF cannot be used now: no token can be fetched", Warning(client), StringComparison.Ordinal);
            Assert.Contains(" 08006 ", await FirstAsync(client, $"insert into events (external_id) values ('{_name}')"), StringComparison.Ordinal);
        }

        await server.SetTokenLifetimeAsync(TimeSpan.FromHours(1));
        Assert.Equal("C INSERT 0 1", await FirstAsync(open, $"insert into events (external_id) values ('{_name}')"));
    }

    [Fact]
    public async Task A_CDF_that_cannot_be_reached_takes_nothing_away()
    {
        await using var lone = new AccessServer();
        await lone.InitializeAsync();
        await using var open = await lone.Gateway.ConnectAsync();
        await lone.Gateway.Emulator.StopAsync();
        lone.PassCheckInterval();

        await using var client = await lone.Gateway.ConnectAsync();
        Assert.StartsWith("CDF cannot be used now", Warning(client), StringComparison.Ordinal);
        Assert.Contains(" 08006 ", await FirstAsync(client, $"insert into events (external_id) values ('{_name}')"), StringComparison.Ordinal);
        Assert.Equal("C CREATE TABLE", await FirstAsync(client, "create temp table t (a int)"));
        Assert.Equal("C SELECT 1", await FirstAsync(open, "select 1"));
    }

    [Fact]
    public async Task A_project_that_is_gone_takes_the_access_with_it()
    {
        await using var lone = new AccessServer();
        await lone.InitializeAsync();
        var application = await CdfApplication.CreateAsync(lone.Gateway, Usual);
        var login = await application.RegisterUserAsync();
        await using var open = await lone.Gateway.ConnectAsync(login);
        await lone.DeleteProjectAsync();
        lone.PassCheckInterval();

        AssertLost(await open.ReadAsync(), "no access to project demo");
        foreach (var user in new[] { login, lone.Gateway.User })
        {
            Assert.Equal("28000", (await Assert.ThrowsAsync<PostgresException>(() => lone.Gateway.OpenAsync(user))).SqlState);
        }
    }

    private static void AssertLost(WireMessage message, string words)
    {
        Assert.Equal(('E', "FATAL", "28000"), (message.Type, message.Field('S'), message.Field('C')));
        Assert.Contains(words, message.Field('M'), StringComparison.Ordinal);
        Assert.Contains("administrator", message.Field('H'), StringComparison.Ordinal);
    }

    private async Task AssertLoginLostAsync(GatewayLogin login, string words)
    {
        var refused = await Assert.ThrowsAsync<PostgresException>(() => Gateway.OpenAsync(login));
        Assert.Equal("28000", refused.SqlState);
        Assert.Contains(words, refused.MessageText, StringComparison.Ordinal);
    }

    private async Task<long> SessionAsync(GatewayLogin login)
    {
        var (_, body) = await Gateway.Cdf.GatewayAsync("byids", $$"""{"items":[{"username":"{{login.Username}}"}]}""");
        return (long)JsonNode.Parse(body)!["items"]![0]!["sessionId"]!;
    }

    private static string? Warning(WireClient client) =>
        client.Greeting.Single(message => message.Type == 'N' && message.Field('S') == "WARNING" && message.Field('C') == "01000").Field('M');

    private static async Task<string> FirstAsync(WireClient client, string sql) =>
        (await client.Query(sql).TalkAsync()).First(message => message.Type is 'C' or 'E').ToString();

    private static async Task<int> ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteNonQueryAsync();
    }
}
