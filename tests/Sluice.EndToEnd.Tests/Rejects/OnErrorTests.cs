using System.Text.Json.Nodes;
using Sluice.EndToEnd.Tests.Servers;
using Sluice.EndToEnd.Tests.Wire;

namespace Sluice.EndToEnd.Tests.Rejects;

/// <summary>SET sluice.on_error = skip: rows that cannot be stored are set aside, the others are stored, and the client is told how many.</summary>
public sealed class OnErrorTests(FaultServer own) : IClassFixture<FaultServer>
{
    private readonly GatewayServer _server = own.Server;

    private readonly string _name = $"skip-{Guid.NewGuid():N}";

    [Fact]
    public async Task Values_that_do_not_decode_set_their_row_aside()
    {
        await using var client = await SkippingAsync();
        var reply = await client.Query(
            $"insert into events (external_id, start_time) values ('{_name}-1', '2024-01-01'), ('{_name}-2', 'no time'), ('{_name}-3', null)").TalkAsync();
        Assert.Equal(
            ["N NOTICE 00000 1 row was skipped due to data type incompatibility D=The first: invalid input syntax for type timestamp with time zone: \"no time\" H=SELECT * FROM sluice.rejected_rows shows them.", "C INSERT 0 2", "Z I"],
            reply.Select(m => m.ToString()));
        Assert.Equal([$"{_name}-1", $"{_name}-3"], await StoredAsync("events", 3));
    }

    [Fact]
    public async Task Each_execution_of_a_pipeline_counts_its_own_rows()
    {
        await using var client = await SkippingAsync();
        client.Parse("", "insert into events (external_id, start_time) values ($1, $2)");
        for (var i = 1; i <= 4; i++)
        {
            client.Bind("", "", $"{_name}-{i}", i == 2 ? "no time" : "2024-01-01").Execute("");
        }

        var reply = await client.Sync().TalkAsync();
        Assert.Equal(["C INSERT 0 1", "C INSERT 0 0", "C INSERT 0 1", "C INSERT 0 1"], reply.Where(m => m.Type == 'C').Select(m => m.ToString()));
        Assert.Single(reply, m => m.Type == 'N');
        Assert.Equal(3, (await StoredAsync("events", 4)).Count);
    }

    [Fact]
    public async Task Rows_that_CDF_would_not_take_are_not_sent()
    {
        await using var client = await SkippingAsync();
        var before = await _server.Cdf.RequestsAboutAsync("assets");
        var reply = await client.Query(
            $"insert into assets (external_id, name) values ('{_name}-1', 'a'), ('{_name}-2', null), ('{_name}-3', '{new string('x', 141)}'),"
            + $" ('{_name}-1', 'twice'), ('{_name}-4', 'd')").TalkAsync();
        Assert.Equal("C INSERT 0 2", reply.Single(m => m.Type == 'C').ToString());
        Assert.StartsWith("3 rows were skipped due to data type incompatibility", reply.Single(m => m.Type == 'N').Field('M'));
        Assert.Equal(1, await _server.Cdf.RequestsAboutAsync("assets") - before);
        Assert.Equal([$"{_name}-1", $"{_name}-4"], await StoredAsync("assets", 4));
    }

    [Fact]
    public async Task Rows_that_exist_cost_one_request_more()
    {
        await using var client = await SkippingAsync();
        await client.Query($"insert into events (external_id) values ('{_name}-7'), ('{_name}-9')").TalkAsync();
        var before = await _server.Cdf.RequestsAboutAsync("events");
        var reply = await client.Query($"insert into events (external_id) select '{_name}-' || i from generate_series(1, 100) as i").TalkAsync();
        Assert.Equal("C INSERT 0 98", reply.Single(m => m.Type == 'C').ToString());
        Assert.Equal("2 rows were skipped due to refusal by CDF", reply.Single(m => m.Type == 'N').Field('M'));
        Assert.Equal(2, await _server.Cdf.RequestsAboutAsync("events") - before);
        Assert.Equal(100, (await StoredAsync("events", 100)).Count);
    }

    [Fact]
    public async Task One_bad_row_among_a_thousand_that_CDF_does_not_name_costs_twenty_requests()
    {
        await using var client = await SkippingAsync();
        var before = await _server.Cdf.RequestsAboutAsync("events");
        client.Query("copy events (external_id, data_set_id) from stdin");
        for (var i = 1; i <= 1_000; i++)
        {
            client.CopyData($"{_name}-{i}\t{(i == 617 ? "123456789" : "\\N")}\n");
        }

        var reply = await client.CopyDone().TalkAsync();
        Assert.Equal("C COPY 999", reply.Single(m => m.Type == 'C').ToString());
        Assert.Equal("1 row was skipped due to refusal by CDF", reply.Single(m => m.Type == 'N').Field('M'));
        Assert.InRange(await _server.Cdf.RequestsAboutAsync("events") - before, 2, (2 * Math.Log2(1_000)) + 2);
        var stored = await StoredAsync("events", 1_000);
        Assert.Equal(999, stored.Count);
        Assert.DoesNotContain($"{_name}-617", stored);
    }

