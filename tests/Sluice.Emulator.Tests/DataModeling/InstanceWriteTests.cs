using static Sluice.Emulator.Tests.DataModeling.ModelFixture;

namespace Sluice.Emulator.Tests.DataModeling;

public sealed class InstanceWriteTests
{
    private const string Pump = """{"name":{"type":{"type":"text"}},"speed":{"type":{"type":"float64"}}}""";

    [Fact]
    public async Task A_node_is_made_with_version_1_and_read_back()
    {
        var clock = new TestClock();
        await using var cdf = await StartAsync(new EmulatorOptions { Clock = clock });
        await cdf.CreateViewAsync("Pump", Pump);
        var answer = (await cdf.ApplyAsync(Node("n1", "Pump", """{"name":"a","speed":1.5}"""))).Expect(200);
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        AssertJson(
            $$"""
            {"instanceType":"node","version":1,"wasModified":true,"space":"sp","externalId":"n1",
             "createdTime":{{now}},"lastUpdatedTime":{{now}}}
            """,
            answer.Items[0]);
        Assert.Equal(0, answer.Body.GetProperty("deleted").GetArrayLength());
        var read = (await cdf.ByIdAsync("n1", "Pump")).Expect(200).Items[0];
        Assert.Equal("""{"sp":{"Pump/v1":{"name":"a","speed":1.5}}}""", read.GetProperty("properties").GetRawText());
        Assert.False(read.TryGetProperty("type", out _));
    }

    [Fact]
    public async Task A_write_merges_by_property_and_null_clears_one()
    {
        var clock = new TestClock();
        await using var cdf = await StartAsync(new EmulatorOptions { Clock = clock });
        await cdf.CreateViewAsync("Pump", Pump);
        (await cdf.ApplyAsync(Node("n1", "Pump", """{"name":"a","speed":1.5}"""))).Expect(200);
        clock.Advance(TimeSpan.FromSeconds(1));
        var second = (await cdf.ApplyAsync(Node("n1", "Pump", """{"speed":2}"""))).Expect(200).Items[0];
        Assert.Equal(2, second.GetProperty("version").GetInt32());
        Assert.Equal(1000, second.GetProperty("lastUpdatedTime").GetInt64() - second.GetProperty("createdTime").GetInt64());
        Assert.Equal("""{"name":"a","speed":2}""", (await cdf.PropertiesAsync("n1", "Pump")).GetRawText());
        (await cdf.ApplyAsync(Node("n1", "Pump", """{"name":null}"""))).Expect(200);
        Assert.Equal("""{"speed":2}""", (await cdf.PropertiesAsync("n1", "Pump")).GetRawText());
    }

    [Fact]
    public async Task A_write_that_changes_nothing_keeps_version_and_time()
    {
        var clock = new TestClock();
        await using var cdf = await StartAsync(new EmulatorOptions { Clock = clock });
        await cdf.CreateViewAsync("Pump", Pump);
        var first = (await cdf.ApplyAsync(Node("n1", "Pump", """{"name":"a"}"""))).Expect(200).Items[0];
        clock.Advance(TimeSpan.FromSeconds(1));
        var second = (await cdf.ApplyAsync(Node("n1", "Pump", """{"name":"a"}"""))).Expect(200).Items[0];
        Assert.False(second.GetProperty("wasModified").GetBoolean());
        Assert.Equal(1, second.GetProperty("version").GetInt32());
        Assert.Equal(first.GetProperty("lastUpdatedTime").GetInt64(), second.GetProperty("lastUpdatedTime").GetInt64());
    }

    [Fact]
    public async Task Replace_clears_what_is_not_given()
    {
        await using var cdf = await StartAsync();
        await cdf.CreateViewAsync("Pump", Pump);
        (await cdf.ApplyAsync(Node("n1", "Pump", """{"name":"a","speed":1}""", $",\"type\":{Key("T")}"))).Expect(200);
        (await cdf.ApplyWithAsync("\"replace\":true", Node("n1", "Pump", """{"name":"b"}"""))).Expect(200);
        Assert.Equal("""{"name":"b"}""", (await cdf.PropertiesAsync("n1", "Pump")).GetRawText());
        Assert.False((await cdf.ByIdAsync("n1")).Items[0].TryGetProperty("type", out _));
    }

