using static Sluice.Emulator.Tests.DataModeling.ModelFixture;

namespace Sluice.Emulator.Tests.DataModeling;

public sealed class RelationTests
{
    [Fact]
    public async Task Targets_of_direct_relations_are_made_unless_the_request_says_otherwise()
    {
        await using var cdf = await StartAsync();
        await cdf.CreateViewAsync("T", """{"r":{"type":{"type":"direct"}},"rs":{"type":{"type":"direct","list":true}}}""");
        var node = Node("n", "T", $$"""{"r":{{Key("a")}},"rs":[{{Key("b")}},{{Key("n")}}]}""", $",\"type\":{Key("t")}");
        var missing = (await cdf.ApplyWithAsync("\"autoCreateDirectRelations\":false", node)).Expect(400);
        Assert.Equal(
            "Node with external id 't' was referenced as the target of a direct relation, but it does not exist.", missing.Message);
        Assert.Equal(["n"], (await cdf.ApplyAsync(node)).Expect(200).ExternalIds);
        Assert.Equal(1, (await cdf.ByIdAsync("b")).Items[0].GetProperty("version").GetInt32());
        Assert.Equal(4, (await cdf.ListAsync("""{"matchAll":{}}""")).Count);
        (await cdf.ApplyWithAsync("\"autoCreateDirectRelations\":false", node)).Expect(200);
        var elsewhere = Node("m", "T", """{"r":{"space":"nowhere","externalId":"a"}}""");
        Assert.Equal("One or more spaces do not exist: 'nowhere'", (await cdf.ApplyAsync(elsewhere)).Expect(400).Message);
    }

    [Fact]
    public async Task A_target_that_must_have_data_in_a_container_is_never_made()
    {
        await using var cdf = await StartAsync();
        await cdf.CreateViewAsync("Site", """{"name":{"type":{"type":"text"}}}""");
        await cdf.CreateViewAsync("T", $$$"""{"r":{"type":{"type":"direct","container":{{{ContainerId("Site")}}} } } }""");
        (await cdf.ApplyAsync(Node("n", "T", $$"""{"r":{{Key("a")}} }"""))).Expect(400);
        (await cdf.ApplyAsync(Node("a"))).Expect(200);
        (await cdf.ApplyAsync(Node("n", "T", $$"""{"r":{{Key("a")}} }"""))).Expect(400);
        (await cdf.ApplyAsync(Node("n", "T", $$"""{"r":{{Key("a")}} }"""), Node("a", "Site", """{"name":"x"}"""))).Expect(200);
    }

    [Fact]
    public async Task Ends_of_edges_must_exist_or_be_made_on_request()
    {
        await using var cdf = await StartAsync();
        (await cdf.ApplyAsync(Edge("e", "a", "b"))).Expect(400);
        (await cdf.ApplyWithAsync("\"autoCreateStartNodes\":true", Edge("e", "a", "b"))).Expect(400);
        Assert.Empty(await cdf.ListAsync("""{"matchAll":{}}"""));
        (await cdf.ApplyWithAsync("\"autoCreateStartNodes\":true,\"autoCreateEndNodes\":true", Edge("e", "a", "b"))).Expect(200);
        Assert.Equal(["type", "a", "b"], await cdf.ListAsync("""{"matchAll":{}}"""));
        (await cdf.ApplyAsync(Edge("f", "a", "e"))).Expect(400);
    }

    [Fact]
    public async Task An_edge_holds_properties_of_containers_for_edges()
    {
        await using var cdf = await StartAsync();
        await cdf.CreateViewAsync("Flow", """{"rate":{"type":{"type":"float64"}}}""", "edge");
        await cdf.CreateViewAsync("Note", """{"text":{"type":{"type":"text"}}}""", "all");
        (await cdf.ApplyAsync(Node("a", "Flow", """{"rate":1}"""))).Expect(400);
        (await cdf.ApplyAsync(Node("a", "Note", """{"text":"x"}"""), Edge("e", "a", "a", "Flow", """{"rate":1}"""))).Expect(200);
        (await cdf.ApplyAsync(Edge("e", "a", "a", "Note", """{"text":"y"}"""))).Expect(200);
        Assert.Equal("""{"rate":1}""", (await cdf.PropertiesAsync("e", "Flow", "edge")).GetRawText());
        Assert.Equal("""{"text":"y"}""", (await cdf.PropertiesAsync("e", "Note", "edge")).GetRawText());
        Assert.Equal(2, (await cdf.ByIdAsync("e", instanceType: "edge")).Items[0].GetProperty("version").GetInt32());
    }

