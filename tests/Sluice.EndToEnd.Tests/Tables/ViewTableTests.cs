using System.Text.Json.Nodes;
using Npgsql;
using NpgsqlTypes;
using Sluice.EndToEnd.Tests.Servers;

namespace Sluice.EndToEnd.Tests.Tables;

/// <summary>Tables over views: nodes with a property of every type, by every way to write, compared with what CDF then has.</summary>
public sealed class ViewTableTests(GatewayServer server) : IAsyncLifetime
{
    /// <summary>A value of each type as SQL and COPY have it, as CDF answers it, and as PostgreSQL prints it again, if otherwise.</summary>
    private static readonly (string Column, string Text, string Json, string? Printed)[] Values =
    [
        ("text_one", "a \"b\" ä", """ "a \"b\" ä" """, null),
        ("text_list", "{a,\"b c\",\"NULL\"}", """["a","b c","NULL"]""", null),
        ("boolean_one", "t", "true", "true"),
        ("boolean_list", "{t,f}", "[true,false]", null),
        ("int32_one", "-2147483648", "-2147483648", null),
        ("int32_list", "{1,2147483647}", "[1,2147483647]", null),
        ("int64_one", "9223372036854775807", "9223372036854775807", null),
        ("int64_list", "{-9223372036854775808,0}", "[-9223372036854775808,0]", null),
        ("float32_one", "1.5", "1.5", null),
        ("float32_list", "{0.1,-2}", "[0.1,-2]", null),
        ("float64_one", "0.1", "0.1", null),
        ("float64_list", "{1e+300,-0.5}", "[1E+300,-0.5]", null),
        ("timestamp_one", "2024-02-29 12:30:00.1239+01", """ "2024-02-29T11:30:00.123+00:00" """, "2024-02-29 11:30:00.123+00"),
        (
            "timestamp_list",
            """{"1969-12-31 23:59:59.9999+00","2024-01-01 00:00:00+00"}""",
            """["1969-12-31T23:59:59.999+00:00","2024-01-01T00:00:00+00:00"]""",
            """{"1969-12-31 23:59:59.999+00","2024-01-01 00:00:00+00"}"""),
        ("date_one", "2024-02-29", """ "2024-02-29" """, null),
        ("date_list", "{0001-01-01,9999-12-31}", """["0001-01-01","9999-12-31"]""", null),
        ("json_one", """{"a":[1,null]}""", """{"a":[1,null]}""", null),
        ("json_list", """{"{\"a\":1}",2}""", """[{"a":1},2]""", null),
        ("direct_one", Reference, Reference, null),
        (
            "direct_list",
            """{"{\"space\":\"SPACE\",\"externalId\":\"a:b\"}","\"SPACE:c\""}""",
            """[{"space":"SPACE","externalId":"a:b"},{"space":"SPACE","externalId":"c"}]""",
            """{"{\"space\":\"SPACE\",\"externalId\":\"a:b\"}","{\"space\":\"SPACE\",\"externalId\":\"c\"}"}"""),
        ("timeseries_one", "ts", """ "ts" """, null),
        ("timeseries_list", "{ts1,ts2}", """["ts1","ts2"]""", null),
        ("file_one", "f", """ "f" """, null),
        ("file_list", "{f1}", """["f1"]""", null),
        ("sequence_one", "s", """ "s" """, null),
        ("sequence_list", "{s1}", """["s1"]""", null),
        ("enum_one", "green", """ "green" """, null),
    ];

    private const string Reference = """{"space":"SPACE","externalId":"there"}""";

    private ViewModel _model = null!;

    public async ValueTask InitializeAsync() => _model = await ViewModel.CreateAsync(server);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task The_catalog_has_a_column_for_each_property()
    {
        await using var client = await server.OpenAsync();
        const string Sql = "SELECT attname || ' ' || format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = $1::text::regclass AND attnum > 0 ORDER BY attnum";
        Assert.Equal(
            [
                "space character varying(43)", "external_id character varying(256)", "type json", "created_time timestamp with time zone",
                "last_updated_time timestamp with time zone",
                "text_one text", "text_list text[]", "boolean_one boolean", "boolean_list boolean[]", "int32_one bigint", "int32_list bigint[]",
                "int64_one bigint", "int64_list bigint[]", "float32_one real", "float32_list real[]", "float64_one double precision",
                "float64_list double precision[]", "timestamp_one timestamp with time zone", "timestamp_list timestamp with time zone[]", "date_one date",
                "date_list date[]", "json_one json", "json_list json[]", "direct_one json", "direct_list json[]", "timeseries_one text", "timeseries_list text[]",
                "file_one text", "file_list text[]", "sequence_one text", "sequence_list text[]", "enum_one text",
            ],
            await ColumnAsync(client, Sql, _model.Things));

        // Names that an instance's own columns have get an underscore, and one more if that is taken, too.
        Assert.Equal(
            ["space", "external_id", "type", "created_time", "last_updated_time", "name", "type__", "type_", "serial", "state", "power", "Camel"],
            await ColumnAsync(client, Sql.Replace(" || ' ' || format_type(atttypid, atttypmod)", "", StringComparison.Ordinal), _model.Pumps));
        Assert.Equal(
            ["space", "external_id", "type", "start_node", "end_node", "created_time", "last_updated_time", "length", "label"],
            await ColumnAsync(client, Sql.Replace(" || ' ' || format_type(atttypid, atttypmod)", "", StringComparison.Ordinal), _model.Pipes));
    }

