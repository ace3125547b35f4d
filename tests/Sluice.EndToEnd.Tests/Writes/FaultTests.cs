using System.Text.Json.Nodes;
using Sluice.EndToEnd.Tests.Servers;
using Sluice.EndToEnd.Tests.Wire;

namespace Sluice.EndToEnd.Tests.Writes;

/// <summary>CDF fails, clients die, users cancel: what is reported is what CDF holds.</summary>
public sealed class FaultTests(FaultServer fault) : IClassFixture<FaultServer>
{
    private readonly string _name = $"fault-{Guid.NewGuid():N}";

    private GatewayServer Server => fault.Server;

    [Theory]
    [InlineData("expiredToken", 0, "28000", false)]
    [InlineData("status", 403, "42501", false)]
    [InlineData("rateLimit", 0, "53400", false)]
    [InlineData("status", 400, "22023", false)]
    [InlineData("status", 500, "40003", true)]
    public async Task An_answer_of_CDF_becomes_an_SQLSTATE_with_its_words_and_request_id(string action, int status, string sqlState, bool isInDoubt)
    {
        await using var client = await Server.ConnectAsync();
        var rule = new JsonObject { ["id"] = "r", ["method"] = "POST", ["path"] = "*/events", ["action"] = action, ["message"] = "Words of CDF" };
        if (status != 0)
        {
            rule["status"] = status;
        }

        List<WireMessage> reply;
        await using (await Server.Cdf.BreakAsync(rule))
        {
            reply = await client.Query("insert into events (description) values ('x')").TalkAsync();
        }

        var error = reply.Single(m => m.Type == 'E');
        Assert.Equal(sqlState, error.Field('C'));
        Assert.Matches(@"\(CDF request [0-9a-f-]{36}\)$", error.Field('M'));
        Assert.Contains(isInDoubt ? "not known" : "No row of the statement is stored.", error.Field('D'));
        Assert.Equal("C INSERT 0 1", (await client.Query($"insert into events (external_id) values ('{_name}')").TalkAsync())[0].ToString());
    }

    [Fact]
    public async Task A_lost_answer_to_a_create_is_looked_up_and_not_repeated()
    {
        await using var client = await Server.ConnectAsync();
        var rule = new JsonObject { ["id"] = "r", ["method"] = "POST", ["path"] = "*/assets", ["action"] = "drop", ["when"] = "after", ["times"] = 1 };
        await using var broken = await Server.Cdf.BreakAsync(rule);
        var reply = await client.Query($"insert into assets (external_id, name) values ('{_name}', 'n')").TalkAsync();
        Assert.Equal("C INSERT 0 1", reply[0].ToString());
        Assert.Single(await Server.Cdf.ByExternalIdsAsync("assets", _name));
    }

    [Fact]
    public async Task A_COPY_that_fails_in_the_middle_says_how_many_rows_are_stored()
    {
        await using var client = await Server.ConnectAsync();
        var rule = new JsonObject { ["id"] = "r", ["method"] = "POST", ["path"] = "*/events", ["action"] = "status", ["status"] = 400, ["skip"] = 2 };
        await using var broken = await Server.Cdf.BreakAsync(rule);
        client.Query("copy events (external_id) from stdin");
        for (var i = 0; i < 5_000; i++)
        {
            client.CopyData($"{_name}-{i}\n");
        }

        var reply = await client.CopyDone().TalkAsync();
        var error = reply.Single(m => m.Type == 'E');
        Assert.Contains("2000 rows of the statement are stored.", error.Field('D'));
        Assert.Equal(2_000, await StoredEventsAsync(5_000));
    }

    [Fact]
    public async Task Cancel_stops_the_write_and_says_what_is_stored_and_what_is_in_doubt()
    {
        await using var client = await Server.ConnectAsync();
        var rule = new JsonObject { ["id"] = "held", ["method"] = "POST", ["path"] = "*/events", ["action"] = "hold", ["skip"] = 1 };
        await using (await Server.Cdf.BreakAsync(rule))
        {
            client.Query("copy events (external_id) from stdin");
            for (var i = 0; i < 3_000; i++)
            {
                client.CopyData($"{_name}-{i}\n");
            }

            await client.CopyDone().SendAsync();
            await Server.Cdf.WaitForHitsAsync("held", 1);
            await WireClient.CancelAsync(Server.EndPoint, client);
            var reply = await client.ReadUntilAsync('Z');
            var error = reply.Single(m => m.Type == 'E');
            Assert.Equal("57014", error.Field('C'));
            Assert.Contains("1000 rows of the statement are stored. It is not known", error.Field('D'));
        }

        Assert.Equal("D 1", (await client.Query("select 1").TalkAsync())[1].ToString());
    }

