using System.Text.Json.Nodes;
using Sluice.EndToEnd.Tests.Servers;

namespace Sluice.EndToEnd.Tests.Tables;

/// <summary>Extraction pipelines, their runs and RAW tables: what CDF has after INSERT and COPY is what was sent.</summary>
public sealed class PipelineTableTests(GatewayServer server)
{
    private readonly string _name = $"tables-{Guid.NewGuid():N}";

    [Fact]
    public async Task Pipelines_and_runs()
    {
        await using var client = await TableClient.OpenAsync(server);
        var dataSet = await client.NewDataSetAsync(_name);
        Assert.Equal(1, await client.ExecuteAsync(
            $$"""
            INSERT INTO extraction_pipelines (external_id, name, description, data_set_id, raw_tables, schedule, contacts, metadata, source, documentation, created_by)
            VALUES ('{{_name}}-1', 'n', 'd', {{dataSet}}, '[{"dbName":"a","tableName":"b"}]', 'On trigger',
                '[{"name":"x","email":"x@y.example","role":"r","sendNotification":true}]', '{"k":"v"}', 's', '# Doc', 'me')
            """));
        await client.CopyAsync("extraction_pipelines (external_id, name, data_set_id)", $"{_name}-2\tTwo\t{dataSet}", $"{_name}-3\tThree\t{dataSet}");
        TableClient.AssertItem(
            $$"""
            {"externalId":"{{_name}}-1","name":"n","description":"d","dataSetId":{{dataSet}},"rawTables":[{"dbName":"a","tableName":"b"}],"schedule":"On trigger",
             "contacts":[{"name":"x","email":"x@y.example","role":"r","sendNotification":true}],"metadata":{"k":"v"},"source":"s","documentation":"# Doc","createdBy":"me"}
            """,
            await client.ItemAsync("extpipes", $"{_name}-1"),
            "id",
            "createdTime",
            "lastUpdatedTime");
        Assert.Equal("Three", (string?)(await client.ItemAsync("extpipes", $"{_name}-3"))!["name"]);

        // One row of the source each, as the usual recipe for Azure Data Factory writes it.
        await client.CopyAsync("extraction_pipeline_runs (external_id, status)", Enumerable.Repeat($"{_name}-1\tsuccess", 2_500));
        Assert.Equal(2, await client.ExecuteAsync(
            $"INSERT INTO extraction_pipeline_runs (external_id, status, message) VALUES ('{_name}-2', 'seen', NULL), ('{_name}-2', 'failure', 'broken')"));
        await client.CopyAsync(
            "extraction_pipeline_runs (external_id, status, created_time)",
            Enumerable.Range(1, 20).Select(i => $"{_name}-3\tseen\t1970-01-01 00:00:0{i % 10}.{i:000}+00"));
        Assert.Equal(["success "], await RunsAsync($"{_name}-1"));
        Assert.Equal(["failure broken", "seen "], await RunsAsync($"{_name}-2"));
        Assert.Equal(20, (await RunsAsync($"{_name}-3")).Count);
        Assert.Equal("broken", (string?)(await client.ItemAsync("extpipes", $"{_name}-2"))!["lastMessage"]);

        var error = await TableClient.FailsAsync(() => client.ExecuteAsync(
            $"INSERT INTO extraction_pipeline_runs (external_id, status) VALUES ('{_name}-none', 'success')"));
        Assert.Equal("23503", error.SqlState);
    }

    [Fact]
    public async Task Identical_rows_count_each()
    {
        await using var client = await TableClient.OpenAsync(server);
        var dataSet = await client.NewDataSetAsync(_name);
        await client.ExecuteAsync($"INSERT INTO extraction_pipelines (external_id, name, data_set_id) VALUES ('{_name}', 'n', {dataSet})");
        var rows = string.Join(", ", Enumerable.Repeat($"('{_name}', 'success')", 1_200));
        Assert.Equal(1_200, await client.ExecuteAsync($"INSERT INTO extraction_pipeline_runs (external_id, status) VALUES {rows}"));
        Assert.Single(await RunsAsync(_name));
    }

    [Fact]
    public async Task Raw_tables()
    {
        await using var client = await TableClient.OpenAsync(server);
        var database = _name[..32];
        Assert.Equal(2, await client.ExecuteAsync(
            $"INSERT INTO raw_tables (_raw_database, _raw_table) VALUES ('{database}', 'one two'), ('{database}', 'ø')"));
        await client.CopyAsync("raw_tables", Enumerable.Range(0, 5).Select(i => $"{database}\tc{i}"));
        var tables = (await server.Cdf.GetAsync($"raw/dbs/{database}/tables?limit=100"))["items"]!.AsArray();
        Assert.Equal(["c0", "c1", "c2", "c3", "c4", "one two", "ø"], tables.Select(table => (string)table!["name"]!).Order(StringComparer.Ordinal));

        var error = await TableClient.FailsAsync(() => client.ExecuteAsync($"INSERT INTO raw_tables VALUES ('{database}', 'new'), ('{database}', 'c1')"));
        Assert.Equal("23505", error.SqlState);
        Assert.Contains("c1", error.Detail, StringComparison.Ordinal);
        Assert.Equal(7, (await server.Cdf.GetAsync($"raw/dbs/{database}/tables?limit=100"))["items"]!.AsArray().Count);
    }

    /// <summary>The runs of a pipeline, each as status and message, in order.</summary>
    private async Task<List<string>> RunsAsync(string pipeline)
    {
        var answer = await server.Cdf.PostAsync("extpipes/runs/list", new { filter = new { externalId = pipeline }, limit = 1_000 });
        return [.. answer["items"]!.AsArray().Select(run => $"{run!["status"]} {run["message"] ?? JsonValue.Create("")}").Order(StringComparer.Ordinal)];
    }
}
