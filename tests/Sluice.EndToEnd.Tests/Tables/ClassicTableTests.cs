using System.Globalization;
using System.Text.Json.Nodes;
using Npgsql;
using NpgsqlTypes;
using Sluice.EndToEnd.Tests.Servers;

namespace Sluice.EndToEnd.Tests.Tables;

/// <summary>Files, labels, relationships and sequences: what CDF has after INSERT and COPY is what was sent.</summary>
public sealed class ClassicTableTests(GatewayServer server)
{
    private static readonly string[] Made = ["id", "createdTime", "lastUpdatedTime"];

    private readonly string _name = $"tables-{Guid.NewGuid():N}";

    [Fact]
    public async Task Files()
    {
        await using var client = await TableClient.OpenAsync(server);
        await client.ExecuteAsync($"INSERT INTO labels (external_id, name) VALUES ('{_name}', 'l')");
        await client.ExecuteAsync($"INSERT INTO assets (external_id, name) VALUES ('{_name}', 'a')");
        var asset = (long)(await client.ItemAsync("assets", _name))!["id"]!;
        Assert.Equal(2, await client.ExecuteAsync(
            $$"""
            INSERT INTO files (external_id, name, directory, source, mime_type, metadata, asset_ids, source_created_time, labels, geo_location)
            VALUES ('{{_name}}-1', 'ø.pdf', '/a/b', 's', 'application/pdf', '{"k": 1}', '{{{asset}}}', '2024-01-02 03:04:05.678+00', '["{{_name}}"]',
                '{"type":"Feature","geometry":{"type":"Point","coordinates":[1,2]} }'), ('{{_name}}-2', 'plain', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)
            """));
        TableClient.AssertItem(
            $$"""
            {"externalId":"{{_name}}-1","name":"ø.pdf","directory":"/a/b","source":"s","mimeType":"application/pdf","metadata":{"k":"1"},"assetIds":[{{asset}}],
             "sourceCreatedTime":1704164645678,"labels":[{"externalId":"{{_name}}"}],"geoLocation":{"type":"Feature","geometry":{"type":"Point","coordinates":[1,2]} },
             "uploaded":false}
            """,
            await client.ItemAsync("files", $"{_name}-1"),
            Made);
        var warning = Assert.Single(client.Notices);
        Assert.Equal(("WARNING", "01000"), (warning.InvariantSeverity, warning.SqlState));

        await client.CopyAsync("files (external_id, name)", Enumerable.Range(0, 120).Select(i => $"{_name}-c{i}\tfile {i}"));
        var copied = await server.Cdf.ByExternalIdsAsync("files", Enumerable.Range(0, 120).Select(i => $"{_name}-c{i}"));
        Assert.Equal(
            Enumerable.Range(0, 120).Select(i => ($"{_name}-c{i}", $"file {i}")).Order(),
            copied.Select(file => ((string)file!["externalId"]!, (string)file["name"]!)).Order());
        Assert.Equal(2, client.Notices.Count);

        var error = await TableClient.FailsAsync(() => client.CopyAsync("files (external_id, name)", $"{_name}-new\tn", $"{_name}-c7\tn"));
        Assert.Equal(("23505", $"Key (external_id)=({_name}-c7) already exists."), (error.SqlState, error.Detail!.Split('\n')[0]));
    }

    [Fact]
    public async Task Labels()
    {
        await using var client = await TableClient.OpenAsync(server);
        var dataSet = await client.NewDataSetAsync(_name);
        Assert.Equal(3, await client.ExecuteAsync(
            $"INSERT INTO labels (external_id, name, description, data_set_id) VALUES ('{_name}-1', 'One', 'd', {dataSet}), "
            + $"('{_name}-2', 'Two', NULL, '{{{dataSet}}}'), ('{_name}-3', 'Three', NULL, NULL)"));
        await using (var command = new NpgsqlCommand("INSERT INTO labels (external_id, name, data_set_id) VALUES ($1, 'Four', $2)", client.Connection))
        {
            command.Parameters.Add(new() { Value = $"{_name}-4" });
            command.Parameters.Add(new() { Value = new[] { dataSet }, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint });
            Assert.Equal(1, await command.ExecuteNonQueryAsync());
        }

        await client.CopyAsync("labels (external_id, name, data_set_id)", $"{_name}-5\tFive\t{dataSet}", $"{_name}-6\tSix\t{{{dataSet}}}", $"{_name}-7\tSeven\t\\N");
        var stored = (await server.Cdf.ByExternalIdsAsync("labels", Enumerable.Range(1, 7).Select(i => $"{_name}-{i}")))
            .OrderBy(label => (string)label!["externalId"]!, StringComparer.Ordinal).ToList();
        Assert.Equal(
            [("One", dataSet), ("Two", dataSet), ("Three", null), ("Four", dataSet), ("Five", dataSet), ("Six", dataSet), ("Seven", (long?)null)],
            stored.Select(label => ((string)label!["name"]!, (long?)label["dataSetId"])));
        Assert.Equal("d", (string?)stored[0]!["description"]);
    }

