using System.Text.Json;

namespace Sluice.Emulator.Tests;

public sealed class SequenceTests
{
    [Fact]
    public async Task A_sequence_comes_back_with_its_columns_whose_type_is_DOUBLE_unless_said()
    {
        await using var cdf = await TestEmulator.StartAsync();
        var asset = await cdf.CreateAsync("/assets", """{"name":"a","externalId":"a"}""");
        (await cdf.PostItemsAsync(
            "/sequences",
            $$"""
            {"externalId":"s","name":"n","description":"d","assetId":{{asset}},"metadata":{"k":"v"},
             "columns":[{"externalId":"x"},{"externalId":"y","valueType":"STRING","name":"Y","metadata":{"u":"m"} }]}
            """)).Expect(201);
        var stored = (await cdf.PostItemsAsync("/sequences/byids", """{"externalId":"s"}""")).Expect(200).Items[0];
        var columns = stored.GetProperty("columns");
        Assert.Equal("DOUBLE", columns[0].GetProperty("valueType").GetString());
        Assert.Equal("STRING", columns[1].GetProperty("valueType").GetString());
        Assert.Equal("m", columns[1].GetProperty("metadata").GetProperty("u").GetString());
        Assert.InRange(stored.GetProperty("createdTime").GetInt64() - columns[0].GetProperty("createdTime").GetInt64(), 0, 60_000);
        Assert.Equal(["s"], await FilterAsync("""{"assetSubtreeIds":[{"externalId":"a"}]}"""));
        Assert.Equal(["s"], await FilterAsync("""{"metadata":{"k":"v"}}"""));
        Assert.Equal(1, await cdf.CountAsync("/sequences"));
        async Task<List<string>> FilterAsync(string filter) =>
            (await cdf.PostAsync("/sequences/list", $$"""{"filter":{{filter}}}""")).Expect(200).ExternalIds;
    }

