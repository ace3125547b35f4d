using System.Text.Json;
using Npgsql;

namespace Sluice.Tests.Commands;

/// <summary><c>sluice user</c> beside a gateway that runs.</summary>
public sealed class UserCommandTests(DemoGateway gateway)
{
    [Fact]
    public async Task A_user_is_added_listed_shown_and_removed()
    {
        JsonElement added = (await AddAsync("--output", "json")).Json;
        string username = added.GetProperty("username").GetString()!;
        Assert.NotEmpty(added.GetProperty("password").GetString()!);
        Assert.Equal("localhost", added.GetProperty("host").GetString());

        string listed = (await gateway.RunAsync("user", "list", "--project", "demo")).Succeeded;
        Assert.StartsWith("USERNAME  ", listed, StringComparison.Ordinal);
        Assert.Contains($"\n{username}  ", listed, StringComparison.Ordinal);
        Assert.DoesNotContain(username, (await gateway.RunAsync("user", "list", "--project", "other")).Succeeded, StringComparison.Ordinal);
        JsonElement shown = (await gateway.RunAsync("user", "show", username, "--output", "json")).Json;
        Assert.Equal("demo", shown.GetProperty("project").GetString());
        Assert.Equal("local administrator", shown.GetProperty("createdBy").GetString());
        Assert.Equal(gateway.Get("clientId"), shown.GetProperty("application").GetProperty("clientId").GetString());
        Assert.DoesNotContain(gateway.Get("clientSecret"), shown.GetRawText(), StringComparison.Ordinal);

        Assert.Equal($"Removed user {username}.\n", (await gateway.RunAsync("user", "rm", username, "--yes")).Succeeded);
        Assert.DoesNotContain(username, (await gateway.RunAsync("user", "list")).Succeeded, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_is_printed_once_and_can_be_rotated()
    {
        string added = (await AddAsync()).Succeeded;
        Dictionary<string, string> login = Lines(added);
        Assert.Equal(["username", "password", "host", "database"], login.Keys);

        Outcome rotated = await gateway.RunAsync("user", "rotate", login["username"], "--keep", "1h");
        Dictionary<string, string> next = Lines(rotated.Succeeded);
        Assert.Equal(login["username"], next["username"]);
        Assert.NotEqual(login["password"], next["password"]);
        Assert.Contains("The password before is good until ", rotated.Output, StringComparison.Ordinal);
        Assert.Equal("The password is kept nowhere and cannot be shown again: store it now.\n", rotated.Error);

        Outcome wrong = await gateway.RunAsync("user", "rotate", login["username"], "--keep", "soon");
        Assert.Equal((2, "sluice: --keep cannot be soon: it takes a number with s, min, h or d, e.g. 1h.\n"), (wrong.Code, wrong.Error));
        Outcome tooLong = await gateway.RunAsync("user", "rotate", login["username"], "--keep", "40d");
        Assert.Equal((1, "sluice: Input should be less than or equal to 2592000: previousPasswordValidSeconds\n"), (tooLong.Code, tooLong.Error));
    }

    [Fact]
    public async Task Who_is_removed_has_his_open_sessions_ended()
    {
        JsonElement login = (await AddAsync("--output", "json")).Json;
        await using var session = new NpgsqlConnection(new NpgsqlConnectionStringBuilder
        {
            Host = gateway.Get("pgHost"),
            Port = gateway.Ready.GetProperty("pgPort").GetInt32(),
            Username = login.GetProperty("username").GetString(),
            Password = login.GetProperty("password").GetString(),
            Database = login.GetProperty("username").GetString(),
            SslMode = SslMode.VerifyFull,
            RootCertificate = gateway.Get("pgCaFile"),
            Pooling = false,
        }.ConnectionString);
        await session.OpenAsync(TestContext.Current.CancellationToken);
        await using NpgsqlCommand sleep = session.CreateCommand();
        sleep.CommandText = "SELECT pg_sleep(600)";
        Task<int> asleep = sleep.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        Assert.Equal(0, (await gateway.RunAsync("user", "rm", login.GetProperty("username").GetString()!, "--yes")).Code);
        var e = await Assert.ThrowsAsync<PostgresException>(() => asleep);
        Assert.Equal("57P01", e.SqlState);
    }

    [Fact]
    public async Task Secrets_come_from_files_and_the_standard_input_too()
    {
        string file = Path.Combine(gateway.Temporary, $"{Guid.NewGuid():N}.secret");
        await File.WriteAllTextAsync(file, gateway.Get("clientSecret") + "\n");
        string[] others = ["user", "add", "--project", "demo", "--client-id", gateway.Get("clientId"), "--token-url", gateway.Get("tokenUrl"), "--scopes", gateway.Get("scope")];
        Assert.Equal(0, (await gateway.RunAsync([.. others, "--client-secret-file", file])).Code);
        Assert.Equal(0, (await gateway.RunWithInputAsync(gateway.Get("clientSecret"), [.. others, "--client-secret-file", "-"])).Code);

        Outcome none = await gateway.RunAsync([.. others, "--client-secret-env", "NOT_SET_AT_ALL"]);
        Assert.Equal((2, "sluice: The environment variable NOT_SET_AT_ALL is not set.\n"), (none.Code, none.Error));
        Outcome empty = await gateway.RunWithInputAsync("\n", [.. others, "--client-secret-file", "-"]);
        Assert.Equal((2, "sluice: The standard input is empty.\n"), (empty.Code, empty.Error));
        Outcome missing = await gateway.RunAsync([.. others, "--client-secret-file", "/nowhere"]);
        Assert.Equal(2, missing.Code);
        Assert.StartsWith("sluice: The file /nowhere cannot be read: ", missing.Error, StringComparison.Ordinal);
        Outcome both = await gateway.RunAsync([.. others, "--client-secret-file", file, "--nonce-file", file]);
        Assert.Equal((2, "sluice: Give either --nonce-file, or the options of an application (--client-id and so on).\n"), (both.Code, both.Error));
        Assert.Equal(2, (await gateway.RunAsync(others)).Code);
    }

    [Fact]
    public async Task What_the_gateway_refuses_is_said_in_its_words()
    {
        Outcome wrong = await gateway.RunWithInputAsync(
            "wrong", "user", "add", "--project", "demo", "--client-id", gateway.Get("clientId"), "--client-secret-file", "-", "--token-url", gateway.Get("tokenUrl"));
        Assert.Equal(1, wrong.Code);
        Assert.StartsWith("sluice: the identity provider 127.0.0.1 refuses the credentials: ", wrong.Error, StringComparison.Ordinal);
        Outcome elsewhere = await gateway.RunWithInputAsync(
            "s", "user", "add", "--project", "demo", "--client-id", "c", "--client-secret-file", "-", "--token-url", "https://elsewhere.example/token");
        Assert.Equal(1, elsewhere.Code);
        Assert.StartsWith("sluice: tokenUrl may not point to https://elsewhere.example; allowed are ", elsewhere.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_yes_and_a_terminal_nobody_is_removed()
    {
        string username = (await AddAsync("--output", "json")).Json.GetProperty("username").GetString()!;
        Outcome refused = await gateway.RunAsync("user", "rm", username);
        Assert.Equal(2, refused.Code);
        Assert.EndsWith("There is no terminal to answer at; give --yes. Nothing was done.\n", refused.Error, StringComparison.Ordinal);
        Assert.Contains(username, (await gateway.RunAsync("user", "list")).Succeeded, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_are_set_shown_and_listed()
    {
        string user = (await AddAsync("string_length=512", "--output", "json")).Json.GetProperty("username").GetString()!;

        string output = (await gateway.RunAsync("user", "set", user, "on_conflict=update", "data_set_id=7", "string_length=")).Succeeded;
        Assert.StartsWith("on_conflict=update\ncreate_missing=\ndata_set_id=7\n", output, StringComparison.Ordinal);
        Assert.EndsWith("\n" + output, (await gateway.RunAsync("user", "show", user)).Succeeded, StringComparison.Ordinal);
        string line = (await gateway.RunAsync("user", "list")).Succeeded.Split('\n').Single(line => line.StartsWith(user, StringComparison.Ordinal));
        Assert.EndsWith("  on_conflict=update data_set_id=7", line, StringComparison.Ordinal);

        Outcome refused = await gateway.RunAsync("user", "set", user, "on_conflict=", "data_set_id=none");
        Assert.Equal((2, "sluice: data_set_id cannot be none: it takes the internal id of a data set.\n"), (refused.Code, refused.Error));
        Assert.EndsWith("\n" + output, (await gateway.RunAsync("user", "show", user)).Succeeded, StringComparison.Ordinal);
        Outcome nobody = await gateway.RunAsync("user", "set", "nobody", "on_conflict=update");
        Assert.Equal((1, "sluice: There is no user nobody; sluice user list has all.\n"), (nobody.Code, nobody.Error));
    }

    [Fact]
    public async Task Without_a_gateway_it_says_what_to_do()
    {
        string elsewhere = Path.Combine(gateway.Temporary, "no-gateway");
        Outcome none = await gateway.RunAloneAsync(null, "user", "list", "--data-dir", elsewhere);
        Assert.Equal(
            (1, $"sluice: No gateway runs with its data in {elsewhere}: start it (sluice serve), or name its data directory with --data-dir.\n"),
            (none.Code, none.Error));
        Outcome unnamed = await gateway.RunAloneAsync(null, "user", "list");
        Assert.Equal(2, unnamed.Code);
        Assert.StartsWith("sluice: DataDirectory is not set", unnamed.Error, StringComparison.Ordinal);
    }

    private Task<Outcome> AddAsync(params string[] more) => gateway.RunAsync(["user", "add", "--project", "demo", .. gateway.Credentials, .. more]);

    private static Dictionary<string, string> Lines(string output) => output.Split('\n')
        .Select(line => line.Split("  ", StringSplitOptions.RemoveEmptyEntries))
        .Where(parts => parts.Length == 2)
        .ToDictionary(parts => parts[0], parts => parts[1], StringComparer.Ordinal);
}
