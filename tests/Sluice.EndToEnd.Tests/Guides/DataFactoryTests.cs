using System.Globalization;
using System.Text.Json.Nodes;
using Npgsql;
using NpgsqlTypes;
using Sluice.EndToEnd.Tests.Servers;
using Sluice.Gateway.Writes;

namespace Sluice.EndToEnd.Tests.Guides;

/// <summary>docs/azure-data-factory.md: Sluice as the sink of a copy activity.</summary>
public sealed class DataFactoryTests(FaultServer own) : IClassFixture<FaultServer>
{
    private readonly GatewayServer _server = own.Server;

    private readonly string _name = $"adf-{Guid.NewGuid():N}";

    public static TheoryData<string> Mistakes => [.. GuidePage.DataFactory.Answers.Keys];

    /// <summary>How a write method may send its rows; each is tried with rows for two batches.</summary>
    public static TheoryData<string> WriteMethods => ["many rows", "batch", "prepared", "copy"];

    [Fact]
    public async Task The_connection_is_tested_tables_are_listed_and_schemas_imported()
    {
        var user = await _server.Cdf.RegisterUserAsync();
        await _server.Cdf.CreateRawTableAsync(
            user, "movies", _name[..32], "movies", "title", new JsonObject { ["title"] = new JsonObject { ["type"] = "TEXT" }, ["year"] = new JsonObject { ["type"] = "TIMESTAMPTZ" } });
        await using var sink = new DataFactorySink(_server.ConnectionString(user));

        Assert.StartsWith("PostgreSQL ", await sink.TestConnectionAsync(), StringComparison.Ordinal);
        Assert.Superset(
            new HashSet<string> { "public.assets", "public.time_series", "public.double_datapoints", "public.extraction_pipeline_runs", "public.movies" },
            (await sink.TablesAsync()).ToHashSet());
        Assert.All(await sink.TablesAsync(), table => Assert.StartsWith("public.", table, StringComparison.Ordinal));
        Assert.Equal(["title", "year"], (await sink.ImportSchemaAsync("movies")).Select(column => column.ColumnName));
        var assets = (await sink.ImportSchemaAsync("assets")).ToDictionary(column => column.ColumnName);
        Assert.True(assets["id"].IsIdentity);
        Assert.Equal((typeof(string), 255, true), (assets["external_id"].DataType, assets["external_id"].ColumnSize, assets["external_id"].IsUnique));
        Assert.Equal((typeof(DateTime), NpgsqlDbType.TimestampTz), (assets["created_time"].DataType, assets["created_time"].NpgsqlDbType));
        Assert.Equal(NpgsqlDbType.Json, assets["metadata"].NpgsqlDbType);
    }

    [Theory]
    [MemberData(nameof(WriteMethods))]
    public async Task Rows_of_two_batches_are_events_in_CDF(string method)
    {
        var user = await _server.Cdf.RegisterUserAsync();
        await using var sink = new DataFactorySink(_server.ConnectionString(user));
        var before = await _server.Cdf.RequestsAsync("POST", "/events");

        Assert.Equal(1_500, await WriteAsync(sink, method, Events(1_500), batchSize: 1_000));
        var stored = await _server.Cdf.ByExternalIdsAsync("events", Enumerable.Range(0, 1_000).Select(i => $"{_name}-{i + 500}"));
        Assert.Equal(1_000, stored.Count);
        var last = stored.Single(e => (string)e!["externalId"]! == $"{_name}-1499")!;
        Assert.Equal((1_499_000, "alarm"), ((long)last["startTime"]!, (string)last["type"]!));
        Assert.Null(last["description"]);
        Assert.Equal("1499", (string?)last["metadata"]!["row"]);
        Assert.Equal(2, await _server.Cdf.RequestsAsync("POST", "/events") - before);
    }

    [Theory]
    [MemberData(nameof(WriteMethods))]
    public async Task Rows_that_exist_are_changed_for_a_user_with_on_conflict_update(string method)
    {
        var user = await _server.RegisterAsync(new() { OnConflict = ConflictAction.Update });
        await using var sink = new DataFactorySink(_server.ConnectionString(user));
        await WriteAsync(sink, method, Events(50), batchSize: 1_000);
        Assert.Equal(60, await WriteAsync(sink, method, Events(60, "repaired"), batchSize: 1_000));

        var stored = await _server.Cdf.ByExternalIdsAsync("events", Enumerable.Range(0, 60).Select(i => $"{_name}-{i}"));
        Assert.Equal(60, stored.Count(e => (string?)e!["type"] == "repaired"));
    }

