using System.IO.Compression;
using System.Net;
using System.Text;
using Sluice.Gateway.Tests.Engine;
using Sluice.Gateway.Users;
using Sluice.PgWire.Startup;

namespace Sluice.Gateway.Tests.Admin;

public sealed class CreateUsersTests(EngineFixture fixture) : IAsyncLifetime
{
    private const string WithNonce = """{"items":[{"credentials":{"nonce":"nonce"}}]}""";

    private AdminHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await AdminHost.StartAsync(fixture.Engine);

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_nonce_makes_a_user_with_a_password_that_is_kept_nowhere()
    {
        var before = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        var created = await _host.CreateUserAsync();

        Assert.Equal("fdw.example", created.GetProperty("host").GetString());
        Assert.Equal(105, created.GetProperty("sessionId").GetInt64());
        Assert.InRange(created.GetProperty("createdTime").GetInt64(), before, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        Assert.Equal(created.GetProperty("createdTime").GetInt64(), created.GetProperty("lastUpdatedTime").GetInt64());
        var password = created.GetProperty("password").GetString()!;
        var user = await FindAsync(created.GetProperty("username").GetString()!);
        Assert.Equal(ScramVerifier.Create(password, user.Verifier.Salt.ToArray()).Format(), user.Verifier.Format());
        Assert.Equal("p", user.Project);
        Assert.Equal(new SessionCredentials(105, "session-key-105"), _host.Protector.Unprotect(user.Username, user.Credentials));
    }

    [Fact]
    public async Task The_token_that_came_with_the_session_is_used_first()
    {
        var created = await _host.CreateUserAsync();
        _host.Cdf.Inspections["session-token-105"] = (200, """{"subject":"me","projects":[],"capabilities":[]}""");
        var client = _host.Clients.For(await FindAsync(created.GetProperty("username").GetString()!));
        var inspection = await client.Token.InspectAsync(TestContext.Current.CancellationToken);

        Assert.Equal("me", inspection.Value.Subject);
    }

    [Fact]
    public async Task An_applications_credentials_make_a_user_after_they_were_tried()
    {
        _host.Cdf.Allow("token-of-client");
        var reply = await _host.PostAsync(AdminHost.Project, Application());

        Assert.Equal(HttpStatusCode.OK, reply.Status);
        var created = Assert.Single(reply.Json.GetProperty("items").EnumerateArray());
        Assert.False(created.TryGetProperty("sessionId", out _));
        var user = await FindAsync(created.GetProperty("username").GetString()!);
        Assert.Equal(
            new ApplicationCredentials(new Uri(_host.Cdf.Url + "/oauth2/v2.0/token"), "client", "secret", "sc"),
            _host.Protector.Unprotect(user.Username, user.Credentials));
        Assert.Equal("s", (await _host.Clients.For(user).Token.InspectAsync(TestContext.Current.CancellationToken)).Value.Subject);
    }

    [Fact]
    public async Task A_wrong_secret_is_400_in_the_providers_words()
    {
        var reply = await _host.PostAsync(AdminHost.Project, Application(secret: "wrong-planted"));

        Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
        Assert.Contains("AADSTS7000215: Invalid client secret provided.", reply.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("planted", reply.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_application_without_access_to_the_project_is_400()
    {
        var stranger = await _host.PostAsync(AdminHost.Project, Application());
        _host.Cdf.Allow("token-of-client", project: "other");
        var elsewhere = await _host.PostAsync(AdminHost.Project, Application());

        Assert.All([stranger, elsewhere], reply => Assert.Equal(HttpStatusCode.BadRequest, reply.Status));
        Assert.All([stranger, elsewhere], reply => Assert.Contains("no access to project p", reply.Error, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("http://169.254.169.254/token")]
    [InlineData("https://login.example:8443/token")]
    [InlineData("http://login.example/token")]
    [InlineData("https://login.example@evil.example/token")]
    [InlineData("https://user:pw@login.example/token")]
    [InlineData("https://evil.example/?login.example")]
    [InlineData("https://login.example.evil.example/token")]
    [InlineData("file:///etc/passwd")]
    [InlineData("login.example")]
    public async Task A_token_URL_elsewhere_is_400_and_not_fetched(string url)
    {
        var reply = await _host.PostAsync(AdminHost.Project, Application(url: url));

        Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
        Assert.StartsWith("tokenUrl ", reply.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_spent_nonce_is_400_in_CDFs_words()
    {
        await _host.CreateUserAsync();
        var reply = await _host.PostAsync(AdminHost.Project, WithNonce);

        Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
        Assert.Contains("Nonce has expired", reply.Error, StringComparison.Ordinal);
        Assert.Contains("about a minute", reply.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cluster_that_redeems_no_nonces_is_400_with_what_to_send_instead()
    {
        _host.Cdf.SessionFailure = (401, "Unauthorized");
        var reply = await _host.PostAsync(AdminHost.Project, WithNonce);

        Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
        Assert.Contains("\"clientSecret\"", reply.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CDFs_own_trouble_is_503()
    {
        _host.Cdf.SessionFailure = (502, "bad gateway");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await _host.PostAsync(AdminHost.Project, WithNonce)).Status);
        _host.Cdf.Inspections["admin"] = (503, "");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await _host.PostAsync(AdminHost.Project, WithNonce)).Status);
    }

    [Theory]
    [InlineData("{}", 422, "Field required: items")]
    [InlineData("""{"items":[]}""", 422, "List should have at least 1 item after validation, not 0: items")]
    [InlineData("""{"items":[{"credentials":{"nonce":"a"}},{"credentials":{"nonce":"b"}}]}""", 422, "List should have at most 1 item after validation, not 2: items")]
    [InlineData("""{"items":[{"credentials":{"nonce":"a"},"type":"x"}]}""", 422, "Extra inputs are not permitted: type")]
    [InlineData("""{"items":[{"credentials":{"nonce":"a","a":1,"b":2}}]}""", 422, "Extra inputs are not permitted: a, b")]
    [InlineData("""{"items":[{"credentials":{"nonce":"a"}}],"ignoreUnknownIds":true}""", 422, "Extra inputs are not permitted: ignoreUnknownIds")]
    [InlineData("""{"items":[{}]}""", 422, "Field required: credentials")]
    [InlineData("""{"items":[null]}""", 422, "Field required: items")]
    [InlineData("""{"items":[{"credentials":{}}]}""", 422, "Field required: nonce")]
    [InlineData("""{"items":[{"credentials":{"clientId":"a"}}]}""", 422, "Field required: clientSecret")]
    [InlineData("""{"items":[{"credentials":{"nonce":"a","clientId":"a"}}]}""", 422, "Extra inputs are not permitted: nonce")]
    [InlineData("""{"items":[{"credentials":{"nonce":7}}]}""", 422, "Input is not of the documented type: items[0].credentials.nonce")]
    [InlineData("""{"items":7}""", 422, "Input is not of the documented type: items")]
    [InlineData("null", 422, "Input should be a valid dictionary: body")]
    [InlineData("[]", 422, "Input is not of the documented type: body")]
    public async Task A_body_that_does_not_fit_is_refused_in_the_words_of_the_original(string body, int status, string message)
    {
        var reply = await _host.PostAsync(AdminHost.Project, body);

        Assert.Equal(status, (int)reply.Status);
        Assert.Equal(message, reply.Error);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("""{"items":[{"credentials":{"nonce":"a","nonce":"b"}}]}""")]
    public async Task What_is_no_JSON_is_400(string body) =>
        Assert.StartsWith("the body is not valid JSON", (await _host.PostAsync(AdminHost.Project, body)).Error, StringComparison.Ordinal);

    [Fact]
    public async Task A_body_may_come_with_gzip_but_not_burst()
    {
        _host.Cdf.Nonces["nonce"] = 1;
        var good = await SendGzipAsync(WithNonce);
        var bomb = await SendGzipAsync("""{"items":[ """ + new string(' ', 50_000_000));
        var broken = await SendAsync(new ByteArrayContent([1, 2, 3]));

        Assert.Equal(HttpStatusCode.OK, good.Status);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, bomb.Status);
        Assert.Equal(HttpStatusCode.BadRequest, broken.Status);

        async Task<Reply> SendGzipAsync(string body)
        {
            using var bytes = new MemoryStream();
            using (var gzip = new GZipStream(bytes, CompressionLevel.Fastest))
            {
                gzip.Write(Encoding.UTF8.GetBytes(body));
            }

            return await SendAsync(new ByteArrayContent(bytes.ToArray()));
        }

        Task<Reply> SendAsync(ByteArrayContent content)
        {
            content.Headers.ContentEncoding.Add("gzip");
            return _host.SendAsync(HttpMethod.Post, AdminHost.Project, content, "admin");
        }
    }

    private async Task<GatewayUser> FindAsync(string username)
    {
        var user = await _host.Users.FindAsync(username, TestContext.Current.CancellationToken);
        Assert.NotNull(user);
        return user;
    }

    private string Application(string secret = "secret", string? url = null) => $$$"""
        {"items":[{"credentials":{"clientId":"client","clientSecret":"{{{secret}}}","tokenUrl":"{{{url ?? _host.Cdf.Url + "/oauth2/v2.0/token"}}}","scopes":"sc"}}]}
        """;
}
