using System.Net;
using System.Net.Sockets;
using Sluice.Cdf.Errors;
using Sluice.Cdf.Http;
using Sluice.Cdf.Resources;
using Sluice.Cdf.Tests.Support;
using Sluice.Cdf.Tokens;

namespace Sluice.Cdf.Tests.Http;

public sealed class CdfClientTests
{
    private static readonly byte[] _body = """{"items":[{"name":"a"}]}"""u8.ToArray();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static CdfRequest Create => CdfRequest.Post("assets", CdfApi.Assets, Repeatable.WhenThrottledOnly, _body);

    private static CdfRequest Upsert => DataPointsApi.Insert(_body);

    [Fact]
    public async Task A_request_carries_what_CDF_asks_for()
    {
        await using var server = await ScriptedServer.StartAsync(ScriptedServer.Json(201, """{"items":[1]}"""));
        using var http = server.NewHttp();
        var response = await http.CreateClient("my project", new CountingTokens()).SendAsync(Create, Cancellation);

        Assert.True(response.IsSuccess);
        Assert.Equal(201, response.Status);
        Assert.Equal("""{"items":[1]}"""u8.ToArray(), response.Body.ToArray());
        Assert.Equal("req-1", response.RequestId);
        Assert.Equal(1, response.Attempts);
        var request = Assert.Single(server.Requests);
        Assert.Equal("/api/v1/projects/my%20project/assets", request.Target);
        Assert.Equal("Bearer token-1", request.Headers["Authorization"]);
        Assert.Equal("application/json", request.Headers["Content-Type"]);
        Assert.Equal(_body.Length.ToString(), request.Headers["Content-Length"]);
        Assert.Equal("20230101", request.Headers["cdf-version"]);
        Assert.Equal("sluice", request.Headers["x-cdp-app"]);
        Assert.Equal(_body, request.Body);
    }

    [Fact]
    public async Task Protobuf_and_gzip_are_labelled()
    {
        await using var server = await ScriptedServer.StartAsync();
        using var http = server.NewHttp();
        using var compressed = GzipBody.Compress(_body);
        await http.CreateClient("p", new CountingTokens()).SendAsync(DataPointsApi.Insert(compressed.WrittenMemory, gzipped: true), Cancellation);

        var request = Assert.Single(server.Requests);
        Assert.Equal("/api/v1/projects/p/timeseries/data", request.Target);
        Assert.Equal("application/protobuf", request.Headers["Content-Type"]);
        Assert.Equal("gzip", request.Headers["Content-Encoding"]);
        using var plain = new MemoryStream();
        await new System.IO.Compression.GZipStream(new MemoryStream(request.Body), System.IO.Compression.CompressionMode.Decompress).CopyToAsync(plain, Cancellation);
        Assert.Equal(_body, plain.ToArray());
    }

    [Fact]
    public async Task A_throttled_create_waits_as_long_as_CDF_asks_and_sends_the_same_bytes()
    {
        await using var server = await ScriptedServer.StartAsync(
            ScriptedServer.Error(429, "slow down", ("Retry-After", "7")),
            ScriptedServer.Json(201, "{}"));
        var time = new ManualTime(jumps: true);
        using var http = server.NewHttp(time);
        var response = await http.CreateClient("p", new CountingTokens()).SendAsync(Create, Cancellation);

        Assert.True(response.IsSuccess);
        Assert.Equal(2, response.Attempts);
        Assert.Equal(TimeSpan.FromSeconds(7.05), response.BackedOff);
        Assert.All(server.Requests, request => Assert.Equal(_body, request.Body));
    }

    [Fact]
    public async Task Patience_ends_after_ten_attempts_with_growing_waits()
    {
        await using var server = await ScriptedServer.StartAsync(ScriptedServer.Error(429, "Project exceeded maximum number='50'"));
        var time = new ManualTime(jumps: true);
        using var http = server.NewHttp(time, options => options.Retry.TotalTime = TimeSpan.FromHours(1));
        var response = await http.CreateClient("p", new CountingTokens()).SendAsync(Create, Cancellation);

        Assert.Equal(CdfErrorKind.Throttled, response.Error?.Kind);
        Assert.Equal("Project exceeded maximum number='50'", response.Error?.Message);
        Assert.False(response.Error?.EffectPossible);
        Assert.Equal(10, response.Error?.Attempts);
        Assert.Equal(10, server.Requests.Count);
        Assert.Equal([0.55, 1.05, 2.05, 4.05, 8.05, 16.05, 30.05, 30.05, 30.05], time.Waits.Select(wait => Math.Round(wait.TotalSeconds, 3)));
    }

