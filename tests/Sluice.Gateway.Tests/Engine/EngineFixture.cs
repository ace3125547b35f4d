using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Sluice.Cdf.Http;
using Sluice.Gateway.Engine;
using Sluice.Gateway.Reads;
using Sluice.Gateway.Reads.History;
using Sluice.Gateway.Reads.ScanEndpoint;
using Sluice.Gateway.Tables;

[assembly: AssemblyFixture(typeof(Sluice.Gateway.Tests.Engine.EngineFixture))]

namespace Sluice.Gateway.Tests.Engine;

/// <summary>One engine for all tests that do not stop it. Users are told apart by their names.</summary>
public sealed class EngineFixture : IAsyncLifetime
{
    private readonly TestDirectory _directory = new();
    private EmbeddedPostgres? _engine;
    private UserDatabases? _users;
    private ScanServer? _scans;
    private HistoryStore? _history;
    private int _lastUser;

    public EmbeddedPostgres Engine => _engine!;

    public UserDatabases Users => _users!;

    public HistoryStore History => _history!;

    /// <summary>What the scan endpoint knows of the users; a user of no test's own has the built-in tables and no CDF.</summary>
    public TestScanUsers ScanUsers { get; } = new();

    /// <summary>The sessions that the scan endpoint knows.</summary>
    public ScanSessions Sessions { get; } = new();

    /// <summary>Options of an engine in <paramref name="dataDirectory"/>; a test's data need not survive the machine.</summary>
    public static EngineOptions Options(string dataDirectory) => new()
    {
        DataDirectory = dataDirectory,
        MaxConnections = 60,
        MaxRestartDelay = TimeSpan.FromMilliseconds(500),
        Settings = ImmutableDictionary<string, string>.Empty
            .Add("fsync", "off")
            .Add("full_page_writes", "off")
            .Add("shared_buffers", "32MB"),
    };

    public static EmbeddedPostgres New(string dataDirectory, ILoggerFactory? loggers = null) =>
        new(Options(dataDirectory), (loggers ?? NullLoggerFactory.Instance).CreateLogger<EmbeddedPostgres>());

    public async ValueTask InitializeAsync()
    {
        _engine = New(_directory.Path);
        await _engine.StartAsync(TestContext.Current.CancellationToken);
        _history = new HistoryStore(_engine, NullLogger<HistoryStore>.Instance);
        _users = await UserDatabases.CreateAsync(
            _engine, Options(_directory.Path), NullLogger<UserDatabases>.Instance, TestContext.Current.CancellationToken);
        _scans = ScanServer.Start(_engine, new ScanBackend(_users.Secrets, ScanUsers, Sessions, new HistoryTables(_engine, History)), NullLogger<ScanServer>.Instance);
    }

    /// <summary>A username that no other test has.</summary>
    public string NewUsername() => $"User {Interlocked.Increment(ref _lastUser)} \"o'x\\";

    /// <summary>Makes a user with <paramref name="tables"/> and connects as him.</summary>
    public Task<NpgsqlConnection> ConnectAsNewUserAsync(params TableDefinition[] tables) => ConnectAsNewUserAsync(client: null, tables);

    /// <summary>Makes a user with <paramref name="tables"/> whose reads go through <paramref name="client"/>, and connects as him.</summary>
    public async Task<NpgsqlConnection> ConnectAsNewUserAsync(CdfClient? client, params TableDefinition[] tables)
    {
        var username = NewUsername();
        ScanUsers.Set(username, TableCatalog.Of(tables), client);
        return await ConnectAsync(await Users.EnsureAsync(username, tables, TestContext.Current.CancellationToken));
    }

    public static async Task<NpgsqlConnection> ConnectAsync(EngineLogin login)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder
        {
            Host = login.SocketDirectory,
            Port = login.Port,
            Database = login.Database,
            Username = login.Role,
            Pooling = false,
        }.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        return connection;
    }

    public async ValueTask DisposeAsync()
    {
        if (_scans is not null)
        {
            await _scans.DisposeAsync();
        }

        if (_engine is not null)
        {
            await _engine.DisposeAsync();
        }

        _history?.Dispose();
        ScanUsers.Dispose();
        _directory.Dispose();
    }
}
