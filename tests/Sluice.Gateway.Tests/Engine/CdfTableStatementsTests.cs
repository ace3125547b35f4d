using Npgsql;
using Sluice.Gateway.Tables;
using Sluice.PgWire.Types;

namespace Sluice.Gateway.Tests.Engine;

/// <summary>What the engine itself does with statements on CDF tables that Sluice relays to it.</summary>
public sealed class CdfTableStatementsTests(EngineFixture fixture, UserSession session) : IClassFixture<UserSession>
{
    private NpgsqlConnection User => session.Connection;

    [Theory]
    [InlineData("INSERT INTO assets (name) VALUES ('a')")]
    [InlineData("INSERT INTO assets (name) SELECT 'a' WHERE false")]
    [InlineData("UPDATE assets SET name = 'b' WHERE id = 1")]
    [InlineData("DELETE FROM assets")]
    [InlineData("TRUNCATE assets")]
    [InlineData("DO $$ BEGIN INSERT INTO assets (name) VALUES ('a'); END $$")]
    [InlineData("WITH w AS (INSERT INTO assets (name) VALUES ('a') RETURNING name) SELECT * FROM w")]
    [InlineData("WITH w AS (DELETE FROM events RETURNING id) SELECT * FROM w")]
    [InlineData("INSERT INTO double_datapoints VALUES (1, now(), 'a', NULL)")]
    [InlineData("INSERT INTO raw_rows VALUES ('d', 't', 'k', '{}')")]
    [InlineData("MERGE INTO assets USING (SELECT 1 AS i) s ON s.i = assets.id WHEN MATCHED THEN DELETE")]
    [InlineData("SELECT * FROM assets FOR UPDATE")]
    [InlineData("SELECT * FROM assets")]
    [InlineData("SELECT count(*) FROM events")]
    [InlineData("SELECT name FROM assets WHERE external_id = 'a' AND lower(name) = 'a'")]
    [InlineData("SELECT name FROM assets WHERE data_set_id = 5")]
    [InlineData("SELECT name FROM assets WHERE external_id = 'a' OR id = 5")]
    [InlineData("SELECT name FROM assets ORDER BY name LIMIT 1")]
    [InlineData("SELECT a.name FROM assets a JOIN events e ON e.id = a.id")]
    [InlineData("SELECT * FROM (SELECT name FROM assets UNION ALL SELECT description FROM events) u")]
    public async Task It_is_0A000(string sql)
    {
        await User.FailsAsync("0A000", sql);
        Assert.Equal(["1"], await User.RowsAsync("SELECT 1"));
    }

    [Fact]
    public async Task Copy_into_it_is_0A000()
    {
        // PostgreSQL asks for the rows before it fires the trigger.
        var error = await Assert.ThrowsAsync<PostgresException>(async () =>
        {
            await using var copy = await User.BeginTextImportAsync("COPY assets (name) FROM STDIN", TestContext.Current.CancellationToken);
            await copy.WriteAsync("a\n");
        });
        Assert.Equal("0A000", error.SqlState);
    }

    [Fact]
    public async Task A_refused_write_says_what_to_do()
    {
        var error = await User.FailsAsync("0A000", "DO $$ BEGIN INSERT INTO assets (name) VALUES ('a'); END $$");

        Assert.Contains("INSERT of CDF table \"assets\"", error.MessageText, StringComparison.Ordinal);
        Assert.Contains("a statement of its own", error.Hint, StringComparison.Ordinal);
        Assert.Equal("assets", error.TableName);
    }

