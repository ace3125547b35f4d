using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Sluice.Gateway.Engine;

/// <summary>
/// A server that an earlier Sluice left behind in the data directory, which this one alone has locked: it is stopped, since nobody
/// watches it, it has another's settings, and its log goes nowhere.
/// </summary>
internal static partial class OrphanedServer
{
    /// <summary>Stops the server of <paramref name="cluster"/> if one runs, and removes a lock file that would hinder the next one.</summary>
    /// <exception cref="EngineException">It does not stop.</exception>
    public static async Task StopAsync(string cluster, TimeSpan patience, ILogger logger, CancellationToken cancellationToken)
    {
        var file = Path.Combine(cluster, "postmaster.pid");
        if (!File.Exists(file))
        {
            return;
        }

        var first = File.ReadLines(file).FirstOrDefault();
        if (!int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var processId))
        {
            return;
        }

        if (IsServerOf(processId, cluster))
        {
            LogOrphan(logger, processId);
            await StopAsync(processId, cluster, patience, cancellationToken);
        }
        else if (Directory.Exists($"/proc/{processId}"))
        {
            // Another program has got the number, which PostgreSQL would take for a server that runs. In every other case the file stays:
            // PostgreSQL finds in it whether sessions of a server that died still write.
            File.Delete(file);
        }
    }

    private static async Task StopAsync(int processId, string cluster, TimeSpan patience, CancellationToken cancellationToken)
    {
        foreach (var signal in (int[])[Libc.SigInt, Libc.SigQuit, Libc.SigKill])
        {
            Libc.Signal(processId, signal);

            // It is not our child, so there is nothing to wait on but its entry in /proc.
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
            var end = DateTime.UtcNow + patience;
            while (IsServerOf(processId, cluster))
            {
                if (DateTime.UtcNow > end)
                {
                    break;
                }

                await timer.WaitForNextTickAsync(cancellationToken);
            }

            if (!IsServerOf(processId, cluster))
            {
                return;
            }
        }

        throw new EngineException($"A PostgreSQL server (process {processId}) runs in {cluster} and cannot be stopped. Stop it by hand.");
    }

    /// <summary>A PostgreSQL server works in its data directory.</summary>
    private static bool IsServerOf(int processId, string cluster)
    {
        try
        {
            var name = File.ReadAllText($"/proc/{processId}/comm").TrimEnd('\n');
            var directory = new DirectoryInfo($"/proc/{processId}/cwd").ResolveLinkTarget(returnFinalTarget: false)?.FullName;
            return name is "postgres" or "postmaster"
                && directory is not null
                && string.Equals(Path.TrimEndingDirectorySeparator(directory), Path.TrimEndingDirectorySeparator(cluster), StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Gone, or of another user and so not ours.
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Stopping the engine that an earlier Sluice left running, process {ProcessId}")]
    private static partial void LogOrphan(ILogger logger, int processId);
}
