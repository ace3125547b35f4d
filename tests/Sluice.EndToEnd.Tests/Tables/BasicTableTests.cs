using System.Text.Json.Nodes;
using Sluice.EndToEnd.Tests.Servers;

namespace Sluice.EndToEnd.Tests.Tables;

/// <summary>Assets, events, time series, data points and RAW rows: what CDF has after INSERT and COPY is what was sent.</summary>
public sealed class BasicTableTests(GatewayServer server)
{
    private static readonly string[] Made = ["id", "createdTime", "lastUpdatedTime"];

    private readonly string _name = $"tables-{Guid.NewGuid():N}";

    [Fact]
    public async Task Assets_in_any_order()
    {
        await using var client = await TableClient.OpenAsync(server);
        Assert.Equal(3, await client.ExecuteAsync(
            "INSERT INTO assets (external_id, name, parent_external_id, description, source, metadata) VALUES "
            + $"('{_name}-leaf', 'leaf', '{_name}-branch', 'd', 's', '{{\"n\": 1, \"o\": {{\"x\": [1, 2]}}}}'), "
            + $"('{_name}-branch', 'branch', '{_name}-root', NULL, NULL, NULL), ('{_name}-root', 'root', NULL, NULL, NULL, NULL)"));
        var branch = (await client.ItemAsync("assets", $"{_name}-branch"))!;
        var leaf = (await client.ItemAsync("assets", $"{_name}-leaf"))!;
        Assert.Equal((long)branch["id"]!, (long)leaf["parentId"]!);
        Assert.Equal(("d", "s", "1", """{"x":[1,2]}"""),
            ((string)leaf["description"]!, (string)leaf["source"]!, (string)leaf["metadata"]!["n"]!, (string)leaf["metadata"]!["o"]!));

        var lines = Enumerable.Range(0, 3_000).Select(i => $"{_name}-{i}\tn\t{(i == 0 ? $"{_name}-leaf" : $"{_name}-{(i - 1) / 2}")}");
        await client.CopyAsync("assets (external_id, name, parent_external_id)", lines.Reverse());
        foreach (var part in Enumerable.Range(0, 3_000).Chunk(1_000))
        {
            Assert.Equal(part.Length, (await server.Cdf.ByExternalIdsAsync("assets", part.Select(i => $"{_name}-{i}"))).Count);
        }
    }

    [Fact]
    public async Task Events()
    {
        await using var client = await TableClient.OpenAsync(server);
        const string Columns = "external_id, start_time, end_time, type, subtype, description, source, metadata";
        Assert.Equal(1, await client.ExecuteAsync(
            $"INSERT INTO events ({Columns}) VALUES ('{_name}-1', '2024-01-02 03:04:05.678901+00', '2024-01-02 03:04:06Z', 't', 'u', 'd', 's', '{{\"a\":\"b\"}}')"));
        await client.CopyAsync($"events ({Columns})", $"{_name}-2\t2024-01-02 03:04:05.678901+00\t2024-01-02 03:04:06Z\tt\tu\td\ts\t{{\"a\":\"b\"}}");
        foreach (var externalId in new[] { $"{_name}-1", $"{_name}-2" })
        {
            TableClient.AssertItem(
                $$"""
                {"externalId":"{{externalId}}","startTime":1704164645678,"endTime":1704164646000,"type":"t","subtype":"u","description":"d","source":"s","metadata":{"a":"b"} }
                """,
                await client.ItemAsync("events", externalId),
                Made);
        }
    }

    [Fact]
    public async Task Time_series_and_their_points()
    {
        await using var client = await TableClient.OpenAsync(server);
        Assert.Equal(1, await client.ExecuteAsync(
            $"INSERT INTO time_series (external_id, name, unit, is_step, description, metadata) VALUES ('{_name}-n', 'n', 'bar', true, 'd', '{{\"a\":\"b\"}}')"));
        await client.CopyAsync("time_series (external_id, is_string)", $"{_name}-s\tt");
        var series = (await client.ItemAsync("timeseries", $"{_name}-n"))!;
        Assert.Equal(("n", "bar", true, false, "b"),
            ((string)series["name"]!, (string)series["unit"]!, (bool)series["isStep"]!, (bool)series["isString"]!, (string)series["metadata"]!["a"]!));

        Assert.Equal(2, await client.ExecuteAsync(
            $"INSERT INTO double_datapoints (value, timestamp, external_id) VALUES (1.5, '1950-01-01Z', '{_name}-n'), (-2e10, '2024-01-01Z', '{_name}-n')"));
        await client.CopyAsync("double_datapoints (external_id, timestamp, value)", Enumerable.Range(0, 60).Select(i => $"{_name}-n\t2025-01-01 00:00:{i:00}Z\t{i}.25"));
        await client.CopyAsync("string_datapoints (external_id, timestamp, value)", $"{_name}-s\t2025-01-01Z\tæ ø");
        var points = await server.Cdf.PointsAsync($"{_name}-n");
        Assert.Equal([1.5, -2e10, .. Enumerable.Range(0, 60).Select(i => i + 0.25)], points.Select(point => (double)point.Value));
        Assert.Equal(["æ ø"], (await server.Cdf.PointsAsync($"{_name}-s")).Select(point => (string)point.Value!));
    }

    [Fact]
    public async Task Raw_rows_and_tables_of_the_user_with_and_without_a_key()
    {
        await using var client = await TableClient.OpenAsync(server);
        var database = _name[..32];
        await server.Cdf.CreateRawTableAsync(
            server.User, $"{_name}_k", database, "keyed", "title", new JsonObject { ["title"] = Type("TEXT"), ["year"] = Type("BIGINT"), ["tags"] = Type("TEXT[]") });
        await server.Cdf.CreateRawTableAsync(server.User, $"{_name}_n", database, "unkeyed", null, new JsonObject { ["a"] = Type("JSON") });
        Assert.Equal(1, await client.ExecuteAsync(
            $"INSERT INTO raw_rows (_raw_database, _raw_table, _raw_key, _raw_columns) VALUES ('{database}', 'plain', 'k', '{{\"a\": [1, null]}}')"));
        Assert.Equal(1, await client.ExecuteAsync($"INSERT INTO \"{_name}_k\" (title, year, tags) VALUES ('Solaris', 1972, '{{a,b}}')"));
        await client.CopyAsync($"\"{_name}_k\" (title, year)", "Stalker\t1979", "Mirror\t\\N");
        await client.CopyAsync($"\"{_name}_n\" (_raw_key, a)", "x\t{\"b\": 1}");

        Assert.Equal("""{"a":[1,null]}""", (await RowAsync(database, "plain", "k")).ToJsonString());
        Assert.Equal("""{"title":"Solaris","year":1972,"tags":["a","b"]}""", (await RowAsync(database, "keyed", "Solaris")).ToJsonString());
        Assert.Equal("""{"title":"Mirror","year":null}""", (await RowAsync(database, "keyed", "Mirror")).ToJsonString());
        Assert.Equal("""{"a":{"b":1}}""", (await RowAsync(database, "unkeyed", "x")).ToJsonString());
    }

    private static JsonObject Type(string type) => new() { ["type"] = type };

    private async Task<JsonNode> RowAsync(string database, string table, string key) =>
        (await server.Cdf.GetAsync($"raw/dbs/{database}/tables/{table}/rows/{key}"))["columns"]!;
}
