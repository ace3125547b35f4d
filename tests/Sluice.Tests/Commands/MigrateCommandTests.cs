using System.Net.Http.Json;
using System.Text.Json;

namespace Sluice.Tests.Commands;

/// <summary><c>sluice migrate</c> beside a gateway that runs.</summary>
public sealed class MigrateCommandTests(DemoGateway gateway)
{
    [Fact]
    public async Task A_user_of_version_1_becomes_one_of_version_2_and_his_administrator_is_told_what_jobs_must_change()
    {
        Assert.SkipUnless(Directory.Exists("/usr/lib/postgresql"), "PostgreSQL is not installed");
        string user = await CreateVersion1UserAsync();
        string planned = (await gateway.RunAsync("migrate", "user", user, "--dry-run")).Succeeded;
        Assert.StartsWith($"Jobs of user {user} will have to change this:\n  assets: ", planned, StringComparison.Ordinal);
        Assert.Contains("\n  timeseries: Write time_series for timeseries. Leave out legacy_name.\n", planned, StringComparison.Ordinal);

        string done = (await gateway.RunAsync("migrate", "user", user)).Succeeded;
        Assert.StartsWith($"User {user} is of version 2 now", done, StringComparison.Ordinal);
        Assert.EndsWith(planned[planned.IndexOf('\n', StringComparison.Ordinal)..], done, StringComparison.Ordinal);

        Outcome again = await gateway.RunAsync("migrate", "user", user);
        Assert.Equal((1, $"sluice: User {user} is of version 2 already.\n"), (again.Code, again.Error));
    }

    private async Task<string> CreateVersion1UserAsync()
    {
        using var http = new HttpClient();
        using var form = new FormUrlEncodedContent(
        [
            new("grant_type", "client_credentials"), new("client_id", gateway.Get("clientId")), new("client_secret", gateway.Get("clientSecret")),
            new("scope", gateway.Get("scope")),
        ]);
        using HttpResponseMessage token = await http.PostAsync(new Uri(gateway.Get("tokenUrl")), form);
        http.DefaultRequestHeaders.Authorization = new("Bearer", JsonElement.Parse(await token.Content.ReadAsStringAsync()).GetProperty("access_token").GetString());
        var auth = new
        {
            token_url = gateway.Get("tokenUrl"), client_id = gateway.Get("clientId"), client_secret = gateway.Get("clientSecret"), scope = gateway.Get("scope"),
        };
        using HttpResponseMessage created = await http.PostAsJsonAsync(
            new Uri(new Uri(gateway.Get("apiBaseUrl")), "/create"), new { auth, project = gateway.Get("project") });
        return JsonElement.Parse(await created.Content.ReadAsStringAsync()).GetProperty("username").GetString()!;
    }
}
