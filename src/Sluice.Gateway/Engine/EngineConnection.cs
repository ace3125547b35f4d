using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Engine;

/// <summary>
/// A session on the engine, as raw messages: whoever holds it reads <see cref="Input"/> and writes <see cref="Output"/>, which are at the
/// point after the first ReadyForQuery. Nothing here knows what the messages say.
/// </summary>
public sealed class EngineConnection : IAsyncDisposable
{
    private const int ReadBufferSize = 64 * 1_024;
    private const int Version30 = 3 << 16;
    private const int CancelRequestCode = (1234 << 16) | 5678;

    private static readonly StreamPipeReaderOptions ReaderOptions = new(bufferSize: ReadBufferSize, minimumReadSize: 4 * 1_024, leaveOpen: true);
    private static readonly StreamPipeWriterOptions WriterOptions = new(leaveOpen: true);

    private readonly Socket _socket;
    private readonly NetworkStream _stream;
    private readonly string _socketPath;
    private bool _disposed;

    private EngineConnection(Socket socket, string socketPath)
    {
        _socket = socket;
        _socketPath = socketPath;
        _stream = new NetworkStream(socket, ownsSocket: false);
        Input = PipeReader.Create(_stream, ReaderOptions);
        Output = PipeWriter.Create(_stream, WriterOptions);
    }

    /// <summary>What the engine sends.</summary>
    public PipeReader Input { get; }

    /// <summary>What the engine receives.</summary>
    public PipeWriter Output { get; }

    /// <summary>The backend's process id, from BackendKeyData; it is also the number by which the scan endpoint knows the session.</summary>
    public int ProcessId { get; private set; }

    /// <summary>The key that a CancelRequest must carry, from BackendKeyData.</summary>
    public int SecretKey { get; private set; }

    /// <summary>The ParameterStatus messages of the startup, in the order received.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Parameters { get; private set; } = [];

    /// <summary>The notices of the startup, in the order received; there seldom are any.</summary>
    public IReadOnlyList<PgError> Notices { get; private set; } = [];

    /// <summary>Connects, and starts a session as far as its first ReadyForQuery.</summary>
    /// <param name="login">Whose session.</param>
    /// <param name="settings">
    /// Settings of the session (<c>application_name</c>, <c>client_encoding</c>, <c>sluice.on_conflict</c>, …), to which RESET and
    /// DISCARD ALL go back; the later of two of one name holds. <c>user</c>, <c>database</c> and <c>replication</c> among them are left out.
    /// </param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="PgException">
    /// The engine's own refusal with all its fields, e.g. 53300 too many connections; 57P03 if it cannot be reached (it is being restarted);
    /// 08006 if it goes away in the middle.
    /// </exception>
    public static async Task<EngineConnection> ConnectAsync(
        EngineLogin login,
        IEnumerable<KeyValuePair<string, string>> settings,
        CancellationToken cancellationToken)
    {
        var connection = new EngineConnection(await OpenSocketAsync(login.SocketPath, cancellationToken), login.SocketPath);
        try
        {
            await connection.StartAsync(login, settings, cancellationToken);
            return connection;
        }
        catch (IOException e)
        {
            await connection.DisposeAsync();
            throw Lost(e);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Asks the engine to cancel what this session runs, over a connection of its own. Returns when the request was taken; whether it came
    /// in time shows in the session. Nothing happens if the engine is gone. May be called at any time from any thread.
    /// </summary>
    public async Task CancelAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var socket = await OpenSocketAsync(_socketPath, cancellationToken);
            var request = new byte[4 * sizeof(int)];
            var numbers = (int[])[request.Length, CancelRequestCode, ProcessId, SecretKey];
            for (var i = 0; i < numbers.Length; i++)
            {
                BinaryPrimitives.WriteInt32BigEndian(request.AsSpan(i * sizeof(int)), numbers[i]);
            }

            await socket.SendAsync(request, cancellationToken);

            // The engine closes once it has signalled the session; before that the next statement could be hit instead.
            await socket.ReceiveAsync(request, cancellationToken);
        }
        catch (Exception e) when (e is SocketException or PgException { Error.SqlState: SqlState.CannotConnectNow })
        {
            // An engine that is not there runs nothing.
        }
    }

    /// <summary>Ends the session: Terminate, as far as the engine still takes it, and the connection is closed.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        try
        {
            // Never waits: if the engine does not read, closing the socket ends the session as well.
            _socket.Blocking = false;
            _socket.Send((ReadOnlySpan<byte>)[FrontendMessage.Terminate, 0, 0, 0, 4], SocketFlags.None, out _);
        }
        catch (SocketException)
        {
            // The engine has closed first.
        }

