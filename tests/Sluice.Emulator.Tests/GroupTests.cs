namespace Sluice.Emulator.Tests;

public sealed class GroupTests
{
    [Fact]
    public async Task A_group_made_by_the_api_gives_its_capabilities_at_once_and_takes_them_away_when_deleted()
    {
        await using var cdf = await TestEmulator.StartAsync();
        await cdf.AdminAsync("applications", """{"clientId":"app","clientSecret":"s","groups":["src"]}""");
        var token = await cdf.TokenAsync("app", "s");
        (await cdf.GetAsync("/assets", token)).Expect(401);
        var created = (await cdf.PostItemsAsync(
            "/groups", """{"name":"readers","sourceId":"src","capabilities":[{"assetsAcl":{"actions":["READ"],"scope":{"all":{}}}}]}"""))
            .Expect(201);
        (await cdf.GetAsync("/assets", token)).Expect(200);
        var id = created.Items[0].GetProperty("id").GetInt64();
        Assert.False(created.Items[0].GetProperty("isDeleted").GetBoolean());
        (await cdf.PostAsync("/groups/delete", $$"""{"items":[{{id}}]}""")).Expect(200);
        (await cdf.GetAsync("/assets", token)).Expect(401);
        var again = (await cdf.PostAsync("/groups/delete", $$"""{"items":[{{id}},7]}""")).Expect(400);
        Assert.Equal(2, again.Keys("missing").Count);
    }

    [Fact]
    public async Task Listing_shows_the_callers_groups_or_all()
    {
        await using var cdf = await TestEmulator.StartAsync();
        (await cdf.PostItemsAsync("/groups", """{"name":"others","sourceId":"x"}""")).Expect(201);
        Assert.Single((await cdf.GetAsync("/groups")).Items);
        Assert.Equal(2, (await cdf.GetAsync("/groups?all=true")).Items.Count);
        var token = await cdf.TokenWithAsync(TestEmulator.Capability("groupsAcl", "LIST", """{"currentuserscope":{}}"""));
        Assert.Single((await cdf.GetAsync("/groups", token)).Expect(200).Items);
        (await cdf.GetAsync("/groups?all=true", token)).Expect(403);
    }

    [Theory]
    [InlineData("""{"name":"g","capabilities":[{"nonsenseAcl":{"actions":["READ"],"scope":{"all":{}}}}]}""")]
    [InlineData("""{"name":"g","capabilities":[{"assetsAcl":{"actions":["OWN"],"scope":{"all":{}}}}]}""")]
    [InlineData("""{"name":"g","capabilities":[{"assetsAcl":{"actions":["READ"],"scope":{"all":{},"datasetScope":{"ids":[1]}}}}]}""")]
    [InlineData("""{"name":"g","capabilities":[{"assetsAcl":{"actions":["READ"],"scope":{"tableScope":{}}}}]}""")]
    [InlineData("""{"name":"g","sourceId":"a","members":["b"]}""")]
    [InlineData("""{"sourceId":"a"}""")]
    public async Task A_malformed_group_is_refused(string group)
    {
        await using var cdf = await TestEmulator.StartAsync();
        (await cdf.PostItemsAsync("/groups", group)).Expect(400);
    }

    [Fact]
    public async Task A_group_can_be_limited_to_tokens_of_certain_applications()
    {
        await using var cdf = await TestEmulator.StartAsync();
        (await cdf.PostItemsAsync(
            "/groups",
            """
            {"name":"g","sourceId":"src","attributes":{"token":{"appIds":["good"]}},
             "capabilities":[{"assetsAcl":{"actions":["READ"],"scope":{"all":{}}}}]}
            """)).Expect(201);
        await cdf.AdminAsync("applications", """{"clientId":"good","clientSecret":"s","groups":["src"]}""");
        await cdf.AdminAsync("applications", """{"clientId":"bad","clientSecret":"s","groups":["src"]}""");
        (await cdf.GetAsync("/assets", await cdf.TokenAsync("good", "s"))).Expect(200);
        (await cdf.GetAsync("/assets", await cdf.TokenAsync("bad", "s"))).Expect(401);
    }
}
