namespace Sluice.Emulator.Tests;

public sealed class SessionTests
{
    private const string Credentials = """{"clientId":"sluice-demo-client","clientSecret":"sluice-demo-secret"}""";

    [Theory]
    [InlineData(Credentials, "CLIENT_CREDENTIALS")]
    [InlineData("""{"tokenExchange":true}""", "TOKEN_EXCHANGE")]
    [InlineData("""{"oneshotTokenExchange":true}""", "ONESHOT_TOKEN_EXCHANGE")]
    public async Task A_nonce_becomes_a_token_that_works_and_can_be_refreshed(string item, string type)
    {
        await using var cdf = await TestEmulator.StartAsync();
        var session = (await cdf.PostItemsAsync("/sessions", item)).Expect(200).Items[0];
        Assert.Equal(type, session.GetProperty("type").GetString());
        Assert.Equal("READY", session.GetProperty("status").GetString());

        var bound = (await BindAsync(cdf, session.GetProperty("nonce").GetString()!)).Expect(200).Body;
        Assert.Equal(session.GetProperty("id").GetInt64(), bound.GetProperty("id").GetInt64());
        (await cdf.GetAsync("/assets", bound.GetProperty("accessToken").GetString())).Expect(200);

        var refreshed = (await cdf.PostAsync(
            "/sessions/token",
            $$"""{"sessionId":{{bound.GetProperty("id")}},"sessionKey":"{{bound.GetProperty("sessionKey").GetString()}}"}"""))
                .Expect(200).Body;
        (await cdf.GetAsync("/assets", refreshed.GetProperty("accessToken").GetString())).Expect(200);
        (await cdf.PostAsync("/sessions/token", $$"""{"sessionId":{{bound.GetProperty("id")}},"sessionKey":"wrong"}""")).Expect(401);
    }

    [Fact]
    public async Task A_nonce_works_once()
    {
        await using var cdf = await TestEmulator.StartAsync();
        var nonce = await NonceAsync(cdf);
        (await BindAsync(cdf, nonce)).Expect(200);
        Assert.Equal("Nonce has expired", (await BindAsync(cdf, nonce)).Expect(400).Message);
    }

    [Fact]
    public async Task A_nonce_is_dead_after_a_minute()
    {
        var clock = new TestClock();
        await using var cdf = await TestEmulator.StartAsync(new EmulatorOptions { Clock = clock });
        var (young, old) = (await NonceAsync(cdf), await NonceAsync(cdf));
        clock.Advance(TimeSpan.FromSeconds(59));
        (await BindAsync(cdf, young)).Expect(200);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("Nonce has expired", (await BindAsync(cdf, old)).Expect(400).Message);
    }

    [Fact]
    public async Task A_nonce_can_be_ended_before_its_minute_by_the_administrator()
    {
        await using var cdf = await TestEmulator.StartAsync();
        var session = (await cdf.PostItemsAsync("/sessions", Credentials)).Expect(200).Items[0];
        await cdf.AdminAsync($"projects/demo/sessions/{session.GetProperty("id")}", """{"nonceExpires":0}""");
        var answer = await BindAsync(cdf, session.GetProperty("nonce").GetString()!);
        Assert.Equal("Nonce has expired", answer.Expect(400).Message);
    }

    [Fact]
    public async Task A_stranger_is_refused_as_by_real_cdf_when_nonces_are_not_redeemed()
    {
        await using var cdf = await TestEmulator.StartAsync(new EmulatorOptions { RedeemsNonces = false });
        var nonce = await NonceAsync(cdf);
        (await BindAsync(cdf, nonce)).Expect(401);
        await cdf.AdminAsync("settings", """{"redeemsNonces":true}""");
        (await BindAsync(cdf, nonce)).Expect(200);
    }

    [Fact]
    public async Task A_service_token_is_asked_for_if_one_is_set()
    {
        await using var cdf = await TestEmulator.StartAsync(new EmulatorOptions { ServiceToken = "kubernetes" });
        var nonce = await NonceAsync(cdf);
        (await BindAsync(cdf, nonce)).Expect(401);
        (await cdf.PostAsync("/sessions/token", $$"""{"nonce":"{{nonce}}"}""", "kubernetes")).Expect(200);
    }

