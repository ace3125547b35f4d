using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Sluice.Gateway.Engine;

namespace Sluice.Gateway.Reads.ScanEndpoint;

/// <summary>
/// The server that the foreign tables in users' databases read from: a small PostgreSQL on a Unix socket in the engine's runtime directory,
/// which speaks just what postgres_fdw does.
/// </summary>
public sealed partial class ScanServer : IAsyncDisposable
{
    private const int Backlog = 128;

    private readonly ScanBackend _backend;
    private readonly ScanCancels _cancels = new();
    private readonly ILogger _logger;
    private readonly Socket _listener;
    private readonly string _socketPath;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<Task, byte> _connections = new();
    private readonly Task _accepting;

    private ScanServer(Socket listener, string socketPath, ScanBackend backend, ILogger logger)
    {
        _listener = listener;
        _socketPath = socketPath;
        _backend = backend;
        _logger = logger;
        _accepting = AcceptAsync();
    }

    /// <summary>Listens on <see cref="EmbeddedPostgres.ScanSocketPath"/>. The engine must have been started.</summary>
    /// <exception cref="EngineException">The socket cannot be given to the engine's user.</exception>
    public static ScanServer Start(EmbeddedPostgres engine, ScanBackend backend, ILogger<ScanServer> logger)
    {
        var path = engine.ScanSocketPath;
        File.Delete(path);
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            // The directory is closed to others from the start, so there is no moment at which somebody else could connect.
            listener.Bind(new UnixDomainSocketEndPoint(path));
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            engine.GiveToEngine(path);
            listener.Listen(Backlog);
        }
        catch
        {
            listener.Dispose();
            throw;
        }

        return new ScanServer(listener, path, backend, logger);
    }

    /// <summary>Closes the socket and all connections.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_connections.Keys);
        File.Delete(_socketPath);
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var socket = await _listener.AcceptAsync(_stopping.Token);
                var connection = ServeAsync(socket);
                _connections.TryAdd(connection, 0);
                _ = connection.ContinueWith(
                    ended => _connections.TryRemove(ended, out _), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            }
            catch (Exception e) when (_stopping.IsCancellationRequested && e is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                return;
            }
            catch (SocketException e)
            {
                // Out of file descriptors, for instance: this connection is lost, the next may not be.
                LogNotAccepted(_logger, e);
            }
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        await Task.Yield();
        try
        {
            await using var stream = new NetworkStream(socket, ownsSocket: true);
            await new ScanConnection(new StreamPipe(stream), _backend, _cancels).RunAsync(_stopping.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The engine's session has ended, or Sluice stops.
            LogEnded(_logger, e.Message);
        }
        catch (Exception e)
        {
            LogFailed(_logger, e);
        }
    }

    private sealed class StreamPipe(Stream stream) : IDuplexPipe
    {
        public PipeReader Input { get; } = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true));

        public PipeWriter Output { get; } = PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A scan connection could not be accepted")]
    private static partial void LogNotAccepted(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Debug, Message = "A scan connection ended: {Reason}")]
    private static partial void LogEnded(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "A scan connection failed")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
