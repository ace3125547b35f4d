using Sluice.Cdf.Errors;
using Sluice.Cdf.Http;
using Sluice.Cdf.Tests.Support;
using Sluice.Cdf.Tokens;

namespace Sluice.Cdf.Tests.Tokens;

public sealed class TokenSourceTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Client_credentials_are_sent_as_a_form_and_the_token_is_kept()
    {
        await using var server = await ScriptedServer.StartAsync(ScriptedServer.Json(200, """{"access_token":"t","expires_in":"3599"}"""));
        using var http = server.NewHttp(new ManualTime());
        var source = Source(http, server);

        Assert.Equal("t", (await source.GetAsync(null, Cancellation)).Token);
        Assert.Equal("t", (await source.GetAsync(null, Cancellation)).Token);
        var request = Assert.Single(server.Requests);
        Assert.Equal("application/x-www-form-urlencoded", request.Headers["Content-Type"]);
        Assert.Equal("grant_type=client_credentials&client_id=app&client_secret=s%26cret&scope=https%3A%2F%2Fc%2F.default", request.Text);
    }

    [Fact]
    public async Task A_token_is_fetched_anew_a_minute_before_its_end()
    {
        await using var server = await ScriptedServer.StartAsync(
            ScriptedServer.Json(200, """{"access_token":"t1","expires_in":3600}"""),
            ScriptedServer.Json(200, """{"access_token":"t2","expires_in":3600}"""));
        var time = new ManualTime();
        using var http = server.NewHttp(time);
        var source = Source(http, server);

        Assert.Equal("t1", (await source.GetAsync(null, Cancellation)).Token);
        time.Advance(TimeSpan.FromSeconds(3539));
        Assert.Equal("t1", (await source.GetAsync(null, Cancellation)).Token);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("t2", (await source.GetAsync(null, Cancellation)).Token);
    }

    [Fact]
    public async Task A_renewed_token_is_young_and_a_refusal_leaves_the_one_in_use_alone()
    {
        await using var server = await ScriptedServer.StartAsync(
            ScriptedServer.Json(200, """{"access_token":"t1","expires_in":3600}"""),
            ScriptedServer.Json(200, """{"access_token":"t2","expires_in":3600}"""),
            ScriptedServer.Json(401, """{"error":"invalid_client","error_description":"AADSTS7000222: expired"}"""));
        var time = new ManualTime();
        using var http = server.NewHttp(time);
        var source = Source(http, server);
        var maxAge = TimeSpan.FromSeconds(10);

        Assert.Equal("t1", (await source.GetAsync(null, Cancellation)).Token);
        time.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal("t1", (await source.RenewAsync(maxAge, Cancellation)).Token);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("t2", (await source.RenewAsync(maxAge, Cancellation)).Token);
        time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal("AADSTS7000222: expired", (await source.RenewAsync(maxAge, Cancellation)).Error?.Message);
        Assert.Equal("t2", (await source.GetAsync(null, Cancellation)).Token);
        time.Advance(TimeSpan.FromSeconds(3600));
        Assert.Equal(TokenErrorKind.RefusedByProvider, (await source.GetAsync(null, Cancellation)).Error?.Kind);
    }

    [Fact]
    public async Task The_end_of_a_session_is_known_from_its_tokens()
    {
        await using var server = await ScriptedServer.StartAsync(
            ScriptedServer.Json(200, """{"id":105,"accessToken":"a1","expiresIn":3600,"sessionKey":"key","sessionExpirationTime":1900000000000}"""),
            ScriptedServer.Json(200, """{"id":105,"accessToken":"a2","expiresIn":3600,"sessionExpirationTime":2000000000000}"""));
        var time = new ManualTime();
        using var http = server.NewHttp(time);
        var sessions = http.CreateClient("p", new StaticTokenSource("service")).Sessions;
        var bound = await sessions.BindAsync("n", Cancellation);
        var source = new SessionTokenSource(sessions, bound.Value, time);

        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1_900_000_000_000), source.End);
        await source.GetAsync("a1", Cancellation);
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(2_000_000_000_000), source.End);
    }

    [Fact]
    public async Task Many_who_ask_at_once_cause_one_fetch()
    {
        var release = new TaskCompletionSource();
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            await release.Task;
            await ScriptedServer.Json(200, """{"access_token":"t","expires_in":3600}""")(context);
        });
        using var http = server.NewHttp(new ManualTime());
        var source = Source(http, server);
        var asking = Enumerable.Range(0, 20).Select(_ => source.GetAsync(null, Cancellation).AsTask()).ToList();
        await server.ArrivalAsync();
        release.SetResult();

        Assert.All(await Task.WhenAll(asking), result => Assert.Equal("t", result.Token));
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Only_the_token_that_was_rejected_is_given_up()
    {
        await using var server = await ScriptedServer.StartAsync(
            ScriptedServer.Json(200, """{"access_token":"t1","expires_in":3600}"""),
            ScriptedServer.Json(200, """{"access_token":"t2","expires_in":3600}"""));
        using var http = server.NewHttp(new ManualTime());
        var source = Source(http, server);
        await source.GetAsync(null, Cancellation);

        Assert.Equal("t2", (await source.GetAsync("t1", Cancellation)).Token);
        Assert.Equal("t2", (await source.GetAsync("t1", Cancellation)).Token);
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task A_refusal_has_the_providers_words_and_is_remembered_for_seconds()
    {
        await using var server = await ScriptedServer.StartAsync(
            ScriptedServer.Json(401, """{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret provided.\r\nTrace ID: 1"}"""));
        var time = new ManualTime();
        using var http = server.NewHttp(time);
        var source = Source(http, server);
        var result = await source.GetAsync(null, Cancellation);
        await source.GetAsync(null, Cancellation);

        Assert.Equal(
            new TokenError(TokenErrorKind.RefusedByProvider, "AADSTS7000215: Invalid client secret provided. Trace ID: 1", "invalid_client", 401),
            result.Error);
        Assert.Single(server.Requests);
        time.Advance(TimeSpan.FromSeconds(5));
        await source.GetAsync(null, Cancellation);
        Assert.Equal(2, server.Requests.Count);
    }

    [Fact]
    public async Task Trouble_that_passes_is_tried_again()
    {
        await using var server = await ScriptedServer.StartAsync(
            ScriptedServer.Drop,
            ScriptedServer.Error(503, "x"),
            ScriptedServer.Json(200, """{"access_token":"t","expires_in":3600}"""));
        using var http = server.NewHttp();
        http.Options.Retry.MaxBackoff = TimeSpan.FromMilliseconds(1);

        Assert.Equal("t", (await Source(http, server).GetAsync(null, Cancellation)).Token);
        Assert.Equal(3, server.Requests.Count);
    }

    [Fact]
    public async Task While_the_provider_is_away_a_token_serves_until_its_end()
    {
        await using var server = await ScriptedServer.StartAsync(
            ScriptedServer.Json(200, """{"access_token":"t","expires_in":3600}"""),
            ScriptedServer.Error(503, "away"));
        var time = new ManualTime();
        using var http = server.NewHttp(time, options => options.Retry.MaxBackoff = TimeSpan.Zero);
        var source = Source(http, server);
        await source.GetAsync(null, Cancellation);
        time.Advance(TimeSpan.FromSeconds(3550));
        Assert.Equal("t", (await source.GetAsync(null, Cancellation)).Token);
        time.Advance(TimeSpan.FromSeconds(50));

        Assert.Equal(TokenErrorKind.Unreachable, (await source.GetAsync(null, Cancellation)).Error?.Kind);
    }

    [Fact]
    public async Task A_redirect_is_not_followed_with_the_secret()
    {
        await using var elsewhere = await ScriptedServer.StartAsync();
        await using var server = await ScriptedServer.StartAsync(ScriptedServer.Json(307, "", ("Location", elsewhere.Url.ToString())));
        using var http = server.NewHttp(new ManualTime());
        var result = await Source(http, server).GetAsync(null, Cancellation);

        Assert.Equal(TokenErrorKind.RefusedByProvider, result.Error?.Kind);
        Assert.Empty(elsewhere.Requests);
    }

    [Fact]
    public async Task A_refused_token_ends_a_request_before_it_is_sent()
    {
        await using var server = await ScriptedServer.StartAsync(ScriptedServer.Json(400, """{"error":"invalid_scope"}"""));
        using var http = server.NewHttp(new ManualTime());
        var response = await http.CreateClient("p", Source(http, server)).SendAsync(CdfRequest.Get("assets", CdfApi.Assets), Cancellation);

        Assert.Equal(CdfErrorKind.TokenRefused, response.Error?.Kind);
        Assert.Equal("invalid_scope", response.Error?.Message);
        Assert.Equal(0, response.Attempts);
    }

    [Fact]
    public async Task A_nonce_is_redeemed_and_the_session_gives_tokens()
    {
        await using var server = await ScriptedServer.StartAsync(
            ScriptedServer.Json(200, """{"id":105,"accessToken":"a1","expiresIn":3600,"sessionKey":"key"}"""),
            ScriptedServer.Json(200, """{"id":105,"accessToken":"a2","expiresIn":3600}"""),
            ScriptedServer.Error(400, "Session has expired"));
        var time = new ManualTime();
        using var http = server.NewHttp(time);
        var sessions = http.CreateClient("p", new StaticTokenSource("service")).Sessions;
        var bound = await sessions.BindAsync("n", Cancellation);
        var source = new SessionTokenSource(sessions, bound.Value, time);

        Assert.Equal(105, bound.Value.Id);
        Assert.Equal("a1", (await source.GetAsync(null, Cancellation)).Token);
        Assert.Equal("a2", (await source.GetAsync("a1", Cancellation)).Token);
        Assert.Equal(
            new TokenError(TokenErrorKind.RefusedByProvider, "Session has expired", Status: 400),
            (await source.GetAsync("a2", Cancellation)).Error);
        Assert.Equal(["""{"nonce":"n"}""", """{"sessionId":105,"sessionKey":"key"}"""], server.Requests.Select(request => request.Text).Take(2));
        Assert.All(server.Requests, request => Assert.Equal("/api/v1/projects/p/sessions/token", request.Target));
    }

    [Fact]
    public async Task A_nonce_is_not_sent_twice()
    {
        await using var server = await ScriptedServer.StartAsync(ScriptedServer.Error(429, "slow down"));
        using var http = server.NewHttp(new ManualTime());
        var bound = await http.CreateClient("p", StaticTokenSource.None).Sessions.BindAsync("n", Cancellation);

        Assert.Equal(CdfErrorKind.Throttled, bound.Error?.Kind);
        Assert.False(Assert.Single(server.Requests).Headers.ContainsKey("Authorization"));
    }

    [Fact]
    public async Task A_token_file_is_read_anew_after_a_minute()
    {
        var path = Path.GetTempFileName();
        try
        {
            var time = new ManualTime();
            var source = new FileTokenSource(path, time);
            Assert.Contains("empty", (await source.GetAsync(null, Cancellation)).Error?.Message, StringComparison.Ordinal);
            await File.WriteAllTextAsync(path, "one\n", Cancellation);
            Assert.Equal("one", (await source.GetAsync(null, Cancellation)).Token);
            await File.WriteAllTextAsync(path, "two\n", Cancellation);
            Assert.Equal("one", (await source.GetAsync(null, Cancellation)).Token);
            time.Advance(TimeSpan.FromMinutes(1));
            Assert.Equal("two", (await source.GetAsync(null, Cancellation)).Token);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static ClientCredentialsTokenSource Source(CdfHttp http, ScriptedServer server) => new(http, new ClientCredentials
    {
        TokenUrl = new Uri(server.Url, "/oauth2/v2.0/token"),
        ClientId = "app",
        ClientSecret = "s&cret",
        Scopes = "https://c/.default",
    });
}
