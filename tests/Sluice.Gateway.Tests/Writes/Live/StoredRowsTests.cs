using System.Globalization;
using Sluice.Gateway.Tables;
using Sluice.Gateway.Writes;
using Sluice.PgWire.Types;

namespace Sluice.Gateway.Tests.Writes.Live;

public sealed class StoredRowsTests
{
    [Fact]
    public async Task Assets_arrive_with_parents_before_children_and_in_thousands()
    {
        await using var cdf = await LiveCdf.StartAsync();
        string?[][] rows = [.. Enumerable.Range(0, 2_500).Select(i => new[] { $"a{i}", $"Asset {i}", i == 0 ? null : $"a{(i - 1) / 2}", "{\"n\": 1}" })];
        var result = await cdf.CopyAsync("assets", ["external_id", "name", "parent_external_id", "metadata"], rows);
        Assert.Equal((2_500, 3), (result.Rows, result.Requests));
        var stored = await cdf.ItemsAsync("assets");
        Assert.Equal(rows.Select(row => row[0]), stored.Select(item => item.GetProperty("externalId").GetString()).OrderBy(id => int.Parse(id![1..], CultureInfo.InvariantCulture)));
        Assert.Equal("1", stored[0].GetProperty("metadata").GetProperty("n").GetString());
    }

    [Fact]
    public async Task Events_without_keys_and_time_series_arrive()
    {
        await using var cdf = await LiveCdf.StartAsync();
        Assert.Equal(2, (await cdf.CopyAsync("events", ["type", "start_time"], [["x", "2024-01-01 00:00:00+00"], ["y", null]])).Rows);
        Assert.Equal(["x", "y"], (await cdf.ItemsAsync("events")).Select(item => item.GetProperty("type").GetString()).Order());
        await cdf.CopyAsync("time_series", ["external_id", "is_string", "unit"], [["s", "t", null], ["n", "f", "m"]]);
        Assert.Equal(
            [("n", false), ("s", true)],
            (await cdf.ItemsAsync("timeseries")).Select(item => (item.GetProperty("externalId").GetString()!, item.GetProperty("isString").GetBoolean())).Order());
    }

    [Fact]
    public async Task Data_points_of_many_series_arrive_over_several_requests()
    {
        await using var cdf = await LiveCdf.StartAsync();
        var series = Enumerable.Range(0, 50).Select(i => $"s{i}").ToArray();
        await cdf.CreateSeriesAsync(series);
        var start = new DateTime(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        string?[][] rows =
        [
            .. from i in Enumerable.Range(0, 500)
               from s in series
               select new[] { s, start.AddSeconds(i).ToString("yyyy-MM-dd HH:mm:ss+00", CultureInfo.InvariantCulture), $"{i}.5" },
        ];
        var result = await cdf.CopyAsync("double_datapoints", ["external_id", "timestamp", "value"], rows, batchRows: 4_000);
        Assert.Equal((25_000, 7), (result.Rows, result.Requests));
        foreach (var s in series)
        {
            var points = await cdf.PointsAsync(s);
            Assert.Equal(500, points.Length);
            Assert.Equal((1_704_067_200_000 + (499 * 1_000), "499.5"), points[^1]);
        }
    }

    [Fact]
    public async Task String_data_points_and_points_by_id_arrive()
    {
        await using var cdf = await LiveCdf.StartAsync();
        await cdf.CopyAsync("time_series", ["external_id", "is_string"], [["s", "t"]]);
        var id = (await cdf.ItemsAsync("timeseries"))[0].GetProperty("id").GetInt64().ToString(CultureInfo.InvariantCulture);
        await cdf.CopyAsync(
            "string_datapoints", ["id", "external_id", "timestamp", "value"], [[id, null, "1970-01-01 00:00:01+00", "Ærø"], [null, "s", "1970-01-01 00:00:02+00", ""]]);
        Assert.Equal([(1_000, "Ærø"), (2_000, "")], await cdf.PointsAsync("s"));
    }

    [Fact]
    public async Task Bad_values_are_stored_with_their_status_when_asked_for()
    {
        await using var cdf = await LiveCdf.StartAsync();
        await cdf.CreateSeriesAsync("s");
        var context = cdf.Context with { Settings = new WriteSettings { BadValues = BadValues.Status } };
        var result = await cdf.CopyAsync(
            "double_datapoints", ["external_id", "timestamp", "value"], [["s", "1970-01-01 00:00:01+00", "NaN"], ["s", "1970-01-01 00:00:02+00", "2"]], context);
        Assert.Equal(2, result.Rows);
        Assert.Equal([(2_000, "2")], await cdf.PointsAsync("s"));
    }

    [Fact]
    public async Task RAW_rows_arrive_in_tables_that_did_not_exist()
    {
        await using var cdf = await LiveCdf.StartAsync();
        string?[][] rows = [.. Enumerable.Range(0, 12_000).Select(i => new[] { "db", i % 2 == 0 ? "a" : "b", $"k{i}", $"{{\"i\":{i}}}" })];
        Assert.Equal(12_000, (await cdf.CopyAsync("raw_rows", ["_raw_database", "_raw_table", "_raw_key", "_raw_columns"], rows)).Rows);
        Assert.Equal("{\"i\":11998}", (await cdf.RawRowsAsync("db", "a"))["k11998"]);
        Assert.Equal(6_000, (await cdf.RawRowsAsync("db", "b")).Count);
    }

    [Fact]
    public async Task A_custom_RAW_table_stores_its_columns()
    {
        await using var cdf = await LiveCdf.StartAsync();
        var table = CustomRawTable.Define("movies", "db", "movies", "title", [new("title", new ColumnType(PgType.Text)), new("year", new ColumnType(PgType.Int8))]);
        await cdf.CopyAsync(table, ["title", "year"], [["Ran", "1985"], ["Ran", "1986"]]);
        Assert.Equal("{\"title\":\"Ran\",\"year\":1986}", Assert.Single(await cdf.RawRowsAsync("db", "movies")).Value);
    }

    [Fact]
    public async Task Rows_with_one_key_are_stored_in_their_order_over_many_requests()
    {
        await using var cdf = await LiveCdf.StartAsync();
        await cdf.FaultsAsync("""{"action":"latency","path":"*rows*","milliseconds":20,"probability":0.5}""");
        string?[][] rows = [.. Enumerable.Range(0, 60).Select(i => new[] { "db", "t", "k", $"{{\"i\":{i}}}" })];
        await cdf.CopyAsync("raw_rows", ["_raw_database", "_raw_table", "_raw_key", "_raw_columns"], rows, batchRows: 1);
        Assert.Equal("{\"i\":59}", (await cdf.RawRowsAsync("db", "t"))["k"]);
        Assert.Equal(0, cdf.Context.Fence.Count);
        Assert.Equal(0, cdf.Context.Memory.Used);
    }
}
