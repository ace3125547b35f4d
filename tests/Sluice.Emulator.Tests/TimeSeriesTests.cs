namespace Sluice.Emulator.Tests;

public sealed class TimeSeriesTests
{
    [Fact]
    public async Task A_series_always_shows_its_kind_and_its_lists()
    {
        await using var cdf = await TestEmulator.StartAsync();
        var items = (await cdf.PostItemsAsync("/timeseries", "{}", """{"isString":true,"externalId":"s"}""")).Expect(201).Items;
        Assert.Equal("numeric", items[0].GetProperty("type").GetString());
        Assert.Equal("string", items[1].GetProperty("type").GetString());
        Assert.False(items[0].GetProperty("isString").GetBoolean());
        Assert.False(items[0].GetProperty("isStep").GetBoolean());
        Assert.Equal("{}", items[0].GetProperty("metadata").GetRawText());
        Assert.Equal("[]", items[0].GetProperty("securityCategories").GetRawText());
        Assert.Equal("[]", items[0].GetProperty("accessCategories").GetRawText());
    }

    [Fact]
    public async Task A_taken_external_id_is_409_and_a_repeated_one_422()
    {
        await using var cdf = await TestEmulator.StartAsync();
        await cdf.CreateAsync("/timeseries", """{"externalId":"a"}""");
        var taken = (await cdf.PostItemsAsync("/timeseries", """{"externalId":"b"}""", """{"externalId":"a"}""")).Expect(409);
        Assert.Equal(["""{"externalId":"a"}"""], taken.Keys("duplicated"));
        var twice = (await cdf.PostItemsAsync("/timeseries", """{"externalId":"c"}""", """{"externalId":"c"}""")).Expect(422);
        Assert.Equal(["""{"externalId":"c"}"""], twice.Keys("duplicated"));
        Assert.Equal(1, await cdf.CountAsync("/timeseries"));
    }

    [Fact]
    public async Task References_are_refused_in_the_words_of_cdf()
    {
        await using var cdf = await TestEmulator.StartAsync();
        var id = await cdf.CreateAsync("/timeseries", """{"externalId":"a"}""");
        var missing = (await cdf.PostItemsAsync("/timeseries/byids", """{"externalId":"x"}""", """{"id":5}""")).Expect(400);
        Assert.Equal("""{"code":400,"message":"Time series not found","missing":[{"externalId":"x"},{"id":5}]}""",
            missing.Error.GetRawText());
        var twice = (await cdf.PostItemsAsync("/timeseries/byids", """{"externalId":"a"}""", """{"externalId":"a"}""")).Expect(422);
        Assert.Equal("Duplicate time series references", twice.Message);
        var alias = (await cdf.PostItemsAsync("/timeseries/delete", $$"""{"id":{{id}}}""", """{"externalId":"a"}""")).Expect(409);
        Assert.Equal("Conflicting time series references", alias.Message);
        Assert.Equal([$$"""{"id":{{id}},"externalId":"a"}"""], alias.Keys("duplicated"));
        (await cdf.GetAsync($"/timeseries/{id}")).Expect(200);
    }

    [Theory]
    [InlineData("""{"assetId":4}""", "Asset ids not found", """{"id":4}""")]
    [InlineData("""{"dataSetId":5}""", "Data set ids not found", """{"id":5}""")]
    public async Task Unknown_references_are_named(string item, string message, string missing)
    {
        await using var cdf = await TestEmulator.StartAsync();
        var answer = (await cdf.PostItemsAsync("/timeseries", item)).Expect(400);
        Assert.StartsWith(message, answer.Message, StringComparison.Ordinal);
        Assert.Equal([missing], answer.Keys("missing"));
    }

    [Fact]
    public async Task The_kind_cannot_be_changed_and_only_numeric_series_have_units_of_the_catalog()
    {
        await using var cdf = await TestEmulator.StartAsync();
        await cdf.CreateAsync("/timeseries", """{"externalId":"a"}""");
        (await cdf.PostItemsAsync("/timeseries/update", """{"externalId":"a","update":{"isString":{"set":true}}}""")).Expect(400);
        (await cdf.PostItemsAsync("/timeseries/update", """{"externalId":"a","update":{"isStep":{"setNull":true}}}""")).Expect(400);
        (await cdf.PostItemsAsync("/timeseries", """{"isString":true,"unitExternalId":"temperature:deg_c"}""")).Expect(400);
        var changed = (await cdf.PostItemsAsync(
            "/timeseries/update", """{"externalId":"a","update":{"isStep":{"set":true},"unit":{"set":"m"},"name":{"set":"n"}}}"""))
                .Expect(200).Items[0];
        Assert.True(changed.GetProperty("isStep").GetBoolean());
        Assert.Equal("m", changed.GetProperty("unit").GetString());
    }

    [Fact]
    public async Task Series_are_filtered_and_counted()
    {
        await using var cdf = await TestEmulator.StartAsync();
        var asset = await cdf.CreateAsync("/assets", """{"name":"a","externalId":"a"}""");
        (await cdf.PostItemsAsync(
            "/timeseries", $$"""{"externalId":"x1","assetId":{{asset}},"unit":"m"}""", """{"externalId":"x2","isString":true}"""))
                .Expect(201);
        Assert.Equal(["x1"], (await cdf.PostAsync("/timeseries/list", """{"filter":{"assetExternalIds":["a"]}}""")).ExternalIds);
        Assert.Equal(["x2"], (await cdf.PostAsync("/timeseries/list", """{"filter":{"isString":true}}""")).ExternalIds);
        Assert.Equal(["x1"], (await cdf.GetAsync($"/timeseries?rootAssetIds=[{asset}]")).ExternalIds);
        Assert.Equal(2, (await cdf.PostAsync("/timeseries/aggregate", """{"filter":{"externalIdPrefix":"x"}}""")).Items[0]
            .GetProperty("count").GetInt32());
    }

    [Fact]
    public async Task Capabilities_can_be_scoped_to_series_and_root_assets()
    {
        await using var cdf = await TestEmulator.StartAsync();
        var root = await cdf.CreateAsync("/assets", """{"name":"r","externalId":"r"}""");
        var leaf = await cdf.CreateAsync("/assets", """{"name":"l","parentExternalId":"r"}""");
        var one = await cdf.CreateAsync("/timeseries", """{"externalId":"one"}""");
        await cdf.CreateAsync("/timeseries", $$"""{"externalId":"two","assetId":{{leaf}}}""");
        await cdf.CreateAsync("/timeseries", """{"externalId":"three"}""");
        var byId = await cdf.TokenWithAsync(TestEmulator.Capability("timeSeriesAcl", "READ", $$"""{ "idscope": {"ids":[{{one}}]} }"""));
        var byRoot = await cdf.TokenWithAsync(TestEmulator.Capability("timeSeriesAcl", "READ",
            $$"""{ "assetRootIdScope": {"rootIds":[{{root}}]} }"""));
        Assert.Equal(["one"], (await cdf.PostAsync("/timeseries/list", "{}", byId)).Expect(200).ExternalIds);
        Assert.Equal(["two"], (await cdf.PostAsync("/timeseries/list", "{}", byRoot)).Expect(200).ExternalIds);
    }
}
