using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Sluice.Gateway.Engine;

/// <summary>
/// A PostgreSQL server as a child process: made at the first start, reached over a Unix socket alone, started again when it dies, stopped
/// with Sluice. If Sluice is killed the server gets SIGINT from the kernel (a fast shutdown), and should it survive even so, the next start stops it.
/// </summary>
public sealed partial class EmbeddedPostgres : IEngine, IHostedService, IAsyncDisposable
{
    private static readonly TimeSpan FirstRestartDelay = TimeSpan.FromMilliseconds(10);

    private readonly EngineOptions _options;
    private readonly ILogger _logger;
    private readonly EngineLog _log;
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private EngineDirectories? _directories;
    private PostgresBinaries? _binaries;
    private OsUser? _osUser;
    private Process? _process;
    private NpgsqlDataSource? _database;
    private bool _started;
    private bool _disposed;

    /// <summary>Nothing happens before <see cref="StartAsync"/>.</summary>
    public EmbeddedPostgres(EngineOptions options, ILogger<EmbeddedPostgres> logger)
    {
        _options = options;
        _logger = logger;
        _log = new EngineLog(logger);
    }

    /// <inheritdoc/>
    public string SocketDirectory => Directories.Runtime;

    /// <inheritdoc/>
    public int Port => EngineSettings.Port;

    /// <inheritdoc/>
    public string? ClusterDirectory => Directories.Cluster;

    /// <inheritdoc/>
    public NpgsqlDataSource Database => _database ?? throw NotStarted();

    /// <summary>
    /// The socket on which Sluice answers the engine's foreign tables; in a directory that only Sluice and the engine's user can enter.
    /// </summary>
    public string ScanSocketPath => Path.Combine(SocketDirectory, string.Create(CultureInfo.InvariantCulture, $".s.PGSQL.{EngineSettings.ScanPort}"));

    /// <summary>The server's process id while it runs, else 0.</summary>
    public int ProcessId { get; private set; }

    private EngineDirectories Directories => _directories ?? throw NotStarted();

    /// <summary>Finds the binaries, makes the cluster if there is none, starts the server, and brings database <c>sluice</c> up to date.</summary>
    /// <exception cref="EngineException">Any of that failed; the message says what to do.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_started)
        {
            throw new InvalidOperationException("The engine was started before.");
        }

        _started = true;
        try
        {
            _osUser = OsUser.ForEngine(_options.OsUser);
            _directories = EngineDirectories.Open(_options.DataDirectory, _osUser);
            _binaries = PostgresBinaries.Find(_options.BinariesDirectory, _directories.ClusterMajor);
            await OrphanedServer.StopAsync(_directories.Cluster, _options.StopTimeout, _logger, cancellationToken);
            if (_directories.ClusterMajor is null)
            {
                // Whoever does without fsync later does without it now.
                var sync = _options.Settings.GetValueOrDefault("fsync") != "off";
                await Task.Run(() => ClusterInitializer.Run(_binaries, _directories, _osUser, sync), cancellationToken);
            }

            await ClusterInitializer.WriteAuthenticationAsync(_directories, _osUser, cancellationToken);
            StartSupervisor();
            await FirstStartAsync(cancellationToken);
            await EngineBootstrap.RunAsync(this, cancellationToken);
            _database = NpgsqlDataSource.Create(ConnectionString());
            await Migrator.RunAsync(_database, _logger, cancellationToken);
        }
        catch
        {
            await StopAsync(CancellationToken.None);
            throw;
        }
    }

    /// <summary>Stops the server: sessions are ended, and the cluster is left clean. Does nothing if it does not run.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        Process? process;
        lock (_gate)
        {
            process = _process;
            if (_ready.Task.IsCompleted)
            {
                _ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            _ready.TrySetException(Stopped());

            // Nobody need have waited for it.
            _ = _ready.Task.Exception;
        }

        if (_database is { } database)
        {
            _database = null;
            await database.DisposeAsync();
        }

        if (process is not null)
        {
            await StopServerAsync(process, cancellationToken);
        }

        if (_supervised)
        {
            await _ended.Task;
        }

        _directories?.Dispose();
    }

    /// <inheritdoc/>
    public Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return _ready.Task.IsCompletedSuccessfully ? Task.CompletedTask : _ready.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Stops the server. May be called again: a container knows it by more than one name.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        await StopAsync(CancellationToken.None);
        _stopping.Dispose();
    }

    /// <summary>Makes a file in <see cref="SocketDirectory"/> the engine's.</summary>
    internal void GiveToEngine(string path) => Libc.ChangeOwner(path, _osUser);

    private static EngineException Stopped() => new("The engine is stopped.");

    private static InvalidOperationException NotStarted() => new("The engine has not been started.");

    private string ConnectionString() => new NpgsqlConnectionStringBuilder
    {
        Host = SocketDirectory,
        Port = Port,
        Database = EngineRoles.Database,
        Username = EngineRoles.Owner,
        MaxPoolSize = 20,
        ApplicationName = "sluice",
    }.ConnectionString;

    /// <summary>Waits for the first start alone; later ones are waited for by whoever needs the engine.</summary>
    private async Task FirstStartAsync(CancellationToken cancellationToken)
    {
        var ready = WaitUntilReadyAsync(cancellationToken);
        var first = await Task.WhenAny(ready, _firstExit.Task, Task.Delay(_options.StartTimeout, cancellationToken));
        if (first == ready)
        {
            await ready;
            return;
        }

        cancellationToken.ThrowIfCancellationRequested();
        throw new EngineException(first == _firstExit.Task
            ? $"PostgreSQL in {Directories.Cluster} did not start:\n{_log.Last}"
            : $"PostgreSQL in {Directories.Cluster} did not start within {_options.StartTimeout}:\n{_log.Last}");
    }
}