    [Fact]
    public async Task Statement_timeout_binds_a_CDF_write()
    {
        await using var client = await Server.ConnectAsync();
        await client.Query("set statement_timeout = '300ms'").TalkAsync();
        var rule = new JsonObject { ["id"] = "held", ["method"] = "POST", ["path"] = "*/events", ["action"] = "hold" };
        await using var broken = await Server.Cdf.BreakAsync(rule);
        var reply = await client.Query($"insert into events (external_id) values ('{_name}')").TalkAsync();
        Assert.Equal("57014 canceling statement due to statement timeout", $"{reply[0].Field('C')} {reply[0].Field('M')}");
    }

    [Fact]
    public async Task A_client_that_waits_for_CDF_hears_a_word_that_changes_nothing()
    {
        await using var client = await Server.ConnectAsync();
        await client.Query("set application_name = 'patient'; set sluice.keepalive = '50ms'").TalkAsync();
        var rule = new JsonObject { ["id"] = "held", ["method"] = "POST", ["path"] = "*/events", ["action"] = "hold" };
        await using (await Server.Cdf.BreakAsync(rule))
        {
            await client.Query($"insert into events (external_id) values ('{_name}')").SendAsync();
            Assert.Equal("S application_name=patient", (await client.ReadAsync()).ToString());
            Assert.Equal("S application_name=patient", (await client.ReadAsync()).ToString());
        }

        Assert.Equal("C INSERT 0 1", (await client.ReadUntilAsync('C'))[^1].ToString());
        Assert.Equal("Z I", (await client.ReadAsync()).ToString());
        var refused = await client.Query("set sluice.keepalive = 'soon'; insert into events (description) values ('x')").TalkAsync();
        Assert.Equal("22023", refused.Single(m => m.Type == 'E').Field('C'));
    }

    [Fact]
    public async Task A_client_that_dies_in_a_COPY_leaves_no_session_behind()
    {
        await using var observer = await Server.ConnectAsync();
        var client = await Server.ConnectAsync();
        client.Query("copy events (external_id) from stdin").CopyData($"{_name}-0\n{_name}-1\n");
        await client.SendAsync();
        await client.ReadUntilAsync('G');
        var pid = client.ProcessId;
        await client.DisposeAsync();

        // The engine's backend goes when the session has ended; the query waits for nothing but that.
        string? backends = null;
        while (backends != "0")
        {
            backends = (await observer.Query($"select count(*) from pg_stat_activity where pid = {pid}").TalkAsync()).Single(m => m.Type == 'D').Values[0];
        }

        Assert.Equal(0, await StoredEventsAsync(2));
    }

    [Fact]
    public async Task No_secret_and_no_value_is_in_the_log()
    {
        await using var client = await Server.ConnectAsync();
        var secret = $"value-{Guid.NewGuid():N}";
        await client.Query($"insert into events (external_id, description) values ('{_name}', '{secret}')").TalkAsync();
        await client.Query($"insert into events (external_id, description) values ('{_name}', '{secret}')").TalkAsync();
        await client.Query($"insert into events (data_set_id, description) values ('x', '{secret}')").TalkAsync();
        await client.Query($"select '{secret}' from nowhere").TalkAsync();
        Assert.NotEmpty(Server.Log.All);
        Assert.DoesNotContain(Server.Log.All, line => line.Contains(secret) || line.Contains(Server.User.Password));
    }

    private async Task<int> StoredEventsAsync(int count)
    {
        var stored = 0;
        foreach (var page in Enumerable.Range(0, count).Select(i => $"{_name}-{i}").Chunk(1_000))
        {
            stored += (await Server.Cdf.ByExternalIdsAsync("events", page)).Count;
        }

        return stored;
    }
}
