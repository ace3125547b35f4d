using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Abstractions;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Startup;

namespace Sluice.PgWire.Tests.Fuzz;

/// <summary>Whatever a stranger sends first: refused in good messages, let in never.</summary>
public sealed class StartupFuzzTests
{
    private const string Challenge = "p\0\0\0\u002aSCRAM-SHA-256\0\0\0\0\u0014n,,n=,r=abcdefghijkl";

    private static readonly string Startup = Packet(3 << 16, "user\0alice\0database\0alice\0options\0-c a=b --c-d=e\\ f\0client_encoding\0UTF8\0\0");

    private static readonly string[] Corpus =
    [
        Startup,
        Packet(80877103, "") + Startup + Challenge,
        Packet(80877104, "") + Packet(80877103, "") + Startup,
        Packet(80877102, "\0\0\0\u0001\0\0\0\u0002"),
        Packet((3 << 16) + 2, "user\0alice\0_pq_.a\01\0replication\0off\0\0"),
        Startup + Challenge + "p\0\0\0\u0056c=biws,r=abcdefghijklAAAAAAAAAAAAAAAAAAAAAAAA,p=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    ];

    private static readonly string[] Tokens =
    [
        "\0", "\0\0", "user\0", "database\0", "options\0", "replication\0", "_pq_.x\0", "\0\0\0\u0008", "\u00ff\u00ff\u00ff\u00ff", "\u0004\u00d2\u0016\u002f", "\u0004\u00d2\u0016\u002e",
        "\0\u0003\0\0", "p", "SCRAM-SHA-256-PLUS\0", "y,,", "p=tls-server-end-point,,", "a=x", "m=x", "n=", "r=", "c=", "i=4294967296", ",", "-c", "--", "=", "\\", "\u0016\u0003\u0001", "\u00c3",
    ];

    [Fact]
    public void Connections()
    {
        var handler = new PgConnectionHandler(
            new PgServerOptions { MockSecret = new byte[32], FailedLoginsPerAddress = int.MaxValue, FailedLoginsPerUser = int.MaxValue },
            new NoSession(),
            new OneUser(),
            new CancelKeys(),
            NullLogger<PgConnectionHandler>.Instance,
            TimeProvider.System);
        var fuzzer = new Fuzzer(15_000, Corpus, Tokens) { AllocationPerByte = 512 };
        fuzzer.Run((input, random) =>
        {
            var options = new PipeOptions(
                pauseWriterThreshold: 0, readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, useSynchronizationContext: false);
            (Pipe toServer, Pipe toClient) = (new Pipe(options), new Pipe(options));
            var connection = new DefaultConnectionContext("1", new Duplex(toServer.Reader, toClient.Writer), new Duplex(toClient.Reader, toServer.Writer))
            {
                RemoteEndPoint = new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 1),
            };
            Task served = handler.OnConnectedAsync(connection);
            for (int at = 0; at < input.Length && !served.IsCompleted;)
            {
                int length = Math.Min(random.Next(1, 200), input.Length - at);
                toServer.Writer.Write(input.AsSpan(at, length));
                Assert.True(toServer.Writer.FlushAsync().AsTask().IsCompletedSuccessfully);
                at += length;
            }

            toServer.Writer.Complete();
            served.GetAwaiter().GetResult();
            toClient.Writer.Complete();
            CheckAnswers(toClient.Reader);
        });
    }

    [Fact]
    public void Scram()
    {
        var verifier = ScramVerifier.Create("pencil");
        byte[] binding = new byte[32];
        var fuzzer = new Fuzzer(
            60_000,
            ["n,,n=,r=rOprNGfwEbeRWgbNEkqO", "y,,n=user,r=abc", "p=tls-server-end-point,,n=,r=abc", "c=biws,r=NONCE,p=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "c=eSws,r=NONCE,x=y,p="],
            [",", "=", "n=", "r=", "p=", "c=", "a=", "m=", "i=99999999999", "s=", "NONCE", "AAAA", "biws", "tls-unique", "tls-exporter", "\0", "\u00ff", " ", "~", "\u007f"])
        {
            AllocationPerByte = 256,
        };
        fuzzer.Run((input, random) =>
        {
            bool plus = random.Next(2) == 0;
            var exchange = new ScramExchange(verifier, doomed: random.Next(2) == 0, plus ? binding : null);
            try
            {
                string first = exchange.Challenge(plus && random.Next(2) == 0 ? ScramExchange.Plus : ScramExchange.Plain, random.Next(3) == 0 ? input : "n,,n=,r=abc"u8);
                string final = Encoding.Latin1.GetString(input).Replace("NONCE", first[2..first.IndexOf(',', StringComparison.Ordinal)], StringComparison.Ordinal);
                Assert.Null(exchange.Verify(Encoding.Latin1.GetBytes(final)));
            }
            catch (PgException e)
            {
                Assert.Equal(PgSeverity.Fatal, e.Error.Severity);
                Assert.True(e.Error.SqlState is "08P01" or "0A000" or "28000", e.ToString());
            }
        });
    }

    /// <summary>N and S, then messages: requests for a password, at most one error, and no AuthenticationOk.</summary>
    private static void CheckAnswers(PipeReader client)
    {
        Assert.True(client.TryRead(out ReadResult result));
        byte[] answer = result.Buffer.ToArray();
        ReadOnlySpan<byte> encryption = "NS"u8;
        int at = 0;
        while (at < answer.Length && encryption.Contains(answer[at]))
        {
            at++;
        }

        Assert.InRange(at, 0, 2);
        var rest = new ReadOnlySequence<byte>(answer, at, answer.Length - at);
        while (MessageReader.TryRead(ref rest, MessageLimits.Backend, out Frame frame))
        {
            byte[] body = frame.Body.ToArray();
            switch ((char)frame.Type)
            {
                case 'R':
                    Assert.True(body[3] is 10 or 11, "AuthenticationOk");
                    break;
                case 'v':
                    break;
                default:
                    Assert.Equal('E', (char)frame.Type);
                    PgError error = PgErrorParser.Parse(body);
                    Assert.Equal(PgSeverity.Fatal, error.Severity);
                    Assert.NotEqual(SqlState.InternalError, error.SqlState);
                    Assert.Equal(0, rest.Length);
                    break;
            }
        }

        Assert.Equal(0, rest.Length);
        client.Complete();
    }

    private static string Packet(int code, string body)
    {
        byte[] header = new byte[8];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(header, 8 + body.Length);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), code);
        return Encoding.Latin1.GetString(header) + body;
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    private sealed class NoSession : ISessionHandler
    {
        public Task RunAsync(PgClientConnection connection, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("A stranger was let in.");
    }

    private sealed class OneUser : ICredentialStore
    {
        private readonly ScramVerifier _verifier = ScramVerifier.Create("pencil");

        public ValueTask<ScramVerifier?> FindAsync(string user, CancellationToken cancellationToken) =>
            ValueTask.FromResult(user == "alice" ? _verifier : null);
    }
}
