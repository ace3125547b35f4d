using System.Text.Json;

namespace Sluice.Tests.Commands;

/// <summary><c>sluice table</c> beside a gateway that runs.</summary>
public sealed class TableCommandTests(DemoGateway gateway)
{
    [Fact]
    public async Task A_RAW_table_is_made_listed_and_removed()
    {
        Outcome made = await gateway.RunAsync(["user", "add", "--project", "demo", .. gateway.Credentials, "--output", "json"]);
        string user = made.Json.GetProperty("username").GetString()!;
        string[] add =
        [
            "table", "add", user, "flights", "--raw", "\"my.samples\".flights", "--column", "flight:TEXT", "--column", "delay:BIGINT", "--primary-key", "flight",
        ];
        Assert.Equal($"Table flights of user {user} has 2 columns.\n", (await gateway.RunAsync(add)).Succeeded);
        Assert.Equal($"Table flights of user {user} has 2 columns.\n", (await gateway.RunAsync(add)).Succeeded);

        string[] listed = (await gateway.RunAsync("table", "list", user)).Succeeded.Split('\n');
        Assert.Equal(["TABLE    TYPE      OF                  COLUMNS", "flights  raw_rows  my.samples.flights  flight:TEXT delay:BIGINT", ""], listed);
        JsonElement[] all = [.. (await gateway.RunAsync("table", "list", user, "--built-ins", "--output", "json")).Json.EnumerateArray()];
        Assert.Contains(all, table => table.GetProperty("tablename").GetString() == "assets" && table.GetProperty("type").GetString() == "built_in");
        Assert.Equal("flight", all[^1].GetProperty("options").GetProperty("primaryKey").GetString());

        Outcome unasked = await gateway.RunAsync("table", "rm", user, "flights");
        Assert.Equal(2, unasked.Code);
        Assert.Equal("Removed table flights.\n", (await gateway.RunAsync("table", "rm", user, "flights", "-y")).Succeeded);
        Outcome gone = await gateway.RunAsync("table", "rm", user, "flights", "-y");
        Assert.Equal((1, $"sluice: user {user} has no table flights\n"), (gone.Code, gone.Error));
    }

    [Theory]
    [InlineData("sluice: Say of what the table is: ")]
    [InlineData("sluice: Say of what the table is: ", "--raw", "a.b", "--view", "s/e/v")]
    [InlineData("sluice: Say of what the table is: ", "--view", "s/e/v", "--column", "a:TEXT")]
    [InlineData("sluice: Say of what the table is: ", "--raw", "a.b", "--edges")]
    [InlineData("sluice: --raw cannot be a.b.c: ", "--raw", "a.b.c")]
    [InlineData("sluice: --raw cannot be a: ", "--raw", "a")]
    [InlineData("sluice: --raw cannot be \"a.b: ", "--raw", "\"a.b")]
    [InlineData("sluice: --view cannot be a: ", "--view", "a")]
    [InlineData("sluice: --view cannot be a/b/c/d: ", "--view", "a/b/c/d")]
    [InlineData("sluice: --column cannot be a: ", "--raw", "a.b", "--column", "a")]
    [InlineData("sluice: --column a is given twice.", "--raw", "a.b", "--column", "a:TEXT", "--column", "a:TEXT")]
    public async Task What_cannot_be_meant_is_said_before_anything_is_done(string error, params string[] arguments)
    {
        Outcome outcome = await gateway.RunAsync(["table", "add", gateway.Get("pgUser"), "t", .. arguments]);
        Assert.Equal(2, outcome.Code);
        Assert.StartsWith(error, outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_gateway_refuses_is_said_in_its_words()
    {
        Outcome view = await gateway.RunAsync("table", "add", gateway.Get("pgUser"), "pumps", "--view", "plant/Pump/v1");
        Assert.Equal(1, view.Code);
        Assert.StartsWith("sluice: there is no view \"Pump\", version \"v1\", in space \"plant\"", view.Error, StringComparison.Ordinal);
        Outcome type = await gateway.RunAsync("table", "add", gateway.Get("pgUser"), "t", "--raw", "a.b", "--column", "a:POINT");
        Assert.Equal(1, type.Code);
        Assert.Contains("POINT", type.Error, StringComparison.Ordinal);
    }
}
