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

    public UserDatabaseTablesTests(EngineFixture fixture)
    {
        _engine = fixture.Engine;
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

    private static string Columns(string table) =>
        $"SELECT attname FROM pg_attribute WHERE attrelid = to_regclass('{table}') AND attnum > 0 AND attname <> '_raw_key' ORDER BY attnum";

    private Task AddAsync(params string[] names) => _tables.AddAsync(
        _username,
        [.. names.Select(name => new RawTableDeclaration(name, "db", "t", null, [new("title", "TEXT")]))],
        Now,
        (added, cancellation) => _databases.AddAsync(_username, added, cancellation),
        Cancellation);
}
