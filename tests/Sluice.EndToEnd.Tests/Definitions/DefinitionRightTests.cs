using System.Text.Json.Nodes;
using Sluice.EndToEnd.Tests.Servers;
using Sluice.EndToEnd.Tests.Wire;

namespace Sluice.EndToEnd.Tests.Definitions;

/// <summary>Who may make and drop tables: the user whose credentials have postgresGateway:WRITE.</summary>
public sealed class DefinitionRightTests(FaultServer fault) : IClassFixture<FaultServer>
{
    private const string Create = "create foreign table movies (title text) server raw options (database 'd', table 'movies')";
    private const string Projects = """{"projectsAcl":{"actions":["LIST"],"scope":{"all":{}}}}""";
    private const string Groups = """{"groupsAcl":{"actions":["LIST"],"scope":{"all":{}}}}""";
    private const string Read = """{"postgresGatewayAcl":{"actions":["READ"],"scope":{"all":{}}}}""";
    private const string Write = """{"postgresGatewayAcl":{"actions":["WRITE"],"scope":{"all":{}}}}""";
    private const string WriteOfOthers = """{"postgresGatewayAcl":{"actions":["WRITE"],"scope":{"usersScope":{"usernames":["other"]}}}}""";

    private GatewayServer Server => fault.Server;

    [Fact]
    public async Task The_capability_is_enough_and_nothing_less_is()
    {
        Assert.Equal("C CREATE FOREIGN TABLE", (await TryAsync(Create, Projects, Groups, Write)).ToString());
        foreach (var capabilities in new string[][] { [Projects, Groups], [Projects, Groups, Read], [Projects, Groups, WriteOfOthers], [Projects, Write] })
        {
            var error = await TryAsync(Create, capabilities);
            Assert.Equal("42501", error.Field('C'));
            Assert.StartsWith("permission denied to make or drop CDF tables", error.Field('M'), StringComparison.Ordinal);
            Assert.Contains("postgresGateway:WRITE", error.Field('H'), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task To_drop_or_to_import_needs_it_too()
    {
        var login = await Server.Cdf.RegisterUserWithAsync(Projects, Groups, Read);
        await Server.Cdf.CreateRawTableAsync(login, "movies", "d", "movies", null, []);
        await using var client = await Server.ConnectAsync(login);

        Assert.Equal("42501", (await FirstAsync(client, "drop table movies")).Field('C'));
        Assert.Equal("42501", (await FirstAsync(client, "import foreign schema s from server data_models into public")).Field('C'));
        Assert.Single(await Server.Cdf.TablesAsync(login));
    }

    [Fact]
    public async Task While_CDF_cannot_tell_nothing_is_made()
    {
        var login = await Server.Cdf.RegisterUserAsync();
        await using var client = await Server.ConnectAsync(login);
        await using (await Server.Cdf.BreakAsync(new JsonObject { ["path"] = "/api/v1/token/inspect", ["action"] = "status", ["status"] = 500 }))
        {
            Assert.Equal("08006", (await FirstAsync(client, Create)).Field('C'));
        }

        Assert.Empty(await Server.Cdf.TablesAsync(login));
        Assert.Equal("C CREATE FOREIGN TABLE", (await FirstAsync(client, Create)).ToString());
    }

    [Fact]
    public async Task A_cancel_request_and_statement_timeout_end_the_wait_for_CDF()
    {
        var login = await Server.Cdf.RegisterUserAsync();
        await using var client = await Server.ConnectAsync(login);
        var rule = new JsonObject { ["id"] = "inspect", ["path"] = "/api/v1/token/inspect", ["action"] = "hold" };
        await using (await Server.Cdf.BreakAsync(rule))
        {
            await client.Query(Create).SendAsync();
            await Server.Cdf.WaitForHitsAsync("inspect", 1);
            await WireClient.CancelAsync(Server.EndPoint, client);
            Assert.Equal("57014", (await client.ReadUntilAsync('Z'))[0].Field('C'));
            await client.Query("set statement_timeout = '300ms'").TalkAsync();
            Assert.Equal("57014", (await FirstAsync(client, Create)).Field('C'));
        }

        Assert.Empty(await Server.Cdf.TablesAsync(login));
    }

    private async Task<WireMessage> TryAsync(string sql, params string[] capabilities)
    {
        await using var client = await Server.ConnectAsync(await Server.Cdf.RegisterUserWithAsync(capabilities));
        return await FirstAsync(client, sql);
    }

    private static async Task<WireMessage> FirstAsync(WireClient client, string sql) => (await client.Query(sql).TalkAsync())[0];
}
