using Npgsql;
using Sluice.EndToEnd.Tests.Servers;

namespace Sluice.EndToEnd.Tests.Administration;

/// <summary>A job that was made for version 1 of the gateway: its names of tables and columns are there.</summary>
public sealed class Version1Tests(GatewayServer server) : IAsyncLifetime
{
    private readonly string _name = $"v1-{Guid.NewGuid():N}";
    private readonly List<PostgresNotice> _notices = [];
    private GatewayLogin _user = null!;
    private NpgsqlConnection _connection = null!;

    public async ValueTask InitializeAsync()
    {
        _user = await server.Cdf.RegisterVersion1UserAsync();
        _connection = await server.OpenAsync(_user);
        _connection.Notice += (_, e) => _notices.Add(e.Notice);
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    [Fact]
    public async Task The_tables_are_those_of_version_1()
    {
        var tables = await RowsAsync("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY table_name COLLATE \"C\"");
        var raw = await RowsAsync("SELECT column_name || ' ' || data_type FROM information_schema.columns WHERE table_name = 'raw' ORDER BY ordinal_position");

        Assert.Equal(
            [
                "assets", "datapoints", "events", "extraction_pipeline_runs", "extraction_pipelines", "files", "labels", "raw", "relationships", "sequence_rows",
                "sequences", "timeseries",
            ],
            tables);
        Assert.Equal(["database character varying", "table character varying", "key character varying", "columns json"], raw);
    }

    [Fact]
    public async Task Time_series_and_points_are_written_and_the_legacy_name_is_ignored_with_one_notice()
    {
        await ExecuteAsync($"INSERT INTO timeseries (external_id, name, legacy_name) VALUES ('{_name}-1', 'a', 'old'), ('{_name}-2', 'b', NULL)");
        await ExecuteAsync($"INSERT INTO datapoints (external_id, timestamp, value) VALUES ('{_name}-1', '2024-05-06 07:08:09Z', 1.5)");
        var series = await server.Cdf.ByExternalIdsAsync("timeseries", $"{_name}-1", $"{_name}-2");

        Assert.Equal(2, series.Count);
        Assert.Contains("\"legacy_name\"", Assert.Single(_notices).MessageText, StringComparison.Ordinal);
        Assert.Equal((1_714_979_289_000, 1.5), Assert.Single((await server.Cdf.PointsAsync($"{_name}-1")).Select(point => (point.Timestamp, (double)point.Value))));
        Assert.Equal(["a"], await RowsAsync($"SELECT name FROM timeseries WHERE external_id = '{_name}-1' AND legacy_name IS NULL"));
        Assert.Equal(["1.5"], await RowsAsync(
            $"SELECT value::text FROM datapoints WHERE external_id = '{_name}-1' AND timestamp >= '2024-01-01' AND timestamp < '2025-01-01'"));
    }

    [Fact]
    public async Task The_legacy_name_is_ignored_by_every_verb()
    {
        await using (var copy = await _connection.BeginTextImportAsync("COPY timeseries (external_id, legacy_name) FROM STDIN"))
        {
            await copy.WriteAsync($"{_name}\told\n");
        }

        await ExecuteAsync($"INSERT INTO timeseries (external_id, unit, legacy_name) SELECT '{_name}-' || i, 'm', 'old' FROM generate_series(1, 2) i");
        await ExecuteAsync(
            $"INSERT INTO timeseries (external_id, name, legacy_name) VALUES ('{_name}', 'b', 'x') "
            + "ON CONFLICT (external_id) DO UPDATE SET name = EXCLUDED.name, legacy_name = EXCLUDED.legacy_name");
        var changed = await ExecuteAsync($"UPDATE timeseries SET legacy_name = 'y', description = 'd' WHERE external_id = '{_name}'");
        var untouched = await ExecuteAsync($"UPDATE timeseries SET legacy_name = NULL WHERE external_id = '{_name}'");
        var series = Assert.Single(await server.Cdf.ByExternalIdsAsync("timeseries", _name))!;

        Assert.Equal((1, 1), (changed, untouched));
        Assert.Equal(("b", "d"), ((string?)series["name"], (string?)series["description"]));
        Assert.Equal(2, (await server.Cdf.ByExternalIdsAsync("timeseries", $"{_name}-1", $"{_name}-2")).Count);
        Assert.Equal(5, _notices.Count(notice => notice.MessageText.Contains("\"legacy_name\"", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Expressions_and_staged_keys_go_to_the_tables_of_version_1_too()
    {
        var database = _name[..32];
        await ExecuteAsync(
            $"INSERT INTO raw (database, \"table\", key, columns) SELECT '{database}', 't', 'k' || i, json_build_object('a', i) FROM generate_series(1, 3) i");
        await ExecuteAsync("CREATE TEMP TABLE wanted AS SELECT 'k' || i AS key FROM generate_series(2, 3) i");
        var copied = await ExecuteAsync(
            "INSERT INTO raw (database, \"table\", key, columns) SELECT r.database, r.\"table\", 'copy of ' || r.key, r.columns FROM raw r JOIN wanted w ON r.key = w.key "
            + $"WHERE r.database = '{database}' AND r.\"table\" = 't'");
        var error = await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync("INSERT INTO raw (_raw_database) VALUES ('d')"));
        var unknown = await Assert.ThrowsAsync<PostgresException>(() => RowsAsync("SELECT key FROM raw"));

        Assert.Equal(2, copied);
        Assert.Equal(3, (int)(await server.Cdf.GetAsync($"raw/dbs/{database}/tables/t/rows/copy%20of%20k3"))["columns"]!["a"]!);
        Assert.Equal(PostgresErrorCodes.UndefinedColumn, error.SqlState);
        Assert.Contains("database, table, key", unknown.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Raw_rows_are_written_read_changed_and_deleted_under_the_old_names()
    {
        var database = _name[..32];
        await ExecuteAsync($$"""INSERT INTO raw (database, "table", key, columns) VALUES ('{{database}}', 't', 'k', '{"a":1}')""");
        var where = $"database = '{database}' AND \"table\" = 't' AND key = 'k'";
        Assert.Equal(["""{"a":1}"""], await RowsAsync($"SELECT columns::text FROM raw WHERE {where}"));
        Assert.Equal(1, await ExecuteAsync($$"""UPDATE raw SET columns = '{"a":2}' WHERE {{where}}"""));
        var stored = await server.Cdf.GetAsync($"raw/dbs/{database}/tables/t/rows/k");
        Assert.Equal(1, await ExecuteAsync($"DELETE FROM raw WHERE {where}"));

        Assert.Equal(2, (int)stored["columns"]!["a"]!);
        Assert.Empty(await RowsAsync($"SELECT key FROM raw WHERE {where}"));
    }

    [Fact]
    public async Task Rows_of_sequences_have_row_values()
    {
        await ExecuteAsync($$"""INSERT INTO sequences (external_id, columns) VALUES ('{{_name}}', '[{"externalId":"c","valueType":"DOUBLE"}]')""");
        await ExecuteAsync($"INSERT INTO sequence_rows (external_id, row_number, columns, row_values) VALUES ('{_name}', 1, '{{c}}', '[1.5]')");

        Assert.Equal(["[1.5]"], await RowsAsync($"SELECT row_values::text FROM sequence_rows WHERE external_id = '{_name}' AND row_number = 1"));
    }

    [Fact]
    public async Task A_tables_new_column_is_there_in_an_open_session()
    {
        var path = $"//user/{_user.Username}/tables";
        var created = await server.Cdf.Version1Async(
            path,
            $$$"""{"items":[{"destination":"raw","name":"movies","columns":["title"],"options":{"primary_key":"title","database":"{{{_name[..32]}}}","table":"m"}}]}""");
        await ExecuteAsync("INSERT INTO movies (title) VALUES ('Alien')");
        await server.Cdf.Version1Async(
            $"{path}/update",
            $$$$$"""{"items":[{"id":"{{{{{(long)created["items"]![0]!["id"]!}}}}}","update":{"name":{"set":"films"},"columns":{"add":["year"]}}}]}""");
        await ExecuteAsync("INSERT INTO films (title, year) VALUES ('Aliens', '1986')");

        Assert.Equal(["1986"], await RowsAsync("SELECT year FROM films WHERE title = 'Aliens'"));
        Assert.Equal(["Alien"], await RowsAsync("SELECT title FROM films WHERE title = 'Alien'"));
        var gone = await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync("INSERT INTO movies (title) VALUES ('x')"));
        Assert.Equal(PostgresErrorCodes.UndefinedTable, gone.SqlState);
    }

    private async Task<int> ExecuteAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, _connection);
        return await command.ExecuteNonQueryAsync();
    }

    private async Task<List<string>> RowsAsync(string sql)
    {
        await using var command = new NpgsqlCommand(sql, _connection);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
        {
            rows.Add(reader.GetString(0));
        }

        return rows;
    }
}
