using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Gateway.Tests.Engine;
using Sluice.Gateway.Users.People;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Tests.Users;

/// <summary>The databases of people are bounded, and go when nobody uses them.</summary>
public sealed class PeopleDatabasesTests : IAsyncLifetime
{
    private readonly EngineFixture _fixture;
    private readonly SettableClock _clock = new();
    private readonly PeopleDatabases _people;
    private readonly string _project = $"p-{Guid.NewGuid():N}";

    public PeopleDatabasesTests(EngineFixture fixture)
    {
        _fixture = fixture;
        _people = New(maximum: 2);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => DropAllAsync();

    public async ValueTask DisposeAsync()
    {
        await DropAllAsync();
        _people.Dispose();
    }

    [Fact]
    public async Task One_more_takes_the_place_of_the_one_that_was_not_used_for_longest()
    {
        var first = await EnterAsync("ann");
        _people.Leave(first);
        _clock.Now += TimeSpan.FromMinutes(1);
        var second = await EnterAsync("bob");
        _people.Leave(second);
        _clock.Now += TimeSpan.FromMinutes(1);
        Assert.Equal(first, await EnterAsync("ann"));
        _people.Leave(first);
        _clock.Now += TimeSpan.FromMinutes(1);

        var third = await EnterAsync("cyd");
        Assert.Equal([first, third], await DatabasesAsync(first, second, third));
        _people.Leave(third);
    }

    [Fact]
    public async Task Nobody_who_is_there_has_to_go()
    {
        var (first, second) = (await EnterAsync("ann"), await EnterAsync("bob"));
        var error = (await Assert.ThrowsAsync<PgException>(() => EnterAsync("cyd"))).Error;
        Assert.Equal(("53300", PgSeverity.Fatal), (error.SqlState, error.Severity));
        Assert.Contains("MaximumPeople", error.Hint, StringComparison.Ordinal);
        Assert.Equal(first, await EnterAsync("ann"));

        _people.Leave(second);
        var third = await EnterAsync("cyd");
        Assert.Equal([first, third], await DatabasesAsync(first, second, third));
        _people.Leave(first);
        _people.Leave(first);
        _people.Leave(third);
    }

    [Fact]
    public async Task A_limit_that_is_lower_than_before_is_kept_to_at_the_next_login()
    {
        var (first, second) = (await EnterAsync("ann"), await EnterAsync("bob"));
        using var fewer = New(maximum: 1);
        var third = (await fewer.EnterAsync(Person("cyd"), Cancellation)).Database;
        Assert.Equal([third], await DatabasesAsync(first, second, third));
        fewer.Leave(third);
    }

    [Fact]
    public async Task What_was_not_used_for_long_is_dropped_and_what_is_used_is_not()
    {
        var (first, second) = (await EnterAsync("ann"), await EnterAsync("bob"));
        _people.Leave(first);
        _clock.Now += TimeSpan.FromHours(25);
        await _people.DropUnusedAsync(Cancellation);
        Assert.Equal([second], await DatabasesAsync(first, second));

        _people.Leave(second);
        _clock.Now += TimeSpan.FromHours(23);
        await _people.DropUnusedAsync(Cancellation);
        Assert.Equal([second], await DatabasesAsync(first, second));

        _clock.Now += TimeSpan.FromHours(2);
        await _people.DropUnusedAsync(Cancellation);
        Assert.Empty(await DatabasesAsync(first, second));
    }

    [Fact]
    public async Task Project_issuer_and_subject_make_the_name_and_nothing_is_told_by_it()
    {
        var one = await NameAsync(_project, "https://issuer", "ann");
        Assert.Equal(one, await NameAsync(_project, "https://issuer", "ann"));
        Assert.NotEqual(one, await NameAsync(_project, "https://issuer", "bob"));
        Assert.NotEqual(one, await NameAsync(_project, "https://issuera", "nn"));
        Assert.NotEqual(one, await NameAsync(_project + "x", "https://issuer", "ann"));
        Assert.StartsWith(PeopleDatabases.Prefix, one, StringComparison.Ordinal);

        // Another installation has other names, so that nobody finds out by trying who is there.
        Assert.DoesNotContain("ann", one, StringComparison.Ordinal);
    }

    private async Task<string> NameAsync(string project, string issuer, string subject)
    {
        var login = await _people.EnterAsync(new Person(project, issuer, subject, "t", _clock.Now), Cancellation);
        _people.Leave(login.Role);
        return login.Role;
    }

    private PeopleDatabases New(int maximum) => new(
        _fixture.Engine,
        () => _fixture.Users,
        new PeopleOptions { Projects = new HashSet<string>(), Scope = "s", MaximumDatabases = maximum, IdleTime = TimeSpan.FromDays(1) },
        _clock,
        NullLogger<PeopleDatabases>.Instance);

    private Person Person(string subject) => new(_project, "https://issuer", subject, "t", _clock.Now);

    private async Task<string> EnterAsync(string subject) => (await _people.EnterAsync(Person(subject), Cancellation)).Database;

    /// <summary>Those of <paramref name="names"/> that are both a database and a role, in that order.</summary>
    private async Task<IEnumerable<string>> DatabasesAsync(params string[] names)
    {
        await using var connection = await _fixture.Engine.Database.OpenConnectionAsync(Cancellation);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT datname FROM pg_database JOIN pg_roles ON rolname = datname WHERE datname LIKE 'person\\_%'";
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        var found = new HashSet<string>();
        while (await reader.ReadAsync(Cancellation))
        {
            found.Add(reader.GetString(0));
        }

        return names.Where(found.Contains);
    }

    private async ValueTask DropAllAsync()
    {
        _clock.Now += TimeSpan.FromDays(2);
        await _people.DropUnusedAsync(CancellationToken.None);
        _clock.Now += TimeSpan.FromDays(2);
    }

    private sealed class SettableClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UtcNow;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
