using Sluice.EndToEnd.Tests.Wire;

namespace Sluice.EndToEnd.Tests.Relay;

/// <summary>What is not a write to CDF reads the same through Sluice as on PostgreSQL itself, message by message.</summary>
public sealed class RelayTests(RelayServer server)
{
    public static TheoryData<string> Scripts => [.. RelayScripts.All.Keys];

    [Theory]
    [MemberData(nameof(Scripts))]
    public async Task The_conversation_is_that_of_PostgreSQL(string script)
    {
        await using var direct = await server.ConnectDirectlyAsync();
        await using var relayed = await server.ConnectAsync();
        foreach (var step in RelayScripts.All[script])
        {
            var expected = await PlayAsync(direct, step);
            var actual = await PlayAsync(relayed, step);
            Assert.Equal(expected, actual);
        }
    }

    [Fact]
    public async Task The_process_id_of_the_key_is_the_backends()
    {
        await using var client = await server.ConnectAsync();
        var reply = await client.Query("select pg_backend_pid()").TalkAsync();
        Assert.Equal(client.ProcessId.ToString(), reply.Single(m => m.Type == 'D').Values[0]);
    }

    [Fact]
    public async Task Cancel_stops_a_statement_of_the_engine_and_the_session_goes_on()
    {
        await using var client = await server.ConnectAsync();
        await client.Query("select pg_sleep(60)").SendAsync();
        await WaitUntilActiveAsync(client.ProcessId);
        await WireClient.CancelAsync(server.EndPoint, client);
        var reply = await client.ReadUntilAsync('Z');
        Assert.Equal("57014", reply.Single(m => m.Type == 'E').Field('C'));
        Assert.Contains("C SELECT 1", (await client.Query("select 1").TalkAsync()).Select(m => m.ToString()));
    }

    [Fact]
    public async Task A_notification_arrives_while_the_client_is_idle()
    {
        await using var listener = await server.ConnectAsync();
        await using var speaker = await server.ConnectAsync();
        await listener.Query("listen idle").TalkAsync();
        await speaker.Query("notify idle, 'wake up'").TalkAsync();
        Assert.Equal("A idle wake up", (await listener.ReadAsync()).ToString());
    }

    [Fact]
    public async Task A_backend_that_is_terminated_ends_the_session_with_57P01()
    {
        await using var client = await server.ConnectAsync();
        await using var other = await server.ConnectAsync();
        await other.Query($"select pg_terminate_backend({client.ProcessId})").TalkAsync();
        Assert.Equal("57P01", (await client.ReadAsync()).Field('C'));
        await Assert.ThrowsAsync<EndOfStreamException>(client.ReadAsync);
    }

    [Fact]
    public async Task A_backend_that_is_terminated_in_a_statement_says_so_once()
    {
        await using var client = await server.ConnectAsync();
        await using var other = await server.ConnectAsync();
        await client.Query("select pg_sleep(60)").SendAsync();
        await WaitUntilActiveAsync(client.ProcessId);
        await other.Query($"select pg_terminate_backend({client.ProcessId})").TalkAsync();
        var messages = await client.ReadUntilAsync('E');
        Assert.Equal("57P01", messages[^1].Field('C'));
        await Assert.ThrowsAsync<EndOfStreamException>(client.ReadAsync);
    }

    [Fact]
    public async Task A_large_pipeline_does_not_block_while_its_answers_are_not_read()
    {
        await using var client = await server.ConnectAsync();
        client.Parse("s", "select repeat('y', 1000)");
        for (var i = 0; i < 20_000; i++)
        {
            client.Bind("", "s").Execute("");
        }

        var sending = client.Sync().SendAsync();
        var reply = await client.ReadUntilAsync('Z');
        await sending;
        Assert.Equal(20_000, reply.Count(m => m.Type == 'C'));
    }

    private async Task WaitUntilActiveAsync(int processId)
    {
        await using var observer = await server.ConnectAsync();
        string? state = null;
        while (state != "PgSleep")
        {
            var reply = await observer.Query($"select wait_event from pg_stat_activity where pid = {processId}").TalkAsync();
            state = reply.Single(m => m.Type == 'D').Values[0];
        }
    }

    private static async Task<List<string>> PlayAsync(WireClient client, RelayScripts.Step step)
    {
        var messages = new List<WireMessage>();
        await step.Send(client).SendAsync();
        if (step.Replies == 0)
        {
            messages.AddRange(await client.ReadUntilAsync(step.Until));
        }

        for (var i = 0; i < step.Replies; i++)
        {
            messages.AddRange(await client.ReadUntilAsync('Z'));
        }

        return [.. messages.Select(m => m.ToString())];
    }
}
