using System.Net;
using System.Text.RegularExpressions;
using Sluice.EndToEnd.Tests.Servers;

namespace Sluice.EndToEnd.Tests.Guides;

/// <summary>docs/administration.md, followed step by step, and with every mistake that it tells of.</summary>
public sealed partial class AdministrationGuideTests(FaultServer own) : IClassFixture<FaultServer>
{
    private readonly GatewayServer _server = own.Server;

    public static TheoryData<string> Mistakes => [.. GuidePage.Administration.Answers.Keys];

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task A_mistake_gets_the_answer_that_the_guide_quotes(string mistake)
    {
        using var mistakes = new AdministrationMistakes(_server);
        GuidePage.Administration.Quotes(mistake, await mistakes.MakeAsync(mistake));
    }

    [Fact]
    public void The_guide_quotes_the_answer_to_every_mistake_that_is_tested()
    {
        using var mistakes = new AdministrationMistakes(_server);
        Assert.Equal(mistakes.Names.Order(), GuidePage.Administration.Answers.Keys.Order());
    }

    [Fact]
    public async Task The_commands_of_the_guide_lead_to_rows_in_CDF()
    {
        using var portals = new Portals(_server.Emulator);
        var app = await portals.RegisterAppAsync();
        var group = await portals.CreateGroupAsync(app);
        var result = await GuideShell.RunAsync(
            GuidePage.Administration,
            _server,
            app,
            new Dictionary<string, string>
            {
                ["GROUP_ID"] = group,
                ["ADMIN_TOKEN"] = await portals.TokenAsync(
                    new RegisteredApp(_server.Emulator.ClientId, string.Empty, string.Empty, _server.Emulator.ClientSecret)),
            });

        Assert.Contains("INSERT 0 1", result.Output, StringComparison.Ordinal);
        var stored = Assert.Single(await _server.Cdf.ByExternalIdsAsync("assets", "pump-1"))!;
        Assert.Equal("Pump 1", (string?)stored["name"]);
        var username = Username().Match(result.Output).Groups["name"].Value;
        var deleted = await _server.Cdf.GatewayAsync("byids", $$"""{"items":[{"username":"{{username}}"}]}""");
        Assert.Equal(HttpStatusCode.NotFound, deleted.Status);
    }

    [GeneratedRegex("\"username\":\"(?<name>[^\"]+)\"", RegexOptions.ExplicitCapture, 5_000)]
    private static partial Regex Username();
}