    [Fact]
    public async Task Nodes_and_edges_of_one_request_may_refer_to_each_other_in_any_order()
    {
        await using var cdf = await StartAsync();
        var answer = (await cdf.ApplyAsync(Edge("e", "a", "b"), Node("b"), Node("a"), Node("type"))).Expect(200);
        Assert.Equal(["e", "b", "a", "type"], answer.ExternalIds);
        var edge = (await cdf.ByIdAsync("e", instanceType: "edge")).Expect(200).Items[0];
        Assert.Equal(Key("a"), edge.GetProperty("startNode").GetRawText());
        Assert.Equal(Key("b"), edge.GetProperty("endNode").GetRawText());
        Assert.Equal(Key("type"), edge.GetProperty("type").GetRawText());
    }

    [Fact]
    public async Task One_bad_item_undoes_the_whole_request()
    {
        await using var cdf = await StartAsync();
        await cdf.CreateViewAsync("Pump", Pump);
        (await cdf.ApplyAsync(Node("old", "Pump", """{"name":"a"}"""))).Expect(200);
        (await cdf.ApplyWithAsync(
            $"\"delete\":[{Reference("old")}]",
            Node("n1", "Pump", """{"name":"a"}"""),
            Node("n2", "Pump", """{"speed":"fast"}"""))).Expect(400);
        Assert.Equal(["old"], await cdf.ListAsync("""{"matchAll":{}}"""));
    }

    [Fact]
    public async Task A_node_may_be_written_through_a_container()
    {
        await using var cdf = await StartAsync();
        await cdf.CreateViewAsync("Pump", Pump);
        (await cdf.ApplyAsync(
            $$"""
            {"instanceType":"node","space":"sp","externalId":"n1",
             "sources":[{"source":{{ContainerId("Pump")}},"properties":{"name":"a"} },
                        {"source":{{ViewId("Pump")}},"properties":{"speed":1} }]}
            """)).Expect(200);
        Assert.Equal("""{"name":"a","speed":1}""", (await cdf.PropertiesAsync("n1", "Pump")).GetRawText());
        (await cdf.ApplyAsync(
            $$"""
            {"instanceType":"node","space":"sp","externalId":"n1",
             "sources":[{"source":{{ContainerId("Pump")}},"properties":{"name":"a"} },
                        {"source":{{ViewId("Pump")}},"properties":{"name":"b"} }]}
            """)).Expect(400);
    }

    [Fact]
    public async Task A_stored_version_above_the_known_one_is_409()
    {
        await using var cdf = await StartAsync();
        await cdf.CreateViewAsync("Pump", Pump);
        (await cdf.ApplyAsync(Node("n1", "Pump", """{"name":"a"}""", ""","existingVersion":0"""))).Expect(200);
        var conflict = (await cdf.ApplyAsync(Node("n2"), Node("n1", "Pump", """{"name":"b"}""", ""","existingVersion":0"""))).Expect(409);
        Assert.Equal("A version conflict caused the ingest to fail.", conflict.Message);
        (await cdf.ApplyAsync(Node("n1", "Pump", """{"name":"b"}""", ""","existingVersion":1"""))).Expect(200);
        (await cdf.ApplyAsync(Node("n1", "Pump", """{"name":"c"}""", ""","existingVersion":1"""))).Expect(409);
        (await cdf.ApplyAsync(Node("n1", "Pump", """{"name":"c"}""", ""","existingVersion":7"""))).Expect(200);
        Assert.Equal(["n1"], await cdf.ListAsync("""{"matchAll":{}}"""));
    }

    [Fact]
    public async Task Version_conflicts_can_be_skipped()
    {
        await using var cdf = await StartAsync();
        await cdf.CreateViewAsync("Pump", Pump);
        (await cdf.ApplyAsync(Node("n1", "Pump", """{"name":"a"}"""))).Expect(200);
        var answer = (await cdf.ApplyWithAsync(
            "\"skipOnVersionConflict\":true",
            Node("n1", "Pump", """{"name":"b"}""", ""","existingVersion":0"""),
            Node("n2", "Pump", """{"name":"b"}""", ""","existingVersion":0"""))).Expect(200);
        Assert.Equal([false, true], answer.Items.ConvertAll(i => i.GetProperty("wasModified").GetBoolean()));
        Assert.Equal("""{"name":"a"}""", (await cdf.PropertiesAsync("n1", "Pump")).GetRawText());
    }

