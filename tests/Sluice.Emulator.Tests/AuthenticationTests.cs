namespace Sluice.Emulator.Tests;

public sealed class AuthenticationTests
{
    [Theory]
    [InlineData("garbage")]
    [InlineData("a.b.c")]
    public async Task A_bad_token_is_401_in_the_words_of_cdf(string token)
    {
        await using var cdf = await TestEmulator.StartAsync();
        var answer = (await cdf.GetAsync("/assets", token)).Expect(401);
        Assert.Equal("""{"error":{"code":401,"message":"Unauthorized"}}""", answer.Body.GetRawText());
    }

    [Fact]
    public async Task A_forged_token_is_401()
    {
        await using var cdf = await TestEmulator.StartAsync();
        var parts = (await cdf.TokenAsync()).Split('.');
        (await cdf.GetAsync("/assets", $"{parts[0]}.{parts[1]}.{new string('A', parts[2].Length)}")).Expect(401);
    }

    [Fact]
    public async Task A_token_expires_with_the_clock()
    {
        var clock = new TestClock();
        await using var cdf = await TestEmulator.StartAsync(new EmulatorOptions { Clock = clock });
        (await cdf.GetAsync("/assets")).Expect(200);
        clock.Advance(TimeSpan.FromSeconds(3599));
        (await cdf.GetAsync("/assets")).Expect(401);
    }

    [Fact]
    public async Task A_token_of_another_emulator_is_401()
    {
        await using var cdf = await TestEmulator.StartAsync();
        await using var other = await TestEmulator.StartAsync();
        (await cdf.GetAsync("/assets", await other.TokenAsync())).Expect(401);
    }

    [Fact]
    public async Task A_project_that_the_token_has_no_group_in_is_401()
    {
        await using var cdf = await TestEmulator.StartAsync();
        await cdf.AdminAsync("projects/other", """{"adminGroupSourceId":"somebody-else"}""");
        (await cdf.SendAsync(HttpMethod.Get, "/api/v1/projects/other/assets", null)).Expect(401);
        (await cdf.SendAsync(HttpMethod.Get, "/api/v1/projects/unknown/assets", null)).Expect(401);
    }

    [Fact]
    public async Task A_missing_capability_is_403_in_the_words_of_cdf()
    {
        await using var cdf = await TestEmulator.StartAsync();
        var token = await cdf.TokenWithAsync(TestEmulator.Capability("eventsAcl", "READ"));
        (await cdf.GetAsync("/events", token)).Expect(200);
        var answer = (await cdf.GetAsync("/assets", token)).Expect(403);
        Assert.Equal("Resource not found. This may also be due to insufficient access rights.", answer.Message);
        (await cdf.PostAsync("/events", """{"items":[{}]}""", token)).Expect(403);
    }

    [Fact]
    public async Task Names_of_acls_are_matched_without_regard_to_case()
    {
        await using var cdf = await TestEmulator.StartAsync();
        var token = await cdf.TokenWithAsync(TestEmulator.Capability("timeseriesacl", "READ"));
        (await cdf.GetAsync("/timeseries", token)).Expect(200);
    }

    [Fact]
    public async Task Token_inspect_shows_projects_groups_and_capabilities()
    {
        await using var cdf = await TestEmulator.StartAsync();
        var body = (await cdf.SendAsync(HttpMethod.Get, "/api/v1/token/inspect", null)).Expect(200).Body;
        var project = Assert.Single(body.GetProperty("projects").EnumerateArray());
        Assert.Equal("demo", project.GetProperty("projectUrlName").GetString());
        Assert.Equal(1, project.GetProperty("groups").GetArrayLength());
        var gateway = body.GetProperty("capabilities").EnumerateArray().Single(c => c.TryGetProperty("postgresGatewayAcl", out _));
        Assert.Equal("demo", gateway.GetProperty("projectScope").GetProperty("projects")[0].GetString());
        Assert.Equal(["READ", "WRITE"], gateway.GetProperty("postgresGatewayAcl").GetProperty("actions").EnumerateArray()
            .Select(a => a.GetString()));
    }

    [Fact]
    public async Task Token_inspect_needs_projects_list_and_groups_list()
    {
        await using var cdf = await TestEmulator.StartAsync();
        var half = await cdf.TokenWithAsync(TestEmulator.Capability("projectsAcl", "LIST"));
        (await cdf.SendAsync(HttpMethod.Get, "/api/v1/token/inspect", null, half)).Expect(403);
        var both = await cdf.TokenWithAsync(TestEmulator.Capability("projectsAcl", "LIST"), TestEmulator.Capability("groupsAcl", "LIST"));
        (await cdf.SendAsync(HttpMethod.Get, "/api/v1/token/inspect", null, both)).Expect(200);
        (await cdf.SendAsync(HttpMethod.Get, "/api/v1/token/inspect", null, "x")).Expect(401);
    }

    [Fact]
    public async Task Every_answer_has_a_request_id_also_for_unknown_paths()
    {
        await using var cdf = await TestEmulator.StartAsync();
        var known = await cdf.GetAsync("/assets");
        var unknown = (await cdf.SendAsync(HttpMethod.Get, "/nowhere", null)).Expect(404);
        var method = (await cdf.SendAsync(HttpMethod.Delete, "/api/v1/projects/demo/assets", null)).Expect(405);
        var ids = new[] { known, unknown, method }.Select(a => Guid.Parse(a.Headers.GetValues("x-request-id").Single())).ToHashSet();
        Assert.Equal(3, ids.Count);
        Assert.Equal(404, unknown.Error.GetProperty("code").GetInt32());
    }
}
