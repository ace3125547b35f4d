using Microsoft.Extensions.Hosting;

namespace Sluice.Gateway.Hosting;

/// <summary>
/// The Unix socket on which the commands of this machine's administrator reach the REST API. Its directory is open to the gateway's operating system user
/// and to root alone, so whoever gets through to it is one of them.
/// </summary>
internal sealed class AdminSocket(string directory) : IHostedLifecycleService, IDisposable
{
    /// <summary>The socket's name in its directory.</summary>
    public const string Name = "api.sock";

    private readonly SocketPath _path = new(directory, Name);

    /// <summary>Where to listen.</summary>
    public string Path => _path.Value;

    /// <summary>Removes what a killed gateway has left. It runs after the engine has taken the data directory for this process, and before the host listens.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        File.Delete(Path);
        return Task.CompletedTask;
    }

    /// <summary>Closes the socket itself too, for whoever looks at it without its directory.</summary>
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        if (File.Exists(Path))
        {
            File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => _path.Dispose();
}
