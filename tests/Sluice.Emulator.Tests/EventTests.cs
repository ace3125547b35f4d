namespace Sluice.Emulator.Tests;

public sealed class EventTests
{
    [Fact]
    public async Task An_event_needs_nothing_and_keeps_everything()
    {
        await using var cdf = await TestEmulator.StartAsync();
        (await cdf.PostItemsAsync("/events", "{}")).Expect(201);
        var asset = await cdf.CreateAsync("/assets", """{"name":"a"}""");
        var created = (await cdf.PostItemsAsync(
            "/events",
            $$"""
            {"externalId":"e","startTime":1,"endTime":2,"type":"t","subtype":"s","description":"d","source":"x",
             "metadata":{"k":"v"},"assetIds":[{{asset}}]}
            """)).Expect(201).Items[0];
        Assert.Equal(asset, created.GetProperty("assetIds")[0].GetInt64());
        Assert.Equal(2, created.GetProperty("endTime").GetInt64());
    }

    [Theory]
    [InlineData("""{"startTime":2,"endTime":1}""")]
    [InlineData("""{"startTime":-1}""")]
    [InlineData("""{"startTime":1.5}""")]
    [InlineData("""{"startTime":"1"}""")]
    [InlineData("""{"type":"12345678901234567890123456789012345678901234567890123456789012345"}""")]
    [InlineData("""{"assetIds":[1,1]}""")]
    [InlineData("""{"assetIds":[0]}""")]
    public async Task A_malformed_event_is_400(string item)
    {
        await using var cdf = await TestEmulator.StartAsync();
        (await cdf.PostItemsAsync("/events", item)).Expect(400);
    }

    [Fact]
    public async Task Unknown_assets_and_data_sets_are_400()
    {
        await using var cdf = await TestEmulator.StartAsync();
        var assets = (await cdf.PostItemsAsync("/events", """{"assetIds":[1,2]}""", """{"assetIds":[2,3]}""")).Expect(400);
        Assert.StartsWith("Asset ids not found", assets.Message, StringComparison.Ordinal);
        Assert.Equal(["""{"id":1}""", """{"id":2}""", """{"id":3}"""], assets.Keys("missing"));
        var dataSets = (await cdf.PostItemsAsync("/events", """{"dataSetId":1}""", """{"dataSetId":2}""")).Expect(400);
        Assert.Equal("Invalid dataSetIds: 1,2", dataSets.Message);
        Assert.False(dataSets.Error.TryGetProperty("missing", out _));
        Assert.Equal(0, await cdf.CountAsync("/events"));
    }

    [Fact]
    public async Task Errors_speak_of_events()
    {
        await using var cdf = await TestEmulator.StartAsync();
        await cdf.CreateAsync("/events", """{"externalId":"e"}""");
        Assert.Equal("Event id duplicated", (await cdf.PostItemsAsync("/events", """{"externalId":"e"}""")).Expect(409).Message);
        Assert.Equal("Event id not found", (await cdf.PostItemsAsync("/events/delete", """{"externalId":"no"}""")).Expect(400).Message);
        var twice = (await cdf.PostItemsAsync("/events/byids", """{"externalId":"e"}""", """{"externalId":"e"}""")).Expect(409);
        Assert.Equal(["""{"externalId":"e"}"""], twice.Keys("duplicated"));
    }

    [Fact]
    public async Task Missing_keys_do_not_come_in_the_order_of_the_request()
    {
        await using var cdf = await TestEmulator.StartAsync();
        var answer = (await cdf.PostItemsAsync("/events/byids", """{"externalId":"a"}""", """{"externalId":"b"}""")).Expect(400);
        Assert.Equal("b", answer.Error.GetProperty("missing")[0].GetProperty("externalId").GetString());
    }

    [Fact]
    public async Task Assets_of_an_event_can_be_added_and_removed()
    {
        await using var cdf = await TestEmulator.StartAsync();
        var a = await cdf.CreateAsync("/assets", """{"name":"a"}""");
        var b = await cdf.CreateAsync("/assets", """{"name":"b"}""");
        await cdf.CreateAsync("/events", $$"""{"externalId":"e","assetIds":[{{a}}]}""");
        var changed = (await cdf.PostItemsAsync(
            "/events/update", $$"""{"externalId":"e","update":{"assetIds":{"add":[{{b}}],"remove":[{{a}}]} } }""")).Expect(200).Items[0];
        Assert.Equal($"[{b}]", changed.GetProperty("assetIds").GetRawText());
        (await cdf.PostItemsAsync("/events/update", """{"externalId":"e","update":{"assetIds":{"add":[99]}}}""")).Expect(400);
    }
}