    [Fact]
    public async Task Wrong_credentials_are_403()
    {
        await using var cdf = await TestEmulator.StartAsync();
        (await cdf.PostItemsAsync("/sessions", """{"clientId":"sluice-demo-client","clientSecret":"no"}""")).Expect(403);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("""[{"tokenExchange":true},{"tokenExchange":true}]""")]
    public async Task A_request_makes_exactly_one_session(string items)
    {
        await using var cdf = await TestEmulator.StartAsync();
        var answer = (await cdf.PostAsync("/sessions", $$"""{"items":{{items}}}""")).Expect(400);
        Assert.Equal("Request must contain exactly 1 item in request body", answer.Message);
    }

    [Fact]
    public async Task A_revoked_session_is_listed_so_and_its_token_is_dead()
    {
        await using var cdf = await TestEmulator.StartAsync();
        var bound = (await BindAsync(cdf, await NonceAsync(cdf))).Expect(200).Body;
        var id = bound.GetProperty("id").GetInt64();
        var key = bound.GetProperty("sessionKey").GetString();
        Assert.Equal(id, Assert.Single((await cdf.GetAsync("/sessions?status=active")).Items).GetProperty("id").GetInt64());
        (await cdf.PostItemsAsync("/sessions/revoke", $$"""{"id":{{id}}}""")).Expect(200);
        (await cdf.PostItemsAsync("/sessions/revoke", $$"""{"id":{{id}}}""")).Expect(200);
        var session = Assert.Single((await cdf.PostItemsAsync("/sessions/byids", $$"""{"id":{{id}}}""")).Expect(200).Items);
        Assert.Equal("REVOKED", session.GetProperty("status").GetString());
        (await cdf.GetAsync("/assets", bound.GetProperty("accessToken").GetString())).Expect(401);
        (await cdf.PostAsync("/sessions/token", $$"""{"sessionId":{{id}},"sessionKey":"{{key}}"}""")).Expect(401);
    }

    [Fact]
    public async Task A_session_can_be_given_any_status_by_the_administrator()
    {
        await using var cdf = await TestEmulator.StartAsync();
        var bound = (await BindAsync(cdf, await NonceAsync(cdf))).Expect(200).Body;
        await cdf.AdminAsync($"projects/demo/sessions/{bound.GetProperty("id")}", """{"status":"ACCESS_LOST"}""");
        var session = Assert.Single((await cdf.GetAsync("/sessions?status=access_lost")).Items);
        Assert.Equal("ACCESS_LOST", session.GetProperty("status").GetString());
    }

    [Fact]
    public async Task Sessions_are_listed_in_pages()
    {
        await using var cdf = await TestEmulator.StartAsync();
        for (var i = 0; i < 5; i++)
        {
            await NonceAsync(cdf);
        }

        var first = await cdf.GetAsync("/sessions?limit=3");
        var second = await cdf.GetAsync($"/sessions?limit=3&cursor={first.NextCursor}");
        Assert.Equal(3, first.Items.Count);
        Assert.Equal(2, second.Items.Count);
        Assert.Null(second.NextCursor);
    }

    [Fact]
    public async Task Changing_the_oidc_configuration_kills_all_sessions()
    {
        await using var cdf = await TestEmulator.StartAsync();
        var bound = (await BindAsync(cdf, await NonceAsync(cdf))).Expect(200).Body;
        var configuration = (await cdf.GetAsync("")).Expect(200).Body.GetProperty("oidcConfiguration");
        (await cdf.PostAsync("/update", $$"""{ "update": { "oidcConfiguration": { "set": {{configuration}} } } }""")).Expect(200);
        (await cdf.GetAsync("/assets", bound.GetProperty("accessToken").GetString())).Expect(401);
    }

    private static async Task<string> NonceAsync(TestEmulator cdf) =>
        (await cdf.PostItemsAsync("/sessions", Credentials)).Expect(200).Items[0].GetProperty("nonce").GetString()!;

    private static Task<Answer> BindAsync(TestEmulator cdf, string nonce) =>
        cdf.PostAsync("/sessions/token", $$"""{"nonce":"{{nonce}}"}""");
}