    [Fact]
    public async Task Upserts_and_deletes_share_a_limit_of_1000_items()
    {
        await using var cdf = await StartAsync();
        var nodes = Enumerable.Range(0, 1001).Select(i => Node($"n{i}")).ToArray();
        (await cdf.ApplyAsync(nodes)).Expect(400);
        Assert.Equal(1000, (await cdf.ApplyAsync(nodes[..1000])).Expect(200).Items.Count);
        (await cdf.ApplyWithAsync($"\"delete\":[{Reference("n1000")}]", nodes[..1000])).Expect(400);
        (await cdf.ApplyWithAsync($"\"delete\":[{Reference("n1")}]", nodes[2..])).Expect(200);
        (await cdf.ApplyAsync()).Expect(200);
        var keys = string.Join(',', Enumerable.Range(0, 1001).Select(i => Reference($"n{i}")));
        (await cdf.PostAsync($"{Instances}/byids", $$"""{"items":[{{keys}}]}""")).Expect(400);
        (await cdf.PostAsync($"{Instances}/delete", $$"""{"items":[{{keys}}]}""")).Expect(400);
    }

    [Theory]
    [InlineData("""{"instanceType":"node","space":"sp"}""")]
    [InlineData("""{"instanceType":"node","externalId":"a"}""")]
    [InlineData("""{"space":"sp","externalId":"a"}""")]
    [InlineData("""{"instanceType":"record","space":"sp","externalId":"a"}""")]
    [InlineData("""{"instanceType":"node","space":"sp","externalId":""}""")]
    [InlineData("""{"instanceType":"node","space":"sp","externalId":"a\u0000"}""")]
    [InlineData("""{"instanceType":"node","space":"1sp","externalId":"a"}""")]
    [InlineData("""{"instanceType":"node","space":"sp","externalId":"a","sources":[]}""")]
    [InlineData("""{"instanceType":"node","space":"sp","externalId":"a","existingVersion":-1}""")]
    [InlineData("""{"instanceType":"edge","space":"sp","externalId":"a"}""")]
    [InlineData("7")]
    public async Task A_malformed_item_is_400(string item)
    {
        await using var cdf = await StartAsync();
        (await cdf.ApplyAsync(item)).Expect(400);
    }

    [Fact]
    public async Task Names_are_checked_against_the_schema()
    {
        await using var cdf = await StartAsync();
        await cdf.CreateViewAsync("Pump", Pump);
        var view = await cdf.ApplyAsync(Node("n", "Fan", """{"a":1}"""));
        Assert.Equal("One or more views do not exist: 'sp:Fan/v1'", view.Expect(400).Message);
        var property = await cdf.ApplyAsync(Node("n", "Pump", """{"color":1}"""));
        Assert.Equal("Unknown property 'color' in 'sp:Pump/v1'", property.Expect(400).Message);
        var space = await cdf.ApplyAsync("""{"instanceType":"node","space":"nowhere","externalId":"n"}""");
        Assert.Equal("One or more spaces do not exist: 'nowhere'", space.Expect(400).Message);
        (await cdf.ApplyAsync(Node("a"), Node("b"), Edge("e", "a", "b", "Pump", """{"name":"x"}"""))).Expect(400);
        (await cdf.ApplyAsync(Node("n"), Node("n"))).Expect(400);
    }

    [Fact]
    public async Task An_external_id_has_up_to_256_characters_and_is_one_for_nodes_and_edges()
    {
        await using var cdf = await StartAsync();
        var longest = new string('ø', 256);
        (await cdf.ApplyAsync(Node(longest), Node("type"))).Expect(200);
        (await cdf.ApplyAsync(Node(longest + "x"))).Expect(400);
        (await cdf.ApplyAsync(Edge(longest, "type", "type"))).Expect(400);
        Assert.Equal(longest, (await cdf.ByIdAsync(longest)).Expect(200).ExternalIds.Single());
        Assert.Empty((await cdf.ByIdAsync(longest, instanceType: "edge")).Expect(200).Items);
    }
}
