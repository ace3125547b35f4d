namespace Sluice.Emulator.Tests;

public sealed class ExtractionPipelineTests
{
    [Fact]
    public async Task A_pipeline_needs_a_name_a_data_set_and_an_external_id_and_keeps_everything()
    {
        await using var cdf = await TestEmulator.StartAsync();
        var set = await cdf.CreateAsync("/datasets", """{"externalId":"d"}""");
        var created = (await cdf.PostItemsAsync(
            "/extpipes",
            $$"""
            {"externalId":"p","name":"n","dataSetId":{{set}},"description":"d","rawTables":[{"dbName":"b","tableName":"t"}],
             "schedule":"*/5 * * * *","contacts":[{"name":"c","email":"c@example.com","role":"r","sendNotification":true}],
             "metadata":{"k":"v"},"source":"s","documentation":"doc","notificationConfig":{"allowedNotSeenRangeInMinutes":5},
             "createdBy":"me","lastSeen":1}
            """)).Expect(200).Items[0];
        Assert.False(created.TryGetProperty("lastSeen", out _));
        var id = created.GetProperty("id").GetInt64();
        var stored = (await cdf.GetAsync($"/extpipes/{id}")).Expect(200).Body;
        Assert.Equal("""[{"dbName":"b","tableName":"t"}]""", stored.GetProperty("rawTables").GetRawText());
        Assert.Equal("c@example.com", stored.GetProperty("contacts")[0].GetProperty("email").GetString());
        Assert.Equal("me", stored.GetProperty("createdBy").GetString());
        Assert.Equal(["p"], (await cdf.PostAsync("/extpipes/list", """{"filter":{"schedule":"*/5 * * * *"}}""")).ExternalIds);
        Assert.Equal(["p"], (await cdf.PostAsync("/extpipes/list", """{"filter":{"dataSetIds":[{"externalId":"d"}]}}""")).ExternalIds);
        Assert.Empty((await cdf.PostAsync("/extpipes/list", """{"filter":{"schedule":"Null"}}""")).Expect(200).Items);
        Assert.Equal(["p"], (await cdf.GetAsync("/extpipes")).Expect(200).ExternalIds);
    }

    [Theory]
    [InlineData("\"name\":null")]
    [InlineData("\"externalId\":\"\"")]
    [InlineData("\"dataSetId\":null")]
    [InlineData("\"dataSetId\":77")]
    [InlineData("\"schedule\":\"sometimes\"")]
    [InlineData("\"contacts\":[{\"email\":\"none\"}]")]
    [InlineData("\"rawTables\":[{\"dbName\":\"d\"}]")]
    [InlineData("\"notificationConfig\":{\"allowedNotSeenRangeInMinutes\":-1}")]
    public async Task A_malformed_pipeline_is_400_and_nothing_is_stored(string member)
    {
        await using var cdf = await TestEmulator.StartAsync();
        var set = await cdf.CreateAsync("/datasets", "{}");
        (await cdf.PostItemsAsync("/extpipes", Pipeline("good", set), $$"""{{Pipeline("p", set)[..^1]}},{{member}}}""")).Expect(400);
        Assert.Empty((await cdf.GetAsync("/extpipes")).Items);
    }

    [Theory]
    [InlineData("On trigger")]
    [InlineData("Continuous")]
    [InlineData("@daily")]
    [InlineData("@every 1h30m")]
    [InlineData("0 1,2 3 * */2")]
    public async Task Schedules_are_words_or_cron_expressions(string schedule)
    {
        await using var cdf = await TestEmulator.StartAsync();
        var set = await cdf.CreateAsync("/datasets", "{}");
        (await cdf.PostItemsAsync("/extpipes", $$"""{{Pipeline("p", set)[..^1]}},"schedule":"{{schedule}}"}""")).Expect(200);
    }

    [Fact]
    public async Task Taken_repeated_and_unknown_keys_are_named()
    {
        await using var cdf = await TestEmulator.StartAsync();
        var set = await cdf.CreateAsync("/datasets", "{}");
        (await cdf.PostItemsAsync("/extpipes", Pipeline("a", set))).Expect(200);
        var taken = (await cdf.PostItemsAsync("/extpipes", Pipeline("a", set), Pipeline("b", set), Pipeline("b", set))).Expect(409);
        Assert.Equal(["""{"externalId":"a"}""", """{"externalId":"b"}"""], taken.Keys("duplicated"));
        var unknown = (await cdf.PostItemsAsync("/extpipes/delete", """{"externalId":"a"}""", """{"id":5}""")).Expect(400);
        Assert.Equal(["""{"id":5}"""], unknown.Keys("missing"));
        Assert.Single((await cdf.GetAsync("/extpipes")).Items);
        (await cdf.PostAsync("/extpipes/delete", """{"items":[{"externalId":"a"},{"id":5}],"ignoreUnknownIds":true}""")).Expect(200);
        Assert.Empty((await cdf.GetAsync("/extpipes")).Items);
    }

