using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Text;
using Sluice.Gateway.Engine;
using Sluice.Gateway.Reads;
using Sluice.Gateway.Reads.History;
using Sluice.Gateway.Reads.ScanEndpoint;
using Sluice.Gateway.Tests.Engine;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Tests.Reads.ScanEndpoint;

/// <summary>The endpoint as postgres_fdw sees it, message by message.</summary>
public sealed class ScanConnectionTests : IDisposable
{
    private const int Version30 = 3 << 16;

    private readonly ScanSecrets _secrets = new(new byte[32]);
    private readonly TestScanUsers _users = new();
    private readonly Pipe _toServer = new();
    private readonly Pipe _toClient = new();
    private readonly MessageReader _reader;
    private readonly Task _server;

    public ScanConnectionTests(EngineFixture fixture)
    {
        _reader = new MessageReader(_toClient.Reader, MessageLimits.Backend);
        var backend = new ScanBackend(_secrets, _users, new ScanSessions(), new HistoryTables(fixture.Engine, fixture.History));
        _server = new ScanConnection(new Duplex(_toServer.Reader, _toClient.Writer), backend, new ScanCancels()).RunAsync(Token);
    }

    public void Dispose() => _users.Dispose();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_password_is_asked_for_in_clear_text_and_checked()
    {
        await StartAsync("u");
        Assert.Equal("R3", await AnswerAsync());
        await SendAsync('p', _secrets.For("somebody else") + "\0");

        Assert.Equal("E28P01", await AnswerAsync());
        await _server;
    }

    [Fact]
    public async Task A_read_is_a_transaction_with_a_cursor()
    {
        await LogInAsync();

        Assert.Equal(["CSTART TRANSACTION", "ZT"], await QueryAsync("START TRANSACTION ISOLATION LEVEL REPEATABLE READ"));
        Assert.Equal(["CDECLARE CURSOR", "ZT"], await QueryAsync("DECLARE c1 CURSOR FOR\nSELECT id FROM cdf.assets WHERE ((id = (-5)))"));
        Assert.Equal(["CMOVE 0", "ZT"], await QueryAsync("MOVE BACKWARD ALL IN c1"));
        Assert.Equal(["T", "CFETCH 0", "ZT"], (await QueryAsync("FETCH 1000 FROM c1")).Select(a => a[0] is 'T' ? a[..1] : a));
        Assert.Equal(["CCLOSE CURSOR", "ZT"], await QueryAsync("CLOSE c1"));
        Assert.Equal(["CDECLARE CURSOR", "ZT"], await QueryAsync("DECLARE c1 CURSOR FOR\nSELECT id FROM cdf.assets"));
        Assert.Equal(["T", "E0A000", "ZE"], (await QueryAsync("FETCH 1000 FROM c1")).Select(a => a[0] is 'T' ? a[..1] : a));
        Assert.Equal(["E25P02", "ZE"], await QueryAsync("CLOSE c1"));
        Assert.Equal(["CROLLBACK", "ZI"], await QueryAsync("ABORT TRANSACTION"));
        Assert.Equal(["CDEALLOCATE ALL", "ZI"], await QueryAsync("DEALLOCATE ALL"));
    }

    [Fact]
    public async Task A_savepoint_mends_a_failed_transaction()
    {
        await LogInAsync();

        await QueryAsync("START TRANSACTION ISOLATION LEVEL REPEATABLE READ");
        Assert.Equal(["CSAVEPOINT", "ZT"], await QueryAsync("SAVEPOINT s2"));
        Assert.Equal(["E34000", "ZE"], await QueryAsync("FETCH 100 FROM c9"));
        Assert.Equal(["CROLLBACK", "CRELEASE", "ZT"], await QueryAsync("ROLLBACK TO SAVEPOINT s2; RELEASE SAVEPOINT s2"));
        Assert.Equal(["CCOMMIT", "ZI"], await QueryAsync("COMMIT TRANSACTION"));
    }

    [Fact]
    public async Task A_commit_of_a_failed_transaction_is_a_rollback_without_error()
    {
        await LogInAsync();

        await QueryAsync("START TRANSACTION ISOLATION LEVEL SERIALIZABLE");
        await QueryAsync("FETCH 100 FROM c9");
        Assert.Equal(["CROLLBACK", "ZI"], await QueryAsync("COMMIT TRANSACTION"));
    }

    [Fact]
    public async Task A_cursor_with_parameters_is_declared_in_the_extended_protocol()
    {
        await LogInAsync();
        await QueryAsync("START TRANSACTION ISOLATION LEVEL REPEATABLE READ");

        await DeclareAsync("DECLARE c1 CURSOR FOR\nSELECT id FROM cdf.assets WHERE ((id = $1::bigint))", "7");
        await SendAsync('S', "");
        Assert.Equal(["1", "2", "n", "CDECLARE CURSOR", "ZT"], await AnswersAsync());
        Assert.Equal(["CCLOSE CURSOR", "ZT"], await QueryAsync("CLOSE c1"));

        await DeclareAsync("DELETE FROM cdf.assets");
        await SendAsync('E', "\0\0\0\0\0");
        await SendAsync('S', "");

        // What follows an error is passed over until Sync.
        Assert.Equal(["1", "2", "n", "E0A000", "ZE"], await AnswersAsync());
    }

