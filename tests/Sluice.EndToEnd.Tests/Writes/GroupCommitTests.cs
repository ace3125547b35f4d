using System.Globalization;
using System.Text.Json.Nodes;
using Sluice.EndToEnd.Tests.Servers;
using Sluice.EndToEnd.Tests.Wire;

namespace Sluice.EndToEnd.Tests.Writes;

/// <summary>Rows that are statements of their own, in autocommit, share requests and keep their own outcomes.</summary>
public sealed class GroupCommitTests(FaultServer fault) : IClassFixture<FaultServer>
{
    private readonly string _name = $"group-{Guid.NewGuid():N}";

    private GatewayServer Server => fault.Server;

    [Fact]
    public async Task A_pipeline_with_a_Sync_after_each_row_costs_a_few_requests()
    {
        await using var client = await Server.ConnectAsync();
        await client.Parse("p", "insert into events (external_id, type) values ($1, 't')").Sync().TalkAsync();
        var before = await Server.Cdf.RequestsAsync("POST", "/events");
        for (var i = 0; i < 100; i++)
        {
            client.Bind("", "p", $"{_name}-{i}").Execute("").Sync();
        }

        await client.SendAsync();
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal(["2 ", "C INSERT 0 1", "Z I"], (await client.ReadUntilAsync('Z')).Select(m => m.ToString()));
        }

