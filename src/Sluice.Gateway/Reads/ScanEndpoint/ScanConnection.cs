using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Text;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Reads.ScanEndpoint;

/// <summary>
/// One connection of postgres_fdw, from its startup to its end. The engine's user and Sluice's are the only ones who can reach the socket;
/// the password says which gateway user's tables are read, and postgres_fdw insists on being asked for one.
/// </summary>
internal sealed class ScanConnection
{
    private const int MaxMessage = 64 * 1_024 * 1_024;

    /// <summary>What postgres_fdw and libpq look at. Text comes and goes as UTF-8, timestamps as ISO.</summary>
    private static readonly KeyValuePair<string, string>[] Parameters =
    [
        new("server_version", "15.0"),
        new("server_encoding", "UTF8"),
        new("client_encoding", "UTF8"),
        new("DateStyle", "ISO, YMD"),
        new("TimeZone", "GMT"),
        new("integer_datetimes", "on"),
        new("standard_conforming_strings", "on"),
    ];

    private static readonly MessageLimits Limits = MessageLimits.ForFrontend(MaxMessage);

    private readonly PipeReader _input;
    private readonly MessageWriter _output;
    private readonly ScanBackend _backend;
    private readonly ScanCancels _cancels;
    private byte[] _prepared = [];
    private string?[] _parameters = [];
    private bool _skipToSync;

    public ScanConnection(IDuplexPipe pipe, ScanBackend backend, ScanCancels cancels)
    {
        _input = pipe.Input;
        _output = new MessageWriter(pipe.Output);
        _backend = backend;
        _cancels = cancels;
    }

