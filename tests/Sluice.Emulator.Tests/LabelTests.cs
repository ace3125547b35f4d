namespace Sluice.Emulator.Tests;

public sealed class LabelTests
{
    [Fact]
    public async Task Labels_are_created_listed_and_read_by_external_id_and_have_no_other()
    {
        await using var cdf = await TestEmulator.StartAsync();
        var set = await cdf.CreateAsync("/datasets", """{"externalId":"d"}""");
        var created = (await cdf.PostItemsAsync(
            "/labels",
            $$"""{"externalId":"a","name":"A","description":"d","dataSetId":{{set}}}""",
            """{"externalId":"b","name":"B"}""")).Expect(201);
        Assert.Equal(["a", "b"], created.ExternalIds);
        Assert.Equal(
            ["createdTime", "dataSetId", "description", "externalId", "name"],
            created.Items[0].EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal));
        Assert.Equal(["a"], (await cdf.PostAsync("/labels/list", """{"filter":{"dataSetIds":[{"externalId":"d"}]}}""")).ExternalIds);
        Assert.Equal(["b"], (await cdf.PostAsync("/labels/list", """{"filter":{"name":"B"}}""")).ExternalIds);
        Assert.Equal(["b", "a"], (await cdf.PostItemsAsync("/labels/byids", """{"externalId":"b"}""", """{"externalId":"a"}"""))
            .Expect(200).ExternalIds);
        (await cdf.PostItemsAsync("/labels/byids", """{"id":1}""")).Expect(400);
        (await cdf.PostItemsAsync("/labels/update", """{"externalId":"a","update":{}}""")).Expect(404);
        (await cdf.PostAsync("/labels/list", """{"partition":"1/2"}""")).Expect(400);
    }

    [Theory]
    [InlineData("""{"name":"a"}""")]
    [InlineData("""{"externalId":"a"}""")]
    [InlineData("""{"externalId":"a","name":""}""")]
    [InlineData("""{"externalId":"","name":"a"}""")]
    [InlineData("""{"externalId":"a","name":"a","dataSetId":5}""")]
    public async Task A_malformed_label_is_400_and_nothing_is_stored(string label)
    {
        await using var cdf = await TestEmulator.StartAsync();
        (await cdf.PostItemsAsync("/labels", """{"externalId":"good","name":"good"}""", label)).Expect(400);
        Assert.Empty((await cdf.PostAsync("/labels/list", "{}")).Items);
    }

    [Theory]
    [InlineData("name", 140)]
    [InlineData("description", 500)]
    public async Task Texts_have_limits(string field, int max)
    {
        await using var cdf = await TestEmulator.StartAsync();
        (await cdf.PostItemsAsync("/labels", Label("a", max))).Expect(201);
        (await cdf.PostItemsAsync("/labels", Label("b", max + 1))).Expect(400);
        string Label(string id, int length) => field == "name"
            ? $$"""{"externalId":"{{id}}","name":"{{new string('x', length)}}"}"""
            : $$"""{"externalId":"{{id}}","name":"a","{{field}}":"{{new string('x', length)}}"}""";
    }

    [Fact]
    public async Task Taken_and_repeated_external_ids_are_409_and_unknown_ones_400()
    {
        await using var cdf = await TestEmulator.StartAsync();
        (await cdf.PostItemsAsync("/labels", """{"externalId":"a","name":"a"}""")).Expect(201);
        var taken = (await cdf.PostItemsAsync(
            "/labels",
            """{"externalId":"a","name":"a"}""",
            """{"externalId":"b","name":"b"}""",
            """{"externalId":"b","name":"b"}""")).Expect(409);
        Assert.Equal(["""{"externalId":"a"}""", """{"externalId":"b"}"""], taken.Keys("duplicated"));
        var unknown = (await cdf.PostAsync(
            "/labels/delete", """{"items":[{"externalId":"a"},{"externalId":"x"}],"ignoreUnknownIds":true}""")).Expect(400);
        Assert.Equal(["""{"externalId":"x"}"""], unknown.Keys("missing"));
        Assert.Single((await cdf.PostAsync("/labels/list", "{}")).Items);
        (await cdf.PostAsync("/labels/byids", """{"items":[{"externalId":"x"}],"ignoreUnknownIds":true}""")).Expect(200);
    }

    [Fact]
    public async Task A_label_must_exist_to_be_used_and_stays_on_what_it_tags_when_deleted()
    {
        await using var cdf = await TestEmulator.StartAsync();
        var unknown = (await cdf.PostItemsAsync(
            "/assets", """{"name":"a","labels":[{"externalId":"l1"},{"externalId":"l2"}]}""")).Expect(400);
        Assert.StartsWith("Label ids not found", unknown.Message, StringComparison.Ordinal);
        Assert.Equal(["""{"externalId":"l1"}""", """{"externalId":"l2"}"""], unknown.Keys("missing"));
        await cdf.PostItemsAsync("/labels", """{"externalId":"l1","name":"l"}""");
        await cdf.CreateAsync("/assets", """{"name":"a","externalId":"a","labels":[{"externalId":"l1"}]}""");
        (await cdf.PostItemsAsync("/labels/delete", """{"externalId":"l1"}""")).Expect(200);
        var asset = (await cdf.PostItemsAsync("/assets/update", """{"externalId":"a","update":{"name":{"set":"b"}}}""")).Expect(200);
        Assert.Equal("""[{"externalId":"l1"}]""", asset.Items[0].GetProperty("labels").GetRawText());
    }

    [Fact]
    public async Task Labels_need_their_capability()
    {
        await using var cdf = await TestEmulator.StartAsync();
        var reader = await cdf.TokenWithAsync(TestEmulator.Capability("labelsAcl", "READ"));
        (await cdf.PostAsync("/labels/list", "{}", reader)).Expect(200);
        (await cdf.PostAsync("/labels", """{"items":[{"externalId":"a","name":"a"}]}""", reader)).Expect(403);
        (await cdf.PostAsync("/labels/delete", """{"items":[{"externalId":"a"}]}""", reader)).Expect(403);
        var other = await cdf.TokenWithAsync(TestEmulator.Capability("assetsAcl", "READ"));
        (await cdf.PostAsync("/labels/list", "{}", other)).Expect(403);
    }
}
