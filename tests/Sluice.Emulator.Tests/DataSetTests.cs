namespace Sluice.Emulator.Tests;

public sealed class DataSetTests
{
    [Fact]
    public async Task At_most_ten_are_created_at_once_and_answered_with_200()
    {
        await using var cdf = await TestEmulator.StartAsync();
        (await cdf.PostItemsAsync("/datasets", [.. Enumerable.Repeat("{}", 11)])).Expect(400);
        var created = (await cdf.PostItemsAsync("/datasets", """{"externalId":"a","name":"n"}""")).Expect(200).Items[0];
        Assert.False(created.GetProperty("writeProtected").GetBoolean());
        var id = created.GetProperty("id").GetInt64();
        Assert.Equal(id, (await cdf.PostItemsAsync("/datasets/byids", """{"externalId":"a"}""")).Expect(200).Items[0]
            .GetProperty("id").GetInt64());
        Assert.Single((await cdf.PostAsync("/datasets/list", """{"filter":{"writeProtected":false}}""")).Expect(200).Items);
        (await cdf.PostItemsAsync("/datasets/update", """{"externalId":"a","update":{"name":{"set":"m"}}}""")).Expect(200);
        (await cdf.PostItemsAsync("/datasets/delete", """{"externalId":"a"}""")).Expect(404);
    }

    [Fact]
    public async Task A_scoped_writer_writes_only_into_its_data_sets_and_sees_only_them()
    {
        await using var cdf = await TestEmulator.StartAsync();
        var mine = await cdf.CreateAsync("/datasets", """{"externalId":"mine"}""");
        var other = await cdf.CreateAsync("/datasets", """{"externalId":"other"}""");
        var token = await cdf.TokenWithAsync(TestEmulator.Capability("assetsAcl", "READ WRITE",
            $$"""{ "datasetScope": {"ids":[{{mine}}]} }"""));
        (await cdf.PostAsync("/assets", $$"""{"items":[{"name":"a","externalId":"a","dataSetId":{{mine}}}]}""", token)).Expect(201);
        (await cdf.PostAsync("/assets", $$"""{"items":[{"name":"a","dataSetId":{{other}}}]}""", token)).Expect(403);
        (await cdf.PostAsync("/assets", """{"items":[{"name":"a"}]}""", token)).Expect(403);
        (await cdf.PostItemsAsync("/assets", $$"""{"name":"b","externalId":"b","dataSetId":{{other}}}""")).Expect(201);
        Assert.Equal(["a"], (await cdf.PostAsync("/assets/list", "{}", token)).Expect(200).ExternalIds);
        (await cdf.PostAsync("/assets/byids", """{"items":[{"externalId":"b"}]}""", token)).Expect(400);
        (await cdf.PostAsync("/assets/delete", """{"items":[{"externalId":"b"}]}""", token)).Expect(400);
        (await cdf.PostAsync("/assets/update", $$"""{"items":[{"externalId":"a","update":{"dataSetId":{"set":{{other}}} } }]}""",
            token)).Expect(403);
        (await cdf.PostAsync("/assets/update", """{"items":[{"externalId":"a","update":{"name":{"set":"x"}}}]}""", token)).Expect(200);
    }

    [Fact]
    public async Task Only_an_owner_writes_into_a_write_protected_data_set()
    {
        await using var cdf = await TestEmulator.StartAsync();
        var id = await cdf.CreateAsync("/datasets", """{"externalId":"closed","writeProtected":true}""");
        var item = $$"""{"items":[{"dataSetId":{{id}}}]}""";
        var writer = await cdf.TokenWithAsync(TestEmulator.Capability("eventsAcl", "READ WRITE"));
        (await cdf.PostAsync("/events", item, writer)).Expect(403);
        var owner = await cdf.TokenWithAsync(
            TestEmulator.Capability("eventsAcl", "READ WRITE"),
            TestEmulator.Capability("datasetsAcl", "OWNER", $$"""{ "idScope": {"ids":[{{id}}]} }"""));
        (await cdf.PostAsync("/events", item, owner)).Expect(201);
    }
}