    [Theory]
    [InlineData("literals")]
    [InlineData("copy")]
    [InlineData("parameters")]
    [InlineData("sink")]
    public async Task Every_type_arrives_by_every_way_and_comes_back(string way)
    {
        await using var client = await server.OpenAsync();
        await ExecuteAsync(client, "SET timezone = 'UTC'");
        var columns = $"space, external_id, type, {string.Join(", ", Values.Select(v => v.Column))}";
        string[] texts = [_model.Space, "x", Local(Reference), .. Values.Select(v => Local(v.Text))];
        var list = string.Join(", ", texts.Select(Quote));
        switch (way)
        {
            case "literals":
                await ExecuteAsync(client, $"INSERT INTO {_model.Things} ({columns}) VALUES ({list})");
                break;
            case "copy":
                await using (var writer = await client.BeginTextImportAsync($"COPY {_model.Things} ({columns}) FROM STDIN"))
                {
                    await writer.WriteAsync(string.Join('\t', texts.Select(text => text.Replace("\\", "\\\\", StringComparison.Ordinal))) + "\n");
                }

                break;
            case "parameters":
                await using (var command = new NpgsqlCommand(
                    $"INSERT INTO {_model.Things} ({columns}) VALUES ({string.Join(", ", texts.Select((_, i) => $"${i + 1}"))})", client))
                {
                    foreach (var text in texts)
                    {
                        command.Parameters.Add(new NpgsqlParameter { Value = text, NpgsqlDbType = NpgsqlDbType.Unknown });
                    }

                    await command.ExecuteNonQueryAsync();
                }

                break;
            default:
                await ExecuteAsync(client, $"CREATE TEMP TABLE staged (LIKE {_model.Things})");
                await ExecuteAsync(client, $"INSERT INTO staged ({columns}) VALUES ({list})");
                await ExecuteAsync(client, $"INSERT INTO {_model.Things} ({columns}) SELECT {columns} FROM staged");
                break;
        }

        var stored = JsonNode.Parse((await _model.PropertiesAsync("Thing", "x"))!)!;
        Assert.All(Values, v => AssertJson(v.Json, stored[v.Column]));
        AssertJson(Reference, (await _model.FindAsync("Thing", "x"))!["type"]);
        var row = await RowAsync(
            client,
            $"SELECT {string.Join(", ", Values.Select(v => v.Column + "::text"))} FROM {_model.Things} WHERE space = '{_model.Space}' AND external_id = 'x'");
        Assert.Equal(Values.Select(v => Local(v.Printed ?? v.Text)), row);
    }

    [Fact]
    public async Task A_reference_may_be_written_with_a_colon()
    {
        await using var client = await server.OpenAsync();
        await ExecuteAsync(
            client,
            $"INSERT INTO {_model.Things} (space, external_id, type, direct_one, direct_list)"
            + $" VALUES ('{_model.Space}', 'x', '{_model.Space}:T', '{_model.Space}:a:b', '{{{_model.Space}:c, {_model.Space}:d}}')");
        AssertJson("""{"space":"SPACE","externalId":"T"}""", (await _model.FindAsync("Thing", "x"))!["type"]);
        AssertJson(
            """{"direct_one":{"space":"SPACE","externalId":"a:b"},"direct_list":[{"space":"SPACE","externalId":"c"},{"space":"SPACE","externalId":"d"}]}""",
            JsonNode.Parse((await _model.PropertiesAsync("Thing", "x"))!));
    }