    [Fact]
    public async Task An_update_clears_a_field_by_setting_it_to_null()
    {
        await using var cdf = await TestEmulator.StartAsync();
        var set = await cdf.CreateAsync("/datasets", "{}");
        (await cdf.PostItemsAsync(
            "/extpipes",
            $$"""
            {{Pipeline("p", set)[..^1]}},"description":"d","source":"s","rawTables":[{"dbName":"b","tableName":"t"}],
             "contacts":[{"email":"a@b"}]}
            """)).Expect(200);
        var changed = (await Update(
            """
            {"description":{"set":null},"name":{"set":"m"},"externalId":{"set":"q"},
             "rawTables":{"add":[{"dbName":"b","tableName":"u"}],"remove":[{"dbName":"b","tableName":"t"}]},"contacts":{"set":[]} }
            """)).Expect(200).Items[0];
        Assert.False(changed.TryGetProperty("description", out _));
        Assert.Equal("""[{"dbName":"b","tableName":"u"}]""", changed.GetProperty("rawTables").GetRawText());
        Assert.Equal("[]", changed.GetProperty("contacts").GetRawText());
        (await Update("""{"source":{"setNull":true}}""", "q")).Expect(400);
        (await Update("""{"name":{"set":null}}""", "q")).Expect(400);
        (await Update("""{"dataSetId":{"set":null}}""", "q")).Expect(400);
        (await Update("""{"createdBy":{"set":"x"}}""", "q")).Expect(400);
        (await Update("""{"lastSeen":{"set":5}}""", "q")).Expect(400);
        Assert.Equal("s", (await cdf.GetAsync("/extpipes")).Items[0].GetProperty("source").GetString());
        Task<Answer> Update(string update, string key = "p") =>
            cdf.PostItemsAsync("/extpipes/update", $$"""{"externalId":"{{key}}","update":{{update}}}""");
    }

    [Fact]
    public async Task Runs_are_reported_one_by_one_and_show_on_their_pipeline()
    {
        var clock = new TestClock();
        await using var cdf = await TestEmulator.StartAsync(new EmulatorOptions { Clock = clock });
        var set = await cdf.CreateAsync("/datasets", "{}");
        await cdf.PostItemsAsync("/extpipes", Pipeline("p", set));
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var run = (await RunAsync("""{"externalId":"p","status":"failure","message":"broken"}""")).Expect(200).Items[0];
        Assert.Equal("p", run.GetProperty("externalId").GetString());
        Assert.Equal(now, run.GetProperty("createdTime").GetInt64());
        (await RunAsync("""{"externalId":"p","status":"success","createdTime":5000}""")).Expect(200);
        (await RunAsync("""{"externalId":"p","status":"success","createdTime":4000}""")).Expect(200);
        (await RunAsync("""{"externalId":"p","status":"seen","createdTime":6000}""")).Expect(200);
        var pipeline = (await cdf.GetAsync("/extpipes")).Items[0];
        Assert.Equal(5000, pipeline.GetProperty("lastSuccess").GetInt64());
        Assert.Equal(6000, pipeline.GetProperty("lastSeen").GetInt64());
        Assert.Equal(now, pipeline.GetProperty("lastFailure").GetInt64());
        Assert.Equal("broken", pipeline.GetProperty("lastMessage").GetString());
        (await cdf.PostItemsAsync(
            "/extpipes/runs", """{"externalId":"p","status":"seen"}""", """{"externalId":"p","status":"seen"}""")).Expect(400);
        Task<Answer> RunAsync(string item) => cdf.PostItemsAsync("/extpipes/runs", item);
    }

    [Theory]
    [InlineData("""{"externalId":"p"}""")]
    [InlineData("""{"externalId":"p","status":"done"}""")]
    [InlineData("""{"status":"seen"}""")]
    [InlineData("""{"externalId":"p","status":"seen","createdTime":"now"}""")]
    public async Task A_malformed_run_is_400(string run)
    {
        await using var cdf = await TestEmulator.StartAsync();
        await cdf.PostItemsAsync("/extpipes", Pipeline("p", await cdf.CreateAsync("/datasets", "{}")));
        (await cdf.PostItemsAsync("/extpipes/runs", run)).Expect(400);
        Assert.Empty((await cdf.GetAsync("/extpipes/runs?externalId=p")).Expect(200).Items);
    }

