using System.Text.Json.Nodes;
using Npgsql;
using Sluice.EndToEnd.Tests.Clients;
using Sluice.EndToEnd.Tests.Servers;

namespace Sluice.EndToEnd.Tests.Guides;

/// <summary>docs/postman_collection.json, as Postman's runner sends it, and as people find it on the Authorization tab.</summary>
public sealed class PostmanTests(GatewayServer server)
{
    private readonly string _name = $"postman-{Guid.NewGuid():N}";

    [Fact]
    public void The_authorization_tab_is_set_as_the_guide_says()
    {
        var auth = JsonNode.Parse(File.ReadAllText(Newman.Collection))!["auth"]!;
        var settings = auth["oauth2"]!.AsArray().ToDictionary(setting => (string)setting!["key"]!, setting => (string)setting!["value"]!, StringComparer.Ordinal);

        Assert.Equal("oauth2", (string?)auth["type"]);
        Assert.Equal("client_credentials", settings["grant_type"]);
        Assert.Equal("header", settings["client_authentication"]);
        Assert.Equal("Bearer", settings["headerPrefix"]);
        Assert.Equal("{{tokenUrl}}", settings["accessTokenUrl"]);
    }

    [Fact]
    public async Task Version_2_from_the_app_to_rows_in_CDF_and_to_the_end_of_the_user()
    {
        var answers = await Newman.RunAsync("Version 2", Variables());
        var user = answers["User with an app's credentials"]["items"]![0]!;
        var login = new GatewayLogin((string)user["username"]!, (string)user["password"]!);
        await using (var connection = await server.OpenAsync(login))
        {
            await using var command = new NpgsqlCommand($"INSERT INTO assets (external_id, name) VALUES ('{_name}', 'n')", connection);
            Assert.Equal(1, await command.ExecuteNonQueryAsync());
        }

        var byNonce = answers["User"]["items"]![0]!;
        await using (await server.OpenAsync(new GatewayLogin((string)byNonce["username"]!, (string)byNonce["password"]!)))
        {
            Assert.Single(await server.Cdf.ByExternalIdsAsync("assets", _name));
        }

        var app = answers["Register an app with a client secret"];
        var ended = await Newman.RunAsync("Version 2: changing and ending users", new Dictionary<string, string>(Variables())
        {
            ["clientId"] = (string)app["clientId"]!,
            ["clientSecret"] = (string)app["secrets"]![0]!["value"]!,
            ["token"] = (string)answers["Token"]["access_token"]!,
            ["username"] = login.Username,
        });
        Assert.NotEqual(login.Password, (string?)ended["New password"]["items"]![0]!["password"]);
        Assert.Equal(PostgresErrorCodes.InvalidPassword, (await Assert.ThrowsAsync<PostgresException>(() => server.OpenAsync(login))).SqlState);
    }

    [Fact]
    public async Task Version_1_from_the_app_to_rows_in_CDF()
    {
        using var portals = new Portals(server.Emulator);
        var app = await portals.SetUpAsync(Portals.Version1Capabilities);
        var answers = await Newman.RunAsync("Version 1", new Dictionary<string, string>(Variables())
        {
            ["clientId"] = app.ClientId,
            ["clientSecret"] = app.SecretValue,
        });
        var user = answers["User of version 1"];
        await using var connection = await server.OpenAsync(new GatewayLogin((string)user["username"]!, (string)user["password"]!));
        await using var command = new NpgsqlCommand($"INSERT INTO assets (external_id, name) VALUES ('{_name}', 'n')", connection);
        Assert.Equal(1, await command.ExecuteNonQueryAsync());
        Assert.Single(await server.Cdf.ByExternalIdsAsync("assets", _name));
    }

    private Dictionary<string, string> Variables() => new(StringComparer.Ordinal)
    {
        ["cdf"] = server.Emulator.BaseUrl.GetLeftPart(UriPartial.Authority),
        ["portal"] = server.Emulator.BaseUrl.GetLeftPart(UriPartial.Authority),
        ["api"] = server.Api.GetLeftPart(UriPartial.Authority),
        ["tenant"] = server.Emulator.Options.Tenant,
        ["tokenUrl"] = server.Emulator.TokenUrl.AbsoluteUri,
        ["project"] = server.Emulator.Project,
        ["adminClientId"] = server.Emulator.ClientId,
        ["adminClientSecret"] = server.Emulator.ClientSecret,
    };
}
