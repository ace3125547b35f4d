namespace Sluice.Emulator.Tests;

public sealed class RelationshipTests
{
    private const string Ends =
        """
        "sourceExternalId":"s","sourceType":"asset","targetExternalId":"t","targetType":"timeSeries"
        """;

    [Fact]
    public async Task A_relationship_links_what_need_not_exist_and_has_no_internal_id()
    {
        await using var cdf = await TestEmulator.StartAsync();
        await cdf.PostItemsAsync("/labels", """{"externalId":"l","name":"l"}""");
        var created = (await cdf.PostItemsAsync(
            "/relationships",
            $$"""{"externalId":"r",{{Ends}},"startTime":1,"endTime":2,"confidence":0.5,"labels":[{"externalId":"l"}]}""")).Expect(201);
        Assert.False(created.Items[0].TryGetProperty("id", out _));
        var stored = (await cdf.PostItemsAsync("/relationships/byids", """{"externalId":"r"}""")).Expect(200).Items[0];
        Assert.Equal("timeSeries", stored.GetProperty("targetType").GetString());
        Assert.Equal(0.5, stored.GetProperty("confidence").GetDouble());
        Assert.Equal(stored.GetProperty("createdTime").GetInt64(), stored.GetProperty("lastUpdatedTime").GetInt64());
        (await cdf.PostItemsAsync("/relationships/byids", """{"id":5}""")).Expect(400);
        (await cdf.PostAsync("/relationships/byids", """{"items":[{"externalId":"r"}],"fetchResources":true}""")).Expect(400);
    }

    [Theory]
    [InlineData("\"externalId\":null")]
    [InlineData("\"sourceType\":\"timeseries\"")]
    [InlineData("\"targetExternalId\":\"\"")]
    [InlineData("\"confidence\":1.1")]
    [InlineData("\"confidence\":-0.1")]
    [InlineData("\"startTime\":2,\"endTime\":2")]
    [InlineData("\"labels\":[{\"externalId\":\"no\"}]")]
    [InlineData("\"dataSetId\":5")]
    public async Task A_malformed_relationship_is_400_and_nothing_is_stored(string member)
    {
        await using var cdf = await TestEmulator.StartAsync();
        (await cdf.PostItemsAsync(
            "/relationships", $$"""{"externalId":"good",{{Ends}}}""", $$"""{"externalId":"r",{{Ends}},{{member}}}""")).Expect(400);
        Assert.Empty((await cdf.GetAsync("/relationships")).Expect(200).Items);
    }

    [Fact]
    public async Task Taken_and_repeated_external_ids_are_409()
    {
        await using var cdf = await TestEmulator.StartAsync();
        (await cdf.PostItemsAsync("/relationships", Item("a"))).Expect(201);
        var taken = (await cdf.PostItemsAsync("/relationships", Item("a"), Item("b"), Item("b"), Item("c"))).Expect(409);
        Assert.Equal(["""{"externalId":"a"}""", """{"externalId":"b"}"""], taken.Keys("duplicated"));
        Assert.Equal(["a"], (await cdf.GetAsync("/relationships")).ExternalIds);
        (await cdf.PostItemsAsync("/relationships", [.. Enumerable.Range(0, 1001).Select(i => Item($"x{i}"))])).Expect(400);
        (await cdf.PostItemsAsync("/relationships", [.. Enumerable.Range(0, 1000).Select(i => Item($"x{i}"))])).Expect(201);
    }

    [Fact]
    public async Task An_update_sets_and_clears_but_not_the_ends()
    {
        await using var cdf = await TestEmulator.StartAsync();
        (await cdf.PostItemsAsync("/relationships", $$"""{"externalId":"r",{{Ends}},"confidence":1,"startTime":5}""")).Expect(201);
        var changed = (await cdf.PostItemsAsync(
            "/relationships/update",
            """
            {"externalId":"r","update":{"confidence":{"setNull":true},"endTime":{"set":6},"targetExternalId":{"set":"u"},
             "targetType":{"set":"event"}}}
            """)).Expect(200).Items[0];
        Assert.False(changed.TryGetProperty("confidence", out _));
        Assert.Equal("u", changed.GetProperty("targetExternalId").GetString());
        (await Update("""{"endTime":{"set":5}}""")).Expect(400);
        (await Update("""{"sourceType":{"setNull":true}}""")).Expect(400);
        (await Update("""{"externalId":{"set":"q"}}""")).Expect(400);
        var unknown = (await cdf.PostItemsAsync(
            "/relationships/update",
            """{"externalId":"r","update":{"confidence":{"set":1}}}""",
            """{"externalId":"no","update":{}}""")).Expect(400);
        Assert.Equal(["""{"externalId":"no"}"""], unknown.Keys("missing"));
        var stored = (await cdf.PostItemsAsync("/relationships/byids", """{"externalId":"r"}""")).Items[0];
        Assert.False(stored.TryGetProperty("confidence", out _));
        Task<Answer> Update(string update) =>
            cdf.PostItemsAsync("/relationships/update", $$"""{"externalId":"r","update":{{update}}}""");
    }

