using static Sluice.Emulator.Tests.DataModeling.ModelFixture;

namespace Sluice.Emulator.Tests.DataModeling;

public sealed class SpaceAndContainerTests
{
    [Fact]
    public async Task Spaces_are_made_changed_listed_and_deleted()
    {
        var clock = new TestClock();
        await using var cdf = await TestEmulator.StartAsync(new EmulatorOptions { Clock = clock });
        var made = await cdf.PostItemsAsync("/models/spaces", """{"space":"b","name":"B"}""", """{"space":"a","description":"x"}""");
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        Assert.Equal(
            $$"""{"space":"b","name":"B","createdTime":{{now}},"lastUpdatedTime":{{now}},"isGlobal":false}""",
            made.Expect(200).Items[0].GetRawText());
        clock.Advance(TimeSpan.FromSeconds(1));
        var again = (await cdf.PostItemsAsync("/models/spaces", """{"space":"b"}""")).Expect(200).Items[0];
        Assert.Equal(
            $$"""{"space":"b","createdTime":{{now}},"lastUpdatedTime":{{now + 1000}},"isGlobal":false}""", again.GetRawText());
        var page = (await cdf.GetAsync("/models/spaces?limit=1&includeGlobal=true")).Expect(200);
        Assert.Equal(["a"], page.Items.ConvertAll(i => i.GetProperty("space").GetString()!));
        var rest = (await cdf.GetAsync($"/models/spaces?limit=1&includeGlobal=true&cursor={page.NextCursor}")).Expect(200);
        Assert.Equal(["b"], rest.Items.ConvertAll(i => i.GetProperty("space").GetString()!));
        Assert.Null(rest.NextCursor);
        Assert.Single((await cdf.PostItemsAsync("/models/spaces/byids", """{"space":"a"}""", """{"space":"x"}""")).Expect(200).Items);
        var deleted = (await cdf.PostItemsAsync("/models/spaces/delete", """{"space":"a"}""", """{"space":"x"}""")).Expect(200);
        Assert.Equal("""{"items":[{"space":"a"}]}""", deleted.Body.GetRawText());
    }

    [Theory]
    [InlineData("""{"space":"cdf"}""")]
    [InlineData("""{"space":"node"}""")]
    [InlineData("""{"space":"1a"}""")]
    [InlineData("""{"space":"a b"}""")]
    [InlineData("""{"space":""}""")]
    [InlineData("""{}""")]
    [InlineData("""{"space":"a23456789012345678901234567890123456789012345"}""")]
    public async Task A_space_that_is_badly_named_is_400(string item)
    {
        await using var cdf = await TestEmulator.StartAsync();
        (await cdf.PostItemsAsync("/models/spaces", """{"space":"good"}""", item)).Expect(400);
        Assert.Empty((await cdf.GetAsync("/models/spaces")).Expect(200).Items);
    }

    [Fact]
    public async Task A_space_is_deleted_only_when_it_is_empty()
    {
        await using var cdf = await StartAsync();
        (await cdf.ApplyAsync(Node("n"))).Expect(200);
        (await cdf.PostItemsAsync("/models/spaces/delete", """{"space":"sp"}""")).Expect(400);
        (await cdf.PostItemsAsync($"{Instances}/delete", Reference("n"))).Expect(200);
        (await cdf.PostItemsAsync("/models/containers", Container("C", """{"p":{"type":{"type":"text"}}}"""))).Expect(200);
        (await cdf.PostItemsAsync("/models/spaces/delete", """{"space":"sp"}""")).Expect(400);
        (await cdf.PostItemsAsync("/models/containers/delete", Key("C"))).Expect(200);
        (await cdf.PostItemsAsync("/models/spaces/delete", """{"space":"sp"}""")).Expect(200);
        (await cdf.ApplyAsync(Node("n"))).Expect(400);
    }