    [Theory]
    [InlineData("CREATE TEMP TABLE {0} AS SELECT {1} FROM \"public\".\"events\" WITH NO DATA", "\"interim\"", false)]
    [InlineData("CREATE TEMP TABLE {0} AS SELECT {1} FROM \"public\".\"events\" WHERE 1 = 0", "\"interim\"", false)]
    [InlineData("CREATE TEMPORARY TABLE {0} (LIKE \"public\".\"events\" INCLUDING ALL) ON COMMIT PRESERVE ROWS", "\"interim\"", false)]
    [InlineData("CREATE TABLE {0} AS SELECT {1} FROM \"public\".\"events\" LIMIT 0", "\"public\".\"BatchInterim_1\"", true)]
    [InlineData("CREATE TABLE {0} (LIKE \"public\".\"events\" INCLUDING ALL)", "\"public\".\"BatchInterim_2\"", true)]
    public async Task Upsert_goes_by_an_interim_table(string interim, string name, bool needsOption)
    {
        var user = await _server.RegisterAsync(new() { StagingTables = needsOption });
        await using var sink = new DataFactorySink(_server.ConnectionString(user));
        await WriteAsync(sink, "copy", Events(1_200), batchSize: 10_000);
        Assert.Equal(1_500, await sink.UpsertAsync(Events(1_500, "repaired"), ["external_id"], interim, name));

        var stored = await _server.Cdf.ByExternalIdsAsync("events", Enumerable.Range(0, 1_000).Select(i => $"{_name}-{i + 500}"));
        Assert.Equal(1_000, stored.Count(e => (string?)e!["type"] == "repaired"));
        Assert.DoesNotContain("public.BatchInterim", string.Join(' ', await sink.TablesAsync()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_pre_copy_script_runs_before_the_rows()
    {
        var user = await _server.Cdf.RegisterUserAsync();
        await using var sink = new DataFactorySink(_server.ConnectionString(user));
        await WriteAsync(sink, "copy", Events(3), batchSize: 1_000);
        await sink.RunAsync($"DELETE FROM public.events WHERE external_id IN ('{_name}-0', '{_name}-1', '{_name}-2')");
        Assert.Equal(2, await WriteAsync(sink, "many rows", Events(2), batchSize: 1_000));

        Assert.Equal(2, (await _server.Cdf.ByExternalIdsAsync("events", Enumerable.Range(0, 3).Select(i => $"{_name}-{i}"))).Count);
    }

    [Fact]
    public async Task A_pre_copy_script_may_empty_a_table_over_RAW()
    {
        var user = await _server.Cdf.RegisterUserAsync();
        await _server.Cdf.CreateRawTableAsync(
            user, "movies", _name[..32], "movies", "title", new JsonObject { ["title"] = new JsonObject { ["type"] = "TEXT" } });
        await using var sink = new DataFactorySink(_server.ConnectionString(user));
        (string, NpgsqlDbType)[] columns = [("title", NpgsqlDbType.Text)];
        await sink.CopyAsync(new SinkRows("movies", columns, [["Alien"], ["Aliens"]]), 1_000);
        await sink.RunAsync("TRUNCATE TABLE public.movies");
        await sink.CopyAsync(new SinkRows("movies", columns, [["Brazil"]]), 1_000);

        var rows = (await _server.Cdf.GetAsync($"raw/dbs/{_name[..32]}/tables/movies/rows"))["items"]!.AsArray();
        Assert.Equal("Brazil", (string?)Assert.Single(rows)!["key"]);
    }

    [Fact]
    public async Task A_pre_copy_script_empties_another_table_when_it_says_that_it_means_it()
    {
        var user = await _server.Cdf.RegisterUserAsync();
        await using var sink = new DataFactorySink(_server.ConnectionString(user));
        await WriteAsync(sink, "copy", Events(2), batchSize: 1_000);
        await sink.RunAsync("SET sluice.allow_full_delete = on; TRUNCATE TABLE public.events");

        Assert.Empty((await _server.Cdf.PostAsync("events/list", new { limit = 10 }))["items"]!.AsArray());
    }

    [Theory]
    [MemberData(nameof(WriteMethods))]
    public async Task The_run_status_of_the_recipe_is_one_run_however_many_rows_the_source_has(string method)
    {
        var dataSet = (long)(await _server.Cdf.PostAsync("datasets", new { items = new[] { new { externalId = _name, name = _name } } }))["items"]![0]!["id"]!;
        await _server.Cdf.PostAsync("extpipes", new { items = new[] { new { externalId = _name, name = _name, dataSetId = dataSet } } });
        var user = await _server.Cdf.RegisterUserAsync();
        await using var sink = new DataFactorySink(_server.ConnectionString(user));
        var rows = new SinkRows(
            "extraction_pipeline_runs",
            [("external_id", NpgsqlDbType.Varchar), ("status", NpgsqlDbType.Varchar)],
            [.. Enumerable.Repeat<object?[]>([_name, "success"], 250)]);

        Assert.Equal(250, await WriteAsync(sink, method, rows, batchSize: 10_000));
        var runs = (await _server.Cdf.PostAsync("extpipes/runs/list", new { filter = new { externalId = _name }, limit = 1_000 }))["items"]!.AsArray();
        Assert.Equal("success", (string?)Assert.Single(runs)!["status"]);
    }

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task A_mistake_gets_the_answer_that_the_guide_quotes(string mistake)
    {
        GuidePage.DataFactory.Quotes(mistake, AdministrationMistakes.Text(await Assert.ThrowsAsync<PostgresException>(() => MakeAsync(mistake))));
    }

    private async Task MakeAsync(string mistake)
    {
        using var portals = new Portals(_server.Emulator);
        var user = mistake == "user-configuration-error" ? await RegisterAsync(portals) : await _server.Cdf.RegisterUserAsync();
        await using var sink = new DataFactorySink(_server.ConnectionString(user));
        Assert.StartsWith("PostgreSQL ", await sink.TestConnectionAsync(), StringComparison.Ordinal);
        Assert.Contains("public.events", await sink.TablesAsync());
        Assert.NotEmpty(await sink.ImportSchemaAsync("events"));
        var events = Events(1);
        await (mistake switch
        {
            "user-configuration-error" => sink.InsertManyRowsAsync(events, 1_000),
            "rows-exist" => TwiceAsync(() => sink.CopyAsync(events, 1_000)),
            "server-made-column" => sink.InsertManyRowsAsync(Mapped(events, "created_time", NpgsqlDbType.TimestampTz, DateTime.UnixEpoch), 1_000),
            "name-of-the-api" => sink.InsertManyRowsAsync(
                new SinkRows("extraction_pipeline_runs", [("externalId", NpgsqlDbType.Varchar), ("status", NpgsqlDbType.Varchar)], [[_name, "success"]]), 1_000),
            "required-column" => sink.InsertManyRowsAsync(new SinkRows("assets", [("external_id", NpgsqlDbType.Varchar)], [[_name]]), 1_000),
            "interim-table-in-schema" => sink.UpsertAsync(
                events, ["external_id"], "CREATE TABLE {0} AS SELECT {1} FROM \"public\".\"events\" WITH NO DATA", "\"public\".\"interim\""),
            "truncate" => sink.RunAsync("TRUNCATE TABLE public.events"),
            _ => throw new ArgumentException($"No test makes the mistake {mistake}", nameof(mistake)),
        });
    }

    private async Task<GatewayLogin> RegisterAsync(Portals portals)
    {
        var app = await portals.SetUpAsync(Portals.Capabilities);
        var credentials = portals.CredentialsOf(app);
        var (_, body) = await _server.Cdf.GatewayAsync(
            string.Empty, new JsonObject { ["items"] = new JsonArray(new JsonObject { ["credentials"] = credentials }) }.ToJsonString());
        var user = JsonNode.Parse(body)!["items"]![0]!;
        return new GatewayLogin((string)user["username"]!, (string)user["password"]!);
    }

    private SinkRows Events(int count, string type = "alarm") => new(
        "events",
        [
            ("external_id", NpgsqlDbType.Varchar), ("start_time", NpgsqlDbType.TimestampTz), ("type", NpgsqlDbType.Varchar),
            ("description", NpgsqlDbType.Varchar), ("metadata", NpgsqlDbType.Json),
        ],
        [
            .. Enumerable.Range(0, count).Select(i => (object?[])
                [$"{_name}-{i.ToString(CultureInfo.InvariantCulture)}", DateTime.UnixEpoch.AddSeconds(i), type, null, $$"""{"row":"{{i}}"}"""]),
        ]);

    private static SinkRows Mapped(SinkRows rows, string column, NpgsqlDbType type, object value) => rows with
    {
        Columns = [.. rows.Columns, (column, type)],
        Values = [.. rows.Values.Select(row => (object?[])[.. row, value])],
    };

    private static async Task<int> TwiceAsync(Func<Task<int>> write) => await write() + await write();

    private static Task<int> WriteAsync(DataFactorySink sink, string method, SinkRows rows, int batchSize) => method switch
    {
        "many rows" => sink.InsertManyRowsAsync(rows, batchSize),
        "batch" => sink.InsertBatchAsync(rows, batchSize),
        "prepared" => sink.InsertPreparedAsync(rows, batchSize),
        _ => sink.CopyAsync(rows, batchSize),
    };
}