    [Fact]
    public async Task Binary_COPY_takes_every_type()
    {
        await using var client = await server.OpenAsync();
        await using (var writer = await client.BeginBinaryImportAsync(
            $"COPY {_model.Things} (space, external_id, text_list, boolean_one, int32_one, int64_list, float32_one, float64_list, timestamp_one, date_one, json_one, direct_one) FROM STDIN BINARY"))
        {
            await writer.StartRowAsync();
            await writer.WriteAsync(_model.Space, NpgsqlDbType.Varchar);
            await writer.WriteAsync("bin", NpgsqlDbType.Varchar);
            await writer.WriteAsync<string[]>(["a", "b"], NpgsqlDbType.Array | NpgsqlDbType.Text);
            await writer.WriteAsync(true, NpgsqlDbType.Boolean);
            await writer.WriteAsync(7L, NpgsqlDbType.Bigint);
            await writer.WriteAsync<long[]>([1, 2], NpgsqlDbType.Array | NpgsqlDbType.Bigint);
            await writer.WriteAsync(1.5f, NpgsqlDbType.Real);
            await writer.WriteAsync<double[]>([0.5], NpgsqlDbType.Array | NpgsqlDbType.Double);
            await writer.WriteAsync(new DateTime(2024, 2, 29, 0, 0, 0, DateTimeKind.Utc), NpgsqlDbType.TimestampTz);
            await writer.WriteAsync(new DateOnly(2024, 2, 29), NpgsqlDbType.Date);
            await writer.WriteAsync("{}", NpgsqlDbType.Json);
            await writer.WriteAsync(Local("""{"space":"SPACE","externalId":"there"}"""), NpgsqlDbType.Json);
            await writer.CompleteAsync();
        }

        AssertJson(
            """{"text_list":["a","b"],"boolean_one":true,"int32_one":7,"int64_list":[1,2],"float32_one":1.5,"float64_list":[0.5],"timestamp_one":"2024-02-29T00:00:00+00:00","date_one":"2024-02-29","json_one":{},"direct_one":{"space":"SPACE","externalId":"there"}}""",
            JsonNode.Parse((await _model.PropertiesAsync("Thing", "bin"))!));
    }

    [Fact]
    public async Task NULL_clears_a_column_that_is_named_and_others_stay()
    {
        await using var client = await server.OpenAsync();
        await ExecuteAsync(client, $"INSERT INTO {_model.Things} (space, external_id, text_one, int64_one, int64_list) VALUES ('{_model.Space}', 'x', 'kept', 1, '{{1}}')");
        Assert.Equal(1, await ExecuteAsync(client, $"INSERT INTO {_model.Things} (space, external_id, int64_one, int64_list) VALUES ('{_model.Space}', 'x', NULL, NULL)"));
        Assert.Equal("""{"text_one":"kept"}""", await _model.PropertiesAsync("Thing", "x"));
    }

    [Fact]
    public async Task Of_rows_with_one_key_the_later_one_counts()
    {
        await using var client = await server.OpenAsync();
        Assert.Equal(3, await ExecuteAsync(client, $"INSERT INTO {_model.Things} (space, external_id, int64_one) VALUES ('{_model.Space}', 'x', 1), ('{_model.Space}', 'y', 2), ('{_model.Space}', 'x', 3)"));
        Assert.Equal("""{"int64_one":3}""", await _model.PropertiesAsync("Thing", "x"));
    }

    [Fact]
    public async Task A_COPY_is_a_request_for_each_1_000_instances()
    {
        var before = await server.Cdf.RequestsAsync("POST", "/models/instances");
        await using var client = await server.OpenAsync();
        await using (var writer = await client.BeginTextImportAsync($"COPY {_model.Things} (space, external_id, int64_one) FROM STDIN"))
        {
            for (var n = 0; n < 2_500; n++)
            {
                await writer.WriteAsync($"{_model.Space}\tn{n}\t{n}\n");
            }
        }

        Assert.Equal("""{"int64_one":2499}""", await _model.PropertiesAsync("Thing", "n2499"));
        Assert.True(await server.Cdf.RequestsAsync("POST", "/models/instances") - before >= 3);
    }

    private void AssertJson(string expected, JsonNode? actual) => Assert.True(
        JsonNode.DeepEquals(JsonNode.Parse(Local(expected)), actual), $"expected {Local(expected)}, found {actual?.ToJsonString()}");

    private static string Quote(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    private static async Task<int> ExecuteAsync(NpgsqlConnection client, string sql)
    {
        await using var command = new NpgsqlCommand(sql, client);
        return await command.ExecuteNonQueryAsync();
    }

    private static async Task<List<string>> ColumnAsync(NpgsqlConnection client, string sql, string parameter)
    {
        await using var command = new NpgsqlCommand(sql, client) { Parameters = { new NpgsqlParameter { Value = parameter } } };
        await using var reader = await command.ExecuteReaderAsync();
        var values = new List<string>();
        while (await reader.ReadAsync())
        {
            values.Add(reader.GetString(0));
        }

        return values;
    }

    private static async Task<string?[]> RowAsync(NpgsqlConnection client, string sql)
    {
        await using var command = new NpgsqlCommand(sql, client);
        await using var reader = await command.ExecuteReaderAsync();
        Assert.True(await reader.ReadAsync());
        return [.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? null : reader.GetString(i))];
    }

    private string Local(string text) => text.Replace("SPACE", _model.Space, StringComparison.Ordinal);
}