    [Fact]
    public async Task A_container_answers_with_all_that_it_knows()
    {
        var clock = new TestClock();
        await using var cdf = await StartAsync(new EmulatorOptions { Clock = clock });
        var made = (await cdf.PostItemsAsync(
            "/models/containers",
            """
            {"space":"sp","externalId":"C","name":"N","description":null,"usedFor":"all","properties":{
              "a":{"type":{"type":"text","maxTextSize":10},"nullable":false,"defaultValue":"x","name":"A","description":"d"},
              "b":{"type":{"type":"direct","container":{"type":"container","space":"sp","externalId":"C"},"list":true,"maxListSize":5}}},
             "constraints":{"u":{"properties":["a"],"bySpace":true},"r":{"require":{"type":"container","space":"sp","externalId":"C"}}},
             "indexes":{"i":{"properties":["a"],"cursorable":true},"j":{"indexType":"inverted","properties":["b"]}}}
            """)).Expect(200);
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        AssertJson(
            $$"""
            {"space":"sp","externalId":"C","usedFor":"all","name":"N",
             "properties":{
               "a":{"constraintState":{"nullability":"current","maxTextSize":"current"},
                    "type":{"type":"text","list":false,"maxTextSize":10,"collation":"ucs_basic"},
                    "immutable":false,"nullable":false,"autoIncrement":false,"defaultValue":"x","description":"d","name":"A"},
               "b":{"constraintState":{"maxListSize":"current"},
                    "type":{"type":"direct","container":{"type":"container","space":"sp","externalId":"C"},"list":true,"maxListSize":5},
                    "immutable":false,"nullable":true,"autoIncrement":false} },
             "constraints":{
               "u":{"state":"current","properties":["a"],"constraintType":"uniqueness","bySpace":true},
               "r":{"state":"current","require":{"type":"container","space":"sp","externalId":"C"},"constraintType":"requires"} },
             "indexes":{
               "i":{"properties":["a"],"state":"current","indexType":"btree","cursorable":true,"bySpace":false},
               "j":{"properties":["b"],"state":"current","indexType":"inverted"} },
             "createdTime":{{now}},"lastUpdatedTime":{{now}},"isGlobal":false}
            """,
            made.Items[0]);
        var read = (await cdf.PostItemsAsync("/models/containers/byids", Key("C"), Key("X"))).Expect(200);
        Assert.Equal(made.Items[0].GetRawText(), read.Items.Single().GetRawText());
        Assert.Single((await cdf.GetAsync("/models/containers?space=sp&usedFor=all&usedFor=edge")).Expect(200).Items);
        Assert.Empty((await cdf.GetAsync("/models/containers?usedFor=node")).Expect(200).Items);
        (await cdf.GetAsync("/models/containers?usedFor=nodes")).Expect(400);
    }

    [Theory]
    [InlineData("""{"space":"sp","externalId":"C"}""")]
    [InlineData("""{"space":"sp","externalId":"C","properties":{}}""")]
    [InlineData("""{"space":"sp","externalId":"1C","properties":{"p":{"type":{"type":"text"}}}}""")]
    [InlineData("""{"space":"sp","externalId":"C","usedFor":"record","properties":{"p":{"type":{"type":"text"}}}}""")]
    [InlineData("""{"space":"sp","externalId":"C","properties":{"p":{}}}""")]
    [InlineData("""{"space":"sp","externalId":"C","properties":{"p":{"type":{"type":"varchar"}}}}""")]
    [InlineData("""{"space":"sp","externalId":"C","properties":{"externalId":{"type":{"type":"text"}}}}""")]
    [InlineData("""{"space":"sp","externalId":"C","properties":{"a b":{"type":{"type":"text"}}}}""")]
    [InlineData("""{"space":"sp","externalId":"C","properties":{"p":{"type":{"type":"text"}},"p":{"type":{"type":"text"}}}}""")]
    [InlineData("""{"space":"sp","externalId":"C","properties":{"p":{"type":{"type":"text","maxListSize":5}}}}""")]
    [InlineData("""{"space":"sp","externalId":"C","properties":{"p":{"type":{"type":"text","list":true,"maxListSize":2001}}}}""")]
    [InlineData("""{"space":"sp","externalId":"C","properties":{"p":{"type":{"type":"text"},"defaultValue":1}}}""")]
    [InlineData("""{"space":"sp","externalId":"C","properties":{"p":{"type":{"type":"text"},"autoIncrement":true}}}""")]
    [InlineData("""{"space":"sp","externalId":"C","properties":{"p":{"type":{"type":"enum","values":{}}}}}""")]
    [InlineData("""{"space":"sp","externalId":"C","properties":{"p":{"type":{"type":"enum","list":true,"values":{"a":{}}}}}}""")]
    [InlineData("""{"space":"sp","externalId":"C","properties":{"p":{"type":{"type":"int32","unit":{"externalId":"m"}}}}}""")]
    [InlineData("""{"space":"sp","externalId":"C","properties":{"p":{"type":{"type":"text"}}},"constraints":{"u":{"properties":["q"]}}}""")]
    [InlineData("""{"space":"sp","externalId":"C","properties":{"p":{"type":{"type":"text"}}},"indexes":{"u":{"properties":[]}}}""")]
    [InlineData("""{"space":"no","externalId":"C","properties":{"p":{"type":{"type":"text"}}}}""")]
    public async Task A_malformed_container_is_400_and_nothing_of_the_request_is_stored(string container)
    {
        await using var cdf = await StartAsync();
        (await cdf.PostItemsAsync("/models/containers", Container("Good", """{"p":{"type":{"type":"text"}}}"""), container)).Expect(400);
        Assert.Empty((await cdf.GetAsync("/models/containers")).Expect(200).Items);
    }

