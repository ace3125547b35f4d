using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Sluice.EndToEnd.Tests.Wire;

/// <summary>A client that says exactly what a test tells it to, and keeps every message that it gets. Written against the PostgreSQL manual, chapter 55.</summary>
internal sealed class WireClient : IAsyncDisposable
{
    private readonly MemoryStream _out = new();
    private Stream _stream;
    private string _startOptions = "";

    private WireClient(Socket socket) => _stream = new NetworkStream(socket, ownsSocket: true);

    public int ProcessId { get; private set; }

    public int Secret { get; private set; }

    /// <summary>What came before the first ReadyForQuery.</summary>
    public List<WireMessage> Greeting { get; } = [];

    public static async Task<WireClient> ConnectAsync(EndPoint endPoint, string user, string password)
    {
        var socket = endPoint is UnixDomainSocketEndPoint
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(endPoint);
        var client = new WireClient(socket);
        await client.StartAsync(user, password);
        return client;
    }

    /// <summary>Connects over TLS with an access token in place of a password: in the clear, or by SASL mechanism OAUTHBEARER.</summary>
    public static async Task<WireClient> SignInAsync(EndPoint endPoint, string authorityFile, string project, string token, bool oauth = false)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(endPoint);
        var client = new WireClient(socket) { _startOptions = oauth ? "-c sluice.sign_in=oauth" : "" };
        await client.EncryptAsync(authorityFile);
        await client.StartAsync(project, token);
        return client;
    }

    /// <summary>Sends CancelRequest for <paramref name="of"/>, and waits for the server to close.</summary>
    public static async Task CancelAsync(EndPoint endPoint, WireClient of)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(endPoint);
        var request = new byte[16];
        BinaryPrimitives.WriteInt32BigEndian(request, 16);
        BinaryPrimitives.WriteInt32BigEndian(request.AsSpan(4), (1234 << 16) | 5678);
        BinaryPrimitives.WriteInt32BigEndian(request.AsSpan(8), of.ProcessId);
        BinaryPrimitives.WriteInt32BigEndian(request.AsSpan(12), of.Secret);
        await socket.SendAsync(request);
        await socket.ReceiveAsync(request);
    }

    public WireClient Query(string sql) => Message('Q', body => body.CString(sql));

    public WireClient Parse(string name, string sql, params uint[] types) => Message('P', body =>
    {
        body.CString(name).CString(sql).Int16(types.Length);
        foreach (var type in types)
        {
            body.Int32((int)type);
        }
    });

    public WireClient Bind(string portal, string statement, params string?[] values) => Message('B', body =>
    {
        body.CString(portal).CString(statement).Int16(0).Int16(values.Length);
        foreach (var value in values)
        {
            if (value is null)
            {
                body.Int32(-1);
            }
            else
            {
                body.Int32(Encoding.UTF8.GetByteCount(value)).Bytes(Encoding.UTF8.GetBytes(value));
            }
        }

        body.Int16(0);
    });

    public WireClient Describe(char kind, string name) => Message('D', body => body.Byte((byte)kind).CString(name));

    public WireClient Execute(string portal, int rows = 0) => Message('E', body => body.CString(portal).Int32(rows));

    public WireClient Close(char kind, string name) => Message('C', body => body.Byte((byte)kind).CString(name));

    public WireClient Flush() => Message('H', _ => { });

    public WireClient Sync() => Message('S', _ => { });

    public WireClient CopyData(string data) => CopyData(Encoding.UTF8.GetBytes(data));

    public WireClient CopyData(byte[] data) => Message('d', body => body.Bytes(data));

    public WireClient CopyDone() => Message('c', _ => { });

    public WireClient CopyFail(string reason) => Message('f', body => body.CString(reason));

    /// <summary>These bytes as they are.</summary>
    public WireClient Raw(ReadOnlySpan<byte> bytes)
    {
        _out.Write(bytes);
        return this;
    }

    public async Task SendAsync()
    {
        await _stream.WriteAsync(_out.ToArray());
        _out.SetLength(0);
    }

    /// <summary>Sends what is queued and reads up to and with the next <paramref name="until"/>.</summary>
    public async Task<List<WireMessage>> TalkAsync(char until = 'Z')
    {
        await SendAsync();
        return await ReadUntilAsync(until);
    }

    public async Task<List<WireMessage>> ReadUntilAsync(char until)
    {
        var messages = new List<WireMessage>();
        do
        {
            messages.Add(await ReadAsync());
        }
        while (messages[^1].Type != until);

        return messages;
    }

    public async Task<WireMessage> ReadAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var header = new byte[5];
        await _stream.ReadExactlyAsync(header, patience.Token);
        var body = new byte[BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(1)) - 4];
        await _stream.ReadExactlyAsync(body, patience.Token);
        return new WireMessage((char)header[0], body);
    }

    public async ValueTask DisposeAsync() => await _stream.DisposeAsync();

    private WireClient Message(char type, Action<BodyWriter> write)
    {
        var body = new BodyWriter();
        write(body);
        var bytes = body.ToArray();
        Span<byte> header = stackalloc byte[5];
        header[0] = (byte)type;
        BinaryPrimitives.WriteInt32BigEndian(header[1..], bytes.Length + 4);
        _out.Write(header);
        _out.Write(bytes);
        return this;
    }

    private async Task EncryptAsync(string authorityFile)
    {
        await _stream.WriteAsync(new BodyWriter().Int32(8).Int32((1234 << 16) | 5679).ToArray());
        Assert.Equal('S', _stream.ReadByte());
        var tls = new SslStream(_stream);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                CustomTrustStore = { X509CertificateLoader.LoadCertificateFromFile(authorityFile) },
                RevocationMode = X509RevocationMode.NoCheck,
            },
        });
        _stream = tls;
    }

    private async Task StartAsync(string user, string password)
    {
        var startup = new BodyWriter().Int32(3 << 16).CString("user").CString(user).CString("database").CString(user)
            .CString("options").CString(_startOptions).Byte(0).ToArray();
        var length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, startup.Length + 4);
        await _stream.WriteAsync((byte[])[.. length, .. startup]);

        ScramClient? scram = null;
        while (true)
        {
            var message = await ReadAsync();
            Greeting.Add(message);
            switch (message.Type)
            {
                case 'R' when message.Int32(0) == 3:
                    Message('p', body => body.CString(password));
                    await SendAsync();
                    break;
                case 'R' when message.Int32(0) == 10 && Encoding.UTF8.GetString(message.Body.AsSpan(4)) == "OAUTHBEARER\0\0":
                    var response = Encoding.UTF8.GetBytes($"n,,\u0001auth=Bearer {password}\u0001\u0001");
                    Message('p', body => body.CString("OAUTHBEARER").Int32(response.Length).Bytes(response));
                    await SendAsync();
                    break;
                case 'R' when message.Int32(0) == 10:
                    scram = new ScramClient(password);
                    Message('p', body => body.CString("SCRAM-SHA-256").Int32(scram.First.Length).Bytes(scram.First));
                    await SendAsync();
                    break;
                case 'R' when message.Int32(0) == 11:
                    Message('p', body => body.Bytes(scram!.Final(message.Body.AsSpan(4))));
                    await SendAsync();
                    break;
                case 'K':
                    ProcessId = message.Int32(0);
                    Secret = message.Int32(4);
                    break;
                case 'E':
                    throw new InvalidOperationException(message.ToString());
                case 'Z':
                    return;
            }
        }
    }

    private sealed class BodyWriter
    {
        private readonly List<byte> _bytes = [];

        public BodyWriter Byte(byte value)
        {
            _bytes.Add(value);
            return this;
        }

        public BodyWriter Bytes(ReadOnlySpan<byte> value)
        {
            _bytes.AddRange(value);
            return this;
        }

        public BodyWriter CString(string value) => Bytes(Encoding.UTF8.GetBytes(value)).Byte(0);

        public BodyWriter Int16(int value)
        {
            Span<byte> bytes = stackalloc byte[2];
            BinaryPrimitives.WriteInt16BigEndian(bytes, (short)value);
            return Bytes(bytes);
        }

        public BodyWriter Int32(int value)
        {
            Span<byte> bytes = stackalloc byte[4];
            BinaryPrimitives.WriteInt32BigEndian(bytes, value);
            return Bytes(bytes);
        }

        public byte[] ToArray() => [.. _bytes];
    }

    /// <summary>RFC 5802, client side, without channel binding.</summary>
    private sealed class ScramClient(string password)
    {
        private readonly string _bare = "n=,r=" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(18));

        public byte[] First => Encoding.UTF8.GetBytes("n,," + _bare);

        public byte[] Final(ReadOnlySpan<byte> serverFirst)
        {
            var first = Encoding.UTF8.GetString(serverFirst);
            var parts = first.Split(',').ToDictionary(p => p[0], p => p[2..]);
            var salted = Rfc2898DeriveBytes.Pbkdf2(
                password,
                Convert.FromBase64String(parts['s']),
                int.Parse(parts['i'], CultureInfo.InvariantCulture),
                HashAlgorithmName.SHA256,
                32);
            var clientKey = HMACSHA256.HashData(salted, "Client Key"u8);
            var withoutProof = $"c=biws,r={parts['r']}";
            var signature = HMACSHA256.HashData(SHA256.HashData(clientKey), Encoding.UTF8.GetBytes($"{_bare},{first},{withoutProof}"));
            var proof = clientKey.Zip(signature, (a, b) => (byte)(a ^ b)).ToArray();
            return Encoding.UTF8.GetBytes($"{withoutProof},p={Convert.ToBase64String(proof)}");
        }
    }
}
