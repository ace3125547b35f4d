using System.Text.Json.Nodes;
using Sluice.EndToEnd.Tests.Servers;

namespace Sluice.EndToEnd.Tests.Statements;

/// <summary>INSERT … SELECT whose rows are stored while the query still runs.</summary>
public sealed class StreamedInsertTests(FaultServer fault) : IClassFixture<FaultServer>
{
    private readonly string _name = $"stream-{Guid.NewGuid():N}";

    private GatewayServer Server => fault.Server;

    [Fact]
    public async Task Rows_reach_CDF_before_the_query_has_ended()
    {
        await using var holder = await Server.ConnectAsync();
        await holder.Query("select pg_advisory_lock(4711)").TalkAsync();
        await using var client = await Server.ConnectAsync();
        var rule = new JsonObject { ["id"] = "seen", ["method"] = "POST", ["path"] = "*/events", ["action"] = "latency", ["milliseconds"] = 0 };
        await using (await Server.Cdf.BreakAsync(rule))
        {
            await client.Query(
                $"insert into events (external_id, type) select '{_name}-' || n, case when n > 20000 then 't' || pg_advisory_lock_shared(4711) else 't' end "
                + "from generate_series(1, 21000) n").SendAsync();

            // A few rows are on their way through buffers.
            await Server.Cdf.WaitForHitsAsync("seen", atLeast: 19);
        }

        Assert.Equal(1_000, (await Server.Cdf.ByExternalIdsAsync("events", Enumerable.Range(1, 1_000).Select(n => $"{_name}-{n}"))).Count);
        await holder.Query("select pg_advisory_unlock(4711)").TalkAsync();
        Assert.Equal(["C INSERT 0 21000", "Z I"], (await client.ReadUntilAsync('Z')).Select(m => m.ToString()));
        Assert.Equal(1_000, (await Server.Cdf.ByExternalIdsAsync("events", Enumerable.Range(20_001, 1_000).Select(n => $"{_name}-{n}"))).Count);
    }

    [Theory]
    [InlineData("repeat('x', 141)", "22001")]
    [InlineData("'x' || repeat(' ', 200)", null)]
    [InlineData("repeat('x', 141)::varchar(140)", null)]
    public async Task A_varchar_is_as_long_as_its_column_allows(string value, string? sqlState)
    {
        await using var client = await Server.ConnectAsync();
        var reply = await client.Query($"insert into assets (external_id, name) select '{_name}', {value}").TalkAsync();
        Assert.Equal(sqlState, reply.SingleOrDefault(m => m.Type == 'E')?.Field('C'));
        var stored = await Server.Cdf.ByExternalIdsAsync("assets", _name);
        Assert.Equal(sqlState is null ? 1 : 0, stored.Count);
    }

    [Fact]
    public async Task What_changes_data_in_front_of_the_query_still_does()
    {
        await using var client = await Server.ConnectAsync();
        await client.Query($"create temp table staging as select '{_name}-' || n as key, 'n' || n as title from generate_series(1, 3) n").TalkAsync();
        var reply = await client.Query(
            "with moved as (delete from staging where title <> 'n2' returning *) insert into assets (external_id, name) select key, title from moved").TalkAsync();
        Assert.Equal("C INSERT 0 2", reply[0].ToString());
        Assert.Equal("D n2", (await client.Query("select title from staging").TalkAsync())[1].ToString());
        Assert.Equal(2, (await Server.Cdf.ByExternalIdsAsync("assets", $"{_name}-1", $"{_name}-3")).Count);
    }
}