    [Fact]
    public async Task A_refused_read_says_so()
    {
        var error = await User.FailsAsync("0A000", "SELECT * FROM assets");

        Assert.Equal("reading table \"assets\" without a key is not supported yet", error.MessageText);
        Assert.Contains("external_id", error.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SELECT * FROM assets LIMIT 0")]
    [InlineData("SELECT * FROM assets WHERE false")]
    [InlineData("SELECT * FROM assets WHERE name IS NULL")]
    [InlineData("SELECT * FROM double_datapoints WHERE 1 = 0")]
    [InlineData("SELECT a.name FROM assets a JOIN events e ON e.id = a.id WHERE false")]
    [InlineData("SELECT * FROM assets ORDER BY name LIMIT 0")]
    public async Task What_needs_no_reading_gives_no_rows(string sql) => Assert.Empty(await User.RowsAsync(sql));

    [Fact]
    public async Task A_statement_can_be_prepared_and_described_without_reading()
    {
        await using var command = new NpgsqlCommand("SELECT id, name, created_time FROM assets WHERE external_id = $1", User)
        {
            Parameters = { new() { Value = "a" } },
        };
        await command.PrepareAsync(TestContext.Current.CancellationToken);

        await User.RunAsync("PREPARE described AS SELECT id, name FROM assets WHERE external_id = $1");
        Assert.Equal(["{text}"], await User.RowsAsync("SELECT parameter_types FROM pg_prepared_statements WHERE name = 'described'"));
    }

    [Fact]
    public async Task Explain_shows_that_a_sort_is_left_to_postgresql()
    {
        var plan = await User.RowsAsync("EXPLAIN (VERBOSE) SELECT name FROM assets WHERE external_id = 'a' ORDER BY name");

        Assert.Contains(plan, line => line.Contains("Sort  (cost", StringComparison.Ordinal));
        Assert.Contains(plan, line => line.Contains("Remote SQL: SELECT name FROM cdf.assets WHERE ((external_id = 'a'))", StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_scan_is_planned_rather_than_one_for_each_key_of_a_join()
    {
        await User.RunAsync("CREATE TEMP TABLE keys AS SELECT 1::bigint AS id; ANALYZE keys");

        var plan = await User.RowsAsync("EXPLAIN (VERBOSE) SELECT a.name FROM keys k JOIN assets a ON a.id = k.id");

        Assert.Contains(plan, line => line.EndsWith("FROM cdf.assets", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_transaction_goes_on_after_a_savepoint_that_a_read_broke()
    {
        await User.RunAsync("BEGIN; CREATE TEMP TABLE kept (a int); SAVEPOINT s");
        await User.FailsAsync("0A000", "SELECT * FROM assets");
        await User.RunAsync("ROLLBACK TO SAVEPOINT s");
        Assert.Empty(await User.RowsAsync("SELECT * FROM events LIMIT 0"));
        await User.RunAsync("INSERT INTO kept VALUES (1)");
        await User.RunAsync("COMMIT");

        Assert.Equal(["1"], await User.RowsAsync("SELECT a FROM kept"));
    }

    [Fact]
    public async Task A_cursor_over_a_cdf_table_fails_at_its_first_fetch()
    {
        await User.RunAsync("BEGIN; DECLARE c CURSOR FOR SELECT name FROM assets");
        await User.FailsAsync("0A000", "FETCH 1 FROM c");
        await User.RunAsync("ROLLBACK");
    }

    [Fact]
    public async Task A_custom_table_is_refused_in_the_same_way()
    {
        await using var user = await fixture.ConnectAsNewUserAsync(
            CustomRawTable.Define("It's \"mine\"", "db", "t", null, [new("Ünï", new(PgType.Text))]));

        Assert.Empty(await user.RowsAsync("SELECT \"Ünï\" FROM \"It's \"\"mine\"\"\" LIMIT 0"));
        await user.FailsAsync("0A000", "SELECT \"Ünï\" FROM \"It's \"\"mine\"\"\"");
        await user.FailsAsync("0A000", "INSERT INTO \"It's \"\"mine\"\"\" VALUES ('a', 'b')");
    }

    [Fact]
    public async Task Lock_table_and_views_over_it_work()
    {
        await User.RunAsync("BEGIN; LOCK TABLE assets IN ACCESS SHARE MODE; COMMIT");
        await User.RunAsync("CREATE TEMP VIEW v AS SELECT name FROM assets");
        Assert.Empty(await User.RowsAsync("SELECT * FROM v LIMIT 0"));
    }
}