    [Fact]
    public async Task Patience_ends_after_two_minutes()
    {
        await using var server = await ScriptedServer.StartAsync(ScriptedServer.Error(503, "busy", ("Retry-After", "50")));
        using var http = server.NewHttp(new ManualTime(jumps: true));
        var response = await http.CreateClient("p", new CountingTokens()).SendAsync(Upsert, Cancellation);

        Assert.Equal(CdfErrorKind.ServerError, response.Error?.Kind);
        Assert.Equal(503, response.Status);
        Assert.Equal(3, response.Attempts);
    }

    [Theory]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task A_repeatable_write_goes_on_after_a_gateway_error(int status)
    {
        await using var server = await ScriptedServer.StartAsync(ScriptedServer.Error(status, "x"), ScriptedServer.Drop, ScriptedServer.Json(200, "{}"));
        using var http = server.NewHttp(new ManualTime(jumps: true));
        var response = await http.CreateClient("p", new CountingTokens()).SendAsync(Upsert, Cancellation);

        Assert.True(response.IsSuccess);
        Assert.Equal(3, response.Attempts);
    }

    [Fact]
    public async Task A_500_is_not_repeated()
    {
        await using var server = await ScriptedServer.StartAsync(ScriptedServer.Error(500, "oops"));
        using var http = server.NewHttp();
        var response = await http.CreateClient("p", new CountingTokens()).SendAsync(Upsert, Cancellation);

        Assert.Equal(CdfErrorKind.ServerError, response.Error?.Kind);
        Assert.True(response.Error?.EffectPossible);
        Assert.Equal("req-1", response.Error?.RequestId);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_create_whose_answer_is_lost_is_not_repeated_and_in_doubt()
    {
        await using var server = await ScriptedServer.StartAsync(ScriptedServer.Drop);
        using var http = server.NewHttp();
        var response = await http.CreateClient("p", new CountingTokens()).SendAsync(Create, Cancellation);

        Assert.Equal(CdfErrorKind.OutcomeUnknown, response.Error?.Kind);
        Assert.True(response.Error?.EffectPossible);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_create_that_meets_a_503_is_in_doubt()
    {
        await using var server = await ScriptedServer.StartAsync(ScriptedServer.Error(503, "x"));
        using var http = server.NewHttp();
        var response = await http.CreateClient("p", new CountingTokens()).SendAsync(Create, Cancellation);

        Assert.Equal(CdfErrorKind.ServerError, response.Error?.Kind);
        Assert.True(response.Error?.EffectPossible);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_read_leaves_nothing_in_doubt()
    {
        await using var server = await ScriptedServer.StartAsync(ScriptedServer.Error(500, "x"));
        using var http = server.NewHttp();
        var response = await http.CreateClient("p", new CountingTokens()).SendAsync(CdfRequest.Get("assets", CdfApi.Assets), Cancellation);

        Assert.False(response.Error?.EffectPossible);
    }

    [Fact]
    public async Task A_refused_RAW_insert_may_have_stored_a_part()
    {
        await using var server = await ScriptedServer.StartAsync(ScriptedServer.Error(400, "bad row"));
        using var http = server.NewHttp();
        var response = await http.CreateClient("p", new CountingTokens()).SendAsync(RawApi.InsertRows("d b", "a/../t", _body, ensureParent: true), Cancellation);

        Assert.Equal(CdfErrorKind.BadRequest, response.Error?.Kind);
        Assert.True(response.Error?.EffectPossible);
        Assert.Equal("/api/v1/projects/p/raw/dbs/d%20b/tables/a%2F..%2Ft/rows?ensureParent=true", Assert.Single(server.Requests).Target);
    }

    [Fact]
    public async Task A_create_is_repeated_on_CDFs_own_word()
    {
        await using var server = await ScriptedServer.StartAsync(
            ScriptedServer.Error(409, "lock", ("cdf-is-auto-retryable", "true")),
            ScriptedServer.Json(500, """{"error":{"code":500,"message":"x","isAutoRetryable":true}}"""),
            ScriptedServer.Json(201, "{}"));
        using var http = server.NewHttp(new ManualTime(jumps: true));
        var response = await http.CreateClient("p", new CountingTokens()).SendAsync(Create, Cancellation);

        Assert.True(response.IsSuccess);
        Assert.Equal(3, response.Attempts);
    }

    [Fact]
    public async Task Nobody_there_is_unreachable_and_leaves_nothing_in_doubt()
    {
        using var closed = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        closed.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var options = new CdfOptions { BaseUrl = new Uri($"http://127.0.0.1:{((IPEndPoint)closed.LocalEndPoint!).Port}") };
        options.Retry.AttemptTimeout = Timeout.InfiniteTimeSpan;
        using var http = new CdfHttp(options, new ManualTime(jumps: true));
        var response = await http.CreateClient("p", new CountingTokens()).SendAsync(Create, Cancellation);

        Assert.Equal(CdfErrorKind.Unreachable, response.Error?.Kind);
        Assert.False(response.Error?.EffectPossible);
        Assert.Equal(4, response.Attempts);
    }

    [Fact]
    public async Task No_answer_in_time_is_a_timeout_and_in_doubt()
    {
        await using var server = await ScriptedServer.StartAsync(ScriptedServer.Hang());
        var time = new ManualTime();
        using var http = server.NewHttp(time, options => options.Retry.AttemptTimeout = TimeSpan.FromSeconds(60));
        var sending = http.CreateClient("p", new CountingTokens()).SendAsync(Create, Cancellation);
        await server.ArrivalAsync();
        time.Advance(TimeSpan.FromSeconds(60));
        var response = await sending;

        Assert.Equal(CdfErrorKind.Timeout, response.Error?.Kind);
        Assert.True(response.Error?.EffectPossible);
        Assert.Contains("60 s", response.Error?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_401_fetches_another_token_once()
    {
        await using var server = await ScriptedServer.StartAsync(ScriptedServer.Error(401, "Unauthorized"), ScriptedServer.Json(201, "{}"));
        using var http = server.NewHttp();
        var response = await http.CreateClient("p", new CountingTokens()).SendAsync(Create, Cancellation);

        Assert.True(response.IsSuccess);
        Assert.Equal(["Bearer token-1", "Bearer token-2"], server.Requests.Select(request => request.Headers["Authorization"]));
    }

    [Fact]
    public async Task A_second_401_is_final()
    {
        await using var server = await ScriptedServer.StartAsync(ScriptedServer.Error(401, "Unauthorized"));
        using var http = server.NewHttp();
        var response = await http.CreateClient("p", new CountingTokens()).SendAsync(Create, Cancellation);

        Assert.Equal(CdfErrorKind.Unauthorized, response.Error?.Kind);
        Assert.Equal("Unauthorized", response.Error?.Message);
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task A_token_that_cannot_change_is_not_sent_twice()
    {
        await using var server = await ScriptedServer.StartAsync(ScriptedServer.Error(401, "Unauthorized"));
        using var http = server.NewHttp();
        var response = await http.CreateClient("p", new StaticTokenSource("t")).SendAsync(Create, Cancellation);

        Assert.Equal(CdfErrorKind.Unauthorized, response.Error?.Kind);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_success_whose_body_nobody_wants_is_a_success_when_the_body_is_cut()
    {
        await using var server = await ScriptedServer.StartAsync(ScriptedServer.DropAmidBody(201));
        using var http = server.NewHttp();
        var client = http.CreateClient("p", new CountingTokens());
        var unwanted = await client.SendAsync(Create with { DiscardBody = true }, Cancellation);
        var wanted = await client.SendAsync(Create, Cancellation);

        Assert.True(unwanted.IsSuccess);
        Assert.Equal(CdfErrorKind.OutcomeUnknown, wanted.Error?.Kind);
        Assert.True(wanted.Error?.EffectPossible);
        Assert.Equal(201, wanted.Error?.Status);
    }

    [Fact]
    public async Task An_answer_that_is_too_long_is_not_taken_into_memory()
    {
        await using var server = await ScriptedServer.StartAsync(ScriptedServer.Json(200, new string('x', 100_000)));
        using var http = server.NewHttp(configure: options => options.MaxResponseBytes = 50_000);
        var response = await http.CreateClient("p", new CountingTokens()).SendAsync(CdfRequest.Get("assets", CdfApi.Assets) with { Repeatable = Repeatable.Never }, Cancellation);

        Assert.Equal(CdfErrorKind.OutcomeUnknown, response.Error?.Kind);
        Assert.Contains("50000 bytes", response.Error?.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Abort_throws_and_leaves_no_slot_taken()
    {
        await using var server = await ScriptedServer.StartAsync(ScriptedServer.Hang());
        using var http = server.NewHttp();
        using var abort = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var sending = http.CreateClient("p", new CountingTokens()).SendAsync(Create, abort.Token);
        await server.ArrivalAsync();
        Assert.Equal(1, http.Limiter("p", CdfApi.Assets).InFlight);
        await abort.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        Assert.Equal(0, http.Limiter("p", CdfApi.Assets).InFlight);
    }

    [Fact]
    public async Task StopLaunching_lets_the_request_in_flight_end()
    {
        var release = new TaskCompletionSource();
        await using var server = await ScriptedServer.StartAsync(ScriptedServer.Hang(release.Task));
        using var http = server.NewHttp();
        using var stop = new CancellationTokenSource();
        var sending = http.CreateClient("p", new CountingTokens()).SendAsync(Create, Cancellation, stop.Token);
        await server.ArrivalAsync();
        await stop.CancelAsync();
        release.SetResult();

        Assert.True((await sending).IsSuccess);
    }

    [Fact]
    public async Task StopLaunching_ends_the_wait_for_another_attempt()
    {
        await using var server = await ScriptedServer.StartAsync(ScriptedServer.Drop);
        var time = new ManualTime();
        using var http = server.NewHttp(time);
        using var stop = new CancellationTokenSource();
        var sending = http.CreateClient("p", new CountingTokens()).SendAsync(Upsert, Cancellation, stop.Token);
        await server.ArrivalAsync();
        await stop.CancelAsync();
        var response = await sending;

        Assert.Equal(CdfErrorKind.Stopped, response.Error?.Kind);
        Assert.True(response.Error?.EffectPossible);
        Assert.Equal(1, response.Attempts);
    }

    [Fact]
    public async Task A_question_outside_of_projects_has_one_budget_whatever_project_is_named()
    {
        var release = new TaskCompletionSource();
        await using var server = await ScriptedServer.StartAsync(ScriptedServer.Hang(release.Task));
        using var http = server.NewHttp();
        var asking = http.CreateClient("named-by-a-stranger", new CountingTokens()).Token.InspectAsync(Cancellation);
        await server.ArrivalAsync();

        Assert.Equal(1, http.Limiter(string.Empty, CdfApi.Token).InFlight);
        release.SetResult();
        await asking;
    }

    [Fact]
    public async Task Requests_in_flight_keep_to_the_limit_of_their_API_and_free_it_while_they_wait()
    {
        var release = new TaskCompletionSource();
        await using var server = await ScriptedServer.StartAsync(
            ScriptedServer.Error(503, "busy"),
            ScriptedServer.Hang(release.Task));
        var time = new ManualTime();
        using var http = server.NewHttp(time, options => options.Limits[CdfApi.DataPoints] = new(Start: 1, Max: 1));
        var client = http.CreateClient("p", new CountingTokens());
        var first = client.SendAsync(Upsert, Cancellation);
        await server.ArrivalAsync();
        var second = client.SendAsync(Upsert, Cancellation);
        await server.ArrivalAsync();
        Assert.False(first.IsCompleted);
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(2, server.Requests.Count);
        release.SetResult();

        Assert.True((await second).IsSuccess);
        Assert.True((await first).IsSuccess);
        Assert.Equal(3, server.Requests.Count);
    }
}