    [Fact]
    public async Task Rows_of_the_sink_are_set_aside_too()
    {
        await using var client = await SkippingAsync();
        var reply = await client.Query(
            $"insert into assets (external_id, name) select '{_name}-' || i, case when i <> 2 then 'n' end from generate_series(1, 3) as i returning external_id").TalkAsync();
        Assert.Equal("C INSERT 0 2", reply.Single(m => m.Type == 'C').ToString());
        Assert.Equal([$"D {_name}-1", $"D {_name}-3"], reply.Where(m => m.Type == 'D').Select(m => m.ToString()));
    }

    [Fact]
    public async Task A_transaction_sets_aside_at_once_what_cannot_be_read_and_at_COMMIT_what_CDF_refuses()
    {
        await using var client = await SkippingAsync();
        await client.Query("begin").TalkAsync();
        var reply = await client.Query(
            $"insert into events (external_id, start_time, data_set_id) values ('{_name}-1', 'x', null), ('{_name}-2', null, 987654321), ('{_name}-3', null, null)").TalkAsync();
        Assert.Equal("C INSERT 0 2", reply.Single(m => m.Type == 'C').ToString());
        reply = await client.Query("commit").TalkAsync();
        Assert.Equal("1 row was skipped due to refusal by CDF", reply.Single(m => m.Type == 'N').Field('M'));
        Assert.Equal("C COMMIT", reply.Single(m => m.Type == 'C').ToString());
        Assert.Equal([$"{_name}-3"], await StoredAsync("events", 3));
    }

    [Theory]
    [InlineData("status", 403, "42501")]
    [InlineData("expiredToken", 0, "28000")]
    [InlineData("rateLimit", 0, "53400")]
    [InlineData("status", 500, "58000")]
    [InlineData("status", 404, "42P01")]
    public async Task What_is_no_fault_of_a_row_fails_the_statement(string action, int status, string sqlState)
    {
        await using var client = await SkippingAsync();
        var rule = new JsonObject { ["id"] = "r", ["method"] = "POST", ["path"] = "*/events", ["action"] = action };
        if (status != 0)
        {
            rule["status"] = status;
        }

        await using var broken = await _server.Cdf.BreakAsync(rule);
        var reply = await client.Query($"insert into events (external_id) values ('{_name}-1'), ('{_name}-2')").TalkAsync();
        Assert.Equal(sqlState, reply.Single(m => m.Type == 'E').Field('C'));
        Assert.DoesNotContain(reply, m => m.Type is 'C' or 'N');
    }

    [Fact]
    public async Task A_create_whose_answer_was_lost_does_not_set_its_own_rows_aside()
    {
        await using var client = await SkippingAsync();
        await client.Query($"insert into assets (external_id, name) values ('{_name}-2', 'another')").TalkAsync();
        var rule = new JsonObject { ["id"] = "r", ["method"] = "POST", ["path"] = "*/assets", ["action"] = "drop", ["when"] = "after", ["skip"] = 1, ["times"] = 1 };
        await using var broken = await _server.Cdf.BreakAsync(rule);
        var reply = await client.Query($"insert into assets (external_id, name) values ('{_name}-1', 'n'), ('{_name}-2', 'n'), ('{_name}-3', 'n')").TalkAsync();
        Assert.Equal("C INSERT 0 2", reply.Single(m => m.Type == 'C').ToString());
        Assert.Equal("1 row was skipped due to refusal by CDF", reply.Single(m => m.Type == 'N').Field('M'));
    }

    private async Task<WireClient> SkippingAsync()
    {
        var client = await _server.ConnectAsync();
        await client.Query("set sluice.on_error = skip").TalkAsync();
        return client;
    }

    /// <summary>Which of so many rows CDF has.</summary>
    private async Task<List<string>> StoredAsync(string resource, int rows)
    {
        var items = await _server.Cdf.ByExternalIdsAsync(resource, Enumerable.Range(1, rows).Select(i => $"{_name}-{i}"));
        return [.. items.Select(item => (string)item!["externalId"]!).Order(StringComparer.Ordinal)];
    }
}
