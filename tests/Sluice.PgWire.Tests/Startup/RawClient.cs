using System.Buffers.Binary;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Sluice.PgWire.Protocol;

namespace Sluice.PgWire.Tests.Startup;

/// <summary>A client that sends exactly the bytes that a test wants.</summary>
internal sealed class RawClient : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TestServer _server;
    private readonly TcpClient _tcp;
    private Stream _stream;

    private RawClient(TestServer server, TcpClient tcp)
    {
        _server = server;
        _tcp = tcp;
        _stream = tcp.GetStream();
    }

    /// <summary>The certificate that the server has shown, DER.</summary>
    public byte[] ServerCertificate { get; private set; } = [];

    /// <summary>The server has sent something that was not read.</summary>
    public bool HasData => _tcp.Available > 0;

    public static async Task<RawClient> ConnectAsync(TestServer server)
    {
        var tcp = new TcpClient { NoDelay = true };
        await tcp.ConnectAsync("127.0.0.1", server.Port);
        return new RawClient(server, tcp);
    }

    public static byte[] Packet(int code, params byte[] body)
    {
        byte[] packet = new byte[8 + body.Length];
        BinaryPrimitives.WriteInt32BigEndian(packet, packet.Length);
        BinaryPrimitives.WriteInt32BigEndian(packet.AsSpan(4), code);
        body.CopyTo(packet, 8);
        return packet;
    }

    public static byte[] Startup(int version, params string[] namesAndValues) =>
        Packet(version, [.. Encoding.UTF8.GetBytes(string.Concat(namesAndValues.Select(s => s + "\0"))), 0]);

    public static byte[] Message(char type, params byte[] body)
    {
        byte[] message = new byte[5 + body.Length];
        message[0] = (byte)type;
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), body.Length + 4);
        body.CopyTo(message, 5);
        return message;
    }

    public static byte[] SaslInitial(string mechanism, string clientFirst)
    {
        byte[] first = Encoding.UTF8.GetBytes(clientFirst);
        byte[] length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, first.Length);
        return Message('p', [.. Encoding.UTF8.GetBytes(mechanism), 0, .. length, .. first]);
    }

    public Task SendAsync(params byte[] bytes) => _stream.WriteAsync(bytes).AsTask();

    public async Task<byte> ReadByteAsync() => (await ReadAsync(1))[0];

    public async Task<(char Type, byte[] Body)> ReadMessageAsync()
    {
        byte[] header = await ReadAsync(5);
        return ((char)header[0], await ReadAsync(BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(1)) - 4));
    }

    /// <summary>Reads one ErrorResponse, and then the end of the stream.</summary>
    public async Task<PgError> ReadFatalAsync()
    {
        (char type, byte[] body) = await ReadMessageAsync();
        Assert.Equal('E', type);
        PgError error = PgErrorParser.Parse(body);
        Assert.Equal(PgSeverity.Fatal, error.Severity);
        await ExpectEndAsync();
        return error;
    }

    /// <summary>Waits until the server closes.</summary>
    /// <param name="afterBytes">Whatever it may send before, such as a TLS alert.</param>
    public async Task ExpectEndAsync(bool afterBytes = false)
    {
        using var timeout = new CancellationTokenSource(Patience);
        int read;
        try
        {
            do
            {
                read = await _stream.ReadAsync(new byte[1], timeout.Token);
            }
            while (afterBytes && read > 0);
        }
        catch (IOException e) when (e.InnerException is SocketException { SocketErrorCode: SocketError.ConnectionReset })
        {
            read = 0;
        }

        Assert.Equal(0, read);
    }

    /// <summary>Sends a StartupMessage for the user and reads the offer of mechanisms.</summary>
    public async Task<string> StartAsync(string user = TestServer.User)
    {
        await SendAsync(Startup(0x30000, "user", user));
        (char type, byte[] body) = await ReadMessageAsync();
        Assert.Equal('R', type);
        Assert.Equal(10, BinaryPrimitives.ReadInt32BigEndian(body));
        return Encoding.UTF8.GetString(body.AsSpan(4)).TrimEnd('\0');
    }

    /// <summary>Sends client-first-message and reads the challenge.</summary>
    public async Task<string> ChallengeAsync(string nonce = "abcdefgh", string gs2 = "n,,", string mechanism = "SCRAM-SHA-256")
    {
        await SendAsync(SaslInitial(mechanism, $"{gs2}n=,r={nonce}"));
        (char type, byte[] body) = await ReadMessageAsync();
        Assert.Equal('R', type);
        Assert.Equal(11, BinaryPrimitives.ReadInt32BigEndian(body));
        return Encoding.UTF8.GetString(body.AsSpan(4));
    }

    /// <summary>Starts and authenticates with SCRAM-SHA-256-PLUS, bound to <paramref name="certificate"/>; returns the first message after it.</summary>
    public async Task<char> LogInBoundAsync(byte[] certificate)
    {
        const string Header = "p=tls-server-end-point,,";
        await StartAsync();
        string challenge = await ChallengeAsync(gs2: Header, mechanism: "SCRAM-SHA-256-PLUS");
        string binding = Convert.ToBase64String([.. Encoding.ASCII.GetBytes(Header), .. SHA256.HashData(certificate)]);
        await SendAsync(Proof(challenge, TestServer.Password, binding: binding));
        return (await ReadMessageAsync()).Type;
    }

    /// <summary>Fails to log in; returns the error.</summary>
    public async Task<PgError> FailAsync(string user = TestServer.User, string password = "wrong")
    {
        await SendAsync(Startup(0x30000, "user", user));
        (char type, byte[] body) = await ReadMessageAsync();
        if (type == 'E')
        {
            return PgErrorParser.Parse(body);
        }

        await SendAsync(Proof(await ChallengeAsync(), password));
        return await ReadFatalAsync();
    }

    /// <summary>The client-final-message that proves <paramref name="password"/>.</summary>
    public static byte[] Proof(string challenge, string password, string nonce = "abcdefgh", string binding = "biws")
    {
        string[] parts = challenge.Split(',');
        byte[] salted = Rfc2898DeriveBytes.Pbkdf2(
            password, Convert.FromBase64String(parts[1][2..]), int.Parse(parts[2][2..]), HashAlgorithmName.SHA256, 32);
        byte[] clientKey = HMACSHA256.HashData(salted, "Client Key"u8);
        string withoutProof = $"c={binding},{parts[0]}";
        byte[] signature = HMACSHA256.HashData(
            SHA256.HashData(clientKey), Encoding.UTF8.GetBytes($"n=,r={nonce},{challenge},{withoutProof}"));
        byte[] proof = [.. clientKey.Zip(signature, (a, b) => (byte)(a ^ b))];
        return Message('p', Encoding.UTF8.GetBytes($"{withoutProof},p={Convert.ToBase64String(proof)}"));
    }

    /// <summary>A CancelRequest.</summary>
    public static byte[] Cancel(int processId, int secret)
    {
        byte[] key = new byte[8];
        BinaryPrimitives.WriteInt32BigEndian(key, processId);
        BinaryPrimitives.WriteInt32BigEndian(key.AsSpan(4), secret);
        return Packet(80877102, key);
    }

    /// <summary>Starts and authenticates, and reads up to ReadyForQuery; returns pid and secret.</summary>
    public async Task<(int ProcessId, int Secret)> LogInAsync()
    {
        await StartAsync();
        await SendAsync(Proof(await ChallengeAsync(), TestServer.Password));
        return await ReadUntilReadyAsync();
    }

    /// <summary>Reads what follows the last message of SCRAM; returns pid and secret.</summary>
    /// <exception cref="PgException">What the server says.</exception>
    public async Task<(int ProcessId, int Secret)> ReadUntilReadyAsync()
    {
        (int, int) key = default;
        while (await ReadMessageAsync() is { Type: not 'Z' } message)
        {
            if (message.Type == 'E')
            {
                throw new PgException(PgErrorParser.Parse(message.Body));
            }

            if (message.Type == 'K')
            {
                key = (BinaryPrimitives.ReadInt32BigEndian(message.Body), BinaryPrimitives.ReadInt32BigEndian(message.Body.AsSpan(4)));
            }
        }

        return key;
    }

    public async Task EncryptAsync(bool direct = false, string? alpn = "postgresql")
    {
        if (!direct)
        {
            await SendAsync(Packet(80877103));
            Assert.Equal((byte)'S', await ReadByteAsync());
        }

        var tls = new SslStream(_stream);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            ApplicationProtocols = alpn is null ? null : [new SslApplicationProtocol(alpn)],
            CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                CustomTrustStore = { X509CertificateLoader.LoadCertificateFromFile(_server.AuthorityFile) },
                RevocationMode = X509RevocationMode.NoCheck,
            },
        });
        ServerCertificate = tls.RemoteCertificate!.GetRawCertData();
        _stream = tls;
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync();
        _tcp.Dispose();
    }

    private async Task<byte[]> ReadAsync(int count)
    {
        using var timeout = new CancellationTokenSource(Patience);
        byte[] bytes = new byte[count];
        await _stream.ReadExactlyAsync(bytes, timeout.Token);
        return bytes;
    }
}
