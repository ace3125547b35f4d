using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Sluice.Gateway.Engine;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Users.People;

/// <summary>
/// One engine database and role for each person and project, made at the first login and dropped when it was long unused, or when another
/// needs its place. Nobody shares one: its name is a keyed hash of project, issuer and subject, and no gateway user can have it.
/// </summary>
public sealed partial class PeopleDatabases : IDisposable
{
    /// <summary>With what the names begin; those of gateway users have no <c>_</c>.</summary>
    public const string Prefix = "person_";

    private const string KeyName = "person";
    private const int NameBytes = 16;

    private readonly IEngine _engine;
    private readonly Func<UserDatabases> _databases;
    private readonly PersonStore _store;
    private readonly PeopleOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _open = new(StringComparer.Ordinal);
    private byte[]? _key;

    /// <summary>Looks at nothing yet.</summary>
    /// <param name="engine">Where the databases are.</param>
    /// <param name="databases">The databases, once the engine has started.</param>
    /// <param name="options">Bounds.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told of databases that are dropped.</param>
    public PeopleDatabases(IEngine engine, Func<UserDatabases> databases, PeopleOptions options, TimeProvider time, ILogger<PeopleDatabases> logger)
    {
        _engine = engine;
        _databases = databases;
        _store = new PersonStore(engine);
        _options = options;
        _time = time;
        _logger = logger;
    }

    /// <summary>The person's database, with the built-in tables, which is not dropped before <see cref="Leave"/> was called with its name.</summary>
    /// <exception cref="PgException">FATAL 53300: all databases that there may be are in use; else the engine's error.</exception>
    public async Task<EngineLogin> EnterAsync(Person person, CancellationToken cancellationToken)
    {
        var name = await TakePlaceAsync(person, cancellationToken);
        try
        {
            return await _databases().EnsureAsync(name, [], cancellationToken);
        }
        catch
        {
            Leave(name);
            throw;
        }
    }

    /// <summary>A session that had entered has ended.</summary>
    public void Leave(string name)
    {
        lock (_lock)
        {
            if (--_open[name] == 0)
            {
                _open.Remove(name);
            }
        }
    }

    /// <summary>Drops databases that nobody has used for <see cref="PeopleOptions.IdleTime"/>.</summary>
    public async Task DropUnusedAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            var now = _time.GetUtcNow();
            await _store.TouchAsync(Open(), now, cancellationToken);
            foreach (var name in await _store.UnusedSinceAsync(now - _options.IdleTime, cancellationToken))
            {
                await DropAsync(name, cancellationToken);
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    private async Task<string> TakePlaceAsync(Person person, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            var name = await NameAsync(person, cancellationToken);
            var now = _time.GetUtcNow();
            if (await _store.TouchAsync([name], now, cancellationToken) == 0)
            {
                await MakeRoomAsync(cancellationToken);
                await _store.AddAsync(name, person.Project, now, cancellationToken);
            }

            lock (_lock)
            {
                _open[name] = _open.GetValueOrDefault(name) + 1;
            }

            return name;
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task MakeRoomAsync(CancellationToken cancellationToken)
    {
        var all = await _store.UnusedSinceAsync(DateTimeOffset.MaxValue, cancellationToken);
        var open = Open();
        if (open.Count >= _options.MaximumDatabases)
        {
            throw new PgException(new PgError
            {
                Severity = PgSeverity.Fatal,
                SqlState = SqlState.TooManyConnections,
                Message = string.Create(CultureInfo.InvariantCulture, $"{open.Count} people are signed in with tokens of their own, and no more may be"),
                Hint = "Try again later. An administrator raises the limit (Postgres:TokenSignIn:MaximumPeople).",
            });
        }

        // More than one if the limit was higher before.
        foreach (var name in all.Where(name => !open.Contains(name)).Take(all.Count - _options.MaximumDatabases + 1))
        {
            await DropAsync(name, cancellationToken);
        }
    }

    private async Task DropAsync(string name, CancellationToken cancellationToken)
    {
        await _databases().DropAsync(name, cancellationToken);
        await _store.RemoveAsync(name, cancellationToken);
        LogDropped(_logger, name);
    }

    private HashSet<string> Open()
    {
        lock (_lock)
        {
            return [.. _open.Keys];
        }
    }

    /// <summary>The same for a person at each login, telling nothing to others who see it: every role can list databases and roles.</summary>
    private async ValueTask<string> NameAsync(Person person, CancellationToken cancellationToken)
    {
        if (_key is null)
        {
            await using var connection = await _engine.OpenDatabaseAsync(cancellationToken);
            _key = await InstanceKey.LoadAsync(connection, KeyName, cancellationToken);
        }

        // Lengths first, so that no two people can be the same text.
        var who = string.Create(
            CultureInfo.InvariantCulture, $"{person.Project.Length} {person.Issuer.Length} {person.Project}{person.Issuer}{person.Subject}");
        return Prefix + Convert.ToHexStringLower(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(who)).AsSpan(0, NameBytes));
    }

    [LoggerMessage(1, LogLevel.Information, "Dropped database {Name} of a person: it was not used for long, or its place was needed")]
    private static partial void LogDropped(ILogger logger, string name);
}
