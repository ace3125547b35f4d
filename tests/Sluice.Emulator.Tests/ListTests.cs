namespace Sluice.Emulator.Tests;

public sealed class ListTests
{
    [Fact]
    public async Task Pages_follow_each_other_by_opaque_cursors_in_the_order_of_ids()
    {
        await using var cdf = await TestEmulator.StartAsync();
        await FillAsync(cdf, 25);
        var ids = new List<long>();
        string? cursor = null;
        do
        {
            var page = (await cdf.PostAsync("/events/list",
                cursor is null ? """{"limit":10}""" : $$"""{"limit":10,"cursor":"{{cursor}}"}""")).Expect(200);
            ids.AddRange(page.Items.Select(i => i.GetProperty("id").GetInt64()));
            cursor = page.NextCursor;
        }
        while (cursor is not null);

        Assert.Equal(25, ids.Distinct().Count());
        Assert.Equal(ids.Order(), ids);
    }

    [Fact]
    public async Task A_cursor_used_with_other_parameters_is_refused()
    {
        await using var cdf = await TestEmulator.StartAsync();
        await FillAsync(cdf, 5);
        var cursor = (await cdf.PostAsync("/events/list", """{"limit":2,"filter":{"type":"t"}}""")).NextCursor;
        (await cdf.PostAsync("/events/list", $$"""{"limit":1,"filter":{"type":"t"},"cursor":"{{cursor}}"}""")).Expect(200);
        (await cdf.PostAsync("/events/list", $$"""{"limit":2,"filter":{"type":"u"},"cursor":"{{cursor}}"}""")).Expect(400);
        (await cdf.PostAsync("/events/list", """{"cursor":"nonsense"}""")).Expect(400);
    }

    [Fact]
    public async Task Partitions_split_a_list_without_gaps_or_overlaps()
    {
        await using var cdf = await TestEmulator.StartAsync();
        await FillAsync(cdf, 100);
        var ids = new List<long>();
        for (var i = 1; i <= 7; i++)
        {
            var part = (await cdf.PostAsync("/events/list", $$"""{"limit":1000,"partition":"{{i}}/7"}""")).Expect(200).Items;
            Assert.NotEmpty(part);
            ids.AddRange(part.Select(e => e.GetProperty("id").GetInt64()));
        }

        Assert.Equal(100, ids.Distinct().Count());
        Assert.Equal(100, ids.Count);
    }

    [Theory]
    [InlineData("/events", "1/11", 400)]
    [InlineData("/assets", "1/11", 400)]
    [InlineData("/timeseries", "1/11", 200)]
    [InlineData("/events", "0/3", 400)]
    [InlineData("/events", "4/3", 400)]
    [InlineData("/events", "x", 400)]
    public async Task More_than_ten_partitions_are_refused_or_reduced(string path, string partition, int status)
    {
        await using var cdf = await TestEmulator.StartAsync();
        (await cdf.PostAsync($"{path}/list", $$"""{"partition":"{{partition}}"}""")).Expect(status);
    }

    [Theory]
    [InlineData("""{"limit":0}""")]
    [InlineData("""{"limit":1001}""")]
    [InlineData("""{"filter":{"nonsense":1}}""")]
    [InlineData("""{"filter":{"createdTime":5}}""")]
    [InlineData("[]")]
    [InlineData("{")]
    public async Task A_malformed_list_request_is_400(string body)
    {
        await using var cdf = await TestEmulator.StartAsync();
        (await cdf.PostAsync("/events/list", body)).Expect(400);
    }

