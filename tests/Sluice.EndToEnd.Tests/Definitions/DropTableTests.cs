using System.Diagnostics;
using Npgsql;
using Sluice.EndToEnd.Tests.Servers;

namespace Sluice.EndToEnd.Tests.Definitions;

/// <summary>DROP TABLE and DROP FOREIGN TABLE: CDF tables are dropped by Sluice, others by PostgreSQL.</summary>
public sealed class DropTableTests(GatewayServer server) : DefinitionTest(server)
{
    [Theory]
    [InlineData("drop table movies, public.\"Books\"")]
    [InlineData("drop foreign table movies, \"Books\" restrict")]
    [InlineData("drop table movies, \"Books\", movies")]
    public async Task Tables_that_REST_or_SQL_made_are_dropped_and_their_rows_stay(string sql)
    {
        await ExecuteAsync(Create("movies"));
        await Server.Cdf.CreateRawTableAsync(User, "Books", Database, "books", null, []);
        await ExecuteAsync("INSERT INTO movies (title) VALUES ('Alien')");
        await using var client = await ConnectAsync();

        Assert.Equal([sql.StartsWith("drop f", StringComparison.Ordinal) ? "DROP FOREIGN TABLE" : "DROP TABLE"], Outcome(await client.Query(sql).TalkAsync()));
        Assert.Empty(await TablesAsync());
        Assert.Equal(["Alien"], await KeysAsync("movies"));
        Assert.Equal("42P01", (await FailsAsync("SELECT FROM movies WHERE title = 'Alien'")).SqlState);
    }

    [Theory]
    [InlineData("drop table movies, nothing", "42P01", "table \"nothing\" does not exist")]
    [InlineData("drop foreign table nothing, movies", "42P01", "foreign table \"nothing\" does not exist")]
    [InlineData("drop table movies, local", "0A000", "dropping CDF tables (\"movies\") and others (\"local\") in one statement is not supported")]
    [InlineData("drop table if exists local, pg_temp.local, movies", "0A000", "dropping CDF tables (\"movies\") and others (\"pg_temp.local\") in one statement is not supported")]
    [InlineData("drop table movies, assets", "42501", "\"assets\" is a built-in CDF table, which cannot be dropped")]
    [InlineData("drop table local, assets cascade", "42501", "\"assets\" is a built-in CDF table, which cannot be dropped")]
    [InlineData("drop foreign table assets", "42501", "\"assets\" is a built-in CDF table, which cannot be dropped")]
    public async Task A_list_of_which_one_cannot_be_dropped_drops_none(string sql, string sqlState, string message)
    {
        await ExecuteAsync(Create("movies"));
        await using var client = await ConnectAsync();
        await client.Query("create temp table local (a int)").TalkAsync();

        Assert.Equal([$"{sqlState} {message}"], Outcome(await client.Query(sql).TalkAsync()));
        Assert.Equal([$"{sqlState} {message}"], Outcome(await client.Parse("", sql).Bind("", "").Execute("").Sync().TalkAsync()));
        Assert.Equal(["SELECT 0"], Outcome(await client.Query("select from local").TalkAsync()));
        Assert.Equal(["movies"], await TablesAsync());
    }

    [Fact]
    public async Task IF_EXISTS_tells_of_those_that_are_not_there()
    {
        await ExecuteAsync(Create("movies"));
        await using var client = await ConnectAsync();

        Assert.Equal(
            ["00000 table \"nothing\" does not exist, skipping", "DROP TABLE"],
            Outcome(await client.Query("drop table if exists nothing, movies").TalkAsync()));
        Assert.Equal(
            ["00000 table \"movies\" does not exist, skipping", "DROP TABLE"],
            Outcome(await client.Parse("", "drop table if exists movies").Bind("", "").Execute("").Sync().TalkAsync()));
    }

