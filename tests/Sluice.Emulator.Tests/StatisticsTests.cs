namespace Sluice.Emulator.Tests;

public sealed class StatisticsTests
{
    [Fact]
    public async Task Requests_items_and_statuses_are_summed_per_operation()
    {
        await using var cdf = await TestEmulator.StartAsync();
        (await cdf.PostItemsAsync("/events", """{"externalId":"a"}""", "{}", "{}")).Expect(201);
        var last = (await cdf.PostItemsAsync("/events", """{"externalId":"a"}""", "{}")).Expect(409);
        var sums = await cdf.StatisticsAsync("/events");
        Assert.Equal(2, sums.GetProperty("requests").GetInt32());
        Assert.Equal(3, sums.GetProperty("items").GetInt32());
        var operation = sums.GetProperty("operations")[0];
        Assert.Equal("demo", operation.GetProperty("project").GetString());
        Assert.Equal("POST", operation.GetProperty("method").GetString());
        Assert.Equal("""{"201":1,"409":1}""", operation.GetProperty("statuses").GetRawText());
        Assert.Equal(1, operation.GetProperty("maxConcurrent").GetInt32());
        Assert.Equal(last.Headers.GetValues("x-request-id").Single(), operation.GetProperty("lastRequestIds")[1].GetString());
        (await cdf.SendAsync(HttpMethod.Delete, "/statistics", null)).Expect(200);
        Assert.Equal(0, (await cdf.StatisticsAsync("/events")).GetProperty("requests").GetInt32());
    }

    [Fact]
    public async Task The_most_requests_at_once_are_seen()
    {
        await using var cdf = await TestEmulator.StartAsync();
        await cdf.FaultsAsync("""{"id":"gate","path":"/events","action":"hold"}""");
        var requests = Enumerable.Range(0, 3).Select(_ => cdf.PostItemsAsync("/events", "{}")).ToList();
        (await cdf.SendAsync(HttpMethod.Get, "/faults/gate/hits?atLeast=3", null)).Expect(200);
        (await cdf.SendAsync(HttpMethod.Delete, "/faults", null)).Expect(200);
        await Task.WhenAll(requests);
        Assert.Equal(3, (await cdf.StatisticsAsync("/events")).GetProperty("operations")[0].GetProperty("maxConcurrent").GetInt32());
    }

    [Fact]
    public async Task The_log_tells_who_sent_what()
    {
        await using var cdf = await TestEmulator.StartAsync();
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/projects/demo/raw/dbs/d/tables/t/rows?ensureParent=true")
        {
            Content = new StringContent("""{"items":[{"key":"k","columns":{}}]}""", System.Text.Encoding.UTF8, "application/json"),
            Headers = { { "x-cdp-app", "sluice" } },
        };
        (await cdf.SendAsync(request)).Expect(200);
        var entry = (await cdf.SendAsync(HttpMethod.Get, "/requests?last=1", null)).Expect(200).Items.Single();
        Assert.Equal("/raw/dbs/{db}/tables/{table}/rows", entry.GetProperty("operation").GetString());
        Assert.Equal("/api/v1/projects/demo/raw/dbs/d/tables/t/rows", entry.GetProperty("path").GetString());
        Assert.Equal("sluice", entry.GetProperty("app").GetString());
        Assert.Equal(cdf.Emulator.ClientId, entry.GetProperty("clientId").GetString());
        Assert.Equal(1, entry.GetProperty("rows").GetInt32());
        Assert.Equal(200, entry.GetProperty("status").GetInt32());
    }
}