    [Fact]
    public async Task Runs_of_a_pipeline_are_listed_newest_first_filtered_and_in_pages()
    {
        await using var cdf = await TestEmulator.StartAsync();
        await cdf.PostItemsAsync("/extpipes", Pipeline("p", await cdf.CreateAsync("/datasets", "{}")));
        for (var i = 0; i < 5; i++)
        {
            var status = i % 2 == 0 ? "success" : "failure";
            (await cdf.PostItemsAsync(
                "/extpipes/runs",
                $$"""{"externalId":"p","status":"{{status}}","message":"run {{i}}","createdTime":{{100 - (i / 2)}}}""")).Expect(200);
        }

        var page = (await cdf.PostAsync("/extpipes/runs/list", """{"filter":{"externalId":"p"},"limit":2}""")).Expect(200);
        var rest = (await cdf.PostAsync(
            "/extpipes/runs/list", $$"""{"filter":{"externalId":"p"},"limit":10,"cursor":"{{page.NextCursor}}"}""")).Expect(200);
        Assert.Equal([100, 100, 99, 99, 98], page.Items.Concat(rest.Items).Select(r => r.GetProperty("createdTime").GetInt64()));
        Assert.Equal(5, page.Items.Concat(rest.Items).Select(r => r.GetProperty("id").GetInt64()).Distinct().Count());
        Assert.Equal(2, (await FilterAsync("\"statuses\":[\"failure\"]")).Count);
        Assert.Equal(["run 3"], await FilterAsync("\"message\":{\"substring\":\"3\"}"));
        Assert.Equal(["run 4"], await FilterAsync("\"createdTime\":{\"max\":98}"));
        (await cdf.PostAsync("/extpipes/runs/list", "{}")).Expect(400);
        (await cdf.GetAsync("/extpipes/runs")).Expect(400);
        var unknown = (await cdf.PostAsync("/extpipes/runs/list", """{"filter":{"externalId":"no"}}""")).Expect(400);
        Assert.Equal(["""{"externalId":"no"}"""], unknown.Keys("missing"));
        (await cdf.PostItemsAsync("/extpipes/delete", """{"externalId":"p"}""")).Expect(200);
        await cdf.PostItemsAsync("/extpipes", Pipeline("p", await cdf.CreateAsync("/datasets", "{}")));
        Assert.Empty((await cdf.GetAsync("/extpipes/runs?externalId=p")).Expect(200).Items);
        async Task<List<string?>> FilterAsync(string filter) =>
            (await cdf.PostAsync("/extpipes/runs/list", $$"""{"filter":{"externalId":"p",{{filter}}} }""")).Expect(200).Items
                .ConvertAll(r => r.GetProperty("message").GetString());
    }

    [Fact]
    public async Task Pipelines_and_runs_have_their_own_capabilities()
    {
        await using var cdf = await TestEmulator.StartAsync();
        var set = await cdf.CreateAsync("/datasets", "{}");
        var id = (await cdf.PostItemsAsync("/extpipes", Pipeline("p", set), Pipeline("q", set))).Items[0].GetProperty("id").GetInt64();
        var create = $$"""{"items":[{{Pipeline("r", set)}}]}""";
        var datasets = TestEmulator.Capability("datasetsAcl", "READ");
        var blind = await cdf.TokenWithAsync(TestEmulator.Capability("extractionPipelinesAcl", "READ WRITE"));
        (await cdf.PostAsync("/extpipes", create, blind)).Expect(403);
        (await cdf.PostAsync("/extpipes/delete", """{"items":[{"externalId":"q"}]}""", blind)).Expect(403);
        var writer = await cdf.TokenWithAsync(TestEmulator.Capability("extractionPipelinesAcl", "READ WRITE"), datasets);
        (await cdf.PostAsync("/extpipes", create, writer)).Expect(200);
        (await cdf.PostAsync("/extpipes/runs", Run("p"), writer)).Expect(403);
        var runner = await cdf.TokenWithAsync(
            TestEmulator.Capability("extractionRunsAcl", "READ WRITE", $$"""{ "extractionPipelineScope": {"ids":[{{id}}]} }"""), datasets);
        (await cdf.PostAsync("/extpipes/runs", Run("p"), runner)).Expect(200);
        (await cdf.PostAsync("/extpipes/runs", Run("q"), runner)).Expect(400);
        (await cdf.GetAsync("/extpipes/runs?externalId=p", runner)).Expect(200);
        (await cdf.PostAsync("/extpipes/list", "{}", runner)).Expect(403);
        static string Run(string pipeline) => $$"""{"items":[{"externalId":"{{pipeline}}","status":"seen"}]}""";
    }

    private static string Pipeline(string externalId, long dataSet) =>
        $$"""{"externalId":"{{externalId}}","name":"n","dataSetId":{{dataSet}}}""";
}
