using System.Text.Json;

namespace Sluice.Tests.Commands;

/// <summary><c>sluice apply</c> beside a gateway that runs.</summary>
public sealed class ApplyCommandTests : IDisposable
{
    private readonly DemoGateway _gateway;
    private readonly string _list = $"t{Guid.NewGuid():N}";
    private readonly string _directory;

    public ApplyCommandTests(DemoGateway gateway)
    {
        _gateway = gateway;
        _directory = Directory.CreateDirectory(Path.Combine(gateway.Temporary, _list)).FullName;
    }

    private string File => Path.Combine(_directory, "users.yaml");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task A_declaration_is_planned_applied_and_then_there_is_nothing_to_do()
    {
        Write(
            $$"""
              - name: historian
                {{Credentials}}
                passwordFile: historian.password
                options: {on_conflict: update, data_set_id: 7}
                tables:
                  - name: flights
                    raw: {database: samples, table: flights, primaryKey: flight}
                    columns: {flight: TEXT, delay: BIGINT}
              - name: loader
                {{Credentials}}
            """);
        string diff =
            $"""
            + user {_list}/historian of project demo
                + credentials: application {_gateway.Get("clientId")}
                + option on_conflict: update
                + option data_set_id: 7
                + table flights: RAW samples.flights, flight TEXT key, delay BIGINT
            + user {_list}/loader of project demo
                + credentials: application {_gateway.Get("clientId")}
            Plan: 2 to add, 0 to change, 0 to remove.

            """;
        Assert.Equal(diff, (await ApplyAsync("--plan")).Succeeded);
        Assert.Equal(diff, (await ApplyAsync("--plan")).Succeeded);

        string applied = (await ApplyAsync()).Succeeded;
        Assert.StartsWith(diff, applied, StringComparison.Ordinal);
        JsonElement user = (await _gateway.RunAsync("user", "show", $"{_list}/historian", "--output", "json")).Json;
        string username = user.GetProperty("username").GetString()!;
        string passwordFile = Path.Combine(_directory, "historian.password");
        string[] lines = applied[diff.Length..].Split('\n');
        Assert.Equal($"Added user {_list}/historian: username {username}, password in {passwordFile}", lines[0]);
        Assert.StartsWith($"Added user {_list}/loader: username ", lines[1], StringComparison.Ordinal);
        string password = await System.IO.File.ReadAllTextAsync(passwordFile);
        Assert.Equal(44, password.Length);
        Assert.DoesNotContain(password.Trim(), applied, StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(passwordFile));
        }

        Assert.Equal("7", user.GetProperty("options").GetProperty("data_set_id").GetString());