        Assert.InRange(await Server.Cdf.RequestsAsync("POST", "/events") - before, 1, 10);
        Assert.Equal(100, (await StoredAsync("events", 100)).Count);
    }

    [Fact]
    public async Task One_bad_row_of_a_pipeline_fails_alone()
    {
        await using var client = await Server.ConnectAsync();
        await client.Query($"insert into assets (external_id, name) values ('{_name}-30', 'old')").TalkAsync();
        await client.Parse("p", "insert into assets (external_id, name) values ($1, $2)").Sync().TalkAsync();
        for (var i = 0; i < 60; i++)
        {
            client.Bind("", "p", $"{_name}-{(i == 41 ? 40 : i)}", i == 50 ? new string('x', 141) : "new").Execute("").Sync();
        }

        await client.SendAsync();
        for (var i = 0; i < 60; i++)
        {
            var reply = await client.ReadUntilAsync('Z');
            string[] expected = i switch
            {
                30 or 41 => ["2 ", "E 23505", "Z I"],
                50 => ["2 ", "E 22001", "Z I"],
                _ => ["2 ", "C INSERT 0 1", "Z I"],
            };
            Assert.Equal(expected, reply.Select(m => m.Type == 'E' ? $"E {m.Field('C')}" : m.ToString()));
            if (i is 30 or 41)
            {
                var error = reply.Single(m => m.Type == 'E');
                Assert.Contains($"{_name}-{(i == 41 ? 40 : i)}", error.Field('M') + error.Field('D'));
                Assert.Contains("No row of the statement is stored.", error.Field('D'));
            }
        }

        var stored = await StoredAsync("assets", 60);
        Assert.Equal(58, stored.Count);
        Assert.Equal("old", (string)stored.Single(a => (string)a!["externalId"]! == $"{_name}-30")!["name"]!);
    }

    [Fact]
    public async Task Points_of_one_series_come_in_their_order()
    {
        await Server.Cdf.CreateSeriesAsync(_name);
        await using var client = await Server.ConnectAsync();
        await client.Parse("p", $"insert into double_datapoints (external_id, timestamp, value) values ('{_name}', $1, $2)").Sync().TalkAsync();
        for (var i = 0; i < 200; i++)
        {
            client.Bind("", "p", $"2024-01-01 00:00:{i % 20:00}+00", i.ToString(CultureInfo.InvariantCulture)).Execute("").Sync();
        }

        await client.SendAsync();
        for (var i = 0; i < 200; i++)
        {
            Assert.Equal("C INSERT 0 1", (await client.ReadUntilAsync('Z'))[1].ToString());
        }

        Assert.Equal(Enumerable.Range(180, 20).Select(n => (double)n), (await Server.Cdf.PointsAsync(_name)).Select(p => (double)p.Value));
    }

    [Fact]
    public async Task What_comes_between_the_rows_keeps_its_place()
    {
        await using var client = await Server.ConnectAsync();
        var reply = await client.Parse("p", "insert into events (external_id) values ($1)").Bind("", "p", $"{_name}-0").Execute("").Sync()
            .Bind("", "p", $"{_name}-1").Execute("").Sync()
            .Parse("", "select 7").Bind("", "").Execute("").Sync()
            .Bind("", "p", $"{_name}-2").Execute("").Close('S', "p").Sync()
            .Bind("", "p", $"{_name}-3").Execute("").Sync()
            .Query("select 8").Query("begin").Bind("", "p", "x").Sync().TalkAsync('E');
        Assert.Equal(
            ["1 ", "2 ", "C INSERT 0 1", "Z I", "2 ", "C INSERT 0 1", "Z I", "1 ", "2 ", "D 7", "C SELECT 1", "Z I", "2 ", "C INSERT 0 1", "3 ", "Z I"],
            reply.Take(16).Select(m => m.ToString()));
        Assert.Equal("26000", reply[^1].Field('C'));
    }

    [Fact]
    public async Task Sessions_share_requests_while_CDF_is_slow()
    {
        const int sessions = 8;
        const int rows = 50;
        var rule = new JsonObject { ["id"] = "slow", ["method"] = "POST", ["path"] = "*/assets", ["action"] = "latency", ["milliseconds"] = 20 };
        await using var slow = await Server.Cdf.BreakAsync(rule);
        var before = await Server.Cdf.RequestsAsync("POST", "/assets");
        await Task.WhenAll(Enumerable.Range(0, sessions).Select(async session =>
        {
            await using var client = await Server.ConnectAsync();
            for (var i = session * rows; i < (session + 1) * rows; i++)
            {
                // One of them all is refused.
                var key = i == 123 ? 0 : i;
                var name = i == 123 ? new string('x', 150) : "n";
                var reply = await client.Query($"insert into assets (external_id, name) values ('{_name}-{key}', '{name}')").TalkAsync();
                Assert.Equal(i == 123 ? "E 22001" : "C INSERT 0 1", reply[0].Type == 'E' ? $"E {reply[0].Field('C')}" : reply[0].ToString());
            }
        }));
        Assert.InRange(await Server.Cdf.RequestsAsync("POST", "/assets") - before, rows, sessions * rows / 2);
        Assert.Equal((sessions * rows) - 1, (await StoredAsync("assets", sessions * rows)).Count);
    }

    [Fact]
    public async Task A_row_that_CDF_refuses_fails_only_its_own_session()
    {
        await using var first = await Server.ConnectAsync();
        await using var second = await Server.ConnectAsync();
        await using var third = await Server.ConnectAsync();
        await first.Query($"insert into events (external_id) values ('{_name}-0')").TalkAsync();
        var rule = new JsonObject { ["id"] = "held", ["method"] = "POST", ["path"] = "*/events", ["action"] = "hold", ["times"] = 1 };
        await using (await Server.Cdf.BreakAsync(rule))
        {
            await first.Query($"insert into events (external_id) values ('{_name}-1')").SendAsync();
            await Server.Cdf.WaitForHitsAsync("held", 1);
            await second.Query($"insert into events (external_id) values ('{_name}-0')").SendAsync();
            await third.Query($"insert into events (external_id) values ('{_name}-2')").SendAsync();
        }

        Assert.Equal("C INSERT 0 1", (await first.ReadUntilAsync('Z'))[0].ToString());
        Assert.Equal("23505", (await second.ReadUntilAsync('Z'))[0].Field('C'));
        Assert.Equal("C INSERT 0 1", (await third.ReadUntilAsync('Z'))[0].ToString());
        Assert.Equal(3, (await StoredAsync("events", 3)).Count);
    }

    [Fact]
    public async Task No_row_is_answered_before_it_is_stored_and_a_lost_answer_is_told_to_each()
    {
        await using var client = await Server.ConnectAsync();
        await client.Parse("p", "insert into events (description) values ($1)").Sync().TalkAsync();
        var rule = new JsonObject { ["id"] = "lost", ["method"] = "POST", ["path"] = "*/events", ["action"] = "status", ["status"] = 500 };
        await using (await Server.Cdf.BreakAsync(rule))
        {
            for (var i = 0; i < 10; i++)
            {
                client.Bind("", "p", "x").Execute("").Sync();
            }

            await client.SendAsync();
            for (var i = 0; i < 10; i++)
            {
                var reply = await client.ReadUntilAsync('Z');
                Assert.Equal(["2 ", "E", "Z I"], reply.Select(m => m.Type == 'E' ? "E" : m.ToString()));
                Assert.Equal("40003", reply[1].Field('C'));
                Assert.Contains("It is not known of 1 more row", reply[1].Field('D'));
            }
        }

        Assert.Equal("D 1", (await client.Query("select 1").TalkAsync())[1].ToString());
    }

    [Fact]
    public async Task Cancel_reaches_rows_that_wait_for_others()
    {
        await using var first = await Server.ConnectAsync();
        await using var second = await Server.ConnectAsync();

        // After that the engine has no part in it.
        await second.Parse("p", "insert into events (external_id) values ($1)").Bind("", "p", $"{_name}-3").Execute("").Sync().TalkAsync();
        var rule = new JsonObject { ["id"] = "held", ["method"] = "POST", ["path"] = "*/events", ["action"] = "hold", ["times"] = 1 };
        await using (await Server.Cdf.BreakAsync(rule))
        {
            await first.Query($"insert into events (external_id) values ('{_name}-0')").SendAsync();
            await Server.Cdf.WaitForHitsAsync("held", 1);
            await second.Bind("", "p", $"{_name}-1").Execute("").Sync()
                .Bind("", "p", $"{_name}-2").Execute("").Sync().SendAsync();
            for (var i = 0; i < 2; i++)
            {
                // A request that comes too early has nothing to cancel.
                var reply = second.ReadUntilAsync('Z');
                while (!reply.IsCompleted)
                {
                    await WireClient.CancelAsync(Server.EndPoint, second);
                }

                var error = (await reply).Single(m => m.Type == 'E');
                Assert.Equal("57014", error.Field('C'));
                Assert.Contains("No row of the statement is stored.", error.Field('D'));
            }
        }

        Assert.Equal("C INSERT 0 1", (await first.ReadUntilAsync('Z'))[0].ToString());
        Assert.Single(await StoredAsync("events", 3));
    }

    private async Task<JsonArray> StoredAsync(string resource, int count) =>
        await Server.Cdf.ByExternalIdsAsync(resource, Enumerable.Range(0, count).Select(n => $"{_name}-{n}"));
}