    [Fact]
    public async Task Deleting_a_node_deletes_its_edges_and_unknown_instances_are_skipped()
    {
        await using var cdf = await StartAsync();
        (await cdf.ApplyAsync(Node("a"), Node("b"), Node("c"))).Expect(200);
        (await cdf.ApplyAsync(Edge("ab", "a", "b"), Edge("bc", "b", "c"), Edge("ca", "c", "a"))).Expect(200);
        var answer = (await cdf.PostItemsAsync($"{Instances}/delete", Reference("nothing"), Reference("a"), Reference("bc"))).Expect(200);
        Assert.Equal("""[{"instanceType":"node","externalId":"a","space":"sp"}]""", answer.Body.GetProperty("items").GetRawText());
        Assert.Equal(["bc"], await cdf.ListAsync("""{"matchAll":{}}""", ""","instanceType":"edge" """));
        (await cdf.PostItemsAsync($"{Instances}/delete", Reference("b"), Reference("b"))).Expect(400);
    }

    [Fact]
    public async Task A_request_writes_and_deletes_as_one()
    {
        await using var cdf = await StartAsync();
        (await cdf.ApplyAsync(Node("a"), Node("b"), Edge("ab", "a", "b"))).Expect(200);
        var deletions = $"\"delete\":[{Reference("a")},{Reference("x")}]";
        var answer = (await cdf.ApplyWithAsync(deletions, Node("c"), Edge("ab", "b", "c"))).Expect(200);
        Assert.Equal("""[{"instanceType":"node","externalId":"a","space":"sp"}]""", answer.Body.GetProperty("deleted").GetRawText());
        Assert.Equal(["ab"], await cdf.ListAsync("""{"matchAll":{}}""", ""","instanceType":"edge" """));
        (await cdf.ApplyWithAsync($"\"delete\":[{Reference("b")}]", Edge("ab", "b", "c"))).Expect(400);
        (await cdf.ApplyWithAsync($"\"delete\":[{Reference("b")}]", Node("b"))).Expect(400);
        (await cdf.ApplyWithAsync($"\"delete\":[{Reference("c", more: ",\"existingVersion\":0")}]", Node("d"))).Expect(409);
        Assert.Equal(["b", "c", "type"], (await cdf.ListAsync("""{"matchAll":{}}""")).Order());
    }

    [Fact]
    public async Task Unique_values_are_unique_within_the_request_and_the_store()
    {
        await using var cdf = await StartAsync();
        await cdf.CreateViewAsync(
            "T",
            """{"p":{"type":{"type":"text"}},"q":{"type":{"type":"int32"}}}""",
            more: ""","constraints":{"u":{"constraintType":"uniqueness","properties":["p","q"]}}""");
        (await cdf.ApplyAsync(Node("a", "T", """{"p":"x","q":1}"""), Node("b", "T", """{"p":"x","q":1}"""))).Expect(400);
        (await cdf.ApplyAsync(Node("a", "T", """{"p":"x","q":1}"""), Node("b", "T", """{"p":"x","q":2}"""))).Expect(200);
        (await cdf.ApplyAsync(Node("c", "T", """{"p":"x","q":1}"""))).Expect(400);
        (await cdf.ApplyAsync(Node("c", "T", """{"p":"x"}"""), Node("d", "T", """{"p":"x"}"""))).Expect(200);
        (await cdf.ApplyAsync(Node("a", "T", """{"q":2}"""), Node("b", "T", """{"q":1}"""))).Expect(200);
        (await cdf.PostItemsAsync($"{Instances}/delete", Reference("a"))).Expect(200);
        (await cdf.ApplyAsync(Node("e", "T", """{"p":"x","q":2}"""))).Expect(200);
    }

    [Fact]
    public async Task Data_in_one_container_can_require_data_in_another()
    {
        await using var cdf = await StartAsync();
        await cdf.CreateViewAsync("Base", """{"name":{"type":{"type":"text"}}}""");
        await cdf.CreateViewAsync(
            "Pump",
            """{"speed":{"type":{"type":"float64"}}}""",
            more: $$$""","constraints":{"r":{"require":{{{ContainerId("Base")}}} } }""");
        (await cdf.ApplyAsync(Node("n", "Pump", """{"speed":1}"""))).Expect(400);
        (await cdf.ApplyAsync(Node("n", "Base", """{"name":"x"}"""))).Expect(200);
        (await cdf.ApplyAsync(Node("n", "Pump", """{"speed":1}"""))).Expect(200);
    }
}
