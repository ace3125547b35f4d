using System.Globalization;
using Npgsql;

namespace Sluice.Gateway.Engine;

/// <summary>
/// The embedded PostgreSQL of a gateway that runs on this machine, as another process reaches it: for the commands of the gateway's administrator,
/// who has the same operating system user as the gateway, or is root.
/// </summary>
public sealed class RunningEngine : IEngine, IAsyncDisposable
{
    // Lines of postmaster.pid (PostgreSQL's miscadmin.h, LOCK_FILE_LINE_PORT and _SOCKET_DIR), counted from 0.
    private const int PortLine = 3;
    private const int SocketDirectoryLine = 4;

    private RunningEngine(string cluster, string socketDirectory, int port)
    {
        ClusterDirectory = cluster;
        SocketDirectory = socketDirectory;
        Port = port;
        Database = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder
        {
            Host = socketDirectory,
            Port = port,
            Database = EngineRoles.Database,
            Username = EngineRoles.Owner,
            Pooling = false,
            ApplicationName = "sluice command",
        }.ConnectionString);
    }

    /// <inheritdoc/>
    public string SocketDirectory { get; }

    /// <inheritdoc/>
    public int Port { get; }

    /// <inheritdoc/>
    public string? ClusterDirectory { get; }

    /// <inheritdoc/>
    public NpgsqlDataSource Database { get; }

    /// <summary>Finds the engine of the gateway that keeps its data in <paramref name="dataDirectory"/>.</summary>
    /// <param name="dataDirectory">The engine's (<see cref="EngineOptions.DataDirectory"/>).</param>
    /// <exception cref="EngineException">None runs there, or it may not be reached by this process's operating system user.</exception>
    public static RunningEngine Find(string dataDirectory)
    {
        var cluster = Path.Combine(Path.GetFullPath(dataDirectory), "cluster");
        try
        {
            var lines = File.ReadAllLines(Path.Combine(cluster, "postmaster.pid"));
            if (lines.Length > SocketDirectoryLine && int.TryParse(lines[PortLine], NumberStyles.None, CultureInfo.InvariantCulture, out var port))
            {
                return new RunningEngine(cluster, lines[SocketDirectoryLine], port);
            }
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw NotRunning(cluster, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EngineException($"{cluster} cannot be read ({e.Message}): run the command as the user that runs the gateway, or as root.", e);
        }

        throw NotRunning(cluster, inner: null);
    }

    /// <inheritdoc/>
    public Task WaitUntilReadyAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Database.DisposeAsync();

    private static EngineException NotRunning(string cluster, Exception? inner)
    {
        var message = $"No gateway runs with its engine in {cluster}: start it (sluice serve), or name its data directory with --data-dir.";
        return inner is null ? new EngineException(message) : new EngineException(message, inner);
    }
}
