using Npgsql;
using Sluice.Gateway.Engine;
using Sluice.Gateway.Tables;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Types;

namespace Sluice.Gateway.Tests.Engine;

public sealed class UserDatabasesTests(EngineFixture fixture)
{
    private static readonly TableDefinition Movies =
        CustomRawTable.Define("My \"Movies\"", "db'1", "t\\1", "title", [new("title", new(PgType.Text)), new("Year", new(PgType.Timestamptz))]);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private UserDatabases Users => fixture.Users;

    [Fact]
    public async Task A_user_finds_the_built_in_and_his_own_tables()
    {
        await using var user = await fixture.ConnectAsNewUserAsync(Movies);

        Assert.Equal(
            BuiltInTables.All.Select(t => t.Name).Append("My \"Movies\"").Order(StringComparer.Ordinal),
            (await user.RowsAsync("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'")).Order(StringComparer.Ordinal));
        Assert.Equal(["t"], await user.RowsAsync("SELECT current_database() = current_user"));
    }

    [Fact]
    public async Task Two_logins_of_a_new_user_at_once_make_one_database()
    {
        var username = fixture.NewUsername();
        var logins = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Users.EnsureAsync(username, [Movies], Token)));

        Assert.Single(logins.Distinct());
        await using var user = await EngineFixture.ConnectAsync(logins[0]);
        Assert.Equal(["1"], await user.RowsAsync("SELECT count(*) FROM pg_roles WHERE rolname = current_user"));
    }

    [Fact]
    public async Task Logins_of_many_new_users_at_once_do_not_hinder_each_other()
    {
        var logins = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Users.EnsureAsync(fixture.NewUsername(), [], Token)));
        Assert.Equal(8, logins.Distinct().Count());
    }

    [Fact]
    public async Task A_database_that_exists_gets_the_tables_that_are_missing_or_changed()
    {
        var username = fixture.NewUsername();
        await Users.EnsureAsync(username, [], Token);
        await Users.EnsureAsync(username, [Movies], Token);
        var other = CustomRawTable.Define(Movies.Name, "db", "t", null, [new("title", new(PgType.Int8))]);

        // As another process would find it.
        var again = await UserDatabases.CreateAsync(
            fixture.Engine, EngineFixture.Options("/nowhere"), Microsoft.Extensions.Logging.Abstractions.NullLogger<UserDatabases>.Instance, Token);
        await using var user = await EngineFixture.ConnectAsync(await again.EnsureAsync(username, [other], Token));

        Assert.Equal(
            ["_raw_key", "title"],
            await user.RowsAsync("SELECT attname FROM pg_attribute WHERE attrelid = '\"My \"\"Movies\"\"\"'::regclass AND attnum > 0 ORDER BY attnum"));
    }

    [Fact]
    public async Task An_added_table_is_seen_by_the_sessions_that_are_open_and_a_dropped_one_is_gone()
    {
        var username = fixture.NewUsername();
        await using var user = await EngineFixture.ConnectAsync(await Users.EnsureAsync(username, [], Token));

        await Users.AddTableAsync(username, Movies, Token);
        await Users.AddTableAsync(username, Movies, Token);
        Assert.Empty(await user.RowsAsync("SELECT * FROM \"My \"\"Movies\"\"\" LIMIT 0"));

        await Users.DropTableAsync(username, Movies.Name, Token);
        await Users.DropTableAsync(username, Movies.Name, Token);
        await user.FailsAsync("42P01", "SELECT * FROM \"My \"\"Movies\"\"\" LIMIT 0");
    }

    [Fact]
    public async Task A_table_of_the_same_name_and_another_definition_is_42P07()
    {
        var username = fixture.NewUsername();
        await Users.EnsureAsync(username, [Movies], Token);
        var other = CustomRawTable.Define(Movies.Name, "db", "t", null, []);

        var error = await Assert.ThrowsAsync<PgException>(() => Users.AddTableAsync(username, other, Token));

        Assert.Equal("42P07", error.Error.SqlState);
    }

    [Fact]
    public async Task A_built_in_table_is_never_dropped()
    {
        var username = fixture.NewUsername();
        await using var user = await EngineFixture.ConnectAsync(await Users.EnsureAsync(username, [], Token));

        await Users.DropTableAsync(username, "assets", Token);

        Assert.Empty(await user.RowsAsync("SELECT * FROM assets LIMIT 0"));
    }

    [Fact]
    public async Task Changes_of_a_user_who_never_logged_in_make_nothing()
    {
        var username = fixture.NewUsername();
        await Users.AddTableAsync(username, Movies, Token);
        await Users.DropTableAsync(username, Movies.Name, Token);
        await Users.DropAsync(username, Token);

        await using var user = await fixture.ConnectAsNewUserAsync();
        Assert.Equal(["0"], await user.RowsAsync($"SELECT count(*) FROM pg_database WHERE datname = {SqlText.Literal(username)}"));
    }

    [Fact]
    public async Task A_drop_that_waits_for_a_session_gives_up_with_55P03()
    {
        var users = await UserDatabases.CreateAsync(
            fixture.Engine,
            EngineFixture.Options("/nowhere") with { LockTimeout = TimeSpan.FromMilliseconds(50) },
            Microsoft.Extensions.Logging.Abstractions.NullLogger<UserDatabases>.Instance,
            Token);
        var username = fixture.NewUsername();
        await using var user = await EngineFixture.ConnectAsync(await users.EnsureAsync(username, [Movies], Token));
        await user.RunAsync("BEGIN; SELECT * FROM \"My \"\"Movies\"\"\" LIMIT 0");

        var error = await Assert.ThrowsAsync<PgException>(() => users.DropTableAsync(username, Movies.Name, Token));

        Assert.Equal("55P03", error.Error.SqlState);
        await user.RunAsync("COMMIT");
        await users.DropTableAsync(username, Movies.Name, Token);
    }

    [Fact]
    public async Task A_dropped_user_loses_his_sessions_and_can_be_made_again()
    {
        var username = fixture.NewUsername();
        await using var user = await EngineFixture.ConnectAsync(await Users.EnsureAsync(username, [Movies], Token));

        await Users.DropAsync(username, Token);

        await Assert.ThrowsAnyAsync<NpgsqlException>(() => user.RunAsync("SELECT 1"));
        await using var next = await EngineFixture.ConnectAsync(await Users.EnsureAsync(username, [], Token));
        await next.FailsAsync("42P01", "SELECT * FROM \"My \"\"Movies\"\"\" LIMIT 0");
    }

    [Theory]
    [InlineData("")]
    [InlineData("sluice")]
    [InlineData("sluice_superuser")]
    [InlineData("postgres")]
    [InlineData("template1")]
    [InlineData("pg_x")]
    [InlineData("public")]
    [InlineData("sluice_template_x")]
    [InlineData("1234567890123456789012345678901234567890123456789012345678901234")]
    public async Task A_reserved_or_too_long_name_is_refused(string username) =>
        await Assert.ThrowsAsync<ArgumentException>(() => Users.EnsureAsync(username, [], Token));

    [Fact]
    public async Task A_first_login_is_fast_and_a_second_costs_nothing()
    {
        var username = fixture.NewUsername();
        var first = System.Diagnostics.Stopwatch.StartNew();
        await Users.EnsureAsync(username, [Movies], Token);
        first.Stop();
        var second = System.Diagnostics.Stopwatch.StartNew();
        await Users.EnsureAsync(username, [Movies], Token);
        second.Stop();

        TestContext.Current.TestOutputHelper!.WriteLine($"first {first.ElapsedMilliseconds} ms, second {second.Elapsed.TotalMicroseconds} us");
        Assert.True(second.Elapsed < first.Elapsed);
    }
}
