using Sluice.Gateway.Tables;
using Sluice.Gateway.Tests.Engine;
using Sluice.Gateway.Users;
using Sluice.Gateway.Writes;
using Sluice.PgWire.Startup;

namespace Sluice.Gateway.Tests.Users;

public sealed class StoreTests(EngineFixture fixture)
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeMilliseconds(1_730_204_346_123);

    private readonly UserStore _users = new(fixture.Engine);
    private readonly UserTableStore _tables = new(fixture.Engine);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_user_is_found_as_it_was_stored()
    {
        var user = NewUser() with { SessionId = 9007199254740991, Options = new() { OnConflict = ConflictAction.Update, DataSetId = 7, StagingTables = true } };
        await _users.AddAsync(user, Cancellation);
        var found = await _users.FindAsync(user.Username, Cancellation);

        Assert.NotNull(found);
        Assert.Equal(user.Project, found.Project);
        Assert.Equal(user.Verifier.Format(), found.Verifier.Format());
        Assert.Equal(user.Credentials.Bytes, found.Credentials.Bytes);
        Assert.Equal(user.SessionId, found.SessionId);
        Assert.Equal(user.Options, found.Options);
        Assert.Equal(Now, found.CreatedTime);
        Assert.Equal(Now, found.LastUpdatedTime);
    }

    [Theory]
    [InlineData("nobody")]
    [InlineData("")]
    [InlineData("a\0b")]
    [InlineData("'; DROP TABLE sluice.gateway_user; --")]
    public async Task An_unknown_user_is_not_found(string username)
    {
        Assert.Null(await _users.FindAsync(username, Cancellation));
        Assert.Null(await new UserCredentialStore(_users, TimeProvider.System).FindAsync(username, Cancellation));
    }

    [Fact]
    public async Task Options_are_changed_and_all_users_are_listed()
    {
        var user = NewUser();
        await _users.AddAsync(user, Cancellation);
        var changed = await _users.ChangeOptionsAsync(
            user.Username, options => options with { StatementTimeout = TimeSpan.FromSeconds(5) }, Now.AddHours(1), Cancellation);
        Assert.Equal(TimeSpan.FromSeconds(5), changed?.StatementTimeout);
        Assert.Null(await _users.ChangeOptionsAsync(user.Username, _ => null, Now.AddHours(2), Cancellation));
        Assert.Null(await _users.ChangeOptionsAsync("nobody", options => options, Now, Cancellation));

        var listed = (await _users.ListAsync(Cancellation)).Single(listed => listed.Username == user.Username);
        Assert.Equal(changed, listed.Options);
        Assert.Equal(Now.AddHours(1), listed.LastUpdatedTime);
    }

    [Fact]
    public async Task The_login_gets_the_verifier()
    {
        var user = NewUser();
        await _users.AddAsync(user, Cancellation);

        Assert.Equal(user.Verifier.Format(), (await new UserCredentialStore(_users, TimeProvider.System).FindAsync(user.Username, Cancellation))?.Format());
    }

    [Fact]
    public async Task A_table_keeps_the_order_of_its_columns_and_reaches_the_catalog()
    {
        var username = await AddUserAsync();
        var table = Movies("movies") with { Columns = [new("z", "TEXT"), new("a", "JSON[]"), new("title", "DOUBLE PRECISION")], PrimaryKey = "title" };
        var stored = await AddAsync(username, table);

        Assert.Equal(new CustomTable(table, Now), Assert.Single(stored) with { Id = 0 });
        Assert.Equal(stored, await _tables.ListAsync(username, Cancellation));
        var catalog = await _tables.CatalogAsync(username, Cancellation);
        Assert.Equal(["z", "a", "title"], catalog.Find("movies")?.Columns.Select(column => column.Name));
        Assert.NotNull(catalog.Find("assets"));
    }

    [Fact]
    public async Task The_same_table_again_is_the_one_that_is_there_and_is_not_made_again()
    {
        var username = await AddUserAsync();
        await AddAsync(username, Movies("a"));
        var applied = new List<TableDefinition>();
        var stored = await _tables.AddAsync(
            username,
            [Movies("a"), Movies("b")],
            Now.AddHours(1),
            (added, _) =>
            {
                applied.AddRange(added);
                return Task.CompletedTask;
            },
            Cancellation);

        Assert.Equal([Now, Now.AddHours(1)], stored.Select(table => table.CreatedTime));
        Assert.Equal(["b"], applied.Select(table => table.Name));
    }

    [Fact]
    public async Task Another_table_of_the_same_name_is_refused_and_none_of_its_request_is_stored()
    {
        var username = await AddUserAsync();
        await AddAsync(username, Movies("a"));
        var conflict = await Assert.ThrowsAsync<TableExistsException>(
            () => AddAsync(username, Movies("b"), Movies("a") with { Columns = [new("title", "VARCHAR")] }));

        Assert.Equal("a", conflict.Tablename);
        Assert.Equal(["a"], (await _tables.ListAsync(username, Cancellation)).Select(table => table.Declaration.Tablename));
    }

    [Fact]
    public async Task A_table_that_the_users_database_refuses_is_not_stored()
    {
        var username = await AddUserAsync();
        await Assert.ThrowsAsync<TimeoutException>(
            () => _tables.AddAsync(username, [Movies("a")], Now, (_, _) => throw new TimeoutException(), Cancellation));

        Assert.Empty(await _tables.ListAsync(username, Cancellation));
    }

    [Fact]
    public async Task Users_do_not_see_each_others_tables()
    {
        var (one, other) = (await AddUserAsync(), await AddUserAsync());
        await AddAsync(one, Movies("a"));

        Assert.Empty(await _tables.ListAsync(other, Cancellation));
    }

    private static RawTableDeclaration Movies(string name) => new(name, "db", "movies", null, [new("title", "TEXT")]);

    private static GatewayUser NewUser() => new()
    {
        Username = UserSecrets.NewUsername(),
        Project = "p",
        Verifier = ScramVerifier.Create("secret"),
        Credentials = new ProtectedCredentials([1, 2, 3]),
        CreatedTime = Now,
        LastUpdatedTime = Now,
    };

    private async Task<string> AddUserAsync()
    {
        var user = NewUser();
        await _users.AddAsync(user, Cancellation);
        return user.Username;
    }

    private Task<IReadOnlyList<CustomTable>> AddAsync(string username, params RawTableDeclaration[] tables) =>
        _tables.AddAsync(username, tables, Now, (_, _) => Task.CompletedTask, Cancellation);
}
