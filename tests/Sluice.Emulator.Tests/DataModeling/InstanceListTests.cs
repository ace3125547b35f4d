using static Sluice.Emulator.Tests.DataModeling.ModelFixture;

namespace Sluice.Emulator.Tests.DataModeling;

public sealed class InstanceListTests
{
    /// <summary>Stands for the ends of an <c>overlaps</c> filter.</summary>
    private const string Ends = """ "startProperty":["sp","T/v1","from"],"endProperty":["sp","T/v1","to"] """;

    private const string Items =
        """
        {"name":{"type":{"type":"text"}},"size":{"type":{"type":"int32"}},
         "from":{"type":{"type":"timestamp"}},"to":{"type":{"type":"timestamp"}},
         "tags":{"type":{"type":"text","list":true}},"next":{"type":{"type":"direct"}},"on":{"type":{"type":"boolean"}},
         "data":{"type":{"type":"json"}},"other":{"type":{"type":"text"}}}
        """;

    [Theory]
    [InlineData("""{"equals":{"property":["node","externalId"],"value":"b"}}""", "b")]
    [InlineData("""{"equals":{"property":["node","space"],"value":"sp"}}""", "a b c d")]
    [InlineData("""{"equals":{"property":["node","type"],"value":{"space":"sp","externalId":"d"}}}""", "a")]
    [InlineData("""{"equals":{"property":["sp","T/v1","name"],"value":"beta"}}""", "b")]
    [InlineData("""{"equals":{"property":["sp","T","name"],"value":"beta"}}""", "b")]
    [InlineData("""{"equals":{"property":["sp","T/v1","on"],"value":true}}""", "a")]
    [InlineData("""{"equals":{"property":["sp","T/v1","tags"],"value":["x","y"]}}""", "a")]
    [InlineData("""{"equals":{"property":["sp","T/v1","data"],"value":{"k":[1,{"l":2}]}}}""", "a")]
    [InlineData("""{"equals":{"property":["sp","T/v1","name"],"value":{"property":["sp","T/v1","other"]}}}""", "b")]
    [InlineData("""{"not":{"equals":{"property":["sp","T/v1","name"],"value":"beta"}}}""", "a")]
    [InlineData("""{"in":{"property":["node","externalId"],"values":["d","a","x"]}}""", "a d")]
    [InlineData("""{"in":{"property":["sp","T/v1","next"],"values":[{"space":"sp","externalId":"b"}]}}""", "a")]
    [InlineData("""{"range":{"property":["sp","T/v1","size"],"gte":2,"lt":3}}""", "b")]
    [InlineData("""{"range":{"property":["sp","T/v1","size"],"gt":1}}""", "b c")]
    [InlineData("""{"range":{"property":["sp","T/v1","from"],"lte":"2024-01-01T01:00:00+01:00"}}""", "a")]
    [InlineData("""{"range":{"property":["sp","T/v1","name"],"gt":"alpha"}}""", "b")]
    [InlineData("""{"range":{"property":["node","version"],"gt":1}}""", "b")]
    [InlineData("""{"prefix":{"property":["sp","T/v1","name"],"value":"al"}}""", "a")]
    [InlineData("""{"prefix":{"property":["node","externalId"],"value":""}}""", "a b c d")]
    [InlineData("""{"exists":{"property":["sp","T/v1","name"]}}""", "a b")]
    [InlineData("""{"not":{"exists":{"property":["sp","T/v1","name"]}}}""", "c d")]
    [InlineData("""{"containsAny":{"property":["sp","T/v1","tags"],"values":["y","z"]}}""", "a b")]
    [InlineData("""{"containsAll":{"property":["sp","T/v1","tags"],"values":["y","z"]}}""", "b")]
    [InlineData("""{"hasData":[{"type":"view","space":"sp","externalId":"T","version":"v1"}]}""", "a b c")]
    [InlineData("""{"hasData":[{"type":"container","space":"sp","externalId":"T"}]}""", "a b c")]
    [InlineData("""{"matchAll":{}}""", "a b c d")]
    [InlineData("""{"instanceReferences":[{"space":"sp","externalId":"c"},{"space":"sp","externalId":"x"}]}""", "c")]
    [InlineData("""{"nested":{"scope":["sp","T/v1","next"],"filter":{"equals":{"property":["sp","T/v1","name"],"value":"beta"}}}}""", "a")]
    [InlineData($$$"""{"overlaps":{{{{Ends}}},"gte":"2024-01-02T00:00:00Z","lt":"2024-02-01T00:00:00Z"}}""", "a b c d")]
    [InlineData($$$"""{"overlaps":{{{{Ends}}},"gt":"2024-01-03T00:00:00Z"}}""", "b c d")]
    [InlineData($$$"""{"overlaps":{{{{Ends}}},"lte":"2024-01-04T00:00:00Z"}}""", "a c d")]
    [InlineData("""{"and":[{"exists":{"property":["sp","T/v1","name"]}},{"range":{"property":["sp","T/v1","size"],"lte":1}}]}""", "a")]
    [InlineData("""{"or":[{"prefix":{"property":["sp","T","name"],"value":"z"}},{"instanceReferences":[{"space":"sp","externalId":"d"}]}]}""", "d")]
    public async Task A_filter_finds_what_it_describes(string filter, string expected)
    {
        await using var cdf = await StartFilledAsync();
        Assert.Equal(expected, string.Join(' ', await cdf.ListAsync(filter)));
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"matchAll":{},"and":[]}""")]
    [InlineData("""{"and":[]}""")]
    [InlineData("""{"like":{"property":["node","externalId"],"value":"b"}}""")]
    [InlineData("""{"equals":{"property":["sp","T/v1","color"],"value":"b"}}""")]
    [InlineData("""{"equals":{"property":["sp","X/v1","name"],"value":"b"}}""")]
    [InlineData("""{"equals":{"property":["edge","externalId"],"value":"b"}}""")]
    [InlineData("""{"equals":{"property":["node","startNode"],"value":{"space":"sp","externalId":"d"}}}""")]
    [InlineData("""{"equals":{"property":["sp","T/v1","size"],"value":"1"}}""")]
    [InlineData("""{"range":{"property":["sp","T/v1","size"]}}""")]
    [InlineData("""{"range":{"property":["sp","T/v1","on"],"gt":false}}""")]
    [InlineData("""{"prefix":{"property":["sp","T/v1","size"],"value":"1"}}""")]
    [InlineData("""{"in":{"property":["sp","T/v1","tags"],"values":["x"]}}""")]
    [InlineData("""{"containsAny":{"property":["sp","T/v1","name"],"values":["x"]}}""")]
    [InlineData("""{"nested":{"scope":["sp","T/v1","name"],"filter":{"matchAll":{}}}}""")]
    [InlineData("""{"equals":{"property":["sp","T/v1","name"],"value":{"parameter":"p"}}}""")]
    public async Task A_filter_that_makes_no_sense_is_400(string filter)
    {
        await using var cdf = await StartFilledAsync();
        (await cdf.PostAsync($"{Instances}/list", $$"""{"filter":{{filter}} }""")).Expect(400);
    }

    [Fact]
    public async Task Sources_choose_the_properties_and_leave_out_instances_without_data()
    {
        await using var cdf = await StartFilledAsync();
        await cdf.CreateViewAsync("U", """{"note":{"type":{"type":"text"}}}""");
        (await cdf.ApplyAsync(Node("b", "U", """{"note":"x"}"""))).Expect(200);
        var both = $$"""{"sources":[{"source":{{ViewId("U")}} },{"source":{{ViewId("T")}} }]}""";
        var answer = (await cdf.PostAsync($"{Instances}/list", both)).Expect(200);
        Assert.Equal(["b"], answer.ExternalIds);
        var properties = answer.Items[0].GetProperty("properties").GetProperty("sp");
        Assert.Equal("""{"note":"x"}""", properties.GetProperty("U/v1").GetRawText());
        Assert.Equal("beta", properties.GetProperty("T/v1").GetProperty("name").GetString());
        var eleven = string.Join(',', Enumerable.Repeat($$"""{"source":{{ViewId("U")}} }""", 11));
        (await cdf.PostAsync($"{Instances}/list", $$"""{"sources":[{{eleven}}]}""")).Expect(400);
        (await cdf.PostAsync($"{Instances}/list", $$"""{"sources":[{"source":{{ContainerId("U")}} }]}""")).Expect(400);
    }

    [Fact]
    public async Task A_views_own_filter_takes_the_place_of_having_data()
    {
        await using var cdf = await StartFilledAsync();
        (await cdf.PostItemsAsync(
            "/models/views",
            View("Big", $"\"s\":{Mapped("T", "size")}", ""","filter":{"range":{"property":["sp","T","size"],"gte":2}}"""))).Expect(200);
        Assert.Equal(["b", "c"], await cdf.ListAsync("""{"matchAll":{}}""", Sources("Big")));
    }

    [Fact]
    public async Task Lists_are_sorted_and_paged()
    {
        await using var cdf = await StartFilledAsync();
        const string BySize = """ "sort":[{"property":["sp","T/v1","size"],"direction":"descending"}] """;
        Assert.Equal(["c", "b", "a", "d"], await PagesAsync(cdf, BySize));
        const string NullsFirst =
            """
            "sort":[{"property":["sp","T/v1","name"],"nullsFirst":true},{"property":["node","externalId"],"direction":"descending"}]
            """;
        Assert.Equal(["d", "c", "a", "b"], await PagesAsync(cdf, NullsFirst));
        Assert.Equal(["a", "b", "c", "d"], await PagesAsync(cdf, """ "includeTyping":false """));
        (await cdf.PostAsync($"{Instances}/list", """{"sort":[{"property":["sp","T/v1","tags"]}]}""")).Expect(400);
        (await cdf.PostAsync($"{Instances}/list", """{"limit":1001}""")).Expect(400);
        (await cdf.PostAsync($"{Instances}/list", """{"limit":0}""")).Expect(400);
        (await cdf.PostAsync($"{Instances}/list", """{"cursor":"x"}""")).Expect(400);
    }

    [Fact]
    public async Task Edges_are_listed_by_their_ends()
    {
        await using var cdf = await StartFilledAsync();
        (await cdf.ApplyAsync(Edge("ab", "a", "b"), Edge("bc", "b", "c"))).Expect(200);
        const string Edges = ""","instanceType":"edge" """;
        var byStart = $$"""{"equals":{"property":["edge","startNode"],"value":{{Key("b")}} } }""";
        Assert.Equal(["bc"], await cdf.ListAsync(byStart, Edges));
        const string IsBeta = """{"equals":{"property":["sp","T/v1","name"],"value":"beta"}}""";
        Assert.Equal(["ab"], await cdf.ListAsync($$"""{"nested":{"scope":["edge","endNode"],"filter":{{IsBeta}} } }""", Edges));
        Assert.Equal(["ab", "bc"], (await cdf.PostAsync($"{Instances}/list", """{"instanceType":"edge"}""")).Expect(200).ExternalIds);
    }

    private static async Task<List<string>> PagesAsync(TestEmulator cdf, string parameters)
    {
        var all = new List<string>();
        string? cursor = null;
        do
        {
            var position = cursor is null ? "null" : $"\"{cursor}\"";
            var page = $$"""{"limit":1,{{parameters}},"cursor":{{position}} }""";
            var answer = (await cdf.PostAsync($"{Instances}/list", page)).Expect(200);
            all.AddRange(answer.ExternalIds);
            cursor = answer.NextCursor;
        }
        while (cursor is not null);
        return all;
    }

    private static async Task<TestEmulator> StartFilledAsync()
    {
        var cdf = await StartAsync();
        await cdf.CreateViewAsync("T", Items);
        (await cdf.ApplyAsync(
            Node(
                "a",
                "T",
                $$"""
                {"name":"alpha","size":1,"from":"2024-01-01T00:00:00Z","to":"2024-01-03T00:00:00Z","tags":["x","y"],"next":{{Key("b")}},
                 "on":true,"data":{"k":[1,{"l":2}]} }
                """,
                $",\"type\":{Key("d")}"),
            Node("b", "T", """{"name":"beta","size":2,"from":"2024-01-05T00:00:00Z","tags":["z","y"]}"""),
            Node("c", "T", """{"size":3}"""),
            Node("d"))).Expect(200);
        (await cdf.ApplyAsync(Node("b", "T", """{"other":"beta"}"""))).Expect(200);
        return cdf;
    }
}
