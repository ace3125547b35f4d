using System.Text.Json.Nodes;
using Sluice.EndToEnd.Tests.Servers;
using Sluice.EndToEnd.Tests.Wire;

namespace Sluice.EndToEnd.Tests.Writes;

/// <summary>What fails after rows have been stored that the client would send again says so, and never by a code that drivers repeat after.</summary>
public sealed class EarlierRowsTests(FaultServer fault) : IClassFixture<FaultServer>
{
    private const string Earlier = "1 row of earlier statements is stored.";

    private readonly string _name = $"earlier-{Guid.NewGuid():N}";

    private GatewayServer Server => fault.Server;

    private string InsertEvent => $"insert into events (external_id) values ('{_name}')";

    [Fact]
    public async Task A_string_that_is_throttled_after_its_first_write_is_not_to_be_repeated()
    {
        await using var client = await Server.ConnectAsync();
        await using var broken = await BreakAsync("assets");
        var error = Error(await client.Query($"{InsertEvent}; insert into assets (name) values ('x')").TalkAsync());
        Assert.Equal(("40003", $"No row of the statement is stored.\n{Earlier}"), error);

        // Nothing of that clings to the next string.
        Assert.Equal(("53400", "No row of the statement is stored."), Error(await client.Query("insert into assets (name) values ('x')").TalkAsync()));
    }

    [Fact]
    public async Task A_pipeline_that_is_throttled_after_its_first_write_is_not_to_be_repeated()
    {
        await using var client = await Server.ConnectAsync();
        await using var broken = await BreakAsync("assets");
        var reply = await client
            .Parse("", InsertEvent).Bind("", "").Execute("")
            .Parse("", "insert into assets (name) values ('x')").Bind("", "").Execute("").Sync().TalkAsync();
        Assert.Equal(("40003", $"No row of the statement is stored.\n{Earlier}"), Error(reply));
    }

    [Theory]
    [InlineData("40001", "40003")]
    [InlineData("40P01", "40003")]
    [InlineData("55006", "40003")]
    [InlineData("22012", "22012")]
    public async Task An_error_of_the_engine_after_a_write_tells_of_its_rows(string raised, string told)
    {
        await using var client = await Server.ConnectAsync();
        var raise = $"do $$ begin raise exception 'of the engine' using errcode = '{raised}', hint = 'h'; end $$";
        var reply = await client.Query($"{InsertEvent}; {raise}").TalkAsync();
        Assert.Equal((told, Earlier), Error(reply));
        Assert.Equal(("of the engine", "h"), (reply.Single(m => m.Type == 'E').Field('M'), reply.Single(m => m.Type == 'E').Field('H')));
        reply = await client.Parse("", InsertEvent.Replace(_name, _name + "2")).Bind("", "").Execute("").Parse("", raise).Bind("", "").Execute("").Sync().TalkAsync();
        Assert.Equal((told, Earlier), Error(reply));
        Assert.Equal(raised, Error(await client.Query(raise).TalkAsync()).SqlState);
        Assert.Equal(2, (await Server.Cdf.ByExternalIdsAsync("events", _name, _name + "2")).Count);
    }

    [Fact]
    public async Task In_immediate_mode_an_error_tells_of_all_rows_of_the_block()
    {
        await using var client = await Server.ConnectAsync();
        await client.Query("set sluice.transaction_mode = immediate").TalkAsync();
        await client.Query("begin").TalkAsync();
        await client.Query(InsertEvent).TalkAsync();
        await client.Query("savepoint s").TalkAsync();
        await using (await BreakAsync("assets"))
        {
            Assert.Equal(
                ("40003", $"No row of the statement is stored.\n{Earlier}"),
                Error(await client.Query("insert into assets (name) values ('x')").TalkAsync()));
        }

        await client.Query("rollback to s").TalkAsync();
        var raise = "do $$ begin raise exception 'x' using errcode = '40001'; end $$";
        Assert.Equal(("40003", Earlier), Error(await client.Query(raise).TalkAsync()));
        await client.Query("rollback").TalkAsync();
        Assert.Equal(("40001", null), Error(await client.Query(raise).TalkAsync()));
    }

    [Fact]
    public async Task A_second_COMMIT_of_a_string_tells_of_what_the_first_has_stored()
    {
        await using var client = await Server.ConnectAsync();
        await using var broken = await BreakAsync("assets");
        var reply = await client.Query($"begin; {InsertEvent}; commit; begin; insert into assets (name) values ('x'); commit").TalkAsync();
        Assert.Equal(("40003", $"No row of the transaction is stored.\n{Earlier}"), Error(reply));
    }

    [Fact]
    public async Task RETURNING_that_fails_after_the_write_says_that_the_rows_are_stored()
    {
        await using var client = await Server.ConnectAsync();
        var reply = await client.Query($"{InsertEvent} returning 1 / length(type)").TalkAsync();
        Assert.Equal("C INSERT 0 1", reply.Single(m => m.Type == 'C').ToString());
        reply = await client.Query($"insert into events (external_id, type) values ('{_name}-2', '') returning 1 / length(type)").TalkAsync();
        Assert.Equal(("22012", "1 row of the statement is stored."), Error(reply));
        reply = await client.Query($"insert into events (external_id, type) select '{_name}-3', '' returning 1 / length(type)").TalkAsync();
        Assert.Equal(("22012", "1 row of the statement is stored."), Error(reply));
    }

    [Fact]
    public async Task TRUNCATE_of_two_tables_adds_up_what_it_has_deleted()
    {
        await using var client = await Server.ConnectAsync();
        await client.Query("set sluice.allow_full_delete = on; truncate events").TalkAsync();
        await client.Query($"{InsertEvent}; insert into assets (name) values ('x')").TalkAsync();
        await using (await BreakAsync("assets/delete"))
        {
            Assert.Equal(("40003", "1 row of the statement is stored."), Error(await client.Query("truncate events, assets").TalkAsync()));
        }

        Assert.Empty(await Server.Cdf.ByExternalIdsAsync("events", _name));
    }

    private static (string? SqlState, string? Detail) Error(List<WireMessage> reply)
    {
        var error = reply.Single(m => m.Type == 'E');
        return (error.Field('C'), error.Field('D'));
    }

    private Task<IAsyncDisposable> BreakAsync(string resource) =>
        Server.Cdf.BreakAsync(new JsonObject { ["id"] = "r", ["method"] = "POST", ["path"] = $"*/{resource}", ["action"] = "rateLimit" });
}
