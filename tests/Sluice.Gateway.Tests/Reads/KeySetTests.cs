using Npgsql;
using Sluice.Gateway.Reads.KeySets;
using Sluice.Gateway.Tables;
using Sluice.Gateway.Tests.Engine;
using Sluice.Gateway.Tests.Writes.Live;

namespace Sluice.Gateway.Tests.Reads;

/// <summary>Joins of CDF tables with local ones: which keys are found in the plan, and that just these are read.</summary>
public sealed class KeySetTests(EngineFixture fixture, KeySetTests.Database database) : IClassFixture<KeySetTests.Database>
{
    private const string HashJoin = "enable_mergejoin, enable_nestloop";
    private const string MergeJoin = "enable_hashjoin, enable_nestloop";
    private const string NestedLoop = "enable_hashjoin, enable_mergejoin";

    private static readonly string[] Shapes =
    [
        "SELECT a.name FROM assets a JOIN staging s ON a.external_id = s.external_id",
        "SELECT a.name FROM staging s LEFT JOIN assets a ON a.external_id = s.external_id WHERE a.id IS NOT NULL",
        "SELECT name FROM assets WHERE external_id IN (SELECT external_id FROM staging)",
        "SELECT name FROM assets a WHERE EXISTS (SELECT FROM staging s WHERE s.external_id = a.external_id)",
        "SELECT a.name FROM assets a JOIN typed t USING (external_id)",
        "SELECT a.name FROM assets a JOIN staging s ON a.external_id = lower(s.shouted) AND s.n < 100",
        "SELECT a.name FROM assets a JOIN (SELECT DISTINCT external_id FROM staging) d ON d.external_id = a.external_id",
        "SELECT name FROM staging s JOIN LATERAL (SELECT 'n' || right(external_id, 1) AS name FROM assets a WHERE a.external_id = s.external_id) q ON true",
        "SELECT a.name FROM assets a JOIN staging s ON a.external_id = s.external_id JOIN typed t ON t.external_id = a.external_id",
        "UPDATE _sluice.sink_assets AS assets SET description = upper(s.shouted) FROM staging s WHERE assets.external_id = s.external_id RETURNING name",
        "UPDATE _sluice.sink_assets AS a SET source = 'x' WHERE external_id IN (SELECT external_id FROM staging) RETURNING a.name",
        "DELETE FROM _sluice.sink_assets AS assets USING staging s WHERE assets.external_id = s.external_id RETURNING assets.name",
        "DELETE FROM _sluice.sink_assets WHERE external_id IN (SELECT external_id FROM staging) RETURNING name",
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, string> Joins =>
        [.. from off in (string[])[HashJoin, MergeJoin, NestedLoop] from sql in Shapes select new TheoryDataRow<string, string>(off, sql)];

    [Theory]
    [MemberData(nameof(Joins))]
    public async Task A_join_reads_the_keys_of_the_local_table_only(string off, string sql)
    {
        var (sets, rows) = await RunAsync(sql, off);

        var set = Assert.Single(sets);
        Assert.Equal(("assets", "external_id"), (set.Table, set.Column));
        Assert.Equal(["a1", "a2", "nope"], set.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(["n1", "n2"], rows.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("SELECT count(*) FROM staging s WHERE NOT EXISTS (SELECT FROM assets a WHERE a.external_id = s.external_id)", "1")]
    [InlineData("SELECT count(*) FROM staging s LEFT JOIN assets a ON a.external_id = s.external_id WHERE a.id IS NULL", "1")]
    [InlineData("SELECT count(a.id), count(*) FROM staging s LEFT JOIN assets a ON a.external_id = s.external_id", "2|3")]
    [InlineData("SELECT count(*) FROM assets a RIGHT JOIN staging s ON a.external_id = s.external_id", "3")]
    [InlineData("SELECT count(*) FROM assets a JOIN staging s ON a.external_id = s.external_id WHERE s.n = 1", "1")]
    [InlineData("SELECT sum(d.value) FROM double_datapoints d JOIN staging s ON d.external_id = s.series AND d.timestamp = s.at", "3")]
    [InlineData("SELECT count(*) FROM staging WHERE external_id IN (SELECT external_id FROM assets)", "2")]
    public async Task Rows_that_match_nothing_change_nothing(string sql, string expected)
    {
        foreach (var off in (string[])[HashJoin, MergeJoin, NestedLoop])
        {
            var (sets, rows) = await RunAsync(sql, off);
            Assert.NotEmpty(sets);
            Assert.Equal([expected], rows);
        }
    }

    [Theory]
    [InlineData("SELECT * FROM assets a LEFT JOIN staging s ON a.external_id = s.external_id")]
    [InlineData("SELECT * FROM assets a FULL JOIN staging s ON a.external_id = s.external_id")]
    [InlineData("SELECT * FROM assets a WHERE NOT EXISTS (SELECT FROM staging s WHERE a.external_id = s.external_id)")]
    [InlineData("SELECT * FROM assets a JOIN staging s ON a.external_id > s.external_id")]
    [InlineData("SELECT * FROM assets a JOIN staging s ON a.external_id = s.external_id OR a.name = s.external_id")]
    [InlineData("SELECT * FROM assets a JOIN staging s ON lower(a.external_id) = s.external_id")]
    [InlineData("SELECT * FROM assets a JOIN staging s ON a.external_id = s.external_id || random()")]
    [InlineData("SELECT * FROM assets a, assets b, staging s WHERE a.external_id = s.external_id")]
    [InlineData("SELECT * FROM assets a_1, events a, staging s WHERE a_1.external_id = s.external_id")]
    [InlineData("SELECT * FROM (SELECT * FROM assets ORDER BY name LIMIT 5) a JOIN staging s ON a.external_id = s.external_id")]
    [InlineData("SELECT * FROM (SELECT DISTINCT ON (name) * FROM assets ORDER BY name) a JOIN staging s ON a.external_id = s.external_id")]
    [InlineData("SELECT * FROM (SELECT external_id, row_number() OVER (ORDER BY name) FROM assets) a JOIN staging s ON a.external_id = s.external_id")]
    [InlineData("SELECT * FROM (SELECT name, max(external_id) AS m FROM assets GROUP BY name) a JOIN staging s ON a.m = s.external_id")]
    [InlineData("SELECT * FROM staging")]
    public async Task Where_other_rows_may_count_there_is_no_key_set(string sql)
    {
        foreach (var off in (string[])[HashJoin, MergeJoin, NestedLoop])
        {
            Assert.Empty((await FindAsync(sql, off)).Sets);
        }
    }

    [Fact]
    public async Task A_function_of_the_users_own_may_read_as_well()
    {
        await database.User.RunAsync("CREATE FUNCTION pg_temp.peeks() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM public.assets'");

        Assert.Empty((await FindAsync("SELECT pg_temp.peeks() FROM assets a JOIN staging s ON a.external_id = s.external_id", HashJoin)).Sets);
        Assert.Single((await FindAsync("SELECT 1 FROM assets a JOIN staging s ON a.external_id = s.external_id", HashJoin)).Sets);
        await database.User.RunAsync("DROP FUNCTION pg_temp.peeks()");
    }

    [Fact]
    public async Task Times_mean_the_same_in_every_time_zone_and_style()
    {
        await database.User.RunAsync("SET timezone = 'Asia/Kolkata'; SET datestyle = 'German'");
        var (sets, rows) = await RunAsync("SELECT d.value FROM double_datapoints d JOIN staging s ON d.external_id = s.series AND d.timestamp = s.at", HashJoin);
        await database.User.RunAsync("RESET ALL");

        Assert.Equal(["2024-01-01 00:00:01+00", "2024-01-01 00:00:02+00"], sets.Single(set => set.Column == "timestamp").Keys.Order(StringComparer.Ordinal));
        Assert.Equal(["1", "2"], rows.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Ten_thousand_staging_rows_cost_ten_requests()
    {
        await database.User.RunAsync("CREATE TEMP TABLE large AS SELECT 'x' || i AS external_id FROM generate_series(1, 10000) i");
        var before = await database.Cdf.RequestsAsync("/assets/byids");

        var (sets, rows) = await RunAsync("SELECT count(*) FROM assets a JOIN large s ON a.external_id = s.external_id", HashJoin);

        Assert.Equal(10_000, Assert.Single(sets).Keys.Count);
        Assert.Equal(["0"], rows);
        Assert.Equal(10, await database.Cdf.RequestsAsync("/assets/byids") - before);
    }

    [Fact]
    public async Task More_keys_than_the_bound_are_no_key_set()
    {
        await database.User.RunAsync("CREATE TEMP TABLE huge AS SELECT i::text AS external_id FROM generate_series(1, 100001) i");

        Assert.Empty((await FindAsync("SELECT count(*) FROM assets a JOIN huge s ON a.external_id = s.external_id", HashJoin)).Sets);
    }

    private async Task<(IReadOnlyList<Gateway.Reads.KeySet> Sets, List<string> Rows)> RunAsync(string sql, string off)
    {
        var session = new TestScanSession(database.User.Database);
        using var registration = fixture.Sessions.Register(database.User.ProcessID, session);
        await using var transaction = await database.User.BeginTransactionAsync(Token);
        await database.User.RunAsync("SELECT set_config('sluice.sink_key', 'k', true), set_config('sluice.sink', 'k', true)");
        session.KeySets = (await FindAsync(sql, off)).Sets;
        var rows = await database.User.RowsAsync(sql);
        await transaction.RollbackAsync(Token);
        return (session.KeySets, rows);
    }

    private async Task<KeySetResult> FindAsync(string sql, string off)
    {
        foreach (var setting in (string[])["enable_hashjoin", "enable_mergejoin", "enable_nestloop"])
        {
            await database.User.RunAsync($"SET {setting} = {(off.Contains(setting, StringComparison.Ordinal) ? "off" : "on")}");
        }

        var plan = string.Join('\n', await database.User.RowsAsync(KeySetFinder.Explain + sql));
        return await new KeySetFinder(TableCatalog.BuiltInOnly, new Queries(database.User)).FindAsync(plan, Token);
    }

    private sealed class Queries(NpgsqlConnection connection) : IEngineQueries
    {
        public async Task<IReadOnlyList<string?[]>> QueryAsync(string sql, CancellationToken cancellationToken) =>
            [.. (await connection.RowsAsync(sql)).Select(row => new[] { row.Length == 0 ? null : row })];
    }

    /// <summary>A few assets and points, and staging tables that name some of them.</summary>
    public sealed class Database(EngineFixture fixture) : IAsyncLifetime
    {
        private LiveCdf? _cdf;
        private NpgsqlConnection? _user;

        internal LiveCdf Cdf => _cdf!;

        public NpgsqlConnection User => _user!;

        public async ValueTask InitializeAsync()
        {
            _cdf = await LiveCdf.StartAsync();
            await _cdf.CopyAsync("assets", ["external_id", "name"], [["a1", "n1"], ["a2", "n2"], ["a3", "n3"]]);
            await _cdf.CreateSeriesAsync("ts");
            await _cdf.CopyAsync(
                "double_datapoints", ["external_id", "timestamp", "value"], [.. Enumerable.Range(0, 4).Select(i => new[] { "ts", $"2024-01-01 00:00:0{i}Z", $"{i}" })]);
            _user = await fixture.ConnectAsNewUserAsync(_cdf.Context.Client);
            await _user.RunAsync(
                """
                CREATE TEMP TABLE staging (external_id text, shouted text, n int, series text, at timestamptz);
                INSERT INTO staging VALUES
                    ('a1', 'A1', 1, 'ts', '2024-01-01 00:00:01Z'), ('a2', 'A2', 2, 'ts', '2024-01-01 00:00:02Z'), ('nope', 'NOPE', 3, NULL, 'infinity');
                CREATE TEMP TABLE typed (external_id varchar(255));
                INSERT INTO typed VALUES ('a1'), ('a2'), ('nope'), (NULL)
                """);
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
}
