using System.Net;

namespace Sluice.Emulator.Tests;

public sealed class FileTests
{
    [Fact]
    public async Task One_file_is_created_with_201_and_says_where_to_upload_its_content()
    {
        await using var cdf = await TestEmulator.StartAsync();
        var asset = await cdf.CreateAsync("/assets", """{"name":"a"}""");
        await cdf.PostItemsAsync("/labels", """{"externalId":"l","name":"l"}""");
        var created = (await cdf.PostAsync(
            "/files",
            $$"""
            {"name":"n","externalId":"f","directory":"/d","source":"s","mimeType":"text/plain","metadata":{"k":"v"},
             "assetIds":[{{asset}}],"sourceCreatedTime":1,"sourceModifiedTime":2,"securityCategories":[7],
             "labels":[{"externalId":"l"}],"uploaded":true}
            """)).Expect(201).Body;
        Assert.False(created.GetProperty("uploaded").GetBoolean());
        Assert.False(created.TryGetProperty("uploadedTime", out _));
        var stored = (await cdf.PostItemsAsync("/files/byids", """{"externalId":"f"}""")).Expect(200).Items[0];
        Assert.False(stored.TryGetProperty("uploadUrl", out _));
        Assert.Equal("text/plain", stored.GetProperty("mimeType").GetString());
        Assert.Equal($"[{asset}]", stored.GetProperty("assetIds").GetRawText());
        Assert.Equal("[7]", stored.GetProperty("securityCategories").GetRawText());
        Assert.Equal(2, stored.GetProperty("sourceModifiedTime").GetInt64());

        using var content = new ByteArrayContent([1, 2, 3]);
        using var upload = await cdf.Client.PutAsync(created.GetProperty("uploadUrl").GetString(), content, TestEmulator.Ct);
        Assert.Equal(HttpStatusCode.OK, upload.StatusCode);
        var uploaded = (await cdf.GetAsync($"/files/{created.GetProperty("id").GetInt64()}")).Expect(200).Body;
        Assert.True(uploaded.GetProperty("uploaded").GetBoolean());
        Assert.True(uploaded.GetProperty("uploadedTime").GetInt64() > 0);
        using var wrong = await cdf.Client.PutAsync(new Uri(cdf.Emulator.BaseUrl, "upload/demo/1-no"), content, TestEmulator.Ct);
        Assert.Equal(HttpStatusCode.Forbidden, wrong.StatusCode);
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"items":[{"name":"n"}]}""")]
    [InlineData("""{"name":""}""")]
    [InlineData("""{"name":"n","directory":"relative"}""")]
    [InlineData("""{"name":"n","assetIds":[]}""")]
    [InlineData("""{"name":"n","assetIds":[5]}""")]
    [InlineData("""{"name":"n","dataSetId":5}""")]
    [InlineData("""{"name":"n","labels":[{"externalId":"unknown"}]}""")]
    [InlineData("""{"name":"n","sourceCreatedTime":-1}""")]
    [InlineData("[]")]
    public async Task A_malformed_file_is_400(string file)
    {
        await using var cdf = await TestEmulator.StartAsync();
        (await cdf.PostAsync("/files", file)).Expect(400);
        Assert.Equal(0, await cdf.CountAsync("/files"));
    }

    [Theory]
    [InlineData("name", 256)]
    [InlineData("externalId", 255)]
    [InlineData("source", 128)]
    [InlineData("mimeType", 256)]
    public async Task Texts_have_limits(string field, int max)
    {
        await using var cdf = await TestEmulator.StartAsync();
        (await cdf.PostAsync("/files", File(max))).Expect(201);
        (await cdf.PostAsync("/files", File(max + 1))).Expect(400);
        string File(int length) => field == "name"
            ? $$"""{"name":"{{new string('x', length)}}"}"""
            : $$"""{"name":"a","{{field}}":"{{new string('x', length)}}"}""";
    }

    [Fact]
    public async Task A_taken_external_id_is_409_unless_the_file_is_to_be_overwritten()
    {
        var clock = new TestClock();
        await using var cdf = await TestEmulator.StartAsync(new EmulatorOptions { Clock = clock });
        var first = (await cdf.PostAsync("/files?overwrite=true", """{"name":"n","externalId":"f","source":"s"}""")).Expect(201).Body;
        using var content = new ByteArrayContent([]);
        await cdf.Client.PutAsync(first.GetProperty("uploadUrl").GetString(), content, TestEmulator.Ct);
        var taken = (await cdf.PostAsync("/files", """{"name":"m","externalId":"f"}""")).Expect(409);
        Assert.Equal("Duplicate external ids: f", taken.Message);
        Assert.Equal(["""{"externalId":"f"}"""], taken.Keys("duplicated"));
        clock.Advance(TimeSpan.FromSeconds(1));
        (await cdf.PostAsync("/files?overwrite=true", """{"name":"m","externalId":"f"}""")).Expect(201);
        var file = (await cdf.PostItemsAsync("/files/byids", """{"externalId":"f"}""")).Expect(200).Items[0];
        Assert.Equal(first.GetProperty("id").GetInt64(), file.GetProperty("id").GetInt64());
        Assert.Equal("m", file.GetProperty("name").GetString());
        Assert.False(file.TryGetProperty("source", out _));
        Assert.True(file.GetProperty("uploaded").GetBoolean());
        Assert.Equal(1000, file.GetProperty("lastUpdatedTime").GetInt64() - file.GetProperty("createdTime").GetInt64());
        Assert.Equal(1, await cdf.CountAsync("/files"));
    }

    [Fact]
    public async Task Everything_but_the_name_can_be_updated()
    {
        await using var cdf = await TestEmulator.StartAsync();
        var asset = await cdf.CreateAsync("/assets", """{"name":"a"}""");
        await cdf.PostItemsAsync("/labels", """{"externalId":"l","name":"l"}""");
        (await cdf.PostAsync("/files", $$"""{"name":"n","externalId":"f","source":"s","assetIds":[{{asset}}]}""")).Expect(201);
        var changed = (await cdf.PostItemsAsync(
            "/files/update",
            $$$"""
            {"externalId":"f","update":{"source":{"setNull":true},"assetIds":{"remove":[{{{asset}}}]},"labels":{"add":[{"externalId":"l"}]},
             "directory":{"set":"/x"},"metadata":{"add":{"k":"v"}},"externalId":{"set":"g"} } }
            """)).Expect(200).Items[0];
        Assert.Equal("g", changed.GetProperty("externalId").GetString());
        Assert.False(changed.TryGetProperty("source", out _));
        Assert.False(changed.TryGetProperty("assetIds", out _));
        Assert.Equal("""[{"externalId":"l"}]""", changed.GetProperty("labels").GetRawText());
        (await cdf.PostItemsAsync("/files/update", """{"externalId":"g","update":{"name":{"set":"m"}}}""")).Expect(400);
        (await cdf.PostItemsAsync("/files/update", """{"externalId":"g","update":{"uploaded":{"set":true}}}""")).Expect(400);
        (await cdf.PostItemsAsync(
            "/files/update",
            """{"externalId":"g","update":{"source":{"set":"t"}}}""",
            """{"externalId":"g","update":{"labels":{"set":[{"externalId":"no"}]}}}""")).Expect(409);
        var again = (await cdf.PostItemsAsync("/files/byids", """{"externalId":"g"}""")).Items[0];
        Assert.False(again.TryGetProperty("source", out _));
    }

    [Fact]
    public async Task Errors_name_the_files()
    {
        await using var cdf = await TestEmulator.StartAsync();
        var id = (await cdf.PostAsync("/files", """{"name":"n","externalId":"f"}""")).Expect(201).Body.GetProperty("id").GetInt64();
        var ids = (await cdf.PostItemsAsync("/files/byids", """{"id":1}""", """{"id":2}""")).Expect(400);
        Assert.Equal("File ids not found: 1, 2", ids.Message);
        Assert.Equal(["""{"id":1}""", """{"id":2}"""], ids.Keys("missing"));
        var names = (await cdf.PostItemsAsync("/files/delete", """{"externalId":"f"}""", """{"externalId":"a"}""")).Expect(400);
        Assert.Equal("Files ids not found: a", names.Message);
        Assert.Equal(1, await cdf.CountAsync("/files"));
        var twice = (await cdf.PostItemsAsync("/files/delete", $$"""{"id":{{id}}}""", $$"""{"id":{{id}}}""")).Expect(409);
        Assert.Equal($"Duplicate ids: {id}", twice.Message);
        (await cdf.PostAsync("/files/delete", """{"items":[{"externalId":"f"},{"externalId":"a"}],"ignoreUnknownIds":true}""")).Expect(200);
        Assert.Equal(0, await cdf.CountAsync("/files"));
    }

    [Fact]
    public async Task Files_are_filtered()
    {
        await using var cdf = await TestEmulator.StartAsync();
        var root = await cdf.CreateAsync("/assets", """{"name":"r","externalId":"r"}""");
        var leaf = await cdf.CreateAsync("/assets", """{"name":"l","parentExternalId":"r"}""");
        (await cdf.PostAsync("/files", $$"""{"name":"1","externalId":"f1","directory":"/a/b","assetIds":[{{leaf}}]}""")).Expect(201);
        (await cdf.PostAsync("/files", """{"name":"2","externalId":"f2","mimeType":"m"}""")).Expect(201);
        Assert.Equal(["f1"], (await cdf.PostAsync("/files/list", """{"filter":{"directoryPrefix":"/a"}}""")).Expect(200).ExternalIds);
        Assert.Equal(["f1"], (await cdf.PostAsync("/files/list", """{"filter":{"rootAssetIds":[{"externalId":"r"}]}}""")).ExternalIds);
        Assert.Equal(["f1"], (await cdf.GetAsync($"/files?rootAssetIds=[{root}]")).Expect(200).ExternalIds);
        Assert.Equal(["f2"], (await cdf.GetAsync("/files?mimeType=m&uploaded=false")).Expect(200).ExternalIds);
        Assert.Empty((await cdf.PostAsync("/files/list", """{"filter":{"uploaded":true}}""")).Expect(200).Items);
        (await cdf.GetAsync("/files?partition=1/11")).Expect(200);
    }

    [Fact]
    public async Task Files_need_their_capability_and_data_set()
    {
        await using var cdf = await TestEmulator.StartAsync();
        var mine = await cdf.CreateAsync("/datasets", """{"externalId":"mine"}""");
        (await cdf.PostAsync("/files", """{"name":"n","externalId":"f"}""")).Expect(201);
        var reader = await cdf.TokenWithAsync(TestEmulator.Capability("filesAcl", "READ"));
        (await cdf.PostAsync("/files/list", "{}", reader)).Expect(200);
        (await cdf.PostAsync("/files", """{"name":"n"}""", reader)).Expect(403);
        var scoped = await cdf.TokenWithAsync(
            TestEmulator.Capability("filesAcl", "READ WRITE", $$"""{ "datasetScope": {"ids":[{{mine}}]} }"""));
        (await cdf.PostAsync("/files", $$"""{"name":"n","dataSetId":{{mine}}}""", scoped)).Expect(201);
        (await cdf.PostAsync("/files", """{"name":"n"}""", scoped)).Expect(403);
        (await cdf.PostAsync("/files?overwrite=true", $$"""{"name":"n","externalId":"f","dataSetId":{{mine}} }""", scoped)).Expect(403);
        Assert.Single((await cdf.PostAsync("/files/list", "{}", scoped)).Expect(200).Items);
    }
}
