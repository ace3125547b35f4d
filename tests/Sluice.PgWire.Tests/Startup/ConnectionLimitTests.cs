using System.Net;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Startup;

namespace Sluice.PgWire.Tests.Startup;

public sealed class ConnectionLimitTests
{
    [Fact]
    public async Task One_session_too_many_is_53300_until_another_has_ended()
    {
        await using TestServer server = await TestServer.StartAsync(options: new PgServerOptions { MaximumConnections = 2 });
        await using RawClient first = await RawClient.ConnectAsync(server);
        await first.LogInAsync();
        await using (RawClient second = await RawClient.ConnectAsync(server))
        {
            await second.LogInAsync();
            PgError error = await RefusedAsync(server);
            Assert.Equal(("53300", "sorry, too many clients already"), (error.SqlState, error.Message));
            Assert.Equal("The server takes 2 sessions.", error.Detail);
            await second.SendAsync(RawClient.Message('X'));
            await second.ExpectEndAsync();
        }

        await using RawClient third = await RawClient.ConnectAsync(server);
        await third.LogInAsync();
    }

    [Fact]
    public async Task Of_two_that_race_for_the_last_session_one_gets_it()
    {
        await using TestServer server = await TestServer.StartAsync(options: new PgServerOptions { MaximumConnections = 1 });
        await using RawClient first = await RawClient.ConnectAsync(server);
        await using RawClient second = await RawClient.ConnectAsync(server);
        byte[][] proofs = new byte[2][];
        foreach ((RawClient client, int i) in new[] { (first, 0), (second, 1) })
        {
            await client.StartAsync();
            proofs[i] = RawClient.Proof(await client.ChallengeAsync(), TestServer.Password);
        }

        await first.SendAsync(proofs[0]);
        await first.ReadUntilReadyAsync();
        await second.SendAsync(proofs[1]);
        Assert.Equal("53300", (await Assert.ThrowsAsync<PgException>(second.ReadUntilReadyAsync)).Error.SqlState);
    }

    [Fact]
    public async Task One_address_takes_its_share_and_no_more()
    {
        await using TestServer server = await TestServer.StartAsync(
            options: new PgServerOptions { AllowPlaintext = true, MaximumConnectionsPerAddress = 1 });
        server.Remote = new IPEndPoint(IPAddress.Parse("2001:db8:1:2::1"), 1);
        await using RawClient first = await RawClient.ConnectAsync(server);
        await first.LogInAsync();

        server.Remote = new IPEndPoint(IPAddress.Parse("2001:db8:1:2:ffff::9"), 2);
        PgError error = await RefusedAsync(server);
        Assert.Equal(("53300", "too many connections from this address"), (error.SqlState, error.Message));

        server.Remote = new IPEndPoint(IPAddress.Parse("2001:db8:1:3::1"), 1);
        await using RawClient neighbour = await RawClient.ConnectAsync(server);
        await neighbour.LogInAsync();
        server.Remote = new IPEndPoint(IPAddress.Parse("192.0.2.7"), 1);
        await using RawClient elsewhere = await RawClient.ConnectAsync(server);
        await elsewhere.LogInAsync();
        server.Remote = new IPEndPoint(IPAddress.Parse("::ffff:192.0.2.7"), 1);
        Assert.Equal("53300", (await RefusedAsync(server)).SqlState);
    }

    [Fact]
    public async Task A_full_server_still_takes_cancel_requests()
    {
        await using TestServer server = await TestServer.StartAsync(options: new PgServerOptions { MaximumConnections = 1 });
        await using RawClient client = await RawClient.ConnectAsync(server);
        (int processId, int secret) = await client.LogInAsync();
        await client.SendAsync(RawClient.Message('Q', [.. "wait\0"u8]));
        await using RawClient cancel = await RawClient.ConnectAsync(server);
        await cancel.SendAsync(RawClient.Cancel(processId, secret));
        await cancel.ExpectEndAsync();
        Assert.Equal("57014", PgErrorParser.Parse((await client.ReadMessageAsync()).Body).SqlState);
    }

    [Fact]
    public async Task Whoever_connects_and_goes_no_further_keeps_nobody_out()
    {
        await using TestServer server = await TestServer.StartAsync(options: new PgServerOptions { MaximumPendingConnections = 4 });
        var idle = new List<RawClient>();
        for (int i = 0; i < 20; i++)
        {
            RawClient client = await RawClient.ConnectAsync(server);
            idle.Add(client);
            await client.SendAsync([.. RawClient.Startup(0x30000, "user", TestServer.User).Take(i)]);
        }

        await using RawClient user = await RawClient.ConnectAsync(server);
        await user.LogInAsync();
        foreach (RawClient dropped in idle.Take(16))
        {
            await dropped.ExpectEndAsync();
        }

        foreach (RawClient client in idle)
        {
            await client.DisposeAsync();
        }
    }

    [Fact]
    public void The_oldest_connection_of_the_address_with_most_makes_room()
    {
        var dropped = new List<string>();
        var pending = new PendingConnections(3);
        ClientAddress many = Address("192.0.2.1");
        pending.Enter(Address("192.0.2.2"), () => dropped.Add("other"));
        pending.Enter(many, () => dropped.Add("first"));
        pending.Enter(many, () => dropped.Add("second"));
        PendingConnections.Entry last = pending.Enter(Address("192.0.2.3"), () => dropped.Add("last"));
        Assert.Equal(["first"], dropped);
        Assert.Equal(3, pending.Count);

        last.Dispose();
        last.Dispose();
        Assert.Equal(2, pending.Count);
        pending.Enter(many, () => dropped.Add("third"));
        Assert.Equal(["first"], dropped);
        pending.Enter(many, () => dropped.Add("fourth"));
        Assert.Equal(["first", "second"], dropped);
    }

    private static ClientAddress Address(string address) => ClientAddress.Of(new IPEndPoint(IPAddress.Parse(address), 1));

    private static async Task<PgError> RefusedAsync(TestServer server)
    {
        await using RawClient client = await RawClient.ConnectAsync(server);
        await client.SendAsync(RawClient.Startup(0x30000, "user", TestServer.User));
        return await client.ReadFatalAsync();
    }
}
