using System.Text.Json;
using static Sluice.Emulator.Tests.DataModeling.ModelFixture;

namespace Sluice.Emulator.Tests.DataModeling;

public sealed class ViewAndDataModelTests
{
    [Fact]
    public async Task A_view_answers_with_its_properties_and_what_their_container_says()
    {
        var clock = new TestClock();
        await using var cdf = await StartAsync(new EmulatorOptions { Clock = clock });
        const string Properties = """{"p":{"type":{"type":"direct"},"name":"C's"},"q":{"type":{"type":"text"}}}""";
        (await cdf.PostItemsAsync("/models/containers", Container("C", Properties))).Expect(200);
        var mapped = Mapped("C", "p", $$""","name":"R","source":{{ViewId("V")}}""");
        var view = View("V", $"\"r\":{mapped}", ""","name":"N" """);
        var made = (await cdf.PostItemsAsync("/models/views", view)).Expect(200);
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        AssertJson(
            $$"""
            {"externalId":"V","space":"sp","version":"v1","createdTime":{{now}},"lastUpdatedTime":{{now}},"isGlobal":false,
             "writable":true,"queryable":true,"usedFor":"node","name":"N","implements":[],
             "properties":{
               "r":{"constraintState":{},
                    "type":{"type":"direct","list":false,"source":{"type":"view","space":"sp","externalId":"V","version":"v1"} },
                    "container":{"type":"container","space":"sp","externalId":"C"},"containerPropertyIdentifier":"p",
                    "immutable":false,"nullable":true,"autoIncrement":false,"name":"R"} },
             "mappedContainers":[{"type":"container","space":"sp","externalId":"C"}]}
            """,
            made.Items[0]);
        clock.Advance(TimeSpan.FromSeconds(1));
        var same = (await cdf.PostItemsAsync("/models/views", view)).Expect(200);
        Assert.Equal(made.Items[0].GetRawText(), same.Items[0].GetRawText());
    }

