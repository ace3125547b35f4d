using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Microsoft.AspNetCore.Connections;
using Sluice.PgWire.Protocol;

namespace Sluice.PgWire.Startup;

/// <summary>
/// Takes one connection from its first byte to AuthenticationOk (PostgreSQL manual, 55.2.1, 55.2.10, 55.3). <see cref="StartupTransitions"/> says what
/// may follow what.
/// </summary>
internal sealed class StartupSequence : IAsyncDisposable
{
    private const int EncryptedReadSize = 32_768;
    private const int EncryptedWriteSize = 16_384;

    private static readonly SslApplicationProtocol PostgresAlpn = new("postgresql");

    private readonly ConnectionContext _context;
    private readonly PgServerOptions _options;
    private readonly ITlsCertificateSource? _certificates;
    private readonly ICredentialStore _credentials;
    private readonly IAccessTokens? _tokens;
    private readonly ICancelHandler _cancels;
    private readonly OpenConnections _open;
    private readonly LoginThrottle _throttle;
    private readonly ClientAddress _address;
    private PipeReader _input;
    private SslStream? _tls;
    private byte[]? _endPointBinding;

    public StartupSequence(
        ConnectionContext context,
        PgServerOptions options,
        ITlsCertificateSource? certificates,
        ICredentialStore credentials,
        IAccessTokens? tokens,
        ICancelHandler cancels,
        OpenConnections open,
        LoginThrottle throttle)
    {
        _context = context;
        _options = options;
        _certificates = certificates;
        _credentials = credentials;
        _tokens = tokens;
        _cancels = cancels;
        _open = open;
        _throttle = throttle;
        _address = ClientAddress.Of(context.RemoteEndPoint);
        _input = context.Transport.Input;
        Output = new MessageWriter(context.Transport.Output);
    }

    public StartupState State { get; private set; } = StartupState.Opened;

    /// <summary>To the client; changes when the connection becomes encrypted.</summary>
    public MessageWriter Output { get; private set; }

    public bool IsTls => _tls is not null;

    /// <summary>For whom the connection is counted.</summary>
    public ClientAddress Address => _address;

    /// <summary>The input after startup.</summary>
    public PipeReader Input => _input;

    /// <summary>Whom an access token was taken for.</summary>
    public object? Principal { get; private set; }

    /// <summary>The user whose password was wrong, or who does not exist; for the log.</summary>
    public (string User, bool Exists)? Rejected { get; private set; }

    /// <summary>Runs up to AuthenticationOk; <see langword="null"/> if the client left or only wanted to cancel.</summary>
    /// <exception cref="PgException">FATAL: what to tell the client before closing.</exception>
    public async Task<StartupParameters?> RunAsync(CancellationToken cancellationToken)
    {
        StartupParameters? parameters = null;
        while (parameters is null)
        {
            Packet? packet = await ReadPacketAsync(cancellationToken);
            if (packet is not { } received)
            {
                return null;
            }

            if (received.IsDirectTls)
            {
                Move(StartupEvent.DirectTls);
                await EncryptAsync(alpnRequired: true, cancellationToken);
                continue;
            }

            switch (received.Code)
            {
                case StartupPacket.SslRequest:
                    RefuseBytesBehind(received, "SSL request");
                    Move(_certificates is null ? StartupEvent.TlsRequestWhenOff : StartupEvent.TlsRequest);
                    await AnswerAsync(_certificates is null ? (byte)'N' : (byte)'S', cancellationToken);
                    if (_certificates is not null)
                    {
                        await EncryptAsync(alpnRequired: false, cancellationToken);
                    }

                    break;

                case StartupPacket.GssEncRequest:
                    RefuseBytesBehind(received, "GSSAPI encryption request");
                    Move(StartupEvent.GssRequest);
                    await AnswerAsync((byte)'N', cancellationToken);
                    break;

                case StartupPacket.CancelRequest:
                    Move(StartupEvent.CancelRequest);
                    await CancelAsync(received.Body, cancellationToken);
                    return null;

                default:
                    CheckVersion(received.Code);
                    parameters = StartupParameters.Parse(received.Code, received.Body);
                    Move(StartupEvent.StartupMessage);
                    break;
            }
        }

        RefusePlaintext();
        _open.Check(_address);
        LoginThrottle.RefuseIf(_throttle.Wait(parameters.User, _address));
        NegotiateVersion(parameters);
        bool isIn = _tokens?.MethodFor(parameters) is { } method
            ? await SignInAsync(_tokens, method, parameters, cancellationToken)
            : await AuthenticateAsync(parameters, cancellationToken);
        return isIn ? parameters : null;
    }

