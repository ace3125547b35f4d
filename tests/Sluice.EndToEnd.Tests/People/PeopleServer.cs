using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Npgsql;
using Sluice.EndToEnd.Tests.Servers;
using Sluice.EndToEnd.Tests.Wire;
using Sluice.Gateway.Hosting;

namespace Sluice.EndToEnd.Tests.People;

/// <summary>A Sluice whose project's people sign in with tokens of their own, and whose time can leap.</summary>
public sealed class PeopleServer : IAsyncLifetime
{
    /// <summary>The emulator's project.</summary>
    internal const string Project = "demo";

    /// <summary>A project of others.</summary>
    internal const string OtherProject = "other-project";

    /// <summary>Of tokens, that of the tests' administrator included, if a test does not set another.</summary>
    internal static readonly TimeSpan TokenLifetime = TimeSpan.FromDays(1);

    /// <summary>What a person needs to be known.</summary>
    internal static readonly string[] Inspectable = ["projectsAcl:LIST", "groupsAcl:LIST"];

    private readonly HttpClient _http = new();

    public PeopleServer() => Gateway = new GatewayServer
    {
        Time = Time,
        TokenLifetime = TokenLifetime,
        TokenSignIn = new TokenSignIn
        {
            Projects = $"{Project}, {OtherProject}",
            OpenIdConfiguration = "https://login.example.com/tenant/.well-known/openid-configuration",
        },
    };

    internal LeapingTime Time { get; } = new();

    internal GatewayServer Gateway { get; }

    public ValueTask InitializeAsync() => Gateway.InitializeAsync();

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return Gateway.DisposeAsync();
    }

    /// <summary>A person who may do this, and who they are may be told.</summary>
    internal Task<CdfApplication> PersonAsync(params IEnumerable<string> capabilities) =>
        CdfApplication.CreateAsync(Gateway, capabilities.Concat(Inspectable));

    /// <summary>Lets the identity provider give tokens for so long.</summary>
    internal async Task SetTokenLifetimeAsync(TimeSpan lifetime)
    {
        using var response = await _http.PutAsJsonAsync(
            new Uri(Gateway.Emulator.AdminUrl, "settings"), new JsonObject { ["tokenLifetimeSeconds"] = (int)lifetime.TotalSeconds });
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    internal Task<NpgsqlConnection> OpenAsync(string token, string project = Project) => Gateway.OpenAsync(new GatewayLogin(project, token));

    internal Task<WireClient> ConnectAsync(string token, bool oauth = false) => WireClient.SignInAsync(Gateway.EndPoint, Gateway.CaFile, Project, token, oauth);
}