    [Fact]
    public async Task An_estimate_is_one_line_of_explain()
    {
        await LogInAsync();

        var answers = await QueryAsync("EXPLAIN SELECT id FROM cdf.assets");

        Assert.Equal(["T", "D", "CEXPLAIN", "ZI"], answers.Select(a => a[0] is 'T' or 'D' ? a[..1] : a));
    }

    [Fact]
    public async Task A_change_is_refused_without_telling_its_values()
    {
        await LogInAsync();
        await SendAsync('Q', "UPDATE cdf.assets SET name = 'secret'\0");

        var frame = await _reader.ReadAsync(cancellationToken: Token);
        var error = PgErrorParser.Parse(_reader.Contiguous(frame).Span);

        Assert.Equal("0A000", error.SqlState);
        Assert.Contains("UPDATE", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancel_request_is_answered_by_closing()
    {
        var request = new byte[16];
        BinaryPrimitives.WriteInt32BigEndian(request, 16);
        BinaryPrimitives.WriteInt32BigEndian(request.AsSpan(4), (1234 << 16) | 5678);
        await _toServer.Writer.WriteAsync(request, Token);
        await _server;
    }

    [Theory]
    [InlineData(4, Version30)]
    [InlineData(1_000_000, Version30)]
    [InlineData(16, 2 << 16)]
    public async Task A_startup_packet_that_cannot_be_is_08P01(int length, int version)
    {
        var packet = new byte[16];
        BinaryPrimitives.WriteInt32BigEndian(packet, length);
        BinaryPrimitives.WriteInt32BigEndian(packet.AsSpan(4), version);
        await _toServer.Writer.WriteAsync(packet, Token);

        Assert.Equal("E08P01", await AnswerAsync());
        await _server;
    }

    [Theory]
    [InlineData(0)]
    [InlineData(6)]
    public async Task An_end_without_terminate_is_an_end(int bytes)
    {
        await _toServer.Writer.WriteAsync(new byte[bytes], Token);
        await _toServer.Writer.CompleteAsync();
        await _server;
    }

    [Fact]
    public async Task The_engines_process_is_read_from_the_application_name()
    {
        Assert.Equal(new ScanStartup("u", 27402), ScanStartup.Parse("user\0u\0application_name\0sluice:27402\0\0"u8));
        Assert.Equal(new ScanStartup("u", 0), ScanStartup.Parse("application_name\0sluice:x\0user\0u\0\0"u8));
        await _toServer.Writer.CompleteAsync();
        await _server;
    }

    private async Task LogInAsync()
    {
        await StartAsync("u");
        Assert.Equal("R3", await AnswerAsync());
        await SendAsync('p', _secrets.For("u") + "\0");
        var answers = await AnswersAsync();
        Assert.Equal("R0", answers[0]);
        Assert.Equal("ZI", answers[^1]);
    }

    private async Task StartAsync(string user)
    {
        var parameters = Encoding.UTF8.GetBytes($"user\0{user}\0database\0cdf\0application_name\0sluice:7\0\0");
        var packet = new byte[8 + parameters.Length];
        BinaryPrimitives.WriteInt32BigEndian(packet, packet.Length);
        BinaryPrimitives.WriteInt32BigEndian(packet.AsSpan(4), Version30);
        parameters.CopyTo(packet, 8);
        await _toServer.Writer.WriteAsync(packet, Token);
    }

    private async Task DeclareAsync(string sql, params string[] parameters)
    {
        await SendAsync('P', $"\0{sql}\0\0\0");
        var values = string.Concat(parameters.Select(value => $"\0\0\0{(char)value.Length}{value}"));
        await SendAsync('B', $"\0\0\0\0\0{(char)parameters.Length}{values}\0\0");
        await SendAsync('D', "P\0");
        await SendAsync('E', "\0\0\0\0\0");
    }

    private async Task<List<string>> QueryAsync(string sql)
    {
        await SendAsync('Q', sql + "\0");
        return await AnswersAsync();
    }

    private async Task SendAsync(char type, string body)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        var message = new byte[5 + bytes.Length];
        message[0] = (byte)type;
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), 4 + bytes.Length);
        bytes.CopyTo(message, 5);
        await _toServer.Writer.WriteAsync(message, Token);
    }

    /// <summary>The answers up to ReadyForQuery.</summary>
    private async Task<List<string>> AnswersAsync()
    {
        List<string> answers = [];
        do
        {
            answers.Add(await AnswerAsync());
        }
        while (answers[^1][0] != 'Z');

        return answers;
    }

    private async Task<string> AnswerAsync()
    {
        var frame = await _reader.ReadAsync(cancellationToken: Token);
        var body = _reader.Contiguous(frame).Span;
        return (char)frame.Type + frame.Type switch
        {
            BackendMessage.Authentication => BinaryPrimitives.ReadInt32BigEndian(body).ToString(),
            BackendMessage.ErrorResponse => PgErrorParser.Parse(body).SqlState,
            _ => Encoding.UTF8.GetString(body).TrimEnd('\0'),
        };
    }

    private sealed class Duplex(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;

        public PipeWriter Output => output;
    }
}