    [Fact]
    public async Task A_GET_lists_25_and_a_POST_100()
    {
        await using var cdf = await TestEmulator.StartAsync();
        (await cdf.PostItemsAsync("/sequences", [.. Enumerable.Range(0, 101).Select(i => Sequence($"s{i}"))])).Expect(201);
        Assert.Equal(25, (await cdf.GetAsync("/sequences")).Expect(200).Items.Count);
        Assert.Equal(100, (await cdf.PostAsync("/sequences/list", "{}")).Expect(200).Items.Count);
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"columns":[]}""")]
    [InlineData("""{"columns":[{"name":"x"}]}""")]
    [InlineData("""{"columns":[{"externalId":"x"},{"externalId":"x"}]}""")]
    [InlineData("""{"columns":[{"externalId":"x","valueType":"double"}]}""")]
    [InlineData("""{"columns":[{"externalId":"x"}],"assetId":5}""")]
    [InlineData("""{"columns":[{"externalId":"x"}],"dataSetId":5}""")]
    public async Task A_malformed_sequence_is_400_and_nothing_is_stored(string sequence)
    {
        await using var cdf = await TestEmulator.StartAsync();
        (await cdf.PostItemsAsync("/sequences", Sequence("good"), sequence)).Expect(400);
        Assert.Equal(0, await cdf.CountAsync("/sequences"));
    }

    [Theory]
    [InlineData(400, "DOUBLE", 201)]
    [InlineData(401, "LONG", 400)]
    [InlineData(200, "STRING", 201)]
    [InlineData(201, "STRING", 400)]
    public async Task Columns_are_limited(int count, string type, int status)
    {
        await using var cdf = await TestEmulator.StartAsync();
        var columns = string.Join(',', Enumerable.Range(0, count).Select(i => $$"""{"externalId":"c{{i}}","valueType":"{{type}}"}"""));
        (await cdf.PostItemsAsync("/sequences", $$"""{"columns":[{{columns}}]}""")).Expect(status);
    }

    [Fact]
    public async Task Taken_repeated_and_unknown_keys_are_named()
    {
        await using var cdf = await TestEmulator.StartAsync();
        var id = await cdf.CreateAsync("/sequences", Sequence("a"));
        var taken = (await cdf.PostItemsAsync("/sequences", Sequence("a"), Sequence("b"), Sequence("b"), Sequence("c"))).Expect(409);
        Assert.Equal(["""{"externalId":"a"}""", """{"externalId":"b"}"""], taken.Keys("duplicated"));
        Assert.Equal(1, await cdf.CountAsync("/sequences"));
        var unknown = (await cdf.PostItemsAsync("/sequences/delete", """{"externalId":"a"}""", """{"externalId":"x"}""")).Expect(400);
        Assert.Equal(["""{"externalId":"x"}"""], unknown.Keys("missing"));
        (await cdf.PostItemsAsync("/sequences/byids", $$"""{"id":{{id}}}""", """{"externalId":"a"}""")).Expect(409);
        (await cdf.PostAsync("/sequences/delete", """{"items":[{"externalId":"a"},{"id":5}],"ignoreUnknownIds":true}""")).Expect(200);
        Assert.Equal(0, await cdf.CountAsync("/sequences"));
    }

    [Fact]
    public async Task Columns_are_added_removed_and_modified_and_cells_follow()
    {
        var clock = new TestClock();
        await using var cdf = await TestEmulator.StartAsync(new EmulatorOptions { Clock = clock });
        await cdf.CreateAsync("/sequences", """{"externalId":"s","columns":[{"externalId":"a"},{"externalId":"b"}]}""");
        (await cdf.PostItemsAsync(
            "/sequences/data", """{"externalId":"s","columns":["a","b"],"rows":[{"rowNumber":0,"values":[1,2]}]}""")).Expect(200);
        clock.Advance(TimeSpan.FromSeconds(1));
        var changed = (await Update(
            """
            {"columns":{"remove":[{"externalId":"a"}],
             "modify":[{"externalId":"b","update":{"externalId":{"set":"bb"},"name":{"set":"B"} } }],
             "add":[{"externalId":"c","valueType":"LONG"}]},"name":{"set":"n"} }
            """)).Expect(200).Items[0];
        Assert.Equal(["bb", "c"], changed.GetProperty("columns").EnumerateArray().Select(c => c.GetProperty("externalId").GetString()));
        var column = changed.GetProperty("columns")[0];
        Assert.Equal(1000, column.GetProperty("lastUpdatedTime").GetInt64() - column.GetProperty("createdTime").GetInt64());
        var rows = (await cdf.PostAsync("/sequences/data/list", """{"externalId":"s"}""")).Expect(200).Body;
        Assert.Equal("[2,null]", rows.GetProperty("rows")[0].GetProperty("values").GetRawText());
        Task<Answer> Update(string update) => cdf.PostItemsAsync("/sequences/update", $$"""{"externalId":"s","update":{{update}}}""");
    }

    [Theory]
    [InlineData("""{"remove":[{"externalId":"x"}]}""")]
    [InlineData("""{"remove":[{"externalId":"a"}]}""")]
    [InlineData("""{"add":[{"externalId":"a"}]}""")]
    [InlineData("""{"modify":[{"externalId":"a","update":{"valueType":{"set":"LONG"}}}]}""")]
    [InlineData("""{"modify":[{"externalId":"x","update":{}}]}""")]
    [InlineData("""{"set":[{"externalId":"z"}]}""")]
    public async Task A_wrong_change_of_columns_is_400_and_changes_nothing(string columns)
    {
        await using var cdf = await TestEmulator.StartAsync();
        await cdf.CreateAsync("/sequences", Sequence("first"));
        await cdf.CreateAsync("/sequences", Sequence("s"));
        (await cdf.PostItemsAsync(
            "/sequences/update",
            """{"externalId":"first","update":{"name":{"set":"changed"}}}""",
            $$$"""{"externalId":"s","update":{"columns":{{{columns}}} } }""")).Expect(400);
        var stored = (await cdf.PostItemsAsync("/sequences/byids", """{"externalId":"first"}""", """{"externalId":"s"}""")).Items;
        Assert.False(stored[0].TryGetProperty("name", out _));
        Assert.Equal("a", Assert.Single(stored[1].GetProperty("columns").EnumerateArray()).GetProperty("externalId").GetString());
    }

    [Fact]
    public async Task Deleted_columns_still_count()
    {
        await using var cdf = await TestEmulator.StartAsync();
        var columns = string.Join(',', Enumerable.Range(0, 399).Select(i => $$"""{"externalId":"c{{i}}"}"""));
        await cdf.CreateAsync("/sequences", $$"""{"externalId":"s","columns":[{{columns}}]}""");
        const string Replace = """{"externalId":"s","update":{"columns":{"remove":[{"externalId":"c0"}],"add":[{"externalId":"c0"}]}}}""";
        (await cdf.PostItemsAsync("/sequences/update", Replace)).Expect(200);
        (await cdf.PostItemsAsync("/sequences/update", Replace)).Expect(400);
    }

    [Fact]
    public async Task Sequences_and_their_rows_need_their_capability()
    {
        await using var cdf = await TestEmulator.StartAsync();
        await cdf.CreateAsync("/sequences", Sequence("s"));
        var reader = await cdf.TokenWithAsync(TestEmulator.Capability("sequencesAcl", "READ"));
        (await cdf.PostAsync("/sequences/list", "{}", reader)).Expect(200);
        (await cdf.PostAsync("/sequences/data/list", """{"externalId":"s"}""", reader)).Expect(200);
        (await cdf.PostAsync("/sequences", $$"""{"items":[{{Sequence("t")}}]}""", reader)).Expect(403);
        (await cdf.PostAsync("/sequences/data", Rows("""{"rowNumber":0,"values":[1]}"""), reader)).Expect(403);
        (await cdf.PostAsync("/sequences/data/delete", """{"items":[{"externalId":"s","rows":[0]}]}""", reader)).Expect(403);
        var set = await cdf.CreateAsync("/datasets", """{"externalId":"d"}""");
        var scoped = await cdf.TokenWithAsync(
            TestEmulator.Capability("sequencesAcl", "READ WRITE", $$"""{ "datasetScope": {"ids":[{{set}}]} }"""));
        (await cdf.PostAsync("/sequences/data", Rows("""{"rowNumber":0,"values":[1]}"""), scoped)).Expect(400);
    }

    [Fact]
    public async Task Cells_are_overwritten_one_by_one_and_cleared_by_null()
    {
        await using var cdf = await TestEmulator.StartAsync();
        await CreateTypedAsync(cdf);
        (await cdf.PostItemsAsync("/sequences/data", Cells("\"d\",\"l\",\"t\"", """[1.5,9007199254740993,"x"]"""))).Expect(200);
        (await cdf.PostItemsAsync("/sequences/data", Cells("\"t\",\"d\"", """["y",null]"""))).Expect(200);
        var body = (await cdf.PostAsync("/sequences/data/list", """{"externalId":"s"}""")).Expect(200).Body;
        Assert.Equal("""[{"rowNumber":3,"values":[null,9007199254740993,"y"]}]""", body.GetProperty("rows").GetRawText());
        Assert.Equal("""{"externalId":"d","name":"D","valueType":"DOUBLE"}""", body.GetProperty("columns")[0].GetRawText());
        var some = (await cdf.PostAsync("/sequences/data/list", """{"externalId":"s","columns":["t"]}""")).Expect(200).Body;
        Assert.Equal("""[{"rowNumber":3,"values":["y"]}]""", some.GetProperty("rows").GetRawText());
        (await cdf.PostAsync("/sequences/data/list", """{"externalId":"s","columns":["no"]}""")).Expect(404);
    }

    [Theory]
    [InlineData("\"d\"", """["x"]""")]
    [InlineData("\"d\"", "[1e101]")]
    [InlineData("\"l\"", "[1.5]")]
    [InlineData("\"l\"", "[9223372036854775808]")]
    [InlineData("\"t\"", "[1]")]
    [InlineData("\"t\"", "[true]")]
    [InlineData("\"d\",\"l\"", "[1]")]
    [InlineData("\"d\",\"d\"", "[1,1]")]
    public async Task A_wrong_value_is_400_and_nothing_of_the_request_is_stored(string columns, string values)
    {
        await using var cdf = await TestEmulator.StartAsync();
        await CreateTypedAsync(cdf);
        await cdf.CreateAsync("/sequences", Sequence("first"));
        (await cdf.PostItemsAsync(
            "/sequences/data",
            """{"externalId":"first","columns":["a"],"rows":[{"rowNumber":0,"values":[1]}]}""",
            Cells(columns, values))).Expect(400);
        Assert.Empty(await RowNumbersAsync(cdf, """{"externalId":"first"}"""));
        Assert.Empty(await RowNumbersAsync(cdf, """{"externalId":"s"}"""));
    }

    [Fact]
    public async Task Unknown_columns_are_404_unknown_sequences_400_and_repeated_ones_409()
    {
        await using var cdf = await TestEmulator.StartAsync();
        await CreateTypedAsync(cdf);
        (await cdf.PostItemsAsync("/sequences/data", Cells("\"no\"", "[1]"))).Expect(404);
        var unknown = (await cdf.PostItemsAsync(
            "/sequences/data",
            Cells("\"d\"", "[1]"),
            """{"externalId":"x","columns":["a"],"rows":[{"rowNumber":0,"values":[1]}]}""")).Expect(400);
        Assert.Equal(["""{"externalId":"x"}"""], unknown.Keys("missing"));
        (await cdf.PostItemsAsync("/sequences/data", Cells("\"d\"", "[1]"), Cells("\"l\"", "[1]"))).Expect(409);
        (await cdf.PostItemsAsync(
            "/sequences/data",
            """{"externalId":"s","columns":["d"],"rows":[{"rowNumber":0,"values":[1]},{"rowNumber":0,"values":[2]}]}""")).Expect(400);
        (await cdf.PostItemsAsync(
            "/sequences/data", """{"externalId":"s","columns":["d"],"rows":[{"rowNumber":-1,"values":[1]}]}""")).Expect(400);
        Assert.Empty(await RowNumbersAsync(cdf, """{"externalId":"s"}"""));
    }

    [Fact]
    public async Task A_request_has_at_most_10000_rows_and_100000_values()
    {
        await using var cdf = await TestEmulator.StartAsync();
        await cdf.CreateAsync("/sequences", Sequence("a"));
        await cdf.CreateAsync("/sequences", Sequence("b"));
        var columns = string.Join(',', Enumerable.Range(0, 201).Select(i => $$"""{"externalId":"{{i}}"}"""));
        await cdf.CreateAsync("/sequences", $$"""{"externalId":"w","columns":[{{columns}}]}""");
        (await cdf.PostItemsAsync("/sequences/data", Block("a", 10_000))).Expect(200);
        (await cdf.PostItemsAsync("/sequences/data", Block("a", 10_001))).Expect(400);
        (await cdf.PostItemsAsync("/sequences/data", Block("a", 5000), Block("b", 5001))).Expect(400);
        (await cdf.PostItemsAsync("/sequences/data", Wide(500, 200))).Expect(200);
        (await cdf.PostItemsAsync("/sequences/data", Wide(501, 200))).Expect(400);
        (await cdf.PostItemsAsync("/sequences/data", Wide(1, 201))).Expect(400);
        var page = (await cdf.PostAsync("/sequences/data/list", """{"externalId":"w","limit":10000}""")).Expect(200);
        Assert.Equal(100_000 / 201, page.Body.GetProperty("rows").GetArrayLength());
        Assert.NotNull(page.NextCursor);
        static string Block(string id, int rows)
        {
            var body = string.Join(',', Enumerable.Range(0, rows).Select(r => $$"""{"rowNumber":{{r}},"values":[1]}"""));
            return $$"""{"externalId":"{{id}}","columns":["a"],"rows":[{{body}}]}""";
        }

        static string Wide(int rows, int columns)
        {
            var values = string.Join(',', Enumerable.Repeat("null", columns));
            var names = string.Join(',', Enumerable.Range(0, columns).Select(c => $"\"{c}\""));
            var body = string.Join(',', Enumerable.Range(0, rows).Select(r => $$"""{"rowNumber":{{r}},"values":[{{values}}]}"""));
            return $$"""{"externalId":"w","columns":[{{names}}],"rows":[{{body}}]}""";
        }
    }

    [Fact]
    public async Task Rows_are_read_by_range_and_page_and_the_last_one_alone()
    {
        await using var cdf = await TestEmulator.StartAsync();
        await cdf.CreateAsync("/sequences", Sequence("s"));
        var rows = Enumerable.Range(0, 25).Reverse().Select(i => $$"""{"rowNumber":{{i * 10}},"values":[{{i}}]}""");
        (await cdf.PostAsync("/sequences/data", Rows([.. rows]))).Expect(200);
        Assert.Equal([20, 30], await RowNumbersAsync(cdf, """{"externalId":"s","start":20,"end":40}"""));
        var first = (await cdf.PostAsync("/sequences/data/list", """{"externalId":"s","limit":20}""")).Expect(200);
        Assert.Equal(20, first.Body.GetProperty("rows").GetArrayLength());
        Assert.Equal(
            [200, 210, 220, 230, 240],
            await RowNumbersAsync(cdf, $$"""{"externalId":"s","limit":10,"cursor":"{{first.NextCursor}}"}"""));
        (await cdf.PostAsync("/sequences/data/list", $$"""{"externalId":"s","start":1,"cursor":"{{first.NextCursor}}"}""")).Expect(400);
        var last = (await cdf.PostAsync("/sequences/data/latest", """{"externalId":"s"}""")).Expect(200).Body;
        Assert.Equal("""[{"rowNumber":240,"values":[24]}]""", last.GetProperty("rows").GetRawText());
        var before = (await cdf.PostAsync("/sequences/data/latest", """{"externalId":"s","before":240}""")).Expect(200).Body;
        Assert.Equal("""[{"rowNumber":230,"values":[23]}]""", before.GetProperty("rows").GetRawText());
    }

    [Fact]
    public async Task Rows_are_deleted_by_number_and_go_away_with_their_sequence()
    {
        await using var cdf = await TestEmulator.StartAsync();
        await cdf.CreateAsync("/sequences", Sequence("s"));
        (await cdf.PostAsync("/sequences/data", Rows("""{"rowNumber":1,"values":[1]}""", """{"rowNumber":2,"values":[2]}"""))).Expect(200);
        (await cdf.PostItemsAsync(
            "/sequences/data/delete", """{"externalId":"s","rows":[1]}""", """{"externalId":"no","rows":[2]}""")).Expect(400);
        Assert.Equal([1, 2], await RowNumbersAsync(cdf, """{"externalId":"s"}"""));
        (await cdf.PostItemsAsync("/sequences/data/delete", """{"externalId":"s","rows":[1,77]}""")).Expect(200);
        Assert.Equal([2], await RowNumbersAsync(cdf, """{"externalId":"s"}"""));
        (await cdf.PostAsync("/sequences/data", Rows("""{"rowNumber":1,"values":[9]}"""))).Expect(200);
        Assert.Equal([1, 2], await RowNumbersAsync(cdf, """{"externalId":"s"}"""));
        (await cdf.PostItemsAsync("/sequences/delete", """{"externalId":"s"}""")).Expect(200);
        await cdf.CreateAsync("/sequences", Sequence("s"));
        Assert.Empty(await RowNumbersAsync(cdf, """{"externalId":"s"}"""));
    }

    private static string Sequence(string externalId) => $$"""{"externalId":"{{externalId}}","columns":[{"externalId":"a"}]}""";

    private static string Rows(params string[] rows) =>
        $$"""{"items":[{"externalId":"s","columns":["a"],"rows":[{{string.Join(',', rows)}}]}]}""";

    private static string Cells(string columns, string values) =>
        $$"""{"externalId":"s","columns":[{{columns}}],"rows":[{"rowNumber":3,"values":{{values}}}]}""";

    private static Task<long> CreateTypedAsync(TestEmulator cdf) => cdf.CreateAsync(
        "/sequences",
        """
        {"externalId":"s","columns":[{"externalId":"d","name":"D"},{"externalId":"l","valueType":"LONG"},
         {"externalId":"t","valueType":"STRING"}]}
        """);

    private static async Task<List<long>> RowNumbersAsync(TestEmulator cdf, string query)
    {
        JsonElement body = (await cdf.PostAsync("/sequences/data/list", query)).Expect(200).Body;
        return [.. body.GetProperty("rows").EnumerateArray().Select(r => r.GetProperty("rowNumber").GetInt64())];
    }
}