    [Fact]
    public async Task Local_tables_are_dropped_by_the_engine_in_its_transactions()
    {
        await ExecuteAsync(Create("movies"));
        await using var client = await ConnectAsync();
        await client.Query("create temp table movies (a int); create temp table local (a int)").TalkAsync();
        var extended = await client.Query("begin").Parse("d", "drop table movies, local").Bind("", "d").Execute("").Sync().TalkAsync('Z');
        extended.AddRange(await client.TalkAsync());

        // The temporary table hid the CDF table, which a rollback must bring back to hiding.
        Assert.Equal(["BEGIN", "DROP TABLE"], Outcome(extended));
        Assert.Equal(["ROLLBACK"], Outcome(await client.Query("rollback").TalkAsync()));
        Assert.Equal(["INSERT 0 1", "DROP TABLE"], Outcome(await client.Query("insert into movies values (1); drop table movies, local").TalkAsync()));
        Assert.Equal(["INSERT 0 1"], Outcome(await client.Query("insert into movies (title) values ('Alien')").TalkAsync()));

        // Parsed while it was the temporary table's: what it means is decided when it runs.
        Assert.Equal(["42P01 table \"local\" does not exist"], Outcome(await client.Bind("", "d").Execute("").Sync().TalkAsync()));
        Assert.Equal(["movies"], await TablesAsync());
    }

    [Theory]
    [InlineData("drop foreign table local", "42809 \"local\" is not a foreign table")]
    [InlineData("drop table nothing", "42P01 table \"nothing\" does not exist")]
    [InlineData("drop table local, nothing", "42P01 table \"nothing\" does not exist")]
    [InlineData("drop table only local", "42601 syntax error at or near \"only\"")]
    [InlineData("drop table", "42601 syntax error at end of input")]
    public async Task What_is_about_no_CDF_table_is_answered_by_the_engine(string sql, string outcome)
    {
        await using var client = await ConnectAsync();
        await client.Query("create temp table local (a int)").TalkAsync();

        Assert.Equal([outcome], Outcome(await client.Query(sql).TalkAsync()));
        Assert.Equal([outcome], Outcome(await client.Parse("", sql).Bind("", "").Execute("").Sync().TalkAsync()));
    }

    [Fact]
    public async Task What_depends_on_it_keeps_it_or_goes_with_it()
    {
        await ExecuteAsync(Create("movies"));
        await ExecuteAsync("CREATE TEMP VIEW titles AS SELECT title FROM movies");
        var refused = await FailsAsync("DROP TABLE movies");

        Assert.Equal("2BP01", refused.SqlState);
        Assert.Contains("view", refused.Detail, StringComparison.Ordinal);
        Assert.Equal(["movies"], await TablesAsync());
        await ExecuteAsync("DROP TABLE movies CASCADE");
        Assert.Empty(await TablesAsync());
        Assert.Equal("42P01", (await FailsAsync("SELECT FROM titles")).SqlState);
    }

    [Fact]
    public async Task A_transaction_left_open_delays_it_only_for_a_moment()
    {
        await ExecuteAsync(Create("movies"));
        await using var other = await Server.OpenAsync(User);
        await using (var transaction = await other.BeginTransactionAsync())
        {
            await using var read = new NpgsqlCommand("SELECT count(*) FROM movies WHERE title = 'Alien'", other);
            await read.ExecuteScalarAsync();
            var watch = Stopwatch.StartNew();
            var error = await FailsAsync("DROP TABLE movies");

            Assert.Equal("55P03", error.SqlState);
            Assert.Contains("transaction", error.Hint, StringComparison.Ordinal);
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), watch.Elapsed.ToString());
            Assert.Equal(["movies"], await TablesAsync());
            await transaction.RollbackAsync();
        }

        await ExecuteAsync("DROP TABLE movies");
        Assert.Empty(await TablesAsync());
    }

    [Fact]
    public async Task A_statement_that_another_session_has_prepared_finds_it_gone()
    {
        await ExecuteAsync(Create("movies"));
        await using var client = await ConnectAsync();
        const string Insert = "insert into movies (title) values ('Alien')";
        await client.Parse("p", Insert).Bind("", "p").Execute("").Sync().TalkAsync();
        await ExecuteAsync("DROP TABLE movies");

        const string Gone = "42P01 relation \"movies\" does not exist";
        Assert.Equal([Gone], Outcome(await client.Bind("", "p").Execute("").Sync().TalkAsync()));
        Assert.Equal([Gone], Outcome(await client.Parse("", Insert).Bind("", "").Execute("").Sync().TalkAsync()));
        Assert.Equal([Gone], Outcome(await client.Query(Insert).TalkAsync()));
    }
}
