using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Npgsql;
using Sluice.EndToEnd.Tests.Servers;

namespace Sluice.EndToEnd.Tests.Access;

/// <summary>The end of a client secret or CDF session is announced two weeks before, and said in its issuer's words when it has come.</summary>
public sealed class CredentialsEndTests(AccessServer server) : IClassFixture<AccessServer>
{
    private static readonly string[] Usual = ["eventsAcl:WRITE", "projectsAcl:LIST", "groupsAcl:LIST"];

    private GatewayServer Gateway => server.Gateway;

    [Fact]
    public async Task A_client_secret_that_ends_within_14_days_is_announced_in_SQL_in_the_log_and_in_REST()
    {
        var end = server.Time.GetUtcNow() + TimeSpan.FromDays(13.5);
        var application = await CdfApplication.CreateAsync(Gateway, Usual);
        var login = await application.RegisterUserAsync(end);
        var announcement = $"the client secret of user \"{login.Username}\" ends on {end.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} UTC, in 13 days";

        Assert.Equal([announcement], await NoticesAsync(login));
        Assert.Contains(Gateway.Log.All, line => line.StartsWith("Warning", StringComparison.Ordinal) && line.Contains(announcement, StringComparison.Ordinal));
        Assert.Equal(
            new JsonObject { ["type"] = "application", ["expirationTime"] = end.ToUnixTimeMilliseconds(), ["warning"] = announcement }.ToJsonString(),
            (await UserAsync(login, "byids?includeCredentials=true"))["credentials"]!.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.Default }));
    }

    [Fact]
    public async Task A_client_secret_that_ends_later_or_at_an_unknown_time_is_not_announced()
    {
        var end = server.Time.GetUtcNow() + TimeSpan.FromDays(14.5);
        var application = await CdfApplication.CreateAsync(Gateway, Usual);
        Assert.Empty(await NoticesAsync(await application.RegisterUserAsync(end)));
        Assert.Empty(await NoticesAsync(await application.RegisterUserAsync()));
    }

    [Fact]
    public async Task A_strict_client_sees_nothing_of_it()
    {
        var application = await CdfApplication.CreateAsync(Gateway, Usual);
        var login = await application.RegisterUserAsync(server.Time.GetUtcNow() + TimeSpan.FromDays(1));
        Assert.Equal(["username", "createdTime", "lastUpdatedTime"], (await UserAsync(login, "byids")).Select(member => member.Key));
    }

    [Theory]
    [InlineData(1_767_225_600)]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    public async Task An_end_that_is_not_in_the_future_is_refused(long end)
    {
        var application = await CdfApplication.CreateAsync(Gateway, Usual);
        var credentials = JsonNode.Parse(application.Credentials())!;
        credentials["expirationTime"] = end;
        var (status, body) = await Gateway.Cdf.GatewayAsync(string.Empty, $$"""{"items":[{"credentials":{{credentials.ToJsonString()}}}]}""");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("milliseconds since 1970", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_end_beside_a_nonce_is_refused_since_CDF_tells_it()
    {
        var (status, body) = await Gateway.Cdf.GatewayAsync(string.Empty, """{"items":[{"credentials":{"nonce":"n","expirationTime":4102444800000}}]}""");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        Assert.Contains("Extra inputs are not permitted", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_that_has_ended_is_said_in_the_identity_providers_words()
    {
        var end = server.Time.GetUtcNow() + TimeSpan.FromMinutes(5);
        var application = await CdfApplication.CreateAsync(Gateway, Usual);
        await application.LetSecretEndAsync(end);
        var login = await application.RegisterUserAsync(end);
        await using var open = await Gateway.ConnectAsync(login);
        server.Time.Leap(TimeSpan.FromMinutes(6));

        var ended = await open.ReadAsync();
        var refused = await Assert.ThrowsAsync<PostgresException>(() => Gateway.OpenAsync(login));
        Assert.Equal(("28000", "28000"), (ended.Field('C'), refused.SqlState));
        Assert.Contains("AADSTS7000222", ended.Field('M'), StringComparison.Ordinal);
        Assert.Contains("AADSTS7000222", refused.MessageText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_CDF_session_that_ends_soon_is_announced_by_what_CDF_says_and_by_the_daily_log()
    {
        await using var lone = new AccessServer();
        await lone.InitializeAsync();
        var login = lone.Gateway.User;
        var (_, body) = await lone.Gateway.Cdf.GatewayAsync("byids?includeCredentials=yes", Usernames(login));
        var user = JsonNode.Parse(body)!["items"]![0]!;
        var (session, end) = ((long)user["sessionId"]!, DateTimeOffset.FromUnixTimeMilliseconds((long)user["credentials"]!["expirationTime"]!));
        Assert.Equal(("session", null), ((string)user["credentials"]!["type"]!, (string?)user["credentials"]!["warning"]));

        lone.Time.Leap(TimeSpan.FromDays(20));
        var announcement = $"CDF session {session} of user \"{login.Username}\" ends on {end.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)} UTC, in 9 days";
        await lone.Gateway.Log.WaitForAsync($"Warning Credentials for CDF project demo: {announcement}. Give the user new ones before");
        Assert.Contains(announcement, (await lone.Gateway.ConnectAsync(login)).Greeting.Where(m => m.Type == 'N').Select(m => m.Field('M')));
    }

    private static string Usernames(GatewayLogin login) => $$"""{"items":[{"username":"{{login.Username}}"}]}""";

    private async Task<JsonObject> UserAsync(GatewayLogin login, string call) =>
        JsonNode.Parse((await Gateway.Cdf.GatewayAsync(call, Usernames(login))).Body)!["items"]![0]!.AsObject();

    private async Task<IEnumerable<string?>> NoticesAsync(GatewayLogin login)
    {
        await using var client = await Gateway.ConnectAsync(login);
        return [.. client.Greeting.Where(m => m.Type == 'N' && m.Field('S') == "NOTICE").Select(m => m.Field('M'))];
    }
}
