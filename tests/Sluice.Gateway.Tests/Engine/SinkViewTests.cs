using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Sluice.Gateway.Engine;
using Sluice.Gateway.Tables;
using Sluice.PgWire.Types;

namespace Sluice.Gateway.Tests.Engine;

/// <summary>What PostgreSQL computes of a statement whose target was replaced by the table's sink.</summary>
public sealed class SinkViewTests(EngineFixture fixture, UserSession session) : IClassFixture<UserSession>
{
    private const string Key = "0123456789";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private NpgsqlConnection User => session.Connection;

    public static TheoryData<string> Writes =>
    [
        "INSERT INTO _sluice.sink_assets (name) VALUES ('a')",
        "INSERT INTO _sluice.sink_assets (name) SELECT 'a' WHERE false",
        "UPDATE _sluice.sink_assets SET name = 'b' WHERE false",
        "DELETE FROM _sluice.sink_assets WHERE false",
        "WITH w AS (INSERT INTO _sluice.sink_assets (name) VALUES ('a') RETURNING name) SELECT * FROM w",
        "DO $$ BEGIN INSERT INTO _sluice.sink_assets (name) VALUES ('a'); END $$",
    ];

    [Theory]
    [MemberData(nameof(Writes))]
    public async Task A_client_who_writes_to_it_directly_is_told_where_to_write(string sql)
    {
        var error = await User.FailsAsync("0A000", sql);

        Assert.Contains("stores nothing", error.MessageText, StringComparison.Ordinal);
        Assert.Equal("Write to table \"assets\".", error.Hint);
    }

    [Theory]
    [InlineData("SET LOCAL sluice.sink = ''; SET LOCAL sluice.sink_key = ''")]
    [InlineData("SET LOCAL sluice.sink = 'a'")]
    [InlineData("SET LOCAL sluice.sink_key = 'a'")]
    [InlineData("SET LOCAL sluice.sink = 'a'; SET LOCAL sluice.sink_key = 'b'")]
    public async Task Only_the_sessions_own_key_opens_it(string settings)
    {
        var sql = $"BEGIN; {settings}; INSERT INTO _sluice.sink_assets (name) VALUES ('a')";
        var error = await Assert.ThrowsAsync<PostgresException>(() => User.RunAsync(sql));
        Assert.Equal("0A000", error.SqlState);
        await User.RunAsync("ROLLBACK");
    }

    [Fact]
    public async Task The_key_counts_for_its_transaction_only()
    {
        Assert.Equal(["a"], await SinkAsync("INSERT INTO _sluice.sink_assets (name) VALUES ('a') RETURNING name"));
        await User.FailsAsync("0A000", "INSERT INTO _sluice.sink_assets (name) VALUES ('a')");
    }

    [Theory]
    [InlineData("INSERT INTO _sluice.sink_assets (name, external_id) SELECT 'n' || i, i FROM generate_series(1, 2) i RETURNING name, external_id", "n1|1", "n2|2")]
    [InlineData(
        "INSERT INTO _sluice.sink_assets AS assets (name, metadata) VALUES (upper('a'), json_build_object('k', 1 + 1)) RETURNING assets.name, metadata, id",
        "A|{\"k\" : 2}|")]
    [InlineData("WITH w AS (SELECT 'x' AS a) INSERT INTO _sluice.sink_assets (name) SELECT a FROM w RETURNING name", "x")]
    [InlineData("INSERT INTO _sluice.sink_events (start_time, asset_ids) VALUES (date '2024-02-29', array[1, 2 + 3]) RETURNING start_time, asset_ids", "2024-02-29 00:00:00+00|{1,5}")]
    [InlineData("INSERT INTO _sluice.sink_double_datapoints VALUES (1.5::numeric, '2024-01-01', 'a', DEFAULT) RETURNING *", "1.5|2024-01-01 00:00:00+00|a|")]
    public async Task An_insert_gives_its_rows_as_they_would_be_assigned(string sql, params string[] rows) => Assert.Equal(rows, await SinkAsync(sql));

    [Theory]
    [InlineData("22001", "INSERT INTO _sluice.sink_assets (name) SELECT repeat('x', 141)")]
    [InlineData("42804", "INSERT INTO _sluice.sink_assets (data_set_id) SELECT 'a'::text")]
    [InlineData("42703", "INSERT INTO _sluice.sink_assets (nam) SELECT 'a'")]
    [InlineData("42804", "INSERT INTO _sluice.sink_assets (metadata) VALUES (lower('{}'))")]
    public async Task Assignment_has_postgresqls_own_errors(string sqlState, string sql)
    {
        var error = await Assert.ThrowsAsync<PostgresException>(() => SinkAsync(sql));
        Assert.Equal(sqlState, error.SqlState);
    }

    [Fact]
    public async Task Parameters_have_the_types_of_the_columns()
    {
        await User.RunAsync("PREPARE sink_types AS INSERT INTO _sluice.sink_double_datapoints (value, timestamp, external_id) VALUES ($1, $2, $3)");

        Assert.Equal(
            ["{\"double precision\",\"timestamp with time zone\",\"character varying\"}"],
            await User.RowsAsync("SELECT parameter_types FROM pg_prepared_statements WHERE name = 'sink_types'"));
    }

