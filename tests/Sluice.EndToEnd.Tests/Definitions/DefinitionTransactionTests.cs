using Npgsql;
using Sluice.EndToEnd.Tests.Servers;

namespace Sluice.EndToEnd.Tests.Definitions;

/// <summary>Tables are made and dropped at once: never inside a transaction block, and in a string of statements as if COMMIT stood before.</summary>
public sealed class DefinitionTransactionTests(GatewayServer server) : DefinitionTest(server)
{
    [Theory]
    [InlineData("create foreign table t (title text) server raw options (database 'd', table 't')", "CREATE FOREIGN TABLE")]
    [InlineData("import foreign schema s from server data_models into public", "IMPORT FOREIGN SCHEMA")]
    [InlineData("drop table movies", "DROP TABLE")]
    [InlineData("drop foreign table if exists movies, nothing cascade", "DROP FOREIGN TABLE")]
    public async Task In_a_transaction_block_they_are_refused_and_nothing_happens(string sql, string command)
    {
        await ExecuteAsync(Create("movies"));
        await using var client = await ConnectAsync();
        var refusal = $"25001 {command} of CDF tables cannot run inside a transaction block";

        Assert.Equal(["BEGIN", refusal], Outcome(await client.Query($"begin; {sql}; select 1").TalkAsync()));
        Assert.Equal(["25P02 current transaction is aborted, commands ignored until end of transaction block"], Outcome(await client.Query(sql).TalkAsync()));
        Assert.Equal(["ROLLBACK", "BEGIN"], Outcome(await client.Query("rollback; begin").TalkAsync()));
        var extended = await client.Parse("", sql).Bind("", "").Execute("").Sync().TalkAsync();
        Assert.Equal([refusal], Outcome(extended));
        Assert.Equal('E', extended[^1].Status);
        Assert.Equal(["ROLLBACK"], Outcome(await client.Query("commit").TalkAsync()));
        Assert.Equal(["movies"], await TablesAsync());
    }

    [Fact]
    public async Task In_a_read_only_session_they_are_refused()
    {
        await ExecuteAsync("SET default_transaction_read_only = on");
        var error = await FailsAsync(Create("movies"));
        Assert.Equal(("25006", "cannot execute CREATE FOREIGN TABLE in a read-only transaction"), (error.SqlState, error.MessageText));
    }

    [Fact]
    public async Task A_string_of_statements_makes_fills_reads_and_drops_a_table()
    {
        await using var client = await ConnectAsync();
        var answer = await client.Query(
            $"create temp table s (t text); insert into s values ('Alien'); {Create("movies")}; insert into movies (title) select t from s; "
            + "insert into movies (title) values ('Aliens'); select title from movies where title = 'Alien'; drop table movies, s_; select 1").TalkAsync();

        Assert.Equal(
            ["CREATE TABLE", "INSERT 0 1", "CREATE FOREIGN TABLE", "INSERT 0 1", "INSERT 0 1", "SELECT 1", "42P01 table \"s_\" does not exist"],
            Outcome(answer));
        Assert.Equal(["movies"], await TablesAsync());
        Assert.Equal(["DROP TABLE", "SELECT 1"], Outcome(await client.Query("drop table movies; select 1").TalkAsync()));
        Assert.Empty(await TablesAsync());
        Assert.Equal(["Alien", "Aliens"], await KeysAsync("movies"));
    }

    [Fact]
    public async Task What_stands_before_is_committed_and_they_stay_if_a_later_statement_fails()
    {
        await using var client = await ConnectAsync();
        await client.Query("create temp table s (t text)").TalkAsync();
        var simple = await client.Query($"insert into s values ('a'); {Create("movies")}; insert into s values ('b'); select 1/0").TalkAsync();
        var extended = await client
            .Parse("", "insert into s values ('c')").Bind("", "").Execute("")
            .Parse("", "drop table movies").Bind("", "").Execute("")
            .Parse("", "insert into s values ('d')").Bind("", "").Execute("")
            .Parse("", "select 1/0").Bind("", "").Execute("").Sync().TalkAsync();

        Assert.Equal(["INSERT 0 1", "CREATE FOREIGN TABLE", "INSERT 0 1", "22012 division by zero"], Outcome(simple));
        Assert.Equal(["INSERT 0 1", "DROP TABLE", "INSERT 0 1", "22012 division by zero"], Outcome(extended));
        Assert.Equal(["a", "c"], (await client.Query("select t from s order by 1").TalkAsync()).Where(m => m.Type == 'D').Select(m => m.Values[0]));
        Assert.Empty(await TablesAsync());
    }

    [Fact]
    public async Task A_deferred_constraint_that_what_stands_before_violates_stops_it()
    {
        await using var client = await ConnectAsync();
        await client.Query("create temp table s (t text unique deferrable initially deferred)").TalkAsync();
        var simple = await client.Query($"insert into s values ('a'), ('a'); {Create("movies")}; select 1").TalkAsync();
        var extended = await client
            .Parse("", "insert into s values ('a'), ('a')").Bind("", "").Execute("")
            .Parse("", Create("movies")).Bind("", "").Execute("").Sync().TalkAsync();

        foreach (var answer in new[] { simple, extended })
        {
            Assert.Equal(["INSERT 0 2", "23505 duplicate key value violates unique constraint \"s_t_key\""], Outcome(answer));
            Assert.Equal('I', answer[^1].Status);
        }

        Assert.Empty(await TablesAsync());
    }

    [Fact]
    public async Task Drivers_that_cut_a_script_into_a_pipeline_run_it_again_and_again()
    {
        var script = $"DROP TABLE IF EXISTS movies; {Create("movies")}";
        await using var prepared = new NpgsqlCommand(script, Connection);
        await prepared.PrepareAsync(TestContext.Current.CancellationToken);
        for (var i = 0; i < 2; i++)
        {
            await prepared.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            Assert.Equal(1, await ExecuteAsync($"{script}; INSERT INTO movies (title) VALUES ('Alien'); SELECT 1"));
        }

        Assert.Equal(["movies"], await TablesAsync());
    }

    [Fact]
    public async Task A_portal_of_them_runs_once()
    {
        await using var client = await ConnectAsync();
        var answer = await client.Parse("", Create("movies")).Bind("p", "").Describe('P', "p").Execute("p").Execute("p").Sync().TalkAsync();

        Assert.Equal("12nCEZ", string.Concat(answer.Select(message => message.Type)));
        Assert.Equal("55000", answer[^2].Field('C'));
        Assert.Equal(["movies"], await TablesAsync());
    }
}
