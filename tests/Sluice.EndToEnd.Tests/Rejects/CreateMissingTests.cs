using System.Text.Json.Nodes;
using Sluice.EndToEnd.Tests.Servers;
using Sluice.EndToEnd.Tests.Wire;

namespace Sluice.EndToEnd.Tests.Rejects;

/// <summary>SET sluice.create_missing = on: data points make the series that they name.</summary>
public sealed class CreateMissingTests(FaultServer own) : IClassFixture<FaultServer>
{
    private readonly GatewayServer _server = own.Server;

    private readonly string _name = $"missing-{Guid.NewGuid():N}";

    [Fact]
    public async Task Points_of_many_new_series_arrive_in_one_statement()
    {
        await using var client = await CreatingAsync();
        await _server.Cdf.CreateSeriesAsync($"{_name}-17");
        var before = await _server.Cdf.RequestsAboutAsync("timeseries");
        client.Query("copy double_datapoints (external_id, timestamp, value) from stdin");
        for (var i = 0; i < 10_000; i++)
        {
            client.CopyData($"{_name}-{i % 2_500}\t2024-01-01 00:00:{i / 2_500:00}\t{i}\n");
        }

        var reply = await client.CopyDone().TalkAsync();
        Assert.Equal("C COPY 10000", reply.Single(m => m.Type == 'C').ToString());

        // The points, the series in three requests, the points again.
        Assert.Equal(5, await _server.Cdf.RequestsAboutAsync("timeseries") - before);
        Assert.Equal([17d, 2_517, 5_017, 7_517], (await _server.Cdf.PointsAsync($"{_name}-17")).Select(p => (double)p.Value));
        Assert.Equal([2_499d, 4_999, 7_499, 9_999], (await _server.Cdf.PointsAsync($"{_name}-2499")).Select(p => (double)p.Value));
    }

    [Fact]
    public async Task Strings_make_series_of_strings()
    {
        await using var client = await CreatingAsync();
        var reply = await client.Query($"insert into string_datapoints (external_id, timestamp, value) values ('{_name}', '2024-01-01', 'on')").TalkAsync();
        Assert.Equal("C INSERT 0 1", reply[0].ToString());
        Assert.True((bool)(await _server.Cdf.ByExternalIdsAsync("timeseries", _name))[0]!["isString"]!);
        reply = await client.Query($"insert into double_datapoints (external_id, timestamp, value) values ('{_name}', '2024-01-01', 1)").TalkAsync();
        Assert.Equal("22023", reply.Single(m => m.Type == 'E').Field('C'));
        Assert.Equal("The time series holds strings: write to string_datapoints.", reply.Single(m => m.Type == 'E').Field('H'));
    }

    [Fact]
    public async Task A_series_that_is_named_by_number_cannot_be_made()
    {
        await using var client = await CreatingAsync();
        var reply = await client.Query("insert into double_datapoints (id, timestamp, value) values (4711, '2024-01-01', 1)").TalkAsync();
        Assert.Equal("23503", reply.Single(m => m.Type == 'E').Field('C'));
    }

    [Fact]
    public async Task Many_writers_may_make_the_same_series_at_once()
    {
        var replies = await Task.WhenAll(Enumerable.Range(0, 6).Select(async writer =>
        {
            await using var client = await CreatingAsync();
            return await client.Query(
                $"insert into double_datapoints (external_id, timestamp, value) select '{_name}-' || i, '2024-01-01 00:00:0{writer}'::timestamptz, {writer} from generate_series(1, 200) as i").TalkAsync();
        }));
        Assert.All(replies, reply => Assert.Equal("C INSERT 0 200", reply[0].ToString()));
        Assert.Equal(6, (await _server.Cdf.PointsAsync($"{_name}-200")).Count);
    }

    [Fact]
    public async Task A_user_who_may_not_make_series_is_told_so()
    {
        await using var client = await CreatingAsync();
        var rule = new JsonObject { ["id"] = "r", ["method"] = "POST", ["path"] = "*/timeseries", ["action"] = "status", ["status"] = 403 };
        await using var broken = await _server.Cdf.BreakAsync(rule);
        var reply = await client.Query($"insert into double_datapoints (external_id, timestamp, value) values ('{_name}', '2024-01-01', 1)").TalkAsync();
        var error = reply.Single(m => m.Type == 'E');
        Assert.Equal("42501", error.Field('C'));
        Assert.Contains("time series", error.Field('M'), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_setting_unknown_series_are_23503()
    {
        await using var client = await _server.ConnectAsync();
        var reply = await client.Query($"insert into double_datapoints (external_id, timestamp, value) values ('{_name}', '2024-01-01', 1)").TalkAsync();
        Assert.Equal("23503", reply.Single(m => m.Type == 'E').Field('C'));
    }

    private async Task<WireClient> CreatingAsync()
    {
        var client = await _server.ConnectAsync();
        await client.Query("set sluice.create_missing = on").TalkAsync();
        return client;
    }
}