        _socket.Dispose();
        await _stream.DisposeAsync();
        await Input.CompleteAsync();

        // With an error, what was written and not flushed is dropped instead of being sent.
        await Output.CompleteAsync(new ObjectDisposedException(nameof(EngineConnection)));
    }

    private static PgException Lost(Exception? inner) => new(
        new PgError
        {
            Severity = PgSeverity.Fatal,
            SqlState = SqlState.ConnectionFailure,
            Message = "the engine closed the connection unexpectedly",
            Hint = "Connect again; the engine may have been restarted.",
        },
        inner);

    private static async Task<Socket> OpenSocketAsync(string path, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new PgException(
                new PgError
                {
                    Severity = PgSeverity.Fatal,
                    SqlState = SqlState.CannotConnectNow,
                    Message = "the engine cannot be reached",
                    Hint = "It may be starting or restarting; connect again in a few seconds.",
                },
                e);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task StartAsync(EngineLogin login, IEnumerable<KeyValuePair<string, string>> settings, CancellationToken cancellationToken)
    {
        await SendStartupAsync(login, settings, cancellationToken);
        List<KeyValuePair<string, string>> parameters = [];
        List<PgError> notices = [];
        var reader = new MessageReader(Input, MessageLimits.Backend);
        while (true)
        {
            var frame = await reader.ReadAsync(cancellationToken: cancellationToken);
            if (frame.IsEnd)
            {
                throw Lost(inner: null);
            }

            var body = reader.Contiguous(frame);
            switch (frame.Type)
            {
                case BackendMessage.Authentication:
                    CheckAuthentication(body.Span);
                    break;
                case BackendMessage.ParameterStatus:
                    parameters.Add(ReadParameter(body.Span));
                    break;
                case BackendMessage.BackendKeyData:
                    ReadKey(body.Span);
                    break;
                case BackendMessage.NoticeResponse:
                    notices.Add(PgErrorParser.Parse(body.Span));
                    break;
                case BackendMessage.ErrorResponse:
                    throw new PgException(PgErrorParser.Parse(body.Span));
                case BackendMessage.ReadyForQuery:
                    Parameters = parameters;
                    Notices = notices;
                    reader.Detach();
                    return;
                default:
                    throw new PgException(SqlState.ProtocolViolation, $"the engine sent message type {frame.Type} during startup");
            }
        }
    }

    private async Task SendStartupAsync(
        EngineLogin login,
        IEnumerable<KeyValuePair<string, string>> settings,
        CancellationToken cancellationToken)
    {
        Output.Write(StartupPacket(login, settings));
        await Output.FlushAsync(cancellationToken);
    }

    private static byte[] StartupPacket(EngineLogin login, IEnumerable<KeyValuePair<string, string>> settings)
    {
        using var packet = new MemoryStream();
        using var writer = new BinaryWriter(packet);
        writer.Write(0);
        writer.Write(BinaryPrimitives.ReverseEndianness(Version30));
        KeyValuePair<string, string>[] identity = [new("user", login.Role), new("database", login.Database)];
        foreach (var (name, value) in identity.Concat(settings.Where(s => s.Key is not ("user" or "database" or "replication"))))
        {
            WriteString(writer, name);
            WriteString(writer, value);
        }

        writer.Write((byte)0);
        writer.Flush();
        var bytes = packet.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(bytes, bytes.Length);
        return bytes;
    }

    private static void WriteString(BinaryWriter writer, string text)
    {
        if (text.Contains('\0', StringComparison.Ordinal))
        {
            throw new PgException(SqlState.ProtocolViolation, "a startup parameter contains a zero byte");
        }

        writer.Write(Encoding.UTF8.GetBytes(text));
        writer.Write((byte)0);
    }

    private static void CheckAuthentication(ReadOnlySpan<byte> body)
    {
        var reader = new PayloadReader(body);
        if (reader.Int32() != 0)
        {
            throw new PgException(
                SqlState.InvalidAuthorizationSpecification,
                "the engine asks for a password",
                hint: "Its pg_hba.conf was changed; Sluice writes it anew when it is restarted.");
        }
    }

    private static KeyValuePair<string, string> ReadParameter(ReadOnlySpan<byte> body)
    {
        var reader = new PayloadReader(body);
        return new(reader.String(), reader.String());
    }

    private void ReadKey(ReadOnlySpan<byte> body)
    {
        var reader = new PayloadReader(body);
        ProcessId = reader.Int32();
        SecretKey = reader.Int32();
    }
}