    [Fact]
    public async Task A_view_inherits_and_overrides_the_properties_of_those_that_it_implements()
    {
        await using var cdf = await StartAsync();
        await cdf.CreateViewAsync("Base", """{"name":{"type":{"type":"text"}},"size":{"type":{"type":"int32"}}}""", "all");
        const string Speed = """{"speed":{"type":{"type":"float64"},"nullable":false}}""";
        (await cdf.PostItemsAsync("/models/containers", Container("More", Speed))).Expect(200);
        (await cdf.PostItemsAsync(
            "/models/views",
            View("Middle", $"\"name\":{Mapped("Base", "name", ""","name":"M" """)}", $",\"implements\":[{ViewId("Base")}]"),
            View("Leaf", $"\"speed\":{Mapped("More", "speed")}", $",\"implements\":[{ViewId("Middle")}]"))).Expect(200);
        var leaf = (await cdf.PostItemsAsync("/models/views/byids", Versioned("Leaf"))).Expect(200).Items[0];
        Assert.Equal(["name", "size", "speed"], Names(leaf));
        Assert.Equal("M", leaf.GetProperty("properties").GetProperty("name").GetProperty("name").GetString());
        Assert.Equal("node", leaf.GetProperty("usedFor").GetString());
        Assert.Equal(2, leaf.GetProperty("mappedContainers").GetArrayLength());
        var own = await cdf.PostItemsAsync("/models/views/byids?includeInheritedProperties=false", Versioned("Leaf"));
        Assert.Equal(["speed"], Names(own.Expect(200).Items[0]));
        (await cdf.ApplyAsync(Node("n", "Leaf", """{"name":"x","speed":1}"""))).Expect(200);
        Assert.Equal("""{"name":"x"}""", (await cdf.PropertiesAsync("n", "Base")).GetRawText());
        Assert.Equal("""{"name":"x","speed":1}""", (await cdf.PropertiesAsync("n", "Leaf")).GetRawText());
    }

    [Fact]
    public async Task Connections_are_shown_and_cannot_be_written()
    {
        await using var cdf = await StartAsync();
        await cdf.CreateViewAsync("Child", """{"parents":{"type":{"type":"direct","list":true}}}""");
        var made = (await cdf.PostItemsAsync(
            "/models/views",
            View(
                "Parent",
                $$"""
                "children":{"connectionType":"multi_reverse_direct_relation","source":{{ViewId("Child")}},
                  "through":{"source":{{ViewId("Child")}},"identifier":"parents"} },
                "flows":{"type":{{Key("flow")}},"source":{{ViewId("Child")}},"direction":"inwards"}
                """))).Expect(200).Items[0];
        Assert.False(made.GetProperty("writable").GetBoolean());
        Assert.False(made.GetProperty("queryable").GetBoolean());
        Assert.Equal("all", made.GetProperty("usedFor").GetString());
        var properties = made.GetProperty("properties");
        Assert.True(properties.GetProperty("children").GetProperty("targetsList").GetBoolean());
        Assert.Equal("multi_edge_connection", properties.GetProperty("flows").GetProperty("connectionType").GetString());
        Assert.Equal("inwards", properties.GetProperty("flows").GetProperty("direction").GetString());
        (await cdf.ApplyAsync(Node("n", "Parent", $$"""{"children":[{{Key("c")}}]}"""))).Expect(400);
    }

    [Fact]
    public async Task A_view_that_leaves_out_a_required_property_is_not_writable()
    {
        await using var cdf = await StartAsync();
        const string Properties = """{"p":{"type":{"type":"text"}},"q":{"type":{"type":"text"},"nullable":false}}""";
        (await cdf.PostItemsAsync("/models/containers", Container("C", Properties))).Expect(200);
        var view = (await cdf.PostItemsAsync("/models/views", View("V", $"\"p\":{Mapped("C", "p")}"))).Expect(200).Items[0];
        Assert.False(view.GetProperty("writable").GetBoolean());
        Assert.True(view.GetProperty("queryable").GetBoolean());
        (await cdf.ApplyAsync(Node("n", "V", """{"p":"x"}"""))).Expect(400);
    }

    [Fact]
    public async Task References_of_a_view_must_exist()
    {
        await using var cdf = await StartAsync();
        await cdf.CreateViewAsync("C", """{"p":{"type":{"type":"text"}}}""");
        await cdf.CreateViewAsync("E", """{"p":{"type":{"type":"text"}}}""", "edge");
        await ExpectBadAsync(View("V", $"\"p\":{Mapped("X", "p")}"));
        await ExpectBadAsync(View("V", $"\"p\":{Mapped("C", "x")}"));
        await ExpectBadAsync(View("V", $"\"p\":{Mapped("C", "p", $",\"source\":{ViewId("C")}")}"));
        await ExpectBadAsync(View("V", $"\"p\":{Mapped("C", "p")},\"q\":{Mapped("E", "p")}"));
        await ExpectBadAsync(View("V", "", $",\"implements\":[{ViewId("X")}]"));
        await ExpectBadAsync(View("V", "", $",\"implements\":[{ViewId("V")}]"));
        await ExpectBadAsync(View("V", "", $",\"implements\":[{ViewId("W")}]"), View("W", "", $",\"implements\":[{ViewId("V")}]"));
        await ExpectBadAsync(View("V", "\"type\":7"));
        await ExpectBadAsync(View("V", "\"p\":{\"connectionType\":\"other\"}"));
        await ExpectBadAsync(View("V", $$""""p":{"type":{{Key("t")}},"source":{{ViewId("C")}},"direction":"up"}""""));
        await ExpectBadAsync(View("V", "", ""","filter":7"""));
        await ExpectBadAsync("""{"space":"sp","externalId":"V","version":"-"}""");

        async Task ExpectBadAsync(params string[] views)
        {
            (await cdf.PostItemsAsync("/models/views", views)).Expect(400);
            Assert.Equal(["C", "E"], (await cdf.GetAsync("/models/views")).Expect(200).ExternalIds);
        }
    }

    [Fact]
    public async Task Versions_live_side_by_side()
    {
        var clock = new TestClock();
        await using var cdf = await StartAsync(new EmulatorOptions { Clock = clock });
        await cdf.CreateViewAsync("V", """{"p":{"type":{"type":"text"}}}""");
        clock.Advance(TimeSpan.FromSeconds(1));
        var second = View("V", $"\"renamed\":{Mapped("V", "p")}").Replace("v1", "v2", StringComparison.Ordinal);
        (await cdf.PostItemsAsync("/models/views", second)).Expect(200);
        Assert.Equal(["v2"], Versions(await cdf.GetAsync("/models/views?space=sp")));
        Assert.Equal(["v1", "v2"], Versions(await cdf.GetAsync("/models/views?allVersions=true")));
        Assert.Equal(["v1", "v2"], Versions(await cdf.PostItemsAsync("/models/views/byids", Key("V"))));
        (await cdf.ApplyAsync(Node("n", "V", """{"p":"x"}"""))).Expect(200);
        var deleted = (await cdf.PostItemsAsync("/models/views/delete", Versioned("V"), Versioned("X"))).Expect(200);
        Assert.Equal("""{"items":[{"externalId":"V","space":"sp","version":"v1"}]}""", deleted.Body.GetRawText());
        (await cdf.ApplyAsync(Node("n", "V", """{"p":"x"}"""))).Expect(400);
        (await cdf.PostItemsAsync("/models/views/delete", Key("V"))).Expect(400);
    }

    [Fact]
    public async Task A_data_model_lists_views_and_can_make_and_inline_them()
    {
        var clock = new TestClock();
        await using var cdf = await StartAsync(new EmulatorOptions { Clock = clock });
        await cdf.CreateViewAsync("V", """{"p":{"type":{"type":"text"}}}""");
        (await cdf.PostItemsAsync("/models/datamodels", Model("M", ViewId("X")))).Expect(400);
        var model = Model("M", ViewId("V"), View("W", $"\"q\":{Mapped("V", "p")}"));
        var made = (await cdf.PostItemsAsync("/models/datamodels", model)).Expect(200);
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        AssertJson(
            $$"""
            {"space":"sp","externalId":"M","version":"v1","createdTime":{{now}},"lastUpdatedTime":{{now}},"isGlobal":false,"name":"N",
             "views":[{"type":"view","space":"sp","externalId":"V","version":"v1"},
                      {"type":"view","space":"sp","externalId":"W","version":"v1"}]}
            """,
            made.Items[0]);
        var inline = (await cdf.PostItemsAsync("/models/datamodels/byids?inlineViews=true", Versioned("M"))).Expect(200);
        Assert.Equal(["q"], Names(inline.Items[0].GetProperty("views")[1]));
        var listed = await cdf.GetAsync("/models/datamodels?space=sp&includeGlobal=true&allVersions=true");
        Assert.Equal(["M"], listed.Expect(200).ExternalIds);
        var deleted = (await cdf.PostItemsAsync("/models/datamodels/delete", Versioned("M"))).Expect(200);
        Assert.Equal("""{"items":[{"externalId":"M","space":"sp","version":"v1"}]}""", deleted.Body.GetRawText());
        Assert.Equal(["V", "W"], (await cdf.GetAsync("/models/views")).Expect(200).ExternalIds);
    }

    private static string Model(string name, params string[] views) =>
        $$"""{"space":"sp","externalId":"{{name}}","version":"v1","name":"N","views":[{{string.Join(',', views)}}]}""";

    private static string Versioned(string name) => $$"""{"space":"sp","externalId":"{{name}}","version":"v1"}""";

    private static List<string> Names(JsonElement view) => [.. view.GetProperty("properties").EnumerateObject().Select(p => p.Name)];

    private static List<string> Versions(Answer answer) => answer.Expect(200).Items.ConvertAll(i => i.GetProperty("version").GetString()!);
}
