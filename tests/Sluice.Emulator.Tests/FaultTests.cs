using System.Text.Json;

namespace Sluice.Emulator.Tests;

public sealed class FaultTests
{
    private const string Event = """{"externalId":"e"}""";

    [Theory]
    [InlineData("rateLimit", "rate")]
    [InlineData("concurrencyLimit", "concurrent requests")]
    [InlineData("conflict", "same resource")]
    public async Task Throttling_says_its_cause_and_may_say_when_to_come_back(string action, string words)
    {
        await using var cdf = await TestEmulator.StartAsync();
        await cdf.FaultsAsync(
            $$"""{"path":"/events","action":"{{action}}","times":1}""",
                $$"""{"path":"/events","action":"{{action}}","times":1,"skip":1,"retryAfter":7}""");
        var bare = (await cdf.PostItemsAsync("/events", Event)).Expect(429);
        Assert.Contains(words, bare.Message, StringComparison.Ordinal);
        Assert.Null(bare.Headers.RetryAfter);
        var dated = (await cdf.PostItemsAsync("/events", Event)).Expect(429);
        Assert.Equal(TimeSpan.FromSeconds(7), dated.Headers.RetryAfter!.Delta);
        (await cdf.PostItemsAsync("/events", Event)).Expect(201);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    public async Task A_status_before_the_effect_leaves_nothing_and_after_it_everything(int status)
    {
        await using var cdf = await TestEmulator.StartAsync();
        await cdf.FaultsAsync($$"""{"path":"/events","action":"status","status":{{status}},"times":1,"autoRetryable":true}""");
        var before = (await cdf.PostItemsAsync("/events", Event)).Expect(status);
        Assert.Equal("true", before.Headers.GetValues("cdf-is-auto-retryable").Single());
        Assert.True(before.Error.GetProperty("isAutoRetryable").GetBoolean());
        Assert.Equal(0, await cdf.CountAsync("/events"));
        await cdf.FaultsAsync($$"""{"path":"/events","action":"status","status":{{status}},"times":1,"when":"after"}""");
        (await cdf.PostItemsAsync("/events", Event)).Expect(status);
        Assert.Equal(1, await cdf.CountAsync("/events"));
    }

    [Theory]
    [InlineData("before", 0)]
    [InlineData("after", 1)]
    public async Task A_connection_is_dropped_before_or_after_the_effect(string when, int stored)
    {
        await using var cdf = await TestEmulator.StartAsync();
        await cdf.FaultsAsync($$"""{"method":"POST","path":"/events","action":"drop","times":1,"when":"{{when}}"}""");
        await Assert.ThrowsAsync<HttpRequestException>(() => cdf.PostItemsAsync("/events", Event));
        Assert.Equal(stored, await cdf.CountAsync("/events"));
        var statuses = (await cdf.StatisticsAsync("/events")).GetProperty("operations")[0].GetProperty("statuses");
        Assert.Equal(1, statuses.GetProperty("dropped").GetInt32());
    }

    [Fact]
    public async Task An_expired_token_is_401_once()
    {
        await using var cdf = await TestEmulator.StartAsync();
        await cdf.FaultsAsync("""{"action":"expiredToken","path":"/events*","times":1}""");
        Assert.Equal("Unauthorized", (await cdf.PostAsync("/events/list", "{}")).Expect(401).Message);
        (await cdf.PostAsync("/events/list", "{}")).Expect(200);
    }

    [Fact]
    public async Task A_partial_raw_write_stores_the_first_rows_and_fails()
    {
        await using var cdf = await TestEmulator.StartAsync();
        await cdf.FaultsAsync("""{"path":"/raw/dbs/*/rows","action":"partialRaw","rows":2,"status":500,"times":1}""");
        const string Path = "/raw/dbs/d/tables/t/rows?ensureParent=true";
        string[] rows = ["""{"key":"a","columns":{}}""", """{"key":"b","columns":{}}""", """{"key":"c","columns":{}}"""];
        (await cdf.PostItemsAsync(Path, rows)).Expect(500);
        Assert.Equal(["a", "b"], (await cdf.GetAsync("/raw/dbs/d/tables/t/rows")).Items.Select(r => r.GetProperty("key").GetString()));
        (await cdf.PostItemsAsync(Path, rows)).Expect(200);
        Assert.Equal(3, (await cdf.GetAsync("/raw/dbs/d/tables/t/rows")).Items.Count);
    }

    [Fact]
    public async Task Lists_of_offenders_can_be_withheld()
    {
        await using var cdf = await TestEmulator.StartAsync();
        (await cdf.PostItemsAsync("/events", Event)).Expect(201);
        await cdf.FaultsAsync("""{"action":"withhold","lists":["duplicated"]}""");
        Assert.False((await cdf.PostItemsAsync("/events", Event)).Expect(409).Error.TryGetProperty("duplicated", out _));
        Assert.True((await cdf.PostItemsAsync("/events/delete", """{"id":1}""")).Expect(400).Error.TryGetProperty("missing", out _));
        await cdf.FaultsAsync("""{"action":"withhold"}""");
        Assert.False((await cdf.PostItemsAsync("/events/delete", """{"id":1}""")).Expect(400).Error.TryGetProperty("missing", out _));
    }

    [Fact]
    public async Task A_held_request_goes_on_when_its_rule_is_deleted()
    {
        await using var cdf = await TestEmulator.StartAsync();
        await cdf.FaultsAsync("""{"id":"gate","path":"/events","action":"hold"}""");
        var request = cdf.PostItemsAsync("/events", Event);
        await HitsAsync(cdf, "gate", 1);
        Assert.Equal(0, await cdf.CountAsync("/events"));
        Assert.False(request.IsCompleted);
        (await cdf.SendAsync(HttpMethod.Delete, "/faults/gate", null)).Expect(200);
        (await request).Expect(201);
        (await cdf.SendAsync(HttpMethod.Delete, "/faults/gate", null)).Expect(404);
    }

    [Fact]
    public async Task Latency_delays_the_answer()
    {
        await using var cdf = await TestEmulator.StartAsync();
        await cdf.FaultsAsync("""{"path":"/events","action":"latency","milliseconds":300}""");
        var watch = System.Diagnostics.Stopwatch.StartNew();
        (await cdf.PostItemsAsync("/events", Event)).Expect(201);
        Assert.True(watch.ElapsedMilliseconds >= 290, $"took {watch.ElapsedMilliseconds} ms");
    }

    [Fact]
    public async Task A_probability_is_decided_by_the_seed()
    {
        await using var cdf = await TestEmulator.StartAsync();
        var first = await RunAsync();
        Assert.Equal(first, await RunAsync());
        Assert.InRange(first.Count(c => c == 'x'), 5, 35);
        async Task<string> RunAsync()
        {
            (await cdf.SendAsync(
                HttpMethod.Put,
                "/faults",
                """{"seed":42,"rules":[{"path":"/events/list","action":"status","probability":0.5}]}""")).Expect(200);
            var outcome = "";
            for (var i = 0; i < 40; i++)
            {
                outcome += (await cdf.PostAsync("/events/list", "{}")).Status == 503 ? 'x' : '.';
            }

            return outcome;
        }
    }

    [Fact]
    public async Task Rules_are_shown_with_their_hits_and_deleted_together()
    {
        await using var cdf = await TestEmulator.StartAsync();
        await cdf.FaultsAsync("""{"id":"one","path":"/events/list","action":"status","status":500}""");
        (await cdf.PostAsync("/events/list", "{}")).Expect(500);
        var rule = (await cdf.SendAsync(HttpMethod.Get, "/faults", null)).Body.GetProperty("rules")[0];
        Assert.Equal(1, rule.GetProperty("hits").GetInt32());
        Assert.Equal("status", rule.GetProperty("action").GetString());
        (await cdf.SendAsync(HttpMethod.Delete, "/faults", null)).Expect(200);
        (await cdf.PostAsync("/events/list", "{}")).Expect(200);
    }

    [Theory]
    [InlineData("""{"action":"explode"}""")]
    [InlineData("{}")]
    [InlineData("""{"action":"status","status":200}""")]
    [InlineData("""{"action":"status","when":"during"}""")]
    public async Task A_malformed_rule_is_refused(string rule)
    {
        await using var cdf = await TestEmulator.StartAsync();
        (await cdf.FaultsAsync(rule)).Expect(400);
    }

    [Fact]
    public async Task Two_requests_that_modify_one_resource_at_once_conflict()
    {
        await using var cdf = await TestEmulator.StartAsync(new EmulatorOptions { DetectConflicts = true });
        var id = await cdf.CreateAsync("/events", Event);
        await cdf.FaultsAsync("""{"id":"gate","path":"/events/update","action":"hold","times":1}""");
        var first = cdf.PostItemsAsync("/events/update", """{"externalId":"e","update":{"type":{"set":"1"}}}""");
        await HitsAsync(cdf, "gate", 1);

        // The hit is counted when the request arrives, the claim is made a moment later.
        Answer second;
        do
        {
            second = await cdf.PostItemsAsync("/events/update", $$"""{"id":{{id}},"update":{"type":{"set":"2"} } }""");
        }
        while (second.Status == 200);

        Assert.Contains("same resource", second.Expect(429).Message, StringComparison.Ordinal);
        (await cdf.PostItemsAsync("/events", """{"externalId":"other"}""")).Expect(201);
        (await cdf.SendAsync(HttpMethod.Delete, "/faults", null)).Expect(200);
        (await first).Expect(200);
        (await cdf.PostItemsAsync("/events/update", """{"externalId":"e","update":{"type":{"set":"2"}}}""")).Expect(200);
    }

    [Fact]
    public async Task More_requests_at_once_than_allowed_are_429()
    {
        await using var cdf = await TestEmulator.StartAsync(new EmulatorOptions { MaxConcurrentRequests = 1 });
        await cdf.FaultsAsync("""{"id":"gate","path":"/events","action":"hold","times":1}""");
        var first = cdf.PostItemsAsync("/events", Event);
        await HitsAsync(cdf, "gate", 1);
        var second = (await cdf.PostAsync("/events/list", "{}")).Expect(429);
        Assert.Equal("Project exceeded maximum number='1' of concurrent requests. Please try again later.", second.Message);
        (await cdf.SendAsync(HttpMethod.Delete, "/faults", null)).Expect(200);
        (await first).Expect(201);
        (await cdf.PostAsync("/events/list", "{}")).Expect(200);
    }

    private static async Task<JsonElement> HitsAsync(TestEmulator cdf, string rule, int atLeast) =>
        (await cdf.SendAsync(HttpMethod.Get, $"/faults/{rule}/hits?atLeast={atLeast}", null)).Expect(200).Body;
}