    [Theory]
    [InlineData("""{"type":"pump"}""", "a")]
    [InlineData("""{"metadata":{"k":"1"}}""", "a,c")]
    [InlineData("""{"metadata":{"k":"1","l":"2"}}""", "c")]
    [InlineData("""{"startTime":{"min":100,"max":200}}""", "a,b")]
    [InlineData("""{"endTime":{"isNull":true}}""", "b,c")]
    [InlineData("""{"activeAtTime":{"min":120,"max":130}}""", "a")]
    [InlineData("""{"activeAtTime":{"min":1000}}""", "b,c")]
    [InlineData("""{"externalIdPrefix":"b"}""", "b")]
    [InlineData("""{"source":"s","type":"valve"}""", "b")]
    [InlineData("""{"dataSetIds":[{"externalId":"ds"}]}""", "c")]
    [InlineData("""{"assetExternalIds":["leaf"]}""", "a")]
    [InlineData("""{"assetSubtreeIds":[{"externalId":"root"}]}""", "a,b")]
    [InlineData("""{"createdTime":{"max":0}}""", "")]
    [InlineData("{}", "a,b,c")]
    public async Task Events_are_filtered(string filter, string expected)
    {
        await using var cdf = await TestEmulator.StartAsync();
        var dataSet = await cdf.CreateAsync("/datasets", """{"externalId":"ds"}""");
        var assets = (await cdf.PostItemsAsync(
            "/assets", """{"name":"r","externalId":"root"}""", """{"name":"l","externalId":"leaf","parentExternalId":"root"}""")).Items
            .ConvertAll(i => i.GetProperty("id").GetInt64());
        (await cdf.PostItemsAsync(
            "/events",
            $$"""{"externalId":"a","type":"pump","startTime":100,"endTime":150,"metadata":{"k":"1"},"assetIds":[{{assets[1]}}]}""",
            $$"""{"externalId":"b","type":"valve","source":"s","startTime":200,"assetIds":[{{assets[0]}}]}""",
            $$"""{"externalId":"c","type":"x","startTime":300,"metadata":{"k":"1","l":"2"},"dataSetId":{{dataSet}}}""")).Expect(201);
        var found = (await cdf.PostAsync("/events/list", $$"""{"filter":{{filter}}}""")).Expect(200).ExternalIds;
        Assert.Equal(expected, string.Join(',', found.Order(StringComparer.Ordinal)));
        var count = (await cdf.PostAsync("/events/aggregate", $$"""{"filter":{{filter}}}""")).Expect(200).Items[0]
            .GetProperty("count").GetInt32();
        Assert.Equal(found.Count, count);
    }

    [Fact]
    public async Task The_get_form_takes_the_filter_as_parameters()
    {
        await using var cdf = await TestEmulator.StartAsync();
        (await cdf.PostItemsAsync(
            "/events",
            """{"externalId":"a","startTime":100,"type":"t","metadata":{"k":"v"}}""",
            """{"externalId":"b","startTime":200,"type":"t"}""",
            """{"externalId":"c","startTime":100,"type":"u"}""")).Expect(201);
        var found = (await cdf.GetAsync("/events?type=t&minStartTime=50&maxStartTime=150&includeMetadata=false")).Expect(200);
        Assert.Equal(["a"], found.ExternalIds);
        Assert.False(found.Items[0].TryGetProperty("metadata", out _));
        var page = (await cdf.GetAsync("/events?limit=2")).Expect(200);
        Assert.Single((await cdf.GetAsync($"/events?limit=2&cursor={page.NextCursor}")).Expect(200).Items);
    }

    [Theory]
    [InlineData("""{"root":true}""", "r")]
    [InlineData("""{"parentExternalIds":["r"]}""", "c")]
    [InlineData("""{"assetSubtreeIds":[{"externalId":"c"}]}""", "c,g")]
    [InlineData("""{"labels":{"containsAny":[{"externalId":"l1"},{"externalId":"l9"}]}}""", "c,g")]
    [InlineData("""{"labels":{"containsAll":[{"externalId":"l1"},{"externalId":"l2"}]}}""", "g")]
    [InlineData("""{"name":"G"}""", "g")]
    public async Task Assets_are_filtered(string filter, string expected)
    {
        await using var cdf = await TestEmulator.StartAsync();
        (await cdf.PostItemsAsync("/labels", """{"externalId":"l1","name":"1"}""", """{"externalId":"l2","name":"2"}""")).Expect(201);
        (await cdf.PostItemsAsync(
            "/assets",
            """{"name":"R","externalId":"r"}""",
            """{"name":"C","externalId":"c","parentExternalId":"r","labels":[{"externalId":"l1"}]}""",
            """{"name":"G","externalId":"g","parentExternalId":"c","labels":[{"externalId":"l1"},{"externalId":"l2"}]}""")).Expect(201);
        var found = (await cdf.PostAsync("/assets/list", $$"""{"filter":{{filter}}}""")).Expect(200).ExternalIds;
        Assert.Equal(expected, string.Join(',', found.Order(StringComparer.Ordinal)));
    }

    private static async Task FillAsync(TestEmulator cdf, int count) =>
        (await cdf.PostItemsAsync("/events", [.. Enumerable.Repeat("""{"type":"t"}""", count)])).Expect(201);
}
