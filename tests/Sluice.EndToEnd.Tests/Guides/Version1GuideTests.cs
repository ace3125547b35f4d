using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Sluice.EndToEnd.Tests.Servers;

namespace Sluice.EndToEnd.Tests.Guides;

/// <summary>docs/administration-v1.md, followed step by step, and with the mistakes that it tells of.</summary>
public sealed class Version1GuideTests(GatewayServer server) : IDisposable
{
    private readonly Portals _portals = new(server.Emulator);
    private readonly HttpClient _http = new() { BaseAddress = server.Api };

    public static TheoryData<string> Mistakes => [.. GuidePage.Version1.Answers.Keys];

    [Fact]
    public async Task The_commands_of_the_guide_lead_to_rows_in_CDF()
    {
        var app = await _portals.SetUpAsync(Portals.Version1Capabilities);
        var result = await GuideShell.RunAsync(GuidePage.Version1, server, app, new Dictionary<string, string>());

        Assert.Contains("INSERT 0 1", result.Output, StringComparison.Ordinal);
        Assert.Equal("Pump 2", (string?)Assert.Single(await server.Cdf.ByExternalIdsAsync("assets", "pump-2"))!["name"]);
    }

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task A_mistake_gets_the_answer_that_the_guide_quotes(string mistake) => GuidePage.Version1.Quotes(mistake, await MakeAsync(mistake));

    public void Dispose()
    {
        _portals.Dispose();
        _http.Dispose();
    }

    private async Task<string> MakeAsync(string mistake)
    {
        string[] capabilities = mistake == "no-list-capabilities" ? [Portals.Version1Capabilities[^1]] : [.. Portals.Version1Capabilities];
        var app = await _portals.RegisterAppAsync();
        var group = await _portals.CreateGroupAsync(app);
        await _portals.CreateCdfGroupAsync(group, capabilities);
        var given = mistake switch
        {
            "group-id-as-client-id" => app with { ClientId = group },
            "secret-id" => app with { SecretValue = app.SecretId },
            "no-list-capabilities" => app,
            _ => throw new ArgumentException($"No test makes the mistake {mistake}", nameof(mistake)),
        };
        var auth = new JsonObject
        {
            ["token_url"] = server.Emulator.TokenUrl.AbsoluteUri,
            ["client_id"] = given.ClientId,
            ["client_secret"] = given.SecretValue,
            ["scope"] = server.Emulator.Scope,
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/create")
        {
            Content = JsonContent.Create(new JsonObject { ["auth"] = auth, ["project"] = server.Emulator.Project }),
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", await _portals.TokenAsync(app)) },
        };
        using var response = await _http.SendAsync(request);
        return $"{(int)response.StatusCode} {(string?)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["error"]?["message"]}";
    }
}
