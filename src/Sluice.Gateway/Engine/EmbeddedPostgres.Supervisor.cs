using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Sluice.Gateway.Engine;

/// <content>Starts the server, waits for its end, and starts it again.</content>
public sealed partial class EmbeddedPostgres
{
    private readonly TaskCompletionSource _firstExit = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _supervised;

    /// <summary>
    /// The kernel ties the server to the thread that started it, not to the process; so one thread starts it and lives as long as it does.
    /// </summary>
    private void StartSupervisor()
    {
        _supervised = true;
        new Thread(Supervise) { Name = "engine", IsBackground = true }.Start();
    }

    private void Supervise()
    {
        try
        {
            var delay = FirstRestartDelay;
            while (!_stopping.IsCancellationRequested)
            {
                var lived = Stopwatch.StartNew();
                RunServer();
                _firstExit.TrySetResult();
                if (lived.Elapsed > _options.MaxRestartDelay)
                {
                    delay = FirstRestartDelay;
                }

                if (!_stopping.IsCancellationRequested)
                {
                    LogDied(_logger, delay.TotalSeconds);
                    _stopping.Token.WaitHandle.WaitOne(delay);
                    delay = delay * 2 < _options.MaxRestartDelay ? delay * 2 : _options.MaxRestartDelay;
                }
            }
        }
        finally
        {
            _ended.TrySetResult();
        }
    }

    /// <summary>Starts the server and returns after its end.</summary>
    private void RunServer()
    {
        Process? process = null;
        try
        {
            OrphanedServer.StopAsync(Directories.Cluster, _options.StopTimeout, _logger, _stopping.Token).GetAwaiter().GetResult();
            lock (_gate)
            {
                if (_stopping.IsCancellationRequested)
                {
                    return;
                }

                process = _process = CommandLine.Start(ServerStart());
                ProcessId = process.Id;
            }

            LogStarted(_logger, process.Id, Directories.Cluster);
            _log.Read(process.StandardError, MarkReady);
            process.WaitForExit();
        }
        catch (Exception e) when (e is EngineException or IOException or OperationCanceledException)
        {
            if (!_stopping.IsCancellationRequested)
            {
                LogFailed(_logger, e);
            }
        }
        finally
        {
            MarkEnded();
            process?.Dispose();
        }
    }

    private ProcessStartInfo ServerStart()
    {
        var start = CommandLine.As(_osUser, _binaries!.Postgres, EngineSettings.Arguments(_options, Directories), tied: true, _options.SessionMemoryMegabytes);
        start.RedirectStandardError = true;

        // Where the foreign tables read from. It may be another place at each start, so it is not written into the databases.
        start.Environment["PGHOST"] = SocketDirectory;
        start.Environment["PGPORT"] = EngineSettings.ScanPort.ToString(CultureInfo.InvariantCulture);

        // When memory runs out, one session's process goes before the server and before Sluice.
        start.Environment["PG_OOM_ADJUST_FILE"] = "/proc/self/oom_score_adj";
        start.Environment["PG_OOM_ADJUST_VALUE"] = "500";
        return start;
    }

    private void MarkReady()
    {
        lock (_gate)
        {
            _ready.TrySetResult();
        }
    }

    private void MarkEnded()
    {
        lock (_gate)
        {
            _process = null;
            ProcessId = 0;
            if (_ready.Task.IsCompletedSuccessfully && !_stopping.IsCancellationRequested)
            {
                // Its pooled connections died with the server.
                _database?.Clear();
                _ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }

    private async Task StopServerAsync(Process process, CancellationToken cancellationToken)
    {
        foreach (var signal in (int[])[Libc.SigInt, Libc.SigQuit, Libc.SigKill])
        {
            lock (_gate)
            {
                if (_process != process)
                {
                    return;
                }

                Libc.Signal(process.Id, signal);
            }

            await Task.WhenAny(_ended.Task, Task.Delay(_options.StopTimeout, cancellationToken));
            if (_ended.Task.IsCompleted)
            {
                return;
            }

            LogStopsSlowly(_logger, signal);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The engine was started as process {ProcessId} in {Cluster}")]
    private static partial void LogStarted(ILogger logger, int processId, string cluster);

    [LoggerMessage(Level = LogLevel.Error, Message = "The engine died; it is started again in {Seconds} s")]
    private static partial void LogDied(ILogger logger, double seconds);

    [LoggerMessage(Level = LogLevel.Error, Message = "The engine could not be started")]
    private static partial void LogFailed(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The engine does not stop after signal {Signal}")]
    private static partial void LogStopsSlowly(ILogger logger, int signal);
}
