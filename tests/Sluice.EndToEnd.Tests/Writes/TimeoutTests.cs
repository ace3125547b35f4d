using System.Text.Json.Nodes;
using Sluice.EndToEnd.Tests.Servers;

namespace Sluice.EndToEnd.Tests.Writes;

/// <summary>The engine's timeouts bind what both sides do for a statement, and not the engine's waiting while Sluice works.</summary>
public sealed class TimeoutTests(FaultServer fault) : IClassFixture<FaultServer>
{
    private readonly string _name = $"timeout-{Guid.NewGuid():N}";

    private GatewayServer Server => fault.Server;

    [Fact]
    public async Task Statement_timeout_ends_a_query_whose_rows_are_being_stored()
    {
        await using var client = await Server.ConnectAsync();
        await client.Query("set statement_timeout = '300ms'").TalkAsync();
        var rule = new JsonObject { ["id"] = "held", ["method"] = "POST", ["path"] = "*/events", ["action"] = "hold" };
        await using var broken = await Server.Cdf.BreakAsync(rule);
        var sql = $"insert into events (external_id) select '{_name}-' || n from generate_series(1, 2000) n, lateral (select case when n > 1999 then pg_sleep(60) end) s";
        var reply = await client.Query($"{sql}; select 1").TalkAsync();
        Assert.Equal("57014 canceling statement due to statement timeout", $"{reply[0].Field('C')} {reply[0].Field('M')}");

        // No cancellation is left over for what comes next.
        await client.Query("set statement_timeout = 0").TalkAsync();
        Assert.Equal("D 1", (await client.Query("select 1").TalkAsync())[1].ToString());
    }

    [Theory]
    [InlineData("begin")]
    [InlineData("set sluice.transaction_mode = immediate; begin")]
    [InlineData("set idle_session_timeout = '1s'")]
    public async Task The_engine_is_not_idle_while_data_is_copied(string before)
    {
        await using var client = await Server.ConnectAsync();
        await using var clock = await Server.ConnectAsync();
        await client.Query($"set idle_in_transaction_session_timeout = '1s'; {before}").TalkAsync();
        await client.Query("copy events (external_id) from stdin").CopyData($"{_name}\n").TalkAsync('G');
        await clock.Query("select pg_sleep(1.5)").TalkAsync();
        var reply = await client.CopyDone().TalkAsync();
        Assert.Equal("C COPY 1", reply[0].ToString());
        reply = await client.Query("commit; set idle_session_timeout = 0").TalkAsync();
        Assert.Equal("Z I", reply[^1].ToString());
        Assert.Single(await Server.Cdf.ByExternalIdsAsync("events", _name));
    }

    [Fact]
    public async Task The_engine_is_not_idle_while_CDF_takes_its_time()
    {
        await using var client = await Server.ConnectAsync();
        await using var clock = await Server.ConnectAsync();
        await client.Query("set idle_in_transaction_session_timeout = '1s'; set sluice.transaction_mode = immediate").TalkAsync();
        await client.Query("begin").TalkAsync();
        var rule = new JsonObject { ["id"] = "held", ["method"] = "POST", ["path"] = "*/events", ["action"] = "hold" };
        await using (await Server.Cdf.BreakAsync(rule))
        {
            await client.Query($"insert into events (external_id) select '{_name}' returning external_id").SendAsync();
            await Server.Cdf.WaitForHitsAsync("held", 1);
            await clock.Query("select pg_sleep(1.5)").TalkAsync();
        }

        var reply = await client.ReadUntilAsync('Z');
        Assert.Equal(["T", "D", "C", "Z"], reply.Select(m => m.Type.ToString()));
        Assert.Equal("C COMMIT", (await client.Query("commit").TalkAsync())[0].ToString());
    }
}
