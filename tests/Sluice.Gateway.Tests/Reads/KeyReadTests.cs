using Npgsql;
using Sluice.Gateway.Reads;
using Sluice.Gateway.Tables;
using Sluice.Gateway.Tests.Engine;
using Sluice.Gateway.Tests.Writes.Live;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Types;

namespace Sluice.Gateway.Tests.Reads;

/// <summary>SELECTs by key through the real engine from an emulated CDF.</summary>
public sealed class KeyReadTests(EngineFixture fixture, ReadFixture read) : IClassFixture<ReadFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private NpgsqlConnection User => read.User;

    [Theory]
    [InlineData("SELECT name FROM assets WHERE external_id = 'a1'", "n1")]
    [InlineData("SELECT name, source FROM assets WHERE external_id IN ('a1', 'a2', 'a2', 'nope', NULL) ORDER BY name", "n1|s", "n2|")]
    [InlineData("SELECT name FROM assets WHERE external_id = ANY('{a3,a1}'::text[]) ORDER BY 1 DESC LIMIT 1", "n3")]
    [InlineData("SELECT name FROM assets WHERE external_id = ANY(ARRAY(SELECT 'a' || i FROM generate_series(1, 2) i)::text[]) ORDER BY 1", "n1", "n2")]
    [InlineData("SELECT name FROM assets WHERE id = (SELECT id FROM assets WHERE external_id = 'a1')", "n1")]
    [InlineData("SELECT name FROM assets WHERE id = ANY(ARRAY(SELECT id FROM assets WHERE external_id IN ('a1', 'a2'))) ORDER BY 1", "n1", "n2")]
    [InlineData("SELECT count(*) FROM assets WHERE external_id IN ('a1', 'a2')", "2")]
    [InlineData("SELECT name FROM assets WHERE id IN (-5, 0, 9223372036854775807)")]
    [InlineData("SELECT name FROM assets WHERE external_id = 'A1'")]
    [InlineData("SELECT name FROM assets WHERE external_id = NULL")]
    [InlineData("SELECT name FROM assets WHERE external_id = 'it''s \\ \"é\"'", "odd")]
    [InlineData("SELECT name FROM assets WHERE external_id IN ('a1', 'a2') AND source IS NULL", "n2")]
    [InlineData("SELECT name FROM assets WHERE external_id IN ('a1', 'a2') AND source IS NOT NULL", "n1")]
    [InlineData("SELECT name FROM assets WHERE external_id IN ('a1', 'a2') AND source = 's' AND name <> 'n9'", "n1")]
    [InlineData("SELECT name FROM assets WHERE external_id IN ('a1', 'a2') AND created_time > '2000-01-01' AND created_time < '2000-01-02'")]
    [InlineData("SELECT name FROM assets WHERE external_id IN ('a1', 'a2') AND created_time BETWEEN '2000-01-01' AND '2999-01-01' AND id > 0 ORDER BY 1", "n1", "n2")]
    [InlineData("SELECT name FROM assets WHERE external_id = 'a1' FOR UPDATE", "n1")]
    [InlineData("SELECT metadata ->> 'k' FROM assets WHERE external_id = 'a1' AND metadata ->> 'k' = 'v'", "v")]
    [InlineData("SELECT external_id, unit, is_string FROM time_series WHERE external_id = 'ts' AND NOT is_string", "ts|°C|f")]
    [InlineData("SELECT external_id FROM time_series WHERE external_id = 'ts' AND is_string")]
    public async Task Rows_are_read_by_their_keys(string sql, params string[] rows) => Assert.Equal(rows, await User.RowsAsync(sql));

    [Theory]
    [InlineData("SELECT value, timestamp, external_id FROM double_datapoints WHERE external_id = 'ts' AND timestamp = '2024-01-01 00:00:01'", "1|2024-01-01 00:00:01+00|ts")]
    [InlineData("SELECT value FROM double_datapoints WHERE external_id = 'ts' AND timestamp = '2024-01-01 00:00:01.0005'")]
    [InlineData("SELECT value FROM double_datapoints WHERE external_id = 'ts' AND timestamp IN ('2024-01-01 00:00:01', '2024-01-01 00:00:03') ORDER BY 1", "1", "3")]
    [InlineData("SELECT value FROM double_datapoints WHERE external_id = 'ts' AND timestamp > '2024-01-01 00:00:01' AND timestamp <= '2024-01-01 00:00:03' ORDER BY 1", "2", "3")]
    [InlineData("SELECT value FROM double_datapoints WHERE external_id = 'ts' AND timestamp >= '2024-01-01 00:00:02.999001' AND timestamp < '2024-01-01 00:00:03.0001'", "3")]
    [InlineData("SELECT count(*), sum(value) FROM double_datapoints WHERE external_id IN ('ts', 'nope')", "4|6")]
    [InlineData("SELECT count(*) FROM double_datapoints WHERE id = (SELECT id FROM time_series WHERE external_id = 'ts')", "4")]
    [InlineData("SELECT count(*) FROM double_datapoints WHERE external_id = 'ts' AND timestamp > '2024-01-02' AND timestamp < '2024-01-01'", "0")]
    [InlineData("SELECT value FROM string_datapoints WHERE external_id = 'strings' ORDER BY timestamp", "y \"z\"", "x")]
    [InlineData("SELECT value FROM double_datapoints WHERE external_id = 'strings'")]
    [InlineData("SELECT value FROM string_datapoints WHERE external_id = 'ts'")]
    public async Task Data_points_are_read_by_series_and_time(string sql, params string[] rows) => Assert.Equal(rows, await User.RowsAsync(sql));

    [Theory]
    [InlineData("SELECT _raw_columns ->> 'a' FROM raw_rows WHERE _raw_database = 'db' AND _raw_table = 't' AND _raw_key = 'k 1/2'", "1")]
    [InlineData("SELECT _raw_key FROM raw_rows WHERE _raw_database = 'db' AND _raw_table IN ('t', 'none') AND _raw_key IN ('k 1/2', '7', 'x') ORDER BY 1", "7", "k 1/2")]
    [InlineData("SELECT count(*) FROM raw_rows WHERE _raw_database = 'none' AND _raw_table = 't' AND _raw_key = 'k'", "0")]
    [InlineData("SELECT k, a, s FROM mine WHERE k = 7", "7|5|text")]
    [InlineData("SELECT k FROM mine WHERE k = ANY('{7,8}')", "7")]
    public async Task Raw_rows_are_read_one_by_one(string sql, params string[] rows) => Assert.Equal(rows, await User.RowsAsync(sql));

    [Theory]
    [InlineData("SELECT external_id, row_number, columns, values FROM sequence_rows WHERE external_id = 'sq' AND row_number = 2", "sq|2|{c,\"d \\\"x\\\"\"}|[\"b\",2]")]
    [InlineData("SELECT row_number FROM sequence_rows WHERE external_id IN ('sq', 'nope') AND row_number > 1 ORDER BY 1", "2", "12000")]
    [InlineData("SELECT row_number FROM sequence_rows WHERE external_id = 'sq' AND row_number IN (1, 3, 12000, -1) ORDER BY 1", "1", "12000")]
    [InlineData("SELECT count(*) FROM sequence_rows WHERE id = (SELECT id FROM sequences WHERE external_id = 'sq')", "3")]
    [InlineData("SELECT name, description, data_set_id FROM labels WHERE external_id = 'l'", "label||")]
    [InlineData("SELECT source_type, target_external_id FROM relationships WHERE external_id IN ('r', 'none')", "asset|a2")]
    [InlineData("SELECT name, uploaded FROM files WHERE external_id = 'f'", "file|f")]
    public async Task Every_table_with_a_key_can_be_read(string sql, params string[] rows) => Assert.Equal(rows, await User.RowsAsync(sql));

    [Theory]
    [InlineData("SELECT * FROM raw_rows WHERE _raw_database = 'db' AND _raw_table = 't'", "_raw_key")]
    [InlineData("SELECT * FROM mine", "k")]
    [InlineData("SELECT * FROM double_datapoints WHERE timestamp > '2024-01-01'", "external_id or id")]
    [InlineData("SELECT * FROM relationships WHERE source_type = 'asset'", "external_id")]
    public async Task What_has_no_key_is_0A000_with_the_columns_to_name(string sql, string columns)
    {
        var error = await User.FailsAsync("0A000", sql);
        Assert.Contains(columns, error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_condition_that_is_not_exact_is_0A000_and_says_how_to_have_it_evaluated()
    {
        var error = await User.FailsAsync("0A000", "SELECT name FROM assets WHERE external_id IN ('a1', 'a2') AND upper(name) LIKE 'N1'");

        Assert.Contains("upper", error.MessageText, StringComparison.Ordinal);
        Assert.Contains("MATERIALIZED", error.Hint, StringComparison.Ordinal);
        Assert.Equal(
            ["n1"],
            await User.RowsAsync("WITH t AS MATERIALIZED (SELECT name FROM assets WHERE external_id IN ('a1', 'a2')) SELECT name FROM t WHERE upper(name) LIKE 'N1'"));
    }

    [Fact]
    public async Task A_parameter_is_bound_in_custom_and_generic_plans()
    {
        await User.RunAsync("PREPARE by_key AS SELECT name FROM assets WHERE external_id = $1; PREPARE by_keys AS SELECT count(*) FROM assets WHERE external_id = ANY($1::text[])");
        for (var i = 0; i < 7; i++)
        {
            Assert.Equal(["n2"], await User.RowsAsync("EXECUTE by_key('a2')"));
            Assert.Equal(["2"], await User.RowsAsync("EXECUTE by_keys('{a1,a2,zz}')"));
        }

        Assert.Empty(await User.RowsAsync("EXECUTE by_key(NULL)"));
    }

    [Fact]
    public async Task A_fetch_is_filled_exactly_whatever_the_pages()
    {
        var keys = string.Join(',', Enumerable.Range(0, 2_500).Select(i => $"m{i}"));
        var before = await read.Cdf.RequestsAsync("/assets/byids");

        Assert.Equal(["2500|2500"], await User.RowsAsync($"SELECT count(*), count(DISTINCT external_id) FROM assets WHERE external_id = ANY('{{{keys}}}')"));
        Assert.Equal(["1000"], await User.RowsAsync($"SELECT count(*) FROM (SELECT 1 FROM assets WHERE external_id = ANY('{{{keys}}}') LIMIT 1000) t"));

        Assert.Equal(3, Math.Min(3, await read.Cdf.RequestsAsync("/assets/byids") - before));
    }

    [Fact]
    public async Task A_nested_loop_reads_again_for_each_outer_row()
    {
        await User.RunAsync("SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_material = off");
        Assert.Equal(
            ["1|n1", "1|n2", "2|n1", "2|n2"],
            await User.RowsAsync("SELECT i, name FROM generate_series(1, 2) i, assets WHERE external_id IN ('a1', 'a2') ORDER BY 1, 2"));
        await User.RunAsync("RESET ALL");
    }

    [Fact]
    public async Task A_cursor_scrolls()
    {
        await User.RunAsync("BEGIN; DECLARE scrolling SCROLL CURSOR FOR SELECT name FROM assets WHERE external_id = 'a1'");
        Assert.Equal(["n1"], await User.RowsAsync("FETCH FIRST FROM scrolling"));
        await User.RunAsync("MOVE BACKWARD ALL IN scrolling");
        Assert.Equal(["n1"], await User.RowsAsync("FETCH ALL FROM scrolling"));
        await User.RunAsync("COMMIT");
    }

    [Fact]
    public async Task A_statement_is_cancelled_while_cdf_keeps_it_waiting()
    {
        await using var cdf = await LiveCdf.StartAsync();
        await using var user = await fixture.ConnectAsNewUserAsync(cdf.Context.Client);
        await cdf.FaultsAsync("""{"id":"slow","action":"latency","milliseconds":60000,"path":"/assets/byids"}""");

        using var cancel = new CancellationTokenSource();
        await using var command = new NpgsqlCommand("SELECT name FROM assets WHERE external_id = 'a1'", user);
        var running = command.ExecuteScalarAsync(Token);
        await cdf.HitsAsync("slow", 1);
        var watch = System.Diagnostics.Stopwatch.StartNew();
        command.Cancel();

        var error = await Assert.ThrowsAsync<OperationCanceledException>(() => running);
        Assert.Equal("57014", Assert.IsType<PostgresException>(error.InnerException).SqlState);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), $"{watch.Elapsed}");
        Assert.Equal(["1"], await user.RowsAsync("SELECT 1"));
    }

    [Fact]
    public async Task An_error_of_cdf_is_said_in_its_words()
    {
        await using var cdf = await LiveCdf.StartAsync(maxAttempts: 1);
        var context = await cdf.WithCapabilitiesAsync("""{"eventsAcl":{"actions":["READ"],"scope":{"all":{}}}}""");
        await using var user = await fixture.ConnectAsNewUserAsync(context.Client);

        var forbidden = await user.FailsAsync("42501", "SELECT name FROM assets WHERE external_id = 'a1'");
        Assert.Contains("assets:read", forbidden.Hint, StringComparison.Ordinal);
        Assert.Empty(await user.RowsAsync("SELECT * FROM events WHERE external_id = 'a1'"));

        await cdf.FaultsAsync("""{"action":"status","status":500,"path":"/events/byids"}""");
        await user.FailsAsync("58000", "SELECT * FROM events WHERE external_id = 'a1'");

        // Npgsql gives up a connection after either of these codes.
        await using var other = await fixture.ConnectAsNewUserAsync(context.Client);
        await cdf.FaultsAsync("""{"action":"drop","path":"/events/byids","when":"before"}""");
        await other.FailsAsync("08006", "SELECT * FROM events WHERE external_id = 'a1'");
    }

    [Fact]
    public async Task Rows_that_wait_for_commit_are_not_read_over()
    {
        await using var user = await fixture.ConnectAsNewUserAsync(read.Cdf.Context.Client);
        var session = new TestScanSession(user.Database) { Pending = "assets" };
        using (fixture.Sessions.Register(user.ProcessID, session))
        {
            var error = await user.FailsAsync("0A000", "SELECT name FROM assets WHERE external_id = 'a1'");
            Assert.Contains("sluice.read_pending", error.Hint, StringComparison.Ordinal);
            Assert.Equal(["ts"], await user.RowsAsync("SELECT external_id FROM time_series WHERE external_id = 'ts'"));
            session.ReadsStale = true;
            Assert.Equal(["n1"], await user.RowsAsync("SELECT name FROM assets WHERE external_id = 'a1'"));
        }
    }

    [Fact]
    public async Task Raw_values_that_do_not_fit_are_counted_for_the_client()
    {
        var table = CustomRawTable.Define("mine", "db", "t", null, [new("s", new(PgType.Int8))]);
        await using var user = await fixture.ConnectAsNewUserAsync(read.Cdf.Context.Client, table);
        var session = new TestScanSession(user.Database);
        using (fixture.Sessions.Register(user.ProcessID, session))
        {
            Assert.Equal(["7|"], await user.RowsAsync("SELECT _raw_key, s FROM mine WHERE _raw_key = '7'"));
        }

        Assert.Contains("1 values of table \"mine\"", Assert.Single(session.Notices).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Key_sets_of_the_session_bound_a_scan_without_conditions_and_only_its_own_users()
    {
        await using var user = await fixture.ConnectAsNewUserAsync(read.Cdf.Context.Client);
        var session = new TestScanSession(user.Database) { KeySets = [new KeySet("assets", "external_id", new HashSet<string>(["a1", "a3", "zz"], StringComparer.Ordinal))] };
        using (fixture.Sessions.Register(user.ProcessID, session))
        {
            Assert.Equal(["n1", "n3"], await user.RowsAsync("SELECT name FROM assets ORDER BY 1"));
        }

        using (fixture.Sessions.Register(user.ProcessID, new TestScanSession("somebody else") { KeySets = session.KeySets }))
        {
            await user.FailsAsync("0A000", "SELECT name FROM assets");
        }

        await user.FailsAsync("0A000", "SELECT name FROM assets");
    }
}

/// <summary>A CDF with a few rows, and a user who reads them.</summary>
public sealed class ReadFixture(EngineFixture fixture) : IAsyncLifetime
{
    private NpgsqlConnection? _user;
    private LiveCdf? _cdf;

    internal LiveCdf Cdf => _cdf!;

    public NpgsqlConnection User => _user!;

    public async ValueTask InitializeAsync()
    {
        _cdf = await LiveCdf.StartAsync();
        await _cdf.CopyAsync("assets", ["external_id", "name", "source", "metadata"], [["a1", "n1", "s", """{"k":"v"}"""], ["a2", "n2", null, null], ["a3", "n3", null, null], ["it's \\ \"é\"", "odd", null, null]]);
        await _cdf.CopyAsync("assets", ["external_id", "name"], [.. Enumerable.Range(0, 2_500).Select(i => new[] { $"m{i}", "many" })], batchRows: 1_000);
        await _cdf.CopyAsync("time_series", ["external_id", "unit", "is_string"], [["ts", "°C", "f"], ["strings", null, "t"]]);
        await _cdf.CopyAsync("double_datapoints", ["external_id", "timestamp", "value"], [.. Enumerable.Range(0, 4).Select(i => new[] { "ts", $"2024-01-01 00:00:0{i}Z", $"{i}" })]);
        await _cdf.CopyAsync("string_datapoints", ["external_id", "timestamp", "value"], [["strings", "2024-01-01Z", "x"], ["strings", "1930-01-01Z", "y \"z\""]]);
        await _cdf.CopyAsync("sequences", ["external_id", "columns"], [["sq", """[{"externalId":"c","valueType":"STRING"},{"externalId":"d \"x\"","valueType":"LONG"}]"""]]);
        await _cdf.CopyAsync(
            "sequence_rows",
            ["external_id", "row_number", "columns", "values"],
            [.. ((string[])["1", "2", "12000"]).Select(number => new[] { "sq", number, """{c,"d \"x\""}""", """["b",2]""" })]);
        await _cdf.CopyAsync("labels", ["external_id", "name"], [["l", "label"]]);
        await _cdf.CopyAsync(
            "relationships",
            ["external_id", "source_external_id", "source_type", "target_external_id", "target_type"],
            [["r", "a1", "asset", "a2", "asset"]]);
        await _cdf.CopyAsync("files", ["external_id", "name"], [["f", "file"]]);
        var table = CustomRawTable.Define("mine", "db", "t", "k", [new("k", new(PgType.Int8)), new("a", new(PgType.Int8)), new("s", new(PgType.Text))]);
        await _cdf.CopyAsync(table, ["k", "a", "s"], [["7", "5", "text"]]);
        await _cdf.CopyAsync("raw_rows", ["_raw_database", "_raw_table", "_raw_key", "_raw_columns"], [["db", "t", "k 1/2", """{"a":1}"""]]);
        _user = await fixture.ConnectAsNewUserAsync(_cdf.Context.Client, table);
    }

    public async ValueTask DisposeAsync()
    {
        if (_user is not null)
        {
            await _user.DisposeAsync();
        }

        if (_cdf is not null)
        {
            await _cdf.DisposeAsync();
        }
    }
}

/// <summary>A session as the scan endpoint sees it.</summary>
internal sealed class TestScanSession(string username) : IScanSession
{
    public string Username => username;

    public ScanUser? Own { get; set; }

    public IReadOnlyList<KeySet> KeySets { get; set; } = [];

    public bool ReadsStale { get; set; }

    public string? Pending { get; set; }

    public List<PgError> Notices { get; } = [];

    public bool HasPendingRows(string table) => table == Pending;

    public void Notice(PgError notice) => Notices.Add(notice);
}