    [Fact]
    public async Task A_container_has_at_most_100_properties_and_a_request_100_containers()
    {
        await using var cdf = await StartAsync();
        (await cdf.PostItemsAsync("/models/containers", Container("C", Properties(101)))).Expect(400);
        (await cdf.PostItemsAsync("/models/containers", Container("C", Properties(100)))).Expect(200);
        var many = Enumerable.Range(0, 101).Select(i => Container($"C{i}", Properties(1))).ToArray();
        (await cdf.PostItemsAsync("/models/containers", many)).Expect(400);
        (await cdf.PostItemsAsync("/models/containers", many[..100])).Expect(200);
        (await cdf.PostItemsAsync("/models/containers")).Expect(400);
        Assert.Equal(10, (await cdf.GetAsync("/models/containers")).Expect(200).Items.Count);
        (await cdf.GetAsync("/models/containers?limit=1001")).Expect(400);

        static string Properties(int count) =>
            $$"""{ {{string.Join(',', Enumerable.Range(0, count).Select(i => $$"""{{""}}"p{{i}}":{"type":{"type":"text"} }"""))}} }""";
    }

    [Fact]
    public async Task A_container_that_says_the_same_keeps_its_time_and_one_that_loses_something_is_400()
    {
        var clock = new TestClock();
        await using var cdf = await StartAsync(new EmulatorOptions { Clock = clock });
        const string Both = """{"p":{"type":{"type":"text"}},"q":{"type":{"type":"int32"}}}""";
        var first = (await cdf.PostItemsAsync("/models/containers", Container("C", Both))).Expect(200).Items[0];
        clock.Advance(TimeSpan.FromSeconds(1));
        var second = (await cdf.PostItemsAsync("/models/containers", Container("C", Both))).Expect(200).Items[0];
        Assert.Equal(first.GetRawText(), second.GetRawText());
        (await cdf.PostItemsAsync("/models/containers", Container("C", """{"p":{"type":{"type":"text"}}}"""))).Expect(400);
        (await cdf.PostItemsAsync(
            "/models/containers", Container("C", """{"p":{"type":{"type":"text"}},"q":{"type":{"type":"int64"}}}"""))).Expect(400);
        (await cdf.PostItemsAsync("/models/containers", Container("C", Both, "edge"))).Expect(400);
        var wider = (await cdf.PostItemsAsync("/models/containers", Container("C", Both, "all"))).Expect(200).Items[0];
        Assert.Equal(1000, wider.GetProperty("lastUpdatedTime").GetInt64() - wider.GetProperty("createdTime").GetInt64());
    }

    [Fact]
    public async Task A_rule_that_stored_data_breaks_is_shown_as_failed()
    {
        await using var cdf = await StartAsync();
        await cdf.CreateViewAsync("C", """{"p":{"type":{"type":"text"}},"q":{"type":{"type":"text"}}}""");
        (await cdf.ApplyAsync(Node("a", "C", """{"p":"x"}"""), Node("b", "C", """{"p":"x"}"""))).Expect(200);
        const string Stricter = """{"p":{"type":{"type":"text"},"nullable":false},"q":{"type":{"type":"text"},"nullable":false}}""";
        var answer = (await cdf.PostItemsAsync(
            "/models/containers", Container("C", Stricter, more: ""","constraints":{"u":{"properties":["p"]}}"""))).Expect(200).Items[0];
        Assert.Equal("failed", answer.GetProperty("constraints").GetProperty("u").GetProperty("state").GetString());
        var properties = answer.GetProperty("properties");
        Assert.Equal("current", properties.GetProperty("p").GetProperty("constraintState").GetProperty("nullability").GetString());
        Assert.Equal("failed", properties.GetProperty("q").GetProperty("constraintState").GetProperty("nullability").GetString());
        (await cdf.ApplyAsync(Node("c", "C", """{"p":"x","q":"y"}"""))).Expect(200);
        (await cdf.ApplyAsync(Node("d", "C", """{"p":"x"}"""))).Expect(400);
    }

    [Fact]
    public async Task Deleting_a_container_takes_its_data_and_leaves_views_that_cannot_be_queried()
    {
        await using var cdf = await StartAsync();
        const string Properties = """{"p":{"type":{"type":"text"}}}""";
        await cdf.CreateViewAsync("C", Properties);
        (await cdf.ApplyAsync(Node("n", "C", """{"p":"x"}"""))).Expect(200);
        var deleted = (await cdf.PostItemsAsync("/models/containers/delete", Key("C"), Key("X"))).Expect(200);
        Assert.Equal("""{"items":[{"externalId":"C","space":"sp"}]}""", deleted.Body.GetRawText());
        var view = (await cdf.GetAsync("/models/views")).Expect(200).Items[0];
        Assert.False(view.GetProperty("queryable").GetBoolean());
        (await cdf.ByIdAsync("n", "C")).Expect(400);
        (await cdf.ApplyAsync(Node("n", "C", """{"p":"x"}"""))).Expect(400);
        (await cdf.PostItemsAsync("/models/containers", Container("C", Properties))).Expect(200);
        Assert.Equal("{}", (await cdf.ByIdAsync("n", "C")).Expect(200).Items[0].GetProperty("properties").GetRawText());
    }
}