    [Fact]
    public async Task A_delete_is_accepted_with_202_and_can_ignore_unknown_ids()
    {
        await using var cdf = await TestEmulator.StartAsync();
        (await cdf.PostItemsAsync("/relationships", Item("a"))).Expect(201);
        var unknown = (await cdf.PostItemsAsync("/relationships/delete", """{"externalId":"a"}""", """{"externalId":"x"}""")).Expect(400);
        Assert.Equal(["""{"externalId":"x"}"""], unknown.Keys("missing"));
        (await cdf.PostItemsAsync("/relationships/delete", """{"externalId":"a"}""", """{"externalId":"a"}""")).Expect(409);
        Assert.Single((await cdf.GetAsync("/relationships")).Items);
        (await cdf.PostAsync(
            "/relationships/delete", """{"items":[{"externalId":"a"},{"externalId":"x"}],"ignoreUnknownIds":true}""")).Expect(202);
        Assert.Empty((await cdf.GetAsync("/relationships")).Items);
    }

    [Theory]
    [InlineData("""{"sourceExternalIds":["s"]}""", "r1")]
    [InlineData("""{"targetTypes":["event"]}""", "r2")]
    [InlineData("""{"sourcesOrTargets":[{"type":"asset","externalId":"s"}]}""", "r1")]
    [InlineData("""{"confidence":{"min":0.6}}""", "r2")]
    [InlineData("""{"activeAtTime":{"min":15,"max":16}}""", "r2")]
    [InlineData("""{"startTime":{"max":5}}""", "r1")]
    public async Task Relationships_are_filtered(string filter, string expected)
    {
        await using var cdf = await TestEmulator.StartAsync();
        (await cdf.PostItemsAsync(
            "/relationships",
            $$"""{"externalId":"r1",{{Ends}},"startTime":1,"endTime":10,"confidence":0.5}""",
            """
            {"externalId":"r2","sourceExternalId":"x","sourceType":"asset","targetExternalId":"s","targetType":"event","startTime":11,
             "confidence":1}
            """)).Expect(201);
        Assert.Equal([expected], (await cdf.PostAsync("/relationships/list", $$"""{"filter":{{filter}}}""")).Expect(200).ExternalIds);
    }

    [Fact]
    public async Task An_update_needs_READ_and_WRITE()
    {
        await using var cdf = await TestEmulator.StartAsync();
        var writer = await cdf.TokenWithAsync(TestEmulator.Capability("relationshipsAcl", "WRITE"));
        (await cdf.PostAsync("/relationships", $$"""{"items":[{{Item("a")}}]}""", writer)).Expect(201);
        const string Update = """{"items":[{"externalId":"a","update":{"confidence":{"set":1}}}]}""";
        (await cdf.PostAsync("/relationships/update", Update, writer)).Expect(403);
        (await cdf.PostAsync("/relationships/list", "{}", writer)).Expect(403);
        var both = await cdf.TokenWithAsync(TestEmulator.Capability("relationshipsAcl", "READ WRITE"));
        (await cdf.PostAsync("/relationships/update", Update, both)).Expect(200);
        var reader = await cdf.TokenWithAsync(TestEmulator.Capability("relationshipsAcl", "READ"));
        (await cdf.PostAsync("/relationships/delete", """{"items":[{"externalId":"a"}]}""", reader)).Expect(403);
    }

    private static string Item(string externalId) => $$"""{"externalId":"{{externalId}}",{{Ends}}}""";
}