    [Theory]
    [InlineData(
        "UPDATE _sluice.sink_assets AS assets SET name = upper(s.name), parent_id = s.n FROM staging s WHERE assets.external_id = s.external_id RETURNING assets.external_id, assets.name, parent_id",
        "a|NEW A|1", "b|NEW B|2")]
    [InlineData("UPDATE _sluice.sink_assets SET (name, source) = (SELECT s.name, 'x' FROM staging s WHERE s.n = 1), description = DEFAULT WHERE id = 2 RETURNING id, name, source", "2|new a|x")]
    [InlineData("DELETE FROM _sluice.sink_assets AS assets USING staging s WHERE assets.external_id = s.external_id AND s.n > 1 RETURNING assets.id, assets.external_id", "2|b")]
    [InlineData("DELETE FROM _sluice.sink_assets WHERE name LIKE 'old%' RETURNING external_id", "a", "b", "c")]
    public async Task An_update_or_delete_gives_the_rows_that_it_hits(string sql, params string[] rows)
    {
        // Rows in the parent stand for those that a scan gives; the scan itself is cut off.
        var username = fixture.NewUsername();
        await using var user = await EngineFixture.ConnectAsync(await fixture.Users.EnsureAsync(username, [], Token));
        await using (var superuser = await AsAsync(username, EngineRoles.Superuser))
        {
            await superuser.RunAsync(
                """
                ALTER FOREIGN TABLE _sluice.scan_1 NO INHERIT public.assets; SET session_replication_role = replica;
                INSERT INTO public.assets (id, external_id, name) OVERRIDING SYSTEM VALUE VALUES (1, 'a', 'old a'), (2, 'b', 'old b'), (3, 'c', 'old c')
                """);
        }

        await user.RunAsync("CREATE TEMP TABLE staging (external_id text, name text, n int); INSERT INTO staging VALUES ('a', 'new a', 1), ('b', 'new b', 2), ('z', 'new z', 3)");
        Assert.Equal(rows, await SinkAsync(sql, user));
        Assert.Equal(["a|old a", "b|old b", "c|old c"], await user.RowsAsync("SELECT external_id, name FROM assets ORDER BY 1"));
    }

    [Fact]
    public async Task A_custom_table_has_one_too_whatever_its_name()
    {
        var name = new string('ö', 30) + "\"'x";
        await using var user = await fixture.ConnectAsNewUserAsync(CustomRawTable.Define(name, "d", "t", "k", [new("k", new(PgType.Int8))]));
        var view = SinkView.QualifiedNameOf(name);

        Assert.Equal(["7"], await SinkAsync($"INSERT INTO {view} VALUES (3 + 4) RETURNING k", user));
        var error = await user.FailsAsync("0A000", $"INSERT INTO {view} VALUES (7)");
        Assert.Contains(name, error.Hint, StringComparison.Ordinal);

        await fixture.Users.DropTableAsync(user.Database, name, Token);
        await user.FailsAsync("42P01", $"INSERT INTO {view} VALUES (7)");
    }

    [Fact]
    public async Task The_information_schema_lists_the_sinks_and_nothing_else_of_sluices()
    {
        var tables = await User.RowsAsync("SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = '_sluice'");

        Assert.Equal(
            BuiltInTables.All.Select(table => $"sink_{table.Name}|VIEW").Order(StringComparer.Ordinal), tables.Order(StringComparer.Ordinal));
        Assert.Empty(await User.RowsAsync("SELECT routine_name FROM information_schema.routines WHERE routine_schema = '_sluice'"));
    }

    [Fact]
    public async Task A_database_of_an_older_sluice_gets_them_at_the_next_login()
    {
        var username = fixture.NewUsername();
        await fixture.Users.EnsureAsync(username, [], Token);
        await using (var owner = await AsAsync(username, EngineRoles.Owner))
        {
            var drops = string.Concat(BuiltInTables.All.Select(t => SinkView.Drop(t.Name)));
            var marks = string.Concat(BuiltInTables.All.Select((_, i) => $"COMMENT ON FOREIGN TABLE _sluice.{UserTemplate.Child(i + 1)} IS 'old';"));
            await owner.RunAsync(
                $"{drops}{marks} DROP FUNCTION _sluice.guard_sink(), _sluice.pass_new(), _sluice.pass_old(); REVOKE USAGE ON SCHEMA _sluice FROM PUBLIC; COMMENT ON SCHEMA _sluice IS 'old'");
        }

        var restarted = await UserDatabases.CreateAsync(
            fixture.Engine, new EngineOptions { DataDirectory = "unused" }, NullLogger<UserDatabases>.Instance, Token);
        await using var user = await EngineFixture.ConnectAsync(await restarted.EnsureAsync(username, [], Token));

        Assert.Equal(["a"], await SinkAsync("INSERT INTO _sluice.sink_assets (name) VALUES ('a') RETURNING name", user));
    }

    private async Task<List<string>> SinkAsync(string sql, NpgsqlConnection? user = null)
    {
        user ??= User;
        await using var transaction = await user.BeginTransactionAsync(Token);
        await user.RunAsync($"SELECT set_config('sluice.sink_key', '{Key}', true), set_config('sluice.sink', '{Key}', true)");
        var rows = await user.RowsAsync(sql);
        await transaction.CommitAsync(Token);
        return rows;
    }

    private Task<NpgsqlConnection> AsAsync(string database, string role) =>
        EngineFixture.ConnectAsync(new EngineLogin(fixture.Engine.SocketDirectory, fixture.Engine.Port, database, role));
}