    [Fact]
    public async Task Relationships()
    {
        await using var client = await TableClient.OpenAsync(server);
        const string Columns = "external_id, source_external_id, source_type, target_external_id, target_type, start_time, end_time, confidence";
        Assert.Equal(1, await client.ExecuteAsync(
            $"INSERT INTO relationships ({Columns}) VALUES ('{_name}-1', 'a', 'asset', 'b', 'timeSeries', '1970-01-02', '1970-01-03', 0.5)"));
        TableClient.AssertItem(
            $$"""
            {"externalId":"{{_name}}-1","sourceExternalId":"a","sourceType":"asset","targetExternalId":"b","targetType":"timeSeries",
             "startTime":86400000,"endTime":172800000,"confidence":0.5}
            """,
            await client.ItemAsync("relationships", $"{_name}-1"),
            "createdTime",
            "lastUpdatedTime");

        await client.CopyAsync(
            $"relationships ({Columns})", Enumerable.Range(0, 1_500).Select(i => $"{_name}-c{i}\ta{i}\tevent\tb\tsequence\t\\N\t\\N\t\\N"));
        foreach (var part in Enumerable.Range(0, 1_500).Chunk(1_000))
        {
            var stored = await server.Cdf.ByExternalIdsAsync("relationships", part.Select(i => $"{_name}-c{i}"));
            Assert.Equal(part.Select(i => $"a{i}").Order(), stored.Select(item => (string)item!["sourceExternalId"]!).Order());
        }

        var error = await TableClient.FailsAsync(() => client.ExecuteAsync(
            $"INSERT INTO relationships (external_id, source_external_id, source_type, target_external_id, target_type) VALUES ('{_name}-1', 'a', 'file', 'b', 'file')"));
        Assert.Equal("23505", error.SqlState);
        Assert.Contains(_name, error.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sequences_and_their_rows()
    {
        await using var client = await TableClient.OpenAsync(server);
        Assert.Equal(1, await client.ExecuteAsync(
            $$"""
            INSERT INTO sequences (external_id, name, description, metadata, columns)
            VALUES ('{{_name}}-1', 'n', 'd', '{"a":"b"}', '[{"externalId":"x","valueType":"DOUBLE"},{"externalId":"y","valueType":"STRING","name":"Y"}]')
            """));
        await client.CopyAsync(
            "sequences (external_id, columns)",
            $"{_name}-2\t[{{\"externalId\":\"n\",\"valueType\":\"LONG\"}}]",
            $"{_name}-3\t[{{\"externalId\":\"n\",\"valueType\":\"LONG\"}}]");
        var sequence = await client.ItemAsync("sequences", $"{_name}-1");
        Assert.Equal(("n", "d", "b"), ((string)sequence!["name"]!, (string)sequence["description"]!, (string)sequence["metadata"]!["a"]!));
        Assert.Equal(["x DOUBLE", "y STRING"], sequence["columns"]!.AsArray().Select(c => $"{c!["externalId"]} {c["valueType"]}"));

        Assert.Equal(3, await client.ExecuteAsync(
            $"INSERT INTO sequence_rows (external_id, row_number, columns, values) VALUES ('{_name}-1', 1, '{{x,y}}', '[1.5,\"æ\"]'), "
            + $"('{_name}-1', 2, '{{x,y}}', '[null,\"z\"]'), ('{_name}-1', 1, '{{y}}', '[\"later\"]')"));
        Assert.Equal(["""1 [1.5,"later"]""", """2 [null,"z"]"""], await RowsAsync($"{_name}-1", "x", "y"));

        await client.CopyAsync(
            "sequence_rows (external_id, row_number, columns, \"values\")",
            from i in Enumerable.Range(0, 12_000)
            from s in new[] { 2, 3 }
            select string.Create(CultureInfo.InvariantCulture, $"{_name}-{s}\t{i}\t{{n}}\t[{i * s}]"));
        foreach (var s in new[] { 2, 3 })
        {
            var rows = await RowsAsync($"{_name}-{s}", "n");
            Assert.Equal(Enumerable.Range(0, 12_000).Select(i => $"{i} [{i * s}]"), rows);
        }

        var error = await TableClient.FailsAsync(() => client.CopyAsync(
            "sequence_rows (external_id, row_number, columns, values)", $"{_name}-2\t1\t{{n}}\t[0]", $"{_name}-none\t1\t{{n}}\t[1]"));
        Assert.Equal("23503", error.SqlState);
        Assert.Contains($"{_name}-none", error.MessageText, StringComparison.Ordinal);
        Assert.Contains("line 2", error.Where, StringComparison.Ordinal);
        error = await TableClient.FailsAsync(() => client.ExecuteAsync(
            $"INSERT INTO sequence_rows (external_id, row_number, columns, values) VALUES ('{_name}-2', 1, '{{other}}', '[1]')"));
        Assert.Equal("23503", error.SqlState);
        error = await TableClient.FailsAsync(() => client.ExecuteAsync(
            $"INSERT INTO sequence_rows (external_id, row_number, columns, values) VALUES ('{_name}-2', 1, '{{n}}', '[\"text\"]')"));
        Assert.Equal("22023", error.SqlState);
        Assert.Equal("1 [2]", (await RowsAsync($"{_name}-2", "n"))[1]);
    }

    private async Task<List<string>> RowsAsync(string sequence, params string[] columns)
    {
        var rows = new List<string>();
        JsonNode? cursor = null;
        do
        {
            var page = await server.Cdf.PostAsync("sequences/data/list", new { externalId = sequence, columns, limit = 10_000, cursor = (string?)cursor });
            rows.AddRange(page["rows"]!.AsArray().Select(row => $"{row!["rowNumber"]} {row["values"]!.ToJsonString(Relaxed)}"));
            cursor = page["nextCursor"];
        }
        while (cursor is not null);

        return rows;
    }

    private static readonly System.Text.Json.JsonSerializerOptions Relaxed = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}
