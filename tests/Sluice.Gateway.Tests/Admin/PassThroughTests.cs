using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Sluice.Gateway.Tests.Engine;

namespace Sluice.Gateway.Tests.Admin;

/// <summary>Calls that are not Sluice's own go on to CDF as they are.</summary>
public sealed class PassThroughTests(EngineFixture fixture) : IAsyncLifetime
{
    private readonly Channel<string> _pieces = Channel.CreateUnbounded<string>();
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
    private WebApplication _cdf = null!;
    private AdminHost _host = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _cdf = builder.Build();
        _cdf.Map("/api/v1/projects/p/echo/{**rest}", EchoAsync);
        _cdf.MapGet("/api/v1/projects/p/pieces", PiecesAsync);
        _cdf.MapPost("/api/v1/projects/p/upload", UploadAsync);
        _cdf.MapGet("/api/v1/projects/p/broken", BreakAsync);
        await _cdf.StartAsync(Cancellation);
        _host = await AdminHost.StartAsync(fixture.Engine, new Uri(_cdf.Urls.First()), databases: null);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _cdf.DisposeAsync();
        _http.Dispose();
    }

    [Fact]
    public async Task Method_path_query_body_and_status_are_passed_on_byte_for_byte()
    {
        using var answer = await SendAsync(HttpMethod.Put, "/api/v1/projects/p/echo/a%2Fb%20c?x=%7B%22a%22%7D&y=1", new StringContent("body"));
        var lines = await LinesAsync(answer);

        Assert.Equal((HttpStatusCode)418, answer.StatusCode);
        Assert.Equal("PUT /api/v1/projects/p/echo/a%2Fb%20c?x=%7B%22a%22%7D&y=1", lines[0]);
        Assert.Equal("body", lines[^1]);
        Assert.Contains("Authorization: Bearer mine", lines);
        Assert.Contains("Content-Length: 4", lines);
        Assert.Contains("Content-Type: text/plain; charset=utf-8", lines);
    }

    [Fact]
    public async Task Headers_for_one_connection_or_one_host_stay_behind()
    {
        using var request = Request(HttpMethod.Get, "/api/v1/projects/p/echo");
        request.Headers.Connection.Add("X-Hop");
        request.Headers.TryAddWithoutValidation("X-Hop", "hop");
        request.Headers.TryAddWithoutValidation("Proxy-Authorization", "secret");
        request.Headers.TryAddWithoutValidation("Cookie", "a=b");
        request.Headers.TryAddWithoutValidation("X-Forwarded-For", "10.0.0.1");
        request.Headers.TryAddWithoutValidation("TE", "trailers");
        request.Headers.TryAddWithoutValidation("x-cdp-app", "mine");
        using var answer = await _http.SendAsync(request, Cancellation);
        var text = string.Join('\n', await LinesAsync(answer));

        Assert.Contains("x-cdp-app: mine", text, StringComparison.Ordinal);
        Assert.Contains($"Host: {new Uri(_cdf.Urls.First()).Authority}", text, StringComparison.Ordinal);
        Assert.All(["X-Hop", "Proxy-Authorization", "Cookie", "X-Forwarded", "TE:", "traceparent"], name => Assert.DoesNotContain(name, text, StringComparison.OrdinalIgnoreCase));
        Assert.Equal("cdf-request", Assert.Single(answer.Headers.GetValues("x-request-id")));
        Assert.Equal("kept", Assert.Single(answer.Headers.GetValues("x-cdf")));
        Assert.All(
            ["Set-Cookie", "Strict-Transport-Security", "Alt-Svc", "X-Answer-Hop", "Keep-Alive"],
            name => Assert.False(answer.Headers.Contains(name), name));
    }

    [Fact]
    public async Task Answers_are_streamed()
    {
        await _pieces.Writer.WriteAsync("first", Cancellation);
        using var request = Request(HttpMethod.Get, "/api/v1/projects/p/pieces");
        using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        await using var body = await answer.Content.ReadAsStreamAsync(Cancellation);
        var buffer = new byte[100];
        var first = await body.ReadAsync(buffer, Cancellation);
        _pieces.Writer.TryWrite("second");
        _pieces.Writer.Complete();
        using var rest = new StreamReader(body);

        Assert.Equal("first", Encoding.UTF8.GetString(buffer, 0, first));
        Assert.Equal("second", await rest.ReadToEndAsync(Cancellation));
    }

    [Fact]
    public async Task A_large_body_goes_through_and_one_beyond_the_servers_limit_is_413()
    {
        using var large = await SendAsync(HttpMethod.Post, "/api/v1/projects/p/upload", new ByteArrayContent(new byte[20_000_000]));
        using var request = Request(HttpMethod.Post, "/api/v1/projects/p/upload");
        request.Content = new ByteArrayContent(new byte[40_000_000]);
        request.Headers.ExpectContinue = true;
        using var huge = await _http.SendAsync(request, Cancellation);

        Assert.Equal("20000000", await large.Content.ReadAsStringAsync(Cancellation));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, huge.StatusCode);
    }

    [Fact]
    public async Task An_answer_that_breaks_off_breaks_off_here_too()
    {
        using var request = Request(HttpMethod.Get, "/api/v1/projects/p/broken");
        using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        _pieces.Writer.TryWrite("break");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await Assert.ThrowsAnyAsync<Exception>(() => answer.Content.ReadAsByteArrayAsync(Cancellation));
    }

    [Fact]
    public async Task Without_a_token_nothing_is_passed_on()
    {
        var reply = await _host.SendAsync(HttpMethod.Get, "/api/v1/projects/p/echo", null, token: null);

        Assert.Equal(HttpStatusCode.Unauthorized, reply.Status);
        Assert.StartsWith("Unauthorized", reply.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PUT", "/api/v1/projects/p/postgresgateway")]
    [InlineData("POST", "/api/v1/projects/p/postgresgateway/users")]
    [InlineData("POST", "/api/v1/projects/p/PostgresGateway/tables/u/alter")]
    public async Task Calls_of_the_gateway_that_it_does_not_know_end_here(string method, string path)
    {
        var reply = await _host.SendAsync(new HttpMethod(method), path, null, "admin");

        Assert.Equal(HttpStatusCode.NotFound, reply.Status);
        Assert.StartsWith("there is no ", reply.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/v1/projects/p/echo/..%2F..", "HTTP/1.1 418")]
    [InlineData("/api/v1/projects/p/echo/%2e%2e/echo", "HTTP/1.1 400")]
    [InlineData("/api/v1/projects/p/echo/../echo", "HTTP/1.1 400")]
    [InlineData("/api/v1/../../etc", "HTTP/1.1 404")]
    [InlineData("/API/v1/projects/p/echo", "HTTP/1.1 400")]
    [InlineData("//evil.example/api/v1/projects/p/echo", "HTTP/1.1 404")]
    [InlineData("http://evil.example/api/v1/projects/p/echo", "HTTP/1.1 400")]
    [InlineData("/api/v1/projects/p/echo@evil.example", "HTTP/1.1 404")]
    public async Task No_path_leads_elsewhere(string target, string status)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _host.Address.Port, Cancellation);
        var stream = client.GetStream();
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes($"GET {target} HTTP/1.1\r\nHost: {(target.StartsWith("http", StringComparison.Ordinal) ? "evil.example" : "localhost")}\r\nAuthorization: Bearer mine\r\nConnection: close\r\n\r\n"),
            Cancellation);
        using var reader = new StreamReader(stream);
        var answer = await reader.ReadToEndAsync(Cancellation);

        Assert.StartsWith(status, answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cluster_that_is_not_there_is_502()
    {
        await using var host = await AdminHost.StartAsync(fixture.Engine, new Uri("http://127.0.0.1:1"), databases: null);
        var reply = await host.GetAsync("/api/v1/projects/p/assets");

        Assert.Equal(HttpStatusCode.BadGateway, reply.Status);
        Assert.Contains("127.0.0.1 cannot be reached", reply.Error, StringComparison.Ordinal);
    }

    private static async Task EchoAsync(HttpContext context)
    {
        var response = context.Response;
        response.StatusCode = 418;
        response.Headers["x-request-id"] = "cdf-request";
        response.Headers["x-cdf"] = "kept";
        response.Headers["X-Answer-Hop"] = "hop";
        response.Headers.Connection = "X-Answer-Hop";
        response.Headers.SetCookie = "a=b";
        response.Headers.StrictTransportSecurity = "max-age=1";
        response.Headers.AltSvc = "h3=\":443\"";
        var text = new StringBuilder();
        text.Append(context.Request.Method).Append(' ').AppendLine(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget);
        foreach (var (name, value) in context.Request.Headers)
        {
            text.Append(name).Append(": ").AppendLine(value.ToString());
        }

        using var body = new StreamReader(context.Request.Body);
        text.Append(await body.ReadToEndAsync(context.RequestAborted));
        await response.WriteAsync(text.ToString(), context.RequestAborted);
    }

    private static async Task<string> UploadAsync(HttpRequest request)
    {
        long length = 0;
        var buffer = new byte[64 * 1024];
        request.HttpContext.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = null;
        for (int read; (read = await request.Body.ReadAsync(buffer)) > 0;)
        {
            length += read;
        }

        return length.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    private async Task BreakAsync(HttpContext context)
    {
        context.Response.ContentLength = 100;
        await context.Response.WriteAsync("a part");
        await context.Response.Body.FlushAsync();
        await _pieces.Reader.ReadAsync();
        context.Abort();
    }

    private static async Task<string[]> LinesAsync(HttpResponseMessage answer) =>
        (await answer.Content.ReadAsStringAsync(Cancellation)).ReplaceLineEndings("\n").Split('\n');

    private async Task PiecesAsync(HttpContext context)
    {
        await foreach (var piece in _pieces.Reader.ReadAllAsync(context.RequestAborted))
        {
            await context.Response.WriteAsync(piece);
            await context.Response.Body.FlushAsync();
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent content)
    {
        using var request = Request(method, path);
        request.Content = content;
        return await _http.SendAsync(request, Cancellation);
    }

    private HttpRequestMessage Request(HttpMethod method, string path) => new(
        method,
        new Uri(_host.Address.GetLeftPart(UriPartial.Authority) + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }))
    {
        Headers = { Authorization = new AuthenticationHeaderValue("Bearer", "mine") },
    };
}
