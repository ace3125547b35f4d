using System.Text.Json;

namespace Sluice.Emulator.Tests.DataModeling;

/// <summary>Shorthand for data modeling requests. The space is <c>sp</c>, views have version <c>v1</c>.</summary>
internal static class ModelFixture
{
    public const string Instances = "/models/instances";

    /// <summary>An emulator with the space <c>sp</c>.</summary>
    public static async Task<TestEmulator> StartAsync(EmulatorOptions? options = null)
    {
        var cdf = await TestEmulator.StartAsync(options);
        (await cdf.PostItemsAsync("/models/spaces", """{"space":"sp"}""")).Expect(200);
        return cdf;
    }

    /// <summary>Makes a container and a view of the same name with all of its properties.</summary>
    public static async Task CreateViewAsync(
        this TestEmulator cdf, string name, string properties, string usedFor = "node", string more = "")
    {
        (await cdf.PostItemsAsync("/models/containers", Container(name, properties, usedFor, more))).Expect(200);
        using var parsed = JsonDocument.Parse(properties);
        var mapped = parsed.RootElement.EnumerateObject().Select(p => $"\"{p.Name}\":{Mapped(name, p.Name)}");
        (await cdf.PostItemsAsync("/models/views", View(name, string.Join(',', mapped)))).Expect(200);
    }

    public static string Container(string name, string properties, string usedFor = "node", string more = "") =>
        $$"""{"space":"sp","externalId":"{{name}}","usedFor":"{{usedFor}}","properties":{{properties}}{{more}}}""";

    public static string View(string name, string properties, string more = "") =>
        $$"""{"space":"sp","externalId":"{{name}}","version":"v1","properties":{ {{properties}} }{{more}}}""";

    public static string Mapped(string container, string property, string more = "") =>
        $$"""{"container":{{ContainerId(container)}},"containerPropertyIdentifier":"{{property}}"{{more}}}""";

    public static string ContainerId(string name) => $$"""{"type":"container","space":"sp","externalId":"{{name}}"}""";

    public static string ViewId(string name) => $$"""{"type":"view","space":"sp","externalId":"{{name}}","version":"v1"}""";

    public static string Key(string externalId) => $$"""{"space":"sp","externalId":"{{externalId}}"}""";

    /// <summary>A node, with properties through a view if they are given.</summary>
    public static string Node(string externalId, string? view = null, string? properties = null, string more = "") =>
        $$"""{"instanceType":"node","space":"sp","externalId":"{{externalId}}"{{Sources(view, properties)}}{{more}}}""";

    public static string Edge(string externalId, string start, string end, string? view = null, string? properties = null) =>
        $$"""
        {"instanceType":"edge","space":"sp","externalId":"{{externalId}}","type":{{Key("type")}},
         "startNode":{{Key(start)}},"endNode":{{Key(end)}}{{Sources(view, properties)}}}
        """;

    public static string Reference(string externalId, string instanceType = "node", string more = "") =>
        $$"""{"instanceType":"{{instanceType}}","space":"sp","externalId":"{{externalId}}"{{more}}}""";

    public static Task<Answer> ApplyAsync(this TestEmulator cdf, params string[] items) => cdf.PostItemsAsync(Instances, items);

    /// <summary>Applies with options, e.g. <c>"replace":true</c>.</summary>
    public static Task<Answer> ApplyWithAsync(this TestEmulator cdf, string options, params string[] items) =>
        cdf.PostAsync(Instances, $$"""{"items":[{{string.Join(',', items)}}],{{options}}}""");

    public static Task<Answer> ByIdAsync(this TestEmulator cdf, string externalId, string? view = null, string instanceType = "node") =>
        cdf.PostAsync($"{Instances}/byids", $$"""{"items":[{{Reference(externalId, instanceType)}}]{{Sources(view)}}}""");

    /// <summary>The properties of a node in a view, as JSON.</summary>
    public static async Task<JsonElement> PropertiesAsync(
        this TestEmulator cdf, string externalId, string view, string instanceType = "node") =>
        (await cdf.ByIdAsync(externalId, view, instanceType)).Expect(200).Items[0]
            .GetProperty("properties").GetProperty("sp").GetProperty($"{view}/v1");

    /// <summary>The external ids that a list with this filter returns.</summary>
    public static async Task<List<string>> ListAsync(this TestEmulator cdf, string filter, string more = "") =>
        (await cdf.PostAsync($"{Instances}/list", $$"""{"filter":{{filter}}{{more}}}""")).Expect(200).ExternalIds;

    /// <summary>Fails unless both are the same JSON; the order of members does not matter.</summary>
    public static void AssertJson(string expected, JsonElement actual)
    {
        using var parsed = JsonDocument.Parse(expected);
        Assert.True(JsonElement.DeepEquals(parsed.RootElement, actual), $"Expected {expected}\ngot {actual.GetRawText()}");
    }

    public static string Sources(string? view) => view is null ? "" : $$""","sources":[{"source":{{ViewId(view)}}}]""";

    private static string Sources(string? view, string? properties) => view is null
        ? ""
        : $$""","sources":[{"source":{{ViewId(view)}},"properties":{{properties}}}]""";
}
