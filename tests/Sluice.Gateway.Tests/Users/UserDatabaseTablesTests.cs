using Sluice.Gateway.Engine;
using Sluice.Gateway.Tables;
using Sluice.Gateway.Tests.Engine;
using Sluice.Gateway.Users;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Startup;

namespace Sluice.Gateway.Tests.Users;

public sealed class UserDatabaseTablesTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeMilliseconds(1_730_204_346_123);

    private readonly string _username = UserSecrets.NewUsername();
    private readonly IEngine _engine;
    private readonly UserStore _users;
    private readonly UserTableStore _tables;
    private readonly UserDatabaseTables _databases;
    private readonly UserDatabases _userDatabases;

    public UserDatabaseTablesTests(EngineFixture fixture)
    {
        _engine = fixture.Engine;
        _userDatabases = fixture.Users;
        _users = new UserStore(fixture.Engine);
        _tables = new UserTableStore(fixture.Engine);
        _databases = new UserDatabaseTables(() => fixture.Users, _tables, new UserSessions());
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await _users.AddAsync(
        new GatewayUser
        {
            Username = _username,
            Project = "p",
            Verifier = ScramVerifier.Create("secret"),
            Credentials = new ProtectedCredentials([1]),
            CreatedTime = Now,
            LastUpdatedTime = Now,
        },
        Cancellation);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_login_after_the_declaration_finds_the_table()
    {
        await AddAsync("movies");
        var (login, tables) = await _databases.EnsureAsync(_username, Cancellation);

        Assert.Equal(TableKind.CustomRawRows, tables.Find("movies")?.Kind);
        await using var session = await EngineFixture.ConnectAsync(login);
        Assert.Equal(["title"], await session.RowsAsync(Columns("movies")));
    }

    [Fact]
    public async Task An_open_session_sees_a_table_at_its_next_statement()
    {
        var (login, _) = await _databases.EnsureAsync(_username, Cancellation);
        await using var session = await EngineFixture.ConnectAsync(login);
        await AddAsync("movies", "books");

        Assert.Equal(["title"], await session.RowsAsync(Columns("movies")));
        Assert.Equal(["title"], await session.RowsAsync(Columns("books")));
    }

    [Fact]
    public async Task A_table_that_cannot_be_made_leaves_none_of_its_request()
    {
        var (login, _) = await _databases.EnsureAsync(_username, Cancellation);
        await using var session = await EngineFixture.ConnectAsync(login);
        var other = new RawTableDeclaration("staging", "db", "t", null, [new("b", "TEXT")]);
        await _databases.AddAsync(_username, [other.ToDefinition()], Cancellation);
        var error = await Assert.ThrowsAsync<PgException>(() => AddAsync("movies", "staging"));

        Assert.Equal(SqlState.DuplicateTable, error.Error.SqlState);
        Assert.Empty(await _tables.ListAsync(_username, Cancellation));
        Assert.Empty(await session.RowsAsync(Columns("movies")));
    }

    [Fact]
    public async Task Tables_do_not_change_while_a_login_uses_them()
    {
        await _tables.ReadLockedAsync(
            _username,
            async (catalog, _) =>
            {
                await _databases.EnsureAsync(_username, Cancellation);
                await using var other = await _engine.Database.OpenConnectionAsync(Cancellation);
                await other.FailsAsync(
                    SqlState.LockNotAvailable, $"SELECT FROM sluice.gateway_user WHERE username = '{_username}' FOR UPDATE NOWAIT");
                return catalog;
            },
            Cancellation);
        await AddAsync("movies");

        Assert.Single((await _databases.EnsureAsync(_username, Cancellation)).Tables.Custom);
    }

    [Fact]
    public async Task An_open_session_misses_a_removed_table_at_its_next_statement()
    {
        await AddAsync("movies", "books");
        var (login, _) = await _databases.EnsureAsync(_username, Cancellation);
        await using var session = await EngineFixture.ConnectAsync(login);
        Assert.Empty(await RemoveAsync("movies"));

        Assert.Empty(await session.RowsAsync(Columns("movies")));
        Assert.NotEmpty(await session.RowsAsync(Columns("books")));
        Assert.Null(_databases.Current(_username).Find("movies"));
        Assert.Single((await _databases.EnsureAsync(_username, Cancellation)).Tables.Custom);
    }

    [Fact]
    public async Task Tables_that_a_transaction_has_read_are_not_waited_for_long_and_all_stay()
    {
        await AddAsync("books", "movies");
        var (login, _) = await _databases.EnsureAsync(_username, Cancellation);
        await using var session = await EngineFixture.ConnectAsync(login);
        await using var transaction = await session.BeginTransactionAsync(Cancellation);
        await session.RowsAsync("SELECT 1 FROM ONLY movies");
        var error = await Assert.ThrowsAsync<PgException>(() => RemoveAsync("books", "movies"));
        await transaction.RollbackAsync(Cancellation);

        Assert.Equal(SqlState.LockNotAvailable, error.Error.SqlState);
        Assert.NotEmpty(await session.RowsAsync(Columns("books")));
        Assert.Equal(2, (await _tables.ListAsync(_username, Cancellation)).Count);
        Assert.Empty(await RemoveAsync("books", "movies"));
    }

    [Fact]
    public async Task A_deleted_user_has_no_login_and_no_database()
    {
        var sessions = new UserSessions();
        var databases = new UserDatabaseTables(() => _userDatabases, _tables, sessions);
        var (login, _) = await databases.EnsureAsync(_username, Cancellation);
        await using var session = await EngineFixture.ConnectAsync(login);
        var ended = sessions.Ended(_username);
        var deleted = await _users.DeleteAsync(_username, cancellation => databases.DropDatabaseAsync(_username, cancellation), Cancellation);
        var error = await Assert.ThrowsAsync<PgException>(() => databases.EnsureAsync(_username, Cancellation));

        Assert.Equal(_username, deleted?.Username);
        Assert.True(ended.IsCancellationRequested);
        Assert.Equal(SqlState.InvalidAuthorizationSpecification, error.Error.SqlState);
        Assert.Equal(SqlState.AdminShutdown, Assert.Throws<PgException>(() => databases.Current(_username)).Error.SqlState);
        await Assert.ThrowsAnyAsync<Npgsql.NpgsqlException>(() => session.RowsAsync("SELECT 1"));
        await using var own = await _engine.Database.OpenConnectionAsync(Cancellation);
        Assert.Empty(await own.RowsAsync($"SELECT rolname::text FROM pg_roles WHERE rolname = '{_username}'"));
        Assert.Null(await _users.DeleteAsync(_username, _ => throw new InvalidOperationException("There is nothing to drop."), Cancellation));
    }

    [Fact]
    public async Task A_user_of_version_1_becomes_one_of_version_2_with_his_own_tables_and_without_his_sessions()
    {
        var former = await AddUserOfVersion1Async();
        await AddToAsync(former.Username, "movies");
        var (login, tables) = await _databases.EnsureAsync(former.Username, Cancellation);
        await using var session = await EngineFixture.ConnectAsync(login);
        await new UserMigration(_engine, _userDatabases).RunAsync(former.Username, Now.AddDays(1), Cancellation);
        await Assert.ThrowsAnyAsync<Npgsql.NpgsqlException>(() => session.RowsAsync("SELECT 1"));
        var (again, catalog) = await _databases.EnsureAsync(former.Username, Cancellation);
        await using var next = await EngineFixture.ConnectAsync(again);
        var user = (await _users.FindAsync(former.Username, Cancellation))!;

        Assert.NotNull(tables.Find("raw"));
        Assert.Null(catalog.Find("raw"));
        Assert.NotNull(catalog.Find("movies"));
        Assert.Equal(former with { Version = 2, LastUpdatedTime = Now.AddDays(1) }, user with { Verifier = former.Verifier, Credentials = former.Credentials });
        Assert.Equal(former.Verifier.Format(), user.Verifier.Format());
        Assert.Equal(former.Credentials.Bytes, user.Credentials.Bytes);
        Assert.Equal(
            catalog.All.Select(table => table.Name).Order(StringComparer.Ordinal),
            await next.RowsAsync("SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname COLLATE \"C\""));
        var error = await Assert.ThrowsAsync<PgException>(() => new UserMigration(_engine, _userDatabases).RunAsync(former.Username, Now, Cancellation));
        Assert.Equal(SqlState.ObjectNotInPrerequisiteState, error.Error.SqlState);
    }

    [Fact]
    public async Task A_user_of_version_1_stays_what_he_is_while_a_transaction_has_read_his_tables()
    {
        var former = await AddUserOfVersion1Async();
        var (login, _) = await _databases.EnsureAsync(former.Username, Cancellation);
        await using var session = await EngineFixture.ConnectAsync(login);
        await using var transaction = await session.BeginTransactionAsync(Cancellation);
        await session.RowsAsync("SELECT 1 FROM ONLY raw");
        var error = await Assert.ThrowsAsync<PgException>(() => new UserMigration(_engine, _userDatabases).RunAsync(former.Username, Now, Cancellation));
        await transaction.RollbackAsync(Cancellation);

        Assert.Equal(SqlState.LockNotAvailable, error.Error.SqlState);
        Assert.Equal(1, (await _users.FindAsync(former.Username, Cancellation))!.Version);
        Assert.NotEmpty(await session.RowsAsync("SELECT 1 FROM pg_class WHERE oid = to_regclass('public.timeseries')"));
    }

    private async Task<GatewayUser> AddUserOfVersion1Async()
    {
        var user = new GatewayUser
        {
            Username = UserSecrets.NewUsername(),
            Project = "p",
            Version = 1,
            Verifier = ScramVerifier.Create("secret"),
            Credentials = new ProtectedCredentials([1]),
            CreatedTime = Now,
            LastUpdatedTime = Now,
        };
        await _users.AddAsync(user, Cancellation);
        return user;
    }

    private Task<IReadOnlyList<string>> RemoveAsync(params string[] names) => _tables.RemoveAsync(
        _username, names, ignoreUnknown: false, (removed, cancellation) => _databases.RemoveAsync(_username, removed, cascade: false, cancellation), Cancellation);

    private static string Columns(string table) =>
        $"SELECT attname FROM pg_attribute WHERE attrelid = to_regclass('{table}') AND attnum > 0 AND attname <> '_raw_key' ORDER BY attnum";

    private Task AddAsync(params string[] names) => AddToAsync(_username, names);

    private Task AddToAsync(string username, params string[] names) => _tables.AddAsync(
        username,
        [.. names.Select(name => new RawTableDeclaration(name, "db", "t", null, [new("title", "TEXT")]))],
        Now,
        (added, cancellation) => _databases.AddAsync(username, added, cancellation),
        Cancellation);
}
