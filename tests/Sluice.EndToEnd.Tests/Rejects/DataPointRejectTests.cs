using Sluice.EndToEnd.Tests.Servers;
using Sluice.EndToEnd.Tests.Wire;

namespace Sluice.EndToEnd.Tests.Rejects;

/// <summary>Rows whose requests are not one item a row: data points, RAW rows, rows of sequences.</summary>
public sealed class DataPointRejectTests(FaultServer own) : IClassFixture<FaultServer>
{
    private readonly GatewayServer _server = own.Server;

    private readonly string _name = $"points-{Guid.NewGuid():N}";

    [Fact]
    public async Task Each_point_of_a_series_that_CDF_does_not_know_is_set_aside()
    {
        await _server.Cdf.CreateSeriesAsync(_name);
        await using var client = await SkippingAsync();
        var before = await _server.Cdf.RequestsAboutAsync("timeseries");
        client.Query("copy double_datapoints (external_id, timestamp, value) from stdin (on_error ignore, log_verbosity verbose)");
        for (var i = 0; i < 10; i++)
        {
            // Later first, and one point twice: it gives way to another that is set aside, too.
            client.CopyData($"{(i % 2 == 0 ? _name : _name + "-unknown")}\t2024-01-01 00:00:{(i == 9 ? 52 : 59 - i)}\t{i}\n");
        }

        var reply = await client.CopyDone().TalkAsync();
        Assert.Equal("C COPY 5", reply.Single(m => m.Type == 'C').ToString());
        var notices = reply.Where(m => m.Type == 'N').Select(m => m.Field('M')!).ToList();
        Assert.Equal("5 rows were skipped due to refusal by CDF", notices[^1]);
        Assert.Equal([2, 4, 6, 8, 10], notices.Where(n => n.StartsWith("skipping", StringComparison.Ordinal)).Select(LineOf));
        Assert.Equal(2, await _server.Cdf.RequestsAboutAsync("timeseries") - before);
        Assert.Equal(5, (await _server.Cdf.PointsAsync(_name)).Count);
    }

    [Fact]
    public async Task Points_of_a_series_of_the_other_kind_are_found_by_halves()
    {
        for (var i = 0; i < 8; i++)
        {
            await _server.Cdf.CreateSeriesAsync($"{_name}-{i}", isString: i == 5);
        }

        await using var client = await SkippingAsync();
        var reply = await client.Query(
            $"insert into double_datapoints (external_id, timestamp, value) select '{_name}-' || i, '2024-01-01'::timestamptz + j * interval '1s', j"
            + " from generate_series(0, 7) as i, generate_series(1, 100) as j").TalkAsync();
        Assert.Equal("C INSERT 0 700", reply.Single(m => m.Type == 'C').ToString());
        Assert.Equal("100 rows were skipped due to refusal by CDF", reply.Single(m => m.Type == 'N').Field('M'));
        Assert.Equal(100, (await _server.Cdf.PointsAsync($"{_name}-7")).Count);
    }

    [Fact]
    public async Task Values_that_CDF_would_not_take_do_not_cost_their_neighbours()
    {
        await _server.Cdf.CreateSeriesAsync(_name);
        await using var client = await SkippingAsync();
        client.Query("copy double_datapoints (external_id, timestamp, value) from stdin");
        for (var i = 0; i < 5_000; i++)
        {
            client.CopyData($"{_name}\t{(i == 77 ? "1899-01-01" : $"2024-01-01 00:{i / 60 % 60:00}:{i % 60:00}.{i / 3600}")}\t{(i % 1_000 == 3 ? "NaN" : "1")}\n");
        }

        var reply = await client.CopyDone().TalkAsync();
        Assert.Equal("C COPY 4994", reply.Single(m => m.Type == 'C').ToString());
        Assert.Equal(4_994, (await _server.Cdf.PointsAsync(_name)).Count);
    }

    [Fact]
    public async Task Rows_of_a_sequence_are_set_aside_with_their_sequence()
    {
        await using var client = await SkippingAsync();
        await client.Query(
            $"insert into sequences (external_id, columns) values ('{_name}', '[{{\"externalId\":\"a\",\"valueType\":\"LONG\"}}]')").TalkAsync();
        var reply = await client.Query(
            $"insert into sequence_rows (external_id, row_number, columns, \"values\") values ('{_name}', 1, array['a'], '[1]'),"
            + $" ('{_name}-unknown', 1, array['a'], '[1]'), ('{_name}-unknown', 2, array['a'], '[1]'), ('{_name}-unknown', 2, array['a'], '[2]'),"
            + $" ('{_name}', 2, array['a'], '[2]')").TalkAsync();
        Assert.Equal("C INSERT 0 2", reply.Single(m => m.Type == 'C').ToString());
        Assert.Contains(reply, m => m.Type == 'N' && m.Field('M') == "3 rows were skipped due to refusal by CDF");
    }

    [Fact]
    public async Task RAW_rows_that_are_no_JSON_objects_are_not_sent()
    {
        await using var client = await SkippingAsync();
        var reply = await client.Query(
            $"insert into raw_rows (_raw_database, _raw_table, _raw_key, _raw_columns) values ('{_name[..30]}', 't', 'a', '{{\"x\":1}}'), ('{_name[..30]}', 't', 'b', '[1]')").TalkAsync();
        Assert.Equal("C INSERT 0 1", reply.Single(m => m.Type == 'C').ToString());
    }

    private static int LineOf(string notice) =>
        int.Parse(notice.Split(" at line ")[1].Split(':')[0], System.Globalization.CultureInfo.InvariantCulture);

    private async Task<WireClient> SkippingAsync()
    {
        var client = await _server.ConnectAsync();
        await client.Query("set sluice.on_error = skip").TalkAsync();
        return client;
    }
}
