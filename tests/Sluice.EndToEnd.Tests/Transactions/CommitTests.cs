using System.Text.Json.Nodes;
using Sluice.EndToEnd.Tests.Servers;
using Sluice.EndToEnd.Tests.Wire;

namespace Sluice.EndToEnd.Tests.Transactions;

/// <summary>COMMIT while CDF, the engine or the client fails, and while the client waits (rules.md X8, P3).</summary>
public sealed class CommitTests(FaultServer fault) : AssetTransactions(fault)
{
    [Theory]
    [InlineData("status", 400, 0, "22023", "No row of the transaction is stored.")]
    [InlineData("rateLimit", 0, 0, "53400", "No row of the transaction is stored.")]
    [InlineData("rateLimit", 0, 1, "40003", "1000 rows of the transaction are stored.")]
    [InlineData("status", 403, 1, "42501", "1000 rows of the transaction are stored.")]
    [InlineData("status", 500, 0, "40003", "not known")]
    public async Task A_COMMIT_that_CDF_refuses_is_an_error_and_ends_the_transaction(string action, int status, int skip, string sqlState, string detail)
    {
        await using var client = await Server.ConnectAsync();
        await client.Query("create temp table local (a int)").TalkAsync();
        await client.Query("begin").TalkAsync();
        await client.Query("insert into local values (1)").TalkAsync();
        client.Query("copy events (description) from stdin");
        for (var i = 0; i < 2_000; i++)
        {
            client.CopyData("x\n");
        }

        await client.CopyDone().TalkAsync();
        var rule = new JsonObject { ["id"] = "r", ["method"] = "POST", ["path"] = "*/events", ["action"] = action, ["skip"] = skip };
        if (status != 0)
        {
            rule["status"] = status;
        }

        List<WireMessage> reply;
        await using (await Server.Cdf.BreakAsync(rule))
        {
            reply = await client.Query("commit").TalkAsync();
        }

        Assert.Equal(["E", "Z"], reply.Where(m => m.Type != 'S').Select(m => m.Type.ToString()));
        var error = reply.Single(m => m.Type == 'E');
        Assert.Equal(sqlState, error.Field('C'));
        Assert.Contains(detail, error.Field('D'));
        Assert.Equal("Z I", reply[^1].ToString());
        Assert.Equal("D 0", (await client.Query("select count(*) from local").TalkAsync())[1].ToString());
    }

    [Fact]
    public async Task A_COMMIT_that_the_engine_refuses_after_CDF_has_stored_is_40003_and_says_so()
    {
        await using var client = await Server.ConnectAsync();
        await client.Query("begin").TalkAsync();
        await InsertAsync(client, 0, 1);
        var rule = new JsonObject { ["id"] = "held", ["method"] = "POST", ["path"] = "*/assets", ["action"] = "hold" };
        await using var observer = await Server.ConnectAsync();
        await using (await Server.Cdf.BreakAsync(rule))
        {
            await client.Query("commit").SendAsync();
            await Server.Cdf.WaitForHitsAsync("held", 1);
            await observer.Query($"select pg_terminate_backend({client.ProcessId})").TalkAsync();
        }

        var error = (await client.ReadUntilAsync('E'))[^1];
        Assert.Equal(1, await StoredAsync(1));
        Assert.Equal("40003", error.Field('C'));
        Assert.Contains("CDF has stored all 1 rows", error.Field('D'));
    }

    [Fact]
    public async Task Cancel_during_COMMIT_stops_it_and_says_what_is_stored()
    {
        await using var client = await Server.ConnectAsync();
        await client.Query("begin").TalkAsync();
        client.Query("copy events (external_id) from stdin");
        for (var i = 0; i < 3_000; i++)
        {
            client.CopyData($"{Name}-{i}\n");
        }

        await client.CopyDone().TalkAsync();
        var rule = new JsonObject { ["id"] = "held", ["method"] = "POST", ["path"] = "*/events", ["action"] = "hold", ["skip"] = 2 };
        await using (await Server.Cdf.BreakAsync(rule))
        {
            await client.Query("commit").SendAsync();
            await Server.Cdf.WaitForHitsAsync("held", 1);
            await WireClient.CancelAsync(Server.EndPoint, client);
            var reply = await client.ReadUntilAsync('Z');
            var error = reply.Single(m => m.Type == 'E');
            Assert.Equal("57014", error.Field('C'));
            Assert.Contains("2000 rows of the transaction are stored. It is not known", error.Field('D'));
            Assert.Equal("Z I", reply[^1].ToString());
        }
    }

    [Fact]
    public async Task A_COMMIT_goes_on_without_its_client()
    {
        var client = await Server.ConnectAsync();
        await client.Query("set sluice.keepalive = '20ms'; begin").TalkAsync();
        await InsertAsync(client, 0, 3);
        var rule = new JsonObject { ["id"] = "held", ["method"] = "POST", ["path"] = "*/assets", ["action"] = "hold" };
        await using (await Server.Cdf.BreakAsync(rule))
        {
            await client.Query("commit").SendAsync();
            await Server.Cdf.WaitForHitsAsync("held", 1);
            await client.DisposeAsync();
        }

        var stored = 0;
        while (stored == 0)
        {
            stored = await StoredAsync(3);
        }

        Assert.Equal(3, stored);
    }

    [Fact]
    public async Task A_client_that_waits_for_COMMIT_hears_a_word()
    {
        await using var client = await Server.ConnectAsync();
        await client.Query("set application_name = 'patient'; set sluice.keepalive = '50ms'; set idle_in_transaction_session_timeout = '100ms'; begin").TalkAsync();
        await InsertAsync(client, 0, 1);
        var rule = new JsonObject { ["id"] = "held", ["method"] = "POST", ["path"] = "*/assets", ["action"] = "hold" };
        await using (await Server.Cdf.BreakAsync(rule))
        {
            await client.Query("commit").SendAsync();
            for (var i = 0; i < 5; i++)
            {
                Assert.Equal("S application_name=patient", (await client.ReadAsync()).ToString());
            }
        }

        Assert.Equal("C COMMIT", (await client.ReadUntilAsync('C'))[^1].ToString());
        Assert.Equal("Z I", (await client.ReadAsync()).ToString());
    }
}
