using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sluice.Gateway.Engine;

namespace Sluice.Gateway.Hosting;

/// <summary>Starts the engine before clients are listened to, and stops it after the last of them has gone.</summary>
internal sealed class EngineStartup(EmbeddedPostgres engine, EngineOptions options, ILogger<UserDatabases> logger) : IHostedService
{
    private UserDatabases? _databases;

    /// <summary>The users' databases.</summary>
    /// <exception cref="InvalidOperationException">The host has not started.</exception>
    public UserDatabases Databases => _databases ?? throw new InvalidOperationException("The engine has not been started.");

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await engine.StartAsync(cancellationToken);
        _databases = await UserDatabases.CreateAsync(engine, options, logger, cancellationToken);
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => engine.StopAsync(cancellationToken);
}
