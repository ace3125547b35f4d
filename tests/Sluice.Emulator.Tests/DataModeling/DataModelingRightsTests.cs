using static Sluice.Emulator.Tests.DataModeling.ModelFixture;
using static Sluice.Emulator.Tests.TestEmulator;

namespace Sluice.Emulator.Tests.DataModeling;

public sealed class DataModelingRightsTests
{
    private const string Other = """{"instanceType":"node","space":"other","externalId":"n"}""";

    [Fact]
    public async Task Instances_need_the_right_on_their_space_and_to_see_the_view()
    {
        await using var cdf = await StartTwoAsync();
        var blind = await cdf.TokenWithAsync(Capability("dataModelInstancesAcl", "READ WRITE", InSpace("sp")));
        (await PostAsync(cdf, blind, Node("n"))).Expect(200);
        (await PostAsync(cdf, blind, Other)).Expect(403);
        (await PostAsync(cdf, blind, Node("n", "T", """{"p":"x"}"""))).Expect(403);
        var seeing = await cdf.TokenWithAsync(
            Capability("dataModelInstancesAcl", "READ WRITE", InSpace("sp")), Capability("dataModelsAcl", "READ", InSpace("sp")));
        (await PostAsync(cdf, seeing, Node("n", "T", """{"p":"x"}"""))).Expect(200);
        (await cdf.PostAsync($"{Instances}/delete", $$"""{"items":[{{Other}}]}""", seeing)).Expect(403);
        (await cdf.PostAsync($"{Instances}/list", $$"""{"limit":10{{Sources("T")}} }""", blind)).Expect(403);
    }

    [Fact]
    public async Task Reads_show_only_spaces_that_the_caller_may_read()
    {
        await using var cdf = await StartTwoAsync();
        (await cdf.ApplyAsync(Node("n"), Other)).Expect(200);
        var reader = await cdf.TokenWithAsync(
            Capability("dataModelInstancesAcl", "READ", InSpace("other")), Capability("dataModelsAcl", "READ", InSpace("other")));
        Assert.Single((await cdf.PostAsync($"{Instances}/byids", $$"""{"items":[{{Other}},{{Node("n")}}]}""", reader)).Expect(200).Items);
        Assert.Single((await cdf.PostAsync($"{Instances}/list", "{}", reader)).Expect(200).Items);
        Assert.Single((await cdf.GetAsync("/models/spaces", reader)).Expect(200).Items);
        Assert.Empty((await cdf.GetAsync("/models/views", reader)).Expect(200).Items);
        Assert.Empty((await cdf.PostAsync("/models/containers/byids", $$"""{"items":[{{Key("T")}}]}""", reader)).Expect(200).Items);
        (await PostAsync(cdf, reader, Other)).Expect(403);
        (await cdf.PostAsync("/models/spaces", """{"items":[{"space":"other"}]}""", reader)).Expect(403);
        const string View = """{"items":[{"space":"other","externalId":"V","version":"v1"}]}""";
        (await cdf.PostAsync("/models/views/delete", View, reader)).Expect(403);
    }

    [Fact]
    public async Task Making_targets_of_relations_needs_the_right_to_write_there()
    {
        await using var cdf = await StartTwoAsync();
        (await cdf.ApplyAsync(Other)).Expect(200);
        var writer = await cdf.TokenWithAsync(Capability("dataModelInstancesAcl", "WRITE", InSpace("sp")));
        var node = Node("n", more: ""","type":{"space":"other","externalId":"n"}""");
        (await PostAsync(cdf, writer, node)).Expect(403);
        (await cdf.PostAsync(Instances, $$"""{"items":[{{node}}],"autoCreateDirectRelations":false}""", writer)).Expect(200);
    }

    [Fact]
    public async Task WRITE_PROPERTIES_changes_values_of_what_is_there()
    {
        await using var cdf = await StartTwoAsync();
        (await cdf.ApplyAsync(Node("n"))).Expect(200);
        var token = await cdf.TokenWithAsync(Capability("dataModelInstancesAcl", "WRITE_PROPERTIES"), Capability("dataModelsAcl", "READ"));
        (await PostAsync(cdf, token, Node("n", "T", """{"p":"x"}"""))).Expect(200);
        (await PostAsync(cdf, token, Node("m", "T", """{"p":"x"}"""))).Expect(403);
        (await PostAsync(cdf, token, Node("n", more: $",\"type\":{Key("n")}"))).Expect(403);
        (await cdf.PostAsync($"{Instances}/delete", $$"""{"items":[{{Reference("n")}}]}""", token)).Expect(403);
    }

    [Fact]
    public async Task Without_any_right_everything_is_403()
    {
        await using var cdf = await StartTwoAsync();
        var token = await cdf.TokenWithAsync(Capability("assetsAcl", "READ"));
        (await PostAsync(cdf, token, Node("n"))).Expect(403);
        (await cdf.PostAsync($"{Instances}/list", "{}", token)).Expect(403);
        (await cdf.PostAsync($"{Instances}/byids", $$"""{"items":[{{Reference("n")}}]}""", token)).Expect(403);
        (await cdf.GetAsync("/models/datamodels", token)).Expect(403);
        (await cdf.PostAsync("/models/datamodels", """{"items":[]}""", token)).Expect(403);
    }

    [Fact]
    public async Task Two_requests_that_write_one_instance_conflict_when_that_is_asked_for()
    {
        await using var cdf = await StartTwoAsync();
        await cdf.AdminAsync("settings", """{"detectConflicts":true}""");
        await cdf.FaultsAsync("""{"id":"slow","path":"/models/instances","times":1,"action":"hold"}""");
        var first = cdf.ApplyAsync(Node("n"));
        (await cdf.SendAsync(HttpMethod.Get, "/faults/slow/hits?atLeast=1", null)).Expect(200);

        // The hit is counted when the request arrives, the claim is made a moment later.
        Answer second;
        do
        {
            second = await cdf.ApplyAsync(Node("n"));
        }
        while (second.Status == 200);

        second.Expect(429);
        (await cdf.ApplyAsync(Node("m"))).Expect(200);
        (await cdf.SendAsync(HttpMethod.Delete, "/faults/slow", null)).Expect(200);
        (await first).Expect(200);
    }

    private static Task<Answer> PostAsync(TestEmulator cdf, string token, string item) =>
        cdf.PostAsync(Instances, $$"""{"items":[{{item}}]}""", token);

    private static string InSpace(string space) => $$"""{ "spaceIdScope": {"spaceIds":["{{space}}"]} }""";

    private static async Task<TestEmulator> StartTwoAsync()
    {
        var cdf = await ModelFixture.StartAsync();
        (await cdf.PostItemsAsync("/models/spaces", """{"space":"other"}""")).Expect(200);
        await cdf.CreateViewAsync("T", """{"p":{"type":{"type":"text"}}}""");
        return cdf;
    }
}