    /// <summary>Serves the connection to its end, which postgres_fdw often makes without a Terminate.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await StartAsync(cancellationToken) is { } startup && await AuthenticateAsync(startup, cancellationToken))
            {
                await using var session = new ScanSession(_output, _backend, startup);
                using var cancel = _cancels.Register();
                Greet(cancel.Key);
                await ServeAsync(session, cancel, cancellationToken);
            }
        }
        catch (PgException e)
        {
            _output.AbandonMessage();
            _output.ErrorResponse(e.Error with { Severity = PgSeverity.Fatal });
            await _output.FlushAsync(cancellationToken);
        }
    }

    private static PgException Violation(string message) => new(SqlState.ProtocolViolation, message);

    /// <summary>Reads up to the StartupMessage; <see langword="null"/> if the connection ends or was one to cancel.</summary>
    private async Task<ScanStartup?> StartAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var header = await _input.ReadAtLeastAsync(2 * sizeof(int), cancellationToken);
            if (header.Buffer.Length < 2 * sizeof(int))
            {
                return null;
            }

            var (length, code) = ReadHeader(header.Buffer);
            if (length is < 2 * sizeof(int) or > ScanStartup.MaxLength)
            {
                throw Violation("invalid length of startup packet");
            }

            _input.AdvanceTo(header.Buffer.Start);
            var packet = await _input.ReadAtLeastAsync(length, cancellationToken);
            if (packet.Buffer.Length < length)
            {
                return null;
            }

            var body = packet.Buffer.Slice(2 * sizeof(int), length - (2 * sizeof(int))).ToArray();
            _input.AdvanceTo(packet.Buffer.GetPosition(length));
            switch (code)
            {
                case ScanStartup.Version30:
                    return ScanStartup.Parse(body);
                case ScanStartup.Cancel:
                    // postgres_fdw waits for the end of the connection, not for an answer.
                    Cancel(body);
                    return null;
                case ScanStartup.Ssl or ScanStartup.GssEnc:
                    _output.Byte((byte)'N');
                    await _output.FlushAsync(cancellationToken);
                    break;
                default:
                    throw Violation($"unsupported frontend protocol {code >> 16}.{code & 0xFFFF}");
            }
        }
    }

    private static (int Length, int Code) ReadHeader(in ReadOnlySequence<byte> buffer)
    {
        Span<byte> header = stackalloc byte[2 * sizeof(int)];
        buffer.Slice(0, header.Length).CopyTo(header);
        return (BinaryPrimitives.ReadInt32BigEndian(header), BinaryPrimitives.ReadInt32BigEndian(header[sizeof(int)..]));
    }

    private async Task<bool> AuthenticateAsync(ScanStartup startup, CancellationToken cancellationToken)
    {
        _output.AuthenticationCleartextPassword();
        await _output.FlushAsync(cancellationToken);
        var reader = new MessageReader(_input, MessageLimits.Sasl);
        var frame = await reader.ReadAsync(cancellationToken: cancellationToken);
        if (frame.IsEnd)
        {
            return false;
        }

        var password = new PayloadReader(reader.Contiguous(frame).Span).String();
        reader.Detach();
        return _backend.Secrets.Verify(startup.User, password)
            ? true
            : throw new PgException(SqlState.InvalidPassword, "the engine's password for reading CDF tables is wrong");
    }

    private void Greet(ScanCancelKey key)
    {
        _output.AuthenticationOk();
        foreach (var (name, value) in Parameters)
        {
            _output.ParameterStatus(name, value);
        }

        _output.BackendKeyData(key.Number, key.Secret);
        _output.ReadyForQuery(TransactionStatus.Idle);
    }

    private void Cancel(ReadOnlySpan<byte> body)
    {
        if (body.Length == 2 * sizeof(int))
        {
            _cancels.Cancel(new ScanCancelKey(BinaryPrimitives.ReadInt32BigEndian(body), BinaryPrimitives.ReadInt32BigEndian(body[sizeof(int)..])));
        }
    }

    private async Task ServeAsync(ScanSession session, ScanCancels.Registration cancel, CancellationToken cancellationToken)
    {
        var reader = new MessageReader(_input, Limits);
        while (true)
        {
            if (!reader.TryRead(out var frame))
            {
                if (!await _output.FlushAsync(cancellationToken))
                {
                    return;
                }

                frame = await reader.ReadAsync(cancellationToken: cancellationToken);
            }

            if (frame.IsEnd || frame.Type == FrontendMessage.Terminate)
            {
                return;
            }

            using var running = cancel.Begin(cancellationToken);
            await AcceptAsync(session, frame.Type, reader.Contiguous(frame), running.Token);
        }
    }

    private async ValueTask AcceptAsync(ScanSession session, byte type, ReadOnlyMemory<byte> body, CancellationToken cancel)
    {
        if (type == FrontendMessage.Sync)
        {
            _skipToSync = false;
            _output.ReadyForQuery(session.Status);
        }
        else if (type == FrontendMessage.Query)
        {
            await session.RunAsync(body[..QueryMessage.Parse(body.Span).Sql.Length], [], describeRows: true, cancel);
            _output.ReadyForQuery(session.Status);
        }
        else if (!_skipToSync)
        {
            await AcceptExtendedAsync(session, type, body, cancel);
        }
    }

    /// <summary>The one sequence that postgres_fdw sends: Parse, Bind, Describe, Execute, all unnamed, of a DECLARE with parameters.</summary>
    private async ValueTask AcceptExtendedAsync(ScanSession session, byte type, ReadOnlyMemory<byte> body, CancellationToken cancel)
    {
        switch (type)
        {
            case FrontendMessage.Parse:
                _prepared = ParseMessage.Parse(body.Span).Sql.ToArray();
                _output.ParseComplete();
                break;
            case FrontendMessage.Bind:
                _parameters = TextParameters(body.Span);
                _output.BindComplete();
                break;
            case FrontendMessage.Describe:
                _output.NoData();
                break;
            case FrontendMessage.Execute:
                _skipToSync = !await session.RunAsync(_prepared, _parameters, describeRows: false, cancel);
                break;
            case FrontendMessage.Close:
                _output.CloseComplete();
                break;
            case FrontendMessage.Flush:
                break;
            default:
                _skipToSync = true;
                session.Fail(Violation($"message type {type} is not expected").Error);
                break;
        }
    }

    /// <summary>postgres_fdw sends all its parameters as text.</summary>
    private static string?[] TextParameters(ReadOnlySpan<byte> body)
    {
        var bind = BindMessage.Parse(body);
        var values = new string?[bind.ParameterCount];
        var next = 0;
        foreach (var value in bind.Values)
        {
            values[next++] = value.IsNull ? null : Encoding.UTF8.GetString(body.Slice(value.Offset, value.Length));
        }

        return values;
    }
}
