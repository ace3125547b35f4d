using System.Net;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Startup;

namespace Sluice.PgWire.Tests.Startup;

public sealed class LoginThrottleTests
{
    private static readonly IPEndPoint Here = new(IPAddress.Parse("192.0.2.1"), 1);
    private static readonly IPEndPoint There = new(IPAddress.Parse("192.0.2.2"), 1);

    private readonly ManualClock _clock = new();

    [Theory]
    [InlineData(TestServer.User)]
    [InlineData("mallory")]
    public async Task After_failures_of_a_user_more_are_refused_everywhere_and_an_unknown_user_looks_the_same(string user)
    {
        await using TestServer server = await StartAsync(perUser: 3, perAddress: 100);
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal("28P01", (await FailAsync(server, Here, user)).SqlState);
        }

        foreach (IPEndPoint address in new[] { Here, There })
        {
            PgError error = await FailAsync(server, address, user, TestServer.Password);
            Assert.Equal(("28000", "too many failed logins"), (error.SqlState, error.Message));
            Assert.Equal("Check the user name and the password that this client uses, and try again in 20 s.", error.Hint);
        }

        Assert.Equal("28P01", (await FailAsync(server, Here, "bob")).SqlState);
    }

    [Fact]
    public async Task After_a_while_a_login_is_tried_again_and_one_more_failure_ends_that()
    {
        await using TestServer server = await StartAsync(perUser: 3, perAddress: 100);
        for (int i = 0; i < 3; i++)
        {
            await FailAsync(server, Here);
        }

        Assert.Equal("28000", (await FailAsync(server, Here)).SqlState);
        _clock.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal("28P01", (await FailAsync(server, Here)).SqlState);
        Assert.Equal("28000", (await FailAsync(server, Here)).SqlState);
        _clock.Advance(TimeSpan.FromSeconds(20));
        await LogInAsync(server, Here);
    }

    [Fact]
    public async Task Failures_from_an_address_count_for_all_users_there_and_nowhere_else()
    {
        await using TestServer server = await StartAsync(perUser: 100, perAddress: 3);
        foreach (string user in new[] { "a", "b", "c" })
        {
            await FailAsync(server, Here, user);
        }

        Assert.Equal("28000", (await FailAsync(server, Here, "bob")).SqlState);
        Assert.Equal("28P01", (await FailAsync(server, There, "bob")).SqlState);
    }

    [Fact]
    public async Task Strangers_do_not_lock_a_user_out_where_that_user_has_been()
    {
        await using TestServer server = await StartAsync(perUser: 2, perAddress: 4);
        await LogInAsync(server, Here);
        await FailAsync(server, There);
        await FailAsync(server, There);
        foreach (string user in new[] { "a", "b", "c", "d" })
        {
            await FailAsync(server, Here, user);
        }

        Assert.Equal("28000", (await FailAsync(server, There)).SqlState);
        Assert.Equal("28000", (await FailAsync(server, Here, "e")).SqlState);
        await LogInAsync(server, Here);

        await FailAsync(server, Here);
        await FailAsync(server, Here);
        Assert.Equal("28000", (await FailAsync(server, Here)).SqlState);
    }

    [Fact]
    public async Task Logins_that_succeed_do_not_count()
    {
        await using TestServer server = await StartAsync(perUser: 1, perAddress: 1);
        for (int i = 0; i < 5; i++)
        {
            await LogInAsync(server, Here);
        }
    }

    [Fact]
    public async Task Many_logins_at_a_time_are_no_way_around()
    {
        await using TestServer server = await StartAsync(perUser: 3, perAddress: 100);
        server.Remote = Here;
        RawClient[] clients = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => RawClient.ConnectAsync(server)));
        var proofs = new List<byte[]>();
        foreach (RawClient client in clients)
        {
            await client.StartAsync();
            proofs.Add(RawClient.Proof(await client.ChallengeAsync(), "wrong"));
        }

        PgError[] errors = await Task.WhenAll(clients.Zip(proofs, async (client, proof) =>
        {
            await client.SendAsync(proof);
            return await client.ReadFatalAsync();
        }));
        Assert.Equal(3, errors.Count(error => error.SqlState == "28P01"));
        Assert.Equal(7, errors.Count(error => error.SqlState == "28000"));
        foreach (RawClient client in clients)
        {
            await client.DisposeAsync();
        }
    }

    [Fact]
    public async Task Guessed_cancel_keys_cancel_nothing_tell_nothing_and_are_soon_not_listened_to()
    {
        await using TestServer server = await StartAsync(perUser: 10, perAddress: 10);
        server.Remote = Here;
        await using RawClient client = await RawClient.ConnectAsync(server);
        (int processId, int secret) = await client.LogInAsync();
        await client.SendAsync(RawClient.Message('Q', [.. "wait\0"u8]));
        for (int guess = 1; guess <= LoginThrottle.WrongCancels; guess++)
        {
            await CancelAsync(server, processId + (guess % 2), secret + guess);
        }

        // The right key from there is now one more guess; from elsewhere, and after a while, it is not.
        await CancelAsync(server, processId, secret);
        server.Remote = There;
        await using RawClient other = await RawClient.ConnectAsync(server);
        await other.LogInAsync();
        Assert.Equal(2, server.Session.Started.Count);
        Assert.False(client.HasData);

        server.Remote = Here;
        _clock.Advance(LoginThrottle.Window);
        await CancelAsync(server, processId, secret);
        Assert.Equal("57014", PgErrorParser.Parse((await client.ReadMessageAsync()).Body).SqlState);
    }

    [Fact]
    public void Memory_is_bounded_however_many_names_and_addresses_fail()
    {
        var throttle = new LoginThrottle(10, 100, _clock);
        for (int i = 0; i < 3 * LoginThrottle.Capacity; i++)
        {
            ClientAddress address = ClientAddress.Of(new IPEndPoint(0x0A000000 + i, 1));
            throttle.Begin($"user {i}", address);
            throttle.CancelMissed(address);
            throttle.Begin($"known {i}", address);
            throttle.Succeeded($"known {i}", address);
            throttle.Begin($"known {i}", address);
        }

        Assert.Equal(5 * LoginThrottle.Capacity, throttle.Count);
    }

    private static async Task CancelAsync(TestServer server, int processId, int secret)
    {
        await using RawClient cancel = await RawClient.ConnectAsync(server);
        await cancel.SendAsync(RawClient.Cancel(processId, secret));
        await cancel.ExpectEndAsync();
    }

    private static async Task<PgError> FailAsync(TestServer server, IPEndPoint address, string user = TestServer.User, string password = "wrong")
    {
        server.Remote = address;
        await using RawClient client = await RawClient.ConnectAsync(server);
        return await client.FailAsync(user, password);
    }

    private static async Task LogInAsync(TestServer server, IPEndPoint address)
    {
        server.Remote = address;
        await using RawClient client = await RawClient.ConnectAsync(server);
        await client.LogInAsync();
    }

    private Task<TestServer> StartAsync(int perUser, int perAddress) => TestServer.StartAsync(
        options: new PgServerOptions { AllowPlaintext = true, FailedLoginsPerUser = perUser, FailedLoginsPerAddress = perAddress },
        time: _clock);
}