        Assert.Equal("No changes: the gateway's users are as declared.\n", (await ApplyAsync()).Succeeded);
        JsonElement after = (await _gateway.RunAsync("user", "show", "historian", "--output", "json")).Json;
        Assert.Equal(user.GetProperty("lastUpdatedTime").GetInt64(), after.GetProperty("lastUpdatedTime").GetInt64());
        Assert.Equal(password, await System.IO.File.ReadAllTextAsync(passwordFile));
    }

    [Fact]
    public async Task Changes_are_made_and_what_would_be_taken_away_needs_prune()
    {
        const string Before =
            """
                options: {on_conflict: update, string_length: 512}
                tables:
                  - {name: a, raw: {database: d, table: a}, columns: {x: TEXT, y: TEXT}}
                  - {name: b, raw: {database: d, table: b}, columns: {x: TEXT}}
                  - {name: c, raw: {database: d, table: c}, columns: {x: TEXT}}
            """;
        Write($"  - name: one\n    {Credentials}\n{Before}\n  - name: two\n    {Credentials}");
        string[] added = (await ApplyAsync()).Succeeded.Split('\n');
        string one = UsernameIn(added, "one");
        string two = UsernameIn(added, "two");

        const string After =
            """
                options: {on_conflict: ignore, data_set_id: 7}
                tables:
                  - {name: a, raw: {database: d, table: a}, columns: {x: TEXT, z: BIGINT}}
                  - {name: b, raw: {database: d, table: elsewhere}, columns: {x: TEXT}}
            """;
        Write($"  - name: one\n    {Credentials}\n{After}");
        Outcome kept = await ApplyAsync();
        Assert.Equal(
            (1, "sluice: Not all is as declared: a table is another one than declared, and only --prune replaces it.\n"),
            (kept.Code, kept.Error));
        Assert.Equal(
            $"""
            ~ user {_list}/one ({one}) of project demo
                + option data_set_id: 7
                ~ option on_conflict: update -> ignore
                - option string_length: 512
                + column a.z: BIGINT
                - column a.y: TEXT  (kept; --prune removes it)
                ~ table b: RAW d.b, x TEXT -> RAW d.elsewhere, x TEXT  (not done; --prune replaces the table)
                - table c: RAW d.c, x TEXT  (kept; --prune removes it)
            - user {_list}/two ({two}) of project demo  (kept; --prune removes it)
            Plan: 0 to add, 1 to change, 0 to remove.
            Changed user {_list}/one ({one}).

            """,
            kept.Output);

        Outcome unasked = await ApplyAsync("--prune");
        Assert.Equal(2, unasked.Code);
        Assert.Contains("There is no terminal to answer at; give --yes.", unasked.Error, StringComparison.Ordinal);
        Assert.Equal(
            $"""
            ~ user {_list}/one ({one}) of project demo
                - column a.y: TEXT
                ~ table b: RAW d.b, x TEXT -> RAW d.elsewhere, x TEXT
                - table c: RAW d.c, x TEXT
            - user {_list}/two ({two}) of project demo
            Plan: 0 to add, 1 to change, 1 to remove.
            Changed user {_list}/one ({one}).
            Removed user {_list}/two ({two}).

            """,
            (await ApplyAsync("--prune", "--yes")).Succeeded);
        Assert.Equal("No changes: the gateway's users are as declared.\n", (await ApplyAsync("--prune")).Succeeded);
    }

    [Fact]
    public async Task A_user_who_is_there_becomes_the_lists_by_his_username()
    {
        Outcome made = await _gateway.RunAsync(["user", "add", "--project", "demo", .. _gateway.Credentials, "create_missing=on", "--output", "json"]);
        string username = made.Json.GetProperty("username").GetString()!;
        Write($"  - name: mine\n    username: {username}");
        Assert.Equal(
            $"""
            ~ user {_list}/mine ({username}) of project demo
                ~ name: none -> {_list}/mine
            Plan: 0 to add, 1 to change, 0 to remove.
            Changed user {_list}/mine ({username}).

            """,
            (await ApplyAsync()).Succeeded);
        Assert.Equal("No changes: the gateway's users are as declared.\n", (await ApplyAsync()).Succeeded);
        JsonElement user = (await _gateway.RunAsync("user", "show", "mine", "--output", "json")).Json;
        Assert.Equal("on", user.GetProperty("options").GetProperty("create_missing").GetString());

        Outcome taken = await _gateway.RunAsync(["user", "add", "--project", "demo", .. _gateway.Credentials, "--name", $"{_list}/mine"]);
        Assert.Equal(
            (1, $"sluice: another user of project demo is called \"{_list}/mine\"; choose another name\n"),
            (taken.Code, taken.Error));
    }

    [Fact]
    public async Task What_cannot_be_reached_is_said_before_anything_is_done()
    {
        Write($"  - name: one\n    {Credentials}\n  - name: two");
        Outcome none = await ApplyAsync();
        Assert.Equal(2, none.Code);
        Assert.StartsWith($"sluice: {File}:6:5: there is no user {_list}/two in project demo, and a new one needs credentials.", none.Error, StringComparison.Ordinal);
        Write($"  - name: one\n    {Credentials}\n  - name: two\n    {Credentials.Replace("DEMO_SECRET", "NOT_SET_AT_ALL", StringComparison.Ordinal)}");
        Outcome secret = await ApplyAsync();
        Assert.Equal((2, "sluice: The environment variable NOT_SET_AT_ALL is not set.\n"), (secret.Code, secret.Error));
        Write($"  - name: one\n    {Credentials}\n    passwordFile: nowhere/password");
        Outcome file = await ApplyAsync();
        Assert.Equal(1, file.Code);
        Assert.StartsWith($"sluice: The passwordFile {Path.Combine(_directory, "nowhere/password")} cannot be written, so the user was not made: ", file.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(_list, (await _gateway.RunAsync("user", "list")).Succeeded, StringComparison.Ordinal);
    }

    private string Credentials =>
        $"credentials: {{clientId: {_gateway.Get("clientId")}, clientSecret: {{env: DEMO_SECRET}}, tokenUrl: \"{_gateway.Get("tokenUrl")}\", scopes: \"{_gateway.Get("scope")}\"}}";

    private static string UsernameIn(string[] lines, string name) =>
        lines.Single(line => line.Contains($"/{name}: username ", StringComparison.Ordinal)).Split(' ')[4].TrimEnd(',');

    private void Write(string users) => System.IO.File.WriteAllText(File, $"list: {_list}\nproject: demo\nusers:\n{users}\n");

    private Task<Outcome> ApplyAsync(params string[] more) => _gateway.RunAsync(["apply", File, .. more]);
}