    public async ValueTask DisposeAsync()
    {
        if (_tls is not null)
        {
            await _tls.DisposeAsync();
        }
    }

    private void Move(StartupEvent startupEvent) =>
        State = StartupTransitions.Next(State, startupEvent)
            ?? throw StartupPacket.Fatal(SqlState.ProtocolViolation, $"unexpected {startupEvent} in connection state {State}");

    private async ValueTask<Packet?> ReadPacketAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            ReadResult result = await _input.ReadAsync(cancellationToken);
            ReadOnlySequence<byte> buffer = result.Buffer;
            if (State == StartupState.Opened && _certificates is not null
                && !buffer.IsEmpty && buffer.FirstSpan[0] == StartupPacket.TlsHandshakeRecord)
            {
                _input.AdvanceTo(buffer.Start);
                return Packet.DirectTls;
            }

            if (TryParse(buffer, out Packet packet, out SequencePosition end))
            {
                _input.AdvanceTo(end);
                return packet;
            }

            _input.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted)
            {
                return null;
            }
        }
    }

    private static bool TryParse(in ReadOnlySequence<byte> buffer, out Packet packet, out SequencePosition end)
    {
        packet = default;
        end = default;
        var reader = new SequenceReader<byte>(buffer);
        if (!reader.TryReadBigEndian(out int length))
        {
            return false;
        }

        StartupPacket.CheckLength(length);
        if (buffer.Length < length)
        {
            return false;
        }

        reader.TryReadBigEndian(out int code);
        ReadOnlySequence<byte> body = buffer.Slice(StartupPacket.MinimumLength, length - StartupPacket.MinimumLength);
        end = body.End;
        packet = new Packet(code, body.ToArray(), BytesBehind: buffer.Length > length);
        return true;
    }

    private static void RefuseBytesBehind(Packet packet, string request)
    {
        if (packet.BytesBehind || packet.Body.Length > 0)
        {
            throw StartupPacket.Fatal(
                SqlState.ProtocolViolation,
                $"received unencrypted data after {request}",
                "This could be either a client-software bug or evidence of an attempted man-in-the-middle attack.");
        }
    }

    private async ValueTask AnswerAsync(byte answer, CancellationToken cancellationToken)
    {
        Output.Byte(answer);
        await Output.FlushAsync(cancellationToken);
    }

    private async ValueTask EncryptAsync(bool alpnRequired, CancellationToken cancellationToken)
    {
        TlsCertificate certificate = _certificates!.Current;
        _tls = new SslStream(new DuplexPipeStream(_context.Transport), leaveInnerStreamOpen: true);
        await _tls.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                ServerCertificateContext = certificate.Context,
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                ApplicationProtocols = [PostgresAlpn],
                AllowRenegotiation = false,
            },
            cancellationToken);
        _endPointBinding = certificate.EndPointBinding;
        _input = PipeReader.Create(_tls, new StreamPipeReaderOptions(bufferSize: EncryptedReadSize, minimumReadSize: 4_096, leaveOpen: true));
        Output = new MessageWriter(PipeWriter.Create(_tls, new StreamPipeWriterOptions(minimumBufferSize: EncryptedWriteSize, leaveOpen: true)));
        if (alpnRequired && _tls.NegotiatedApplicationProtocol != PostgresAlpn)
        {
            // As PostgreSQL: nothing is said to a client of who knows which protocol, whose request may be another's (ALPACA).
            throw new AuthenticationException("received direct SSL connection request without ALPN protocol negotiation extension");
        }
    }

    private async ValueTask CancelAsync(byte[] body, CancellationToken cancellationToken)
    {
        // Keys of another length belong to later protocol versions, which were not spoken here.
        if (body.Length == 2 * sizeof(int) && _throttle.MayCancel(_address))
        {
            var key = new CancelKey(
                BinaryPrimitives.ReadInt32BigEndian(body),
                BinaryPrimitives.ReadInt32BigEndian(body.AsSpan(sizeof(int))));
            if (!await _cancels.CancelAsync(key, cancellationToken))
            {
                _throttle.CancelMissed(_address);
            }
        }
    }

    private static void CheckVersion(int code)
    {
        int major = code >> 16;
        if (major != 3)
        {
            throw StartupPacket.Fatal(
                SqlState.FeatureNotSupported,
                $"unsupported frontend protocol {(ushort)major}.{code & 0xFFFF}: server supports 3.0 to 3.0");
        }
    }

    private void RefusePlaintext()
    {
        if (!IsTls && !_options.AllowPlaintext && !IsLocal(_context.RemoteEndPoint))
        {
            throw StartupPacket.Fatal(
                SqlState.InvalidAuthorizationSpecification,
                "this server accepts connections from other hosts with TLS only",
                hint: "Connect with sslmode=require, or better with sslmode=verify-full and the server's CA certificate.");
        }
    }

    private static bool IsLocal(EndPoint? remote) => remote switch
    {
        IPEndPoint ip => IPAddress.IsLoopback(ip.Address),
        UnixDomainSocketEndPoint => true,
        _ => false,
    };

    private void NegotiateVersion(StartupParameters parameters)
    {
        if (parameters.RequestedMinorVersion > 0 || parameters.UnknownProtocolOptions.Count > 0)
        {
            Output.NegotiateProtocolVersion(StartupPacket.Version30, parameters.UnknownProtocolOptions);
        }
    }

    private async Task<bool> SignInAsync(IAccessTokens tokens, TokenMethod method, StartupParameters parameters, CancellationToken cancellationToken)
    {
        // Whoever sees a token can use it, on this machine too; so nothing but TLS will do.
        if (!IsTls)
        {
            throw StartupPacket.Fatal(
                SqlState.InvalidAuthorizationSpecification,
                "access tokens are taken over TLS only",
                hint: "Connect with sslmode=require, or better with sslmode=verify-full and the server's CA certificate.");
        }

        var signIn = new TokenSignIn(tokens, method, parameters, _throttle, _address, _input, Output, Move);
        Principal = await signIn.RunAsync(cancellationToken);
        return Principal is not null;
    }

    private async Task<bool> AuthenticateAsync(StartupParameters parameters, CancellationToken cancellationToken)
    {
        ScramVerifier? verifier = await _credentials.FindAsync(parameters.User, cancellationToken);
        var mock = ScramVerifier.Mock(parameters.User, _options.MockSecret.Span, _options.ScramIterations);
        var exchange = new ScramExchange(verifier ?? mock, doomed: verifier is null, _endPointBinding);

        Output.AuthenticationSasl(ScramExchange.Mechanisms(_endPointBinding is not null));
        await Output.FlushAsync(cancellationToken);

        var reader = new MessageReader(_input, MessageLimits.Sasl);
        Frame frame = await reader.ReadAsync(cancellationToken: cancellationToken);
        if (frame.IsEnd)
        {
            return false;
        }

        Move(StartupEvent.SaslInitialResponse);
        Output.AuthenticationSaslContinue(Challenge(exchange, reader.Contiguous(frame).Span));
        await Output.FlushAsync(cancellationToken);

        frame = await reader.ReadAsync(cancellationToken: cancellationToken);
        if (frame.IsEnd)
        {
            return false;
        }

        Move(StartupEvent.SaslResponse);
        LoginThrottle.RefuseIf(_throttle.Begin(parameters.User, _address));
        string? serverFinal = exchange.Verify(reader.Contiguous(frame).Span);
        reader.Detach();
        if (serverFinal is null)
        {
            Rejected = (parameters.User, verifier is not null);
            throw StartupPacket.Fatal(SqlState.InvalidPassword, $"password authentication failed for user \"{parameters.User}\"");
        }

        _throttle.Succeeded(parameters.User, _address);
        Output.AuthenticationSaslFinal(serverFinal);
        Output.AuthenticationOk();
        return true;
    }

    private static string Challenge(ScramExchange exchange, ReadOnlySpan<byte> body)
    {
        var reader = new PayloadReader(body);
        string mechanism = reader.String();
        ReadOnlySpan<byte> clientFirst = reader.Bytes(reader.Int32());
        reader.End();
        return exchange.Challenge(mechanism, clientFirst);
    }

    /// <summary>A startup packet as received.</summary>
    private readonly record struct Packet(int Code, byte[] Body, bool BytesBehind)
    {
        /// <summary>Stands for a TLS ClientHello. A client can send any code, so none can mean this.</summary>
        public static Packet DirectTls { get; } = new(0, [], BytesBehind: true) { IsDirectTls = true };

        public bool IsDirectTls { get; private init; }
    }
}
