using Npgsql;
using Sluice.EndToEnd.Tests.Servers;
using Sluice.EndToEnd.Tests.Wire;
using Sluice.Gateway.Users;

namespace Sluice.EndToEnd.Tests.Options;

/// <summary>Local tables in <c>public</c>, for users with the option <c>staging_tables</c>.</summary>
public sealed class StagingTableTests(GatewayServer server)
{
    private readonly string _name = $"staging-{Guid.NewGuid():N}";

    [Fact]
    public async Task Without_the_option_there_are_none()
    {
        await using var client = await server.ConnectAsync(await server.RegisterAsync(UserOptions.Default));
        Assert.Equal("42501", (await ErrorAsync(client, "create table staging (a int)")).Field('C'));
    }

    [Theory]
    [InlineData("create table staging (a int)")]
    [InlineData("create table staging as select 1 as a")]
    [InlineData("select 1 as a into staging")]
    [InlineData("create table if not exists public.staging (like assets)")]
    [InlineData("do $$ begin execute 'create ' || 'table staging (a int)'; end $$")]
    public async Task A_warning_says_that_their_rows_are_not_in_CDF(string create)
    {
        await using var client = await server.ConnectAsync(await server.RegisterAsync(new() { StagingTables = true }));
        var warning = (await client.Query(create).TalkAsync()).Single(message => message.Type == 'N');
        Assert.Equal("WARNING", warning.Field('S'));
        Assert.Equal("table public.staging is local to the gateway: its rows are not in CDF", warning.Field('M'));
        Assert.DoesNotContain(await client.Query("create temp table staging2 (a int)").TalkAsync(), message => message.Type == 'N');
        Assert.DoesNotContain(await client.Query("create table if not exists staging (a int)").TalkAsync(), message => message.Type == 'N' && message.Field('S') == "WARNING");
    }

    [Fact]
    public async Task Their_rows_stay_and_go_to_CDF_through_a_CDF_table()
    {
        var login = await server.RegisterAsync(new() { StagingTables = true });
        await using (var session = await server.OpenAsync(login))
        {
            await ExecuteAsync(session, "CREATE TABLE staging (key text, title text)");
            var copy = await session.BeginTextImportAsync("COPY staging FROM STDIN", TestContext.Current.CancellationToken);
            await using (copy.ConfigureAwait(false))
            {
                await copy.WriteAsync($"{_name}-1\tone\n{_name}-2\ttwo\n");
            }
        }

        await using var next = await server.OpenAsync(login);
        Assert.Equal(2, await ExecuteAsync(next, "INSERT INTO assets (external_id, name) SELECT key, title FROM staging"));
        Assert.Equal(2, (await server.Cdf.ByExternalIdsAsync("assets", $"{_name}-1", $"{_name}-2")).Count);
        await ExecuteAsync(next, "DROP TABLE staging");
    }

    [Theory]
    [InlineData("create table assets (a int)", "42P07")]
    [InlineData("alter table staging rename to events", "42P07")]
    [InlineData("create view files as select 1", "42P07")]
    [InlineData("drop table assets", "42501")]
    [InlineData("drop table assets cascade", "42501")]
    [InlineData("alter table assets add column x int", "42501")]
    [InlineData("alter table assets rename to a2", "42501")]
    [InlineData("alter table assets disable trigger all", "42501")]
    [InlineData("create table child () inherits (assets)", "42501")]
    [InlineData("create table child (id bigint references assets (id))", "42501")]
    [InlineData("create trigger t before insert on assets for each row execute function suppress_redundant_updates_trigger()", "42501")]
    [InlineData("create rule r as on insert to assets do instead nothing", "42501")]
    [InlineData("create index on assets (name)", "42501")]
    [InlineData("drop event trigger sluice_local_table", "42501")]
    [InlineData("create schema other", "42501")]
    [InlineData("create extension hstore", "42501")]
    public async Task CDF_tables_stay_as_they_are(string sql, string sqlState)
    {
        await using var client = await server.ConnectAsync(await server.RegisterAsync(new() { StagingTables = true }));
        await client.Query("create table staging (a int)").TalkAsync();
        Assert.Equal(sqlState, (await ErrorAsync(client, sql)).Field('C'));
    }

    [Fact]
    public async Task After_the_option_is_off_tables_stay_and_no_new_ones_come()
    {
        var login = await server.RegisterAsync(new() { StagingTables = true });
        await using (var session = await server.OpenAsync(login))
        {
            await ExecuteAsync(session, "CREATE TABLE staging (a int)");
        }

        await server.SetOptionsAsync(login, UserOptions.Default);
        await using var next = await server.OpenAsync(login);
        Assert.Equal(1, await ExecuteAsync(next, "INSERT INTO staging VALUES (1)"));
        var error = await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(next, "CREATE TABLE staging2 (a int)"));
        Assert.Equal("42501", error.SqlState);
    }

    [Fact]
    public async Task A_session_that_makes_the_database_too_large_ends_with_53100_and_the_user_can_clean_up()
    {
        var login = await server.RegisterAsync(new() { StagingTables = true });
        await using var greedy = await server.OpenAsync(login);
        await ExecuteAsync(greedy, "CREATE TABLE big (x text); ALTER TABLE big ALTER x SET STORAGE EXTERNAL");
        var error = await Assert.ThrowsAsync<PostgresException>(async () =>
        {
            await ExecuteAsync(greedy, "INSERT INTO big SELECT repeat('x', 1000000) FROM generate_series(1, 150)");
            await ExecuteAsync(greedy, "SELECT pg_sleep(60)");
        });
        Assert.Equal("53100", error.SqlState);
        Assert.Equal("FATAL", error.InvariantSeverity);

        await using var next = await server.OpenAsync(login);
        await ExecuteAsync(next, "DROP TABLE big");
        await ExecuteAsync(next, "CREATE TABLE small (a int)");
        Assert.Equal(1, await ExecuteAsync(next, "INSERT INTO small VALUES (1)"));
    }

    private static async Task<WireMessage> ErrorAsync(WireClient client, string sql) =>
        (await client.Query(sql).TalkAsync()).Single(message => message.Type == 'E');

    private static async Task<int> ExecuteAsync(NpgsqlConnection session, string sql)
    {
        await using var command = new NpgsqlCommand(sql, session);
        return await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
