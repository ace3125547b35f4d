using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Sluice.Gateway.Tests.Engine;

namespace Sluice.Gateway.Tests.Admin;

/// <summary>Requests that are made to break in, over TCP: each is refused as the caller's mistake, none fails Sluice, none becomes another request to CDF.</summary>
public sealed class HostileRequestTests(EngineFixture fixture) : IAsyncLifetime
{
    private AdminHost _host = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _host = await AdminHost.StartAsync(fixture.Engine);

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData("")]
    [InlineData("\u0000")]
    [InlineData("\uFEFF{}")]
    [InlineData("null")]
    [InlineData("1")]
    [InlineData("[]")]
    [InlineData("\"items\"")]
    [InlineData("{\"items\":")]
    [InlineData("{\"items\":[]} {}")]
    [InlineData("{\"items\":[NaN]}")]
    [InlineData("{\"items\":{}}")]
    [InlineData("{\"items\":[null]}")]
    [InlineData("{\"items\":[[]]}")]
    [InlineData("{\"items\":[{}],\"items\":[{}]}")]
    [InlineData("{\"items\":[{\"username\":\"a\",\"username\":\"b\"}]}")]
    [InlineData("{\"items\":[{\"username\":\"a\",\"\\u0075sername\":\"b\"}]}")]
    [InlineData("{\"items\":[{\"username\":\"\\ud800\"}]}")]
    [InlineData("{\"items\":[{\"username\":\"\\udc00\\ud800\"}]}")]
    [InlineData("{\"items\":[{\"\\ud800\":1}]}")]
    [InlineData("{\"\\ud800\":[]}")]
    [InlineData("{\"items\":[{\"username\":\"a\\u0000b\"}]}")]
    [InlineData("{\"items\":[{\"username\":\"'; DROP TABLE sluice.gateway_user; --\"}]}")]
    [InlineData("{\"items\":[{\"username\":1e400}]}")]
    [InlineData("{\"items\":[{\"username\":{\"a\":[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]}}]}")]
    [InlineData("{\"items\":[{\"credentials\":{\"nonce\":\"\\ud800\"}}]}")]
    [InlineData("{\"items\":[{\"credentials\":{\"nonce\":\"a\\u0000\"}}]}")]
    [InlineData("{\"items\":[{\"tablename\":\"a\\u0000b\"}]}")]
    [InlineData("{\"items\":[{\"type\":\"raw_rows\",\"tablename\":\"\\ud800\",\"options\":{\"database\":\"d\",\"table\":\"t\"},\"columns\":{\"a\":{\"type\":\"TEXT\"}}}]}")]
    [InlineData("{\"items\":[{\"type\":\"raw_rows\",\"tablename\":\"t\",\"options\":{\"database\":\"d\\u0000\",\"table\":\"t\"},\"columns\":{\"a\\u0000\":{\"type\":\"TEXT\"}}}]}")]
    [InlineData("{\"items\":[{\"type\":\"view\",\"tablename\":\"t\",\"options\":{\"space\":\"..\",\"externalId\":\"../x\",\"version\":\"\\u0000\"}}]}")]
    public async Task A_body_that_is_made_to_break_something_is_the_callers_mistake(string body)
    {
        string user = (await _host.CreateUserAsync()).GetProperty("username").GetString()!;
        foreach (string path in (string[])["", "/list", "/byids", "/update", "/delete", "/rotatepassword", $"/tables/{user}", $"/tables/{user}/byids", $"/tables/{user}/delete"])
        {
            var reply = await _host.PostAsync(AdminHost.Project + path, body);
            Assert.True((int)reply.Status is >= 400 and < 500, $"{path}: {reply.Status} {reply.Body}");
            Assert.NotEmpty(reply.Error);
        }

        Assert.Empty(_host.Applied);
        Assert.NotNull(await _host.Users.FindAsync(user, Cancellation));
    }

    [Fact]
    public async Task Nesting_without_end_and_bytes_that_are_no_utf8_are_refused()
    {
        foreach (byte[] body in (byte[][])[Encoding.ASCII.GetBytes(new string('[', 1_000_000)), Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("{\"items\":", 100_000))), [.. "{\"items\":[\""u8, 0xff, .. "\"]}"u8]])
        {
            var reply = await _host.SendAsync(HttpMethod.Post, AdminHost.Project, new ByteArrayContent(body), "admin");
            Assert.True(reply.Status is HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity, reply.Body);
        }
    }

    [Fact]
    public async Task A_body_that_unpacks_to_a_gigabyte_is_413()
    {
        var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            var zeros = new byte[1_048_576];
            for (var i = 0; i < 1_024; i++)
            {
                await gzip.WriteAsync(zeros, Cancellation);
            }
        }

        using var content = new ByteArrayContent(packed.ToArray());
        content.Headers.ContentEncoding.Add("gzip");
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        var reply = await _host.SendAsync(HttpMethod.Post, AdminHost.Project, content, "admin");
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, reply.Status);
    }

    [Theory]
    [InlineData("tables/%00")]
    [InlineData("tables/a%00b")]
    [InlineData("tables/%ff%fe")]
    [InlineData("tables/%")]
    [InlineData("tables/%zz")]
    [InlineData("tables/%ed%a0%80")]
    [InlineData("tables/..%2f..%2fbyids")]
    [InlineData("tables/../../../../etc/passwd")]
    [InlineData("tables//byids")]
    [InlineData("tables/a/b/c/d")]
    [InlineData("?limit=-1")]
    [InlineData("?limit=99999999999999999999")]
    [InlineData("?limit=1&limit=2")]
    [InlineData("?cursor=%00")]
    [InlineData("?cursor=AAAA")]
    [InlineData("?cursor=%ff")]
    public async Task A_path_that_is_made_to_break_something_is_the_callers_mistake(string rest)
    {
        var separator = rest.StartsWith('?') ? string.Empty : "/";
        var answer = await RawAsync(_host.Address, $"GET {AdminHost.Project}{separator}{rest} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer admin\r\nConnection: close\r\n\r\n");
        Assert.True(Status(answer) is >= 400 and < 500, answer);
    }

    [Theory]
    [InlineData("Content-Length: 3\r\nContent-Length: 4")]
    [InlineData("Content-Length: -3")]
    [InlineData("Content-Length: 99999999999999999999")]
    [InlineData("Transfer-Encoding: xchunked")]
    [InlineData("Transfer-Encoding: chunked, identity")]
    [InlineData("Transfer-Encoding : chunked")]
    [InlineData("Host: other")]
    [InlineData("X-A: b\r\n folded")]
    [InlineData("X-A: b\u0000c")]
    [InlineData("X A: b")]
    [InlineData("X-A: caf\u00e9")]
    public async Task Headers_that_two_servers_could_read_differently_are_refused(string header)
    {
        using var cdf = new RecordingServer();
        await using var host = await AdminHost.StartAsync(fixture.Engine, cdf.Address, databases: null);
        var answer = await RawAsync(
            host.Address, $"POST /api/v1/projects/p/assets HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer mine\r\n{header}\r\nConnection: close\r\n\r\nabc");
        Assert.True(Status(answer) is >= 400 and < 500 or 501, answer);
        Assert.Empty(cdf.Requests);
    }

    [Fact]
    public async Task A_length_in_another_spelling_reaches_CDF_in_the_usual_one()
    {
        using var cdf = new RecordingServer();
        await using var host = await AdminHost.StartAsync(fixture.Engine, cdf.Address, databases: null);
        await RawAsync(
            host.Address,
            "POST /api/v1/projects/p/assets HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer mine\r\nContent-Length: +3\r\nConnection: close\r\n\r\nabc");
        Assert.Contains("\r\nContent-Length: 3\r\n", Assert.Single(cdf.Requests), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_request_within_a_request_does_not_reach_CDF()
    {
        using var cdf = new RecordingServer();
        await using var host = await AdminHost.StartAsync(fixture.Engine, cdf.Address, databases: null);
        const string Inner = "GET /api/v1/projects/p/smuggled HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        var answer = await RawAsync(
            host.Address,
            $"POST /api/v1/projects/p/assets HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer mine\r\nContent-Length: {Inner.Length + 5}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{Inner}");
        Assert.True(Status(answer) is 200 or 400, answer);
        Assert.All(cdf.Requests, request => Assert.DoesNotContain("smuggled", request, StringComparison.Ordinal));
        Assert.InRange(cdf.Requests.Count, 0, 1);
    }

    private static int Status(string answer) => int.Parse(answer.AsSpan("HTTP/1.1 ".Length, 3), CultureInfo.InvariantCulture);

    private static async Task<string> RawAsync(Uri address, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, address.Port, Cancellation);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.UTF8.GetBytes(request), Cancellation);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(patience.Token);
    }

    /// <summary>Keeps what it gets as it came, and says 200 to everything.</summary>
    private sealed class RecordingServer : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly Task _serving;

        public RecordingServer()
        {
            _listener.Start();
            Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
            _serving = ServeAsync();
        }

        public Uri Address { get; }

        public ConcurrentQueue<string> Requests { get; } = [];

        public void Dispose()
        {
            _listener.Dispose();
            _serving.GetAwaiter().GetResult();
        }

        private async Task ServeAsync()
        {
            try
            {
                while (true)
                {
                    using var client = await _listener.AcceptTcpClientAsync();
                    var stream = client.GetStream();
                    var text = new StringBuilder();
                    var buffer = new byte[4_096];
                    while (!text.ToString().Contains("\r\n\r\n", StringComparison.Ordinal))
                    {
                        var read = await stream.ReadAsync(buffer);
                        text.Append(Encoding.Latin1.GetString(buffer, 0, read));
                        if (read == 0)
                        {
                            break;
                        }
                    }

                    Requests.Enqueue(text.ToString());
                    await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"u8.ToArray());
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The listener was closed: the test is over.
            }
        }
    }
}
