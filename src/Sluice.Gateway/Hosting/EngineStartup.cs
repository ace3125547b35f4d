using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sluice.Gateway.Engine;
using Sluice.Gateway.Reads;
using Sluice.Gateway.Reads.History;
using Sluice.Gateway.Reads.ScanEndpoint;
using Sluice.Gateway.Users;

namespace Sluice.Gateway.Hosting;

/// <summary>
/// Starts the engine, and the endpoint that its foreign tables read from, before clients are listened to. When the host stops, sessions may end what they do for a while; then the engine ends, and with it
/// every statement that it still runs, as PostgreSQL's fast shutdown does: 57P01.
/// </summary>
internal sealed class EngineStartup(
    EmbeddedPostgres engine,
    EngineOptions options,
    IScanUsers users,
    ScanSessions sessions,
    HistoryTables history,
    DatabaseQuota quota,
    SessionWatch watch,
    UserBackup backup,
    CredentialCheckup credentials,
    HistoryStore historyStore,
    GatewayOptions gateway,
    TimeProvider time,
    ILogger<UserDatabases> logger,
    ILogger<ScanServer> scanLogger) : IHostedLifecycleService, IDisposable
{
    /// <summary>A backup is so much older than a change, at most.</summary>
    private static readonly TimeSpan BackupInterval = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _clientsGone = new();
    private UserDatabases? _databases;
    private ScanServer? _scans;
    private Task _stopped = Task.CompletedTask;

    /// <summary>The users' databases.</summary>
    /// <exception cref="InvalidOperationException">The host has not started.</exception>
    public UserDatabases Databases => _databases ?? throw new InvalidOperationException("The engine has not been started.");

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await engine.StartAsync(cancellationToken);
        _databases = await UserDatabases.CreateAsync(engine, options, logger, cancellationToken);
        await backup.RestoreAsync(cancellationToken);
        await credentials.RunAsync(cancellationToken);
        quota.Watch(gateway.Engine.UserDatabaseCheckInterval, time);
        watch.Watch(gateway.Engine.SessionCheckInterval);
        backup.Watch(BackupInterval, time);
        _scans = ScanServer.Start(engine, new ScanBackend(_databases.Secrets, users, sessions, history), scanLogger);
    }

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        _stopped = StopAfterGraceAsync();
        return Task.CompletedTask;
    }

    /// <summary>Called after the listener has stopped. The engine has a time limit of its own for a clean end.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _clientsGone.CancelAsync();
        await _stopped;
    }

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => _clientsGone.Dispose();

    private async Task StopAfterGraceAsync()
    {
        try
        {
            await Task.Delay(gateway.ShutdownGrace, time, _clientsGone.Token);
        }
        catch (OperationCanceledException)
        {
            // Nobody is left to wait for.
        }

        await quota.DisposeAsync();
        await watch.DisposeAsync();
        await backup.DisposeAsync();
        if (_scans is not null)
        {
            await _scans.DisposeAsync();
        }

        await historyStore.FlushAsync(CancellationToken.None);
        await engine.StopAsync(CancellationToken.None);
    }
}
