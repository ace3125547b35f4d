using System.Buffers.Binary;
using System.Net;
using System.Text;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Startup;

namespace Sluice.PgWire.Tests.Startup;

public sealed class StartupPacketTests
{
    private const int Version30 = 0x30000;
    private const int SslRequest = 80877103;
    private const int GssRequest = 80877104;

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    [InlineData(7)]
    [InlineData(10_001)]
    [InlineData(int.MaxValue)]
    public async Task A_length_that_cannot_be_is_refused_before_more_is_read(int length)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using RawClient client = await RawClient.ConnectAsync(server);
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, length);
        await client.SendAsync(bytes);
        Assert.Equal("08P01", (await client.ReadFatalAsync()).SqlState);
    }

    [Fact]
    public async Task A_packet_of_10000_bytes_is_taken()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using RawClient client = await RawClient.ConnectAsync(server);
        byte[] packet = RawClient.Startup(
            Version30, "user", TestServer.User, "application_name", new string('x', 10_000 - 8 - 5 - TestServer.User.Length - 1 - 17 - 1 - 1));
        Assert.Equal(10_000, packet.Length);
        await client.SendAsync(packet);
        Assert.Equal('R', (await client.ReadMessageAsync()).Type);
    }

    [Theory]
    [InlineData(0x00020000, "0A000", "unsupported frontend protocol 2.0: server supports 3.0 to 3.0")]
    [InlineData(0x00040000, "0A000", "unsupported frontend protocol 4.0: server supports 3.0 to 3.0")]
    [InlineData(0x7FFFFFFF, "0A000", "unsupported frontend protocol 32767.65535: server supports 3.0 to 3.0")]
    public async Task Other_major_versions_are_refused(int version, string sqlState, string message)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using RawClient client = await RawClient.ConnectAsync(server);
        await client.SendAsync(RawClient.Startup(version, "user", TestServer.User));
        PgError error = await client.ReadFatalAsync();
        Assert.Equal((sqlState, message), (error.SqlState, error.Message));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task No_code_of_a_packet_begins_tls(bool tls)
    {
        await using TestServer server = await TestServer.StartAsync(tls);
        await using RawClient client = await RawClient.ConnectAsync(server);
        await client.SendAsync([.. RawClient.Packet(-1, new byte[100]), .. RawClient.Startup(Version30, "user", TestServer.User)]);
        PgError error = await client.ReadFatalAsync();
        Assert.Equal(("0A000", "unsupported frontend protocol 65535.65535: server supports 3.0 to 3.0"), (error.SqlState, error.Message));
    }

    [Fact]
    public async Task A_later_minor_version_is_negotiated_down_with_its_unknown_options()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using RawClient client = await RawClient.ConnectAsync(server);
        await client.SendAsync(RawClient.Startup(Version30 + 2, "user", TestServer.User, "_pq_.a", "1", "_pq_.b", "2"));
        (char type, byte[] body) = await client.ReadMessageAsync();
        Assert.Equal('v', type);
        Assert.Equal([0, 3, 0, 0, 0, 0, 0, 2, .. "_pq_.a\0_pq_.b\0"u8], body);
        Assert.Equal('R', (await client.ReadMessageAsync()).Type);
    }

    [Theory]
    [InlineData("28000", "database", "x")]
    [InlineData("28000", "user", "")]
    [InlineData("28000", "user", "alice", "user", "bob")]
    [InlineData("08P01", "user", "alice", "database", "a", "database", "b")]
    [InlineData("0A000", "user", "alice", "replication", "database")]
    [InlineData("0A000", "user", "alice", "replication", "true")]
    [InlineData("42601", "user", "alice", "options", "-c=")]
    [InlineData("42601", "user", "alice", "options", "-c =x")]
    [InlineData("42601", "user", "alice", "options", "--=x")]
    [InlineData("42601", "user", "alice", "options", "-c")]
    [InlineData("42601", "user", "alice", "options", "-c geqo")]
    [InlineData("42601", "user", "alice", "options", "-P")]
    public async Task Bad_parameters_are_refused(string sqlState, params string[] parameters)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using RawClient client = await RawClient.ConnectAsync(server);
        await client.SendAsync(RawClient.Startup(Version30, parameters));
        Assert.Equal(sqlState, (await client.ReadFatalAsync()).SqlState);
    }

    [Theory]
    [InlineData("user\0alice\0")]
    [InlineData("user\0alice")]
    [InlineData("user\0alice\0\0x")]
    [InlineData("user\0")]
    [InlineData("")]
    public async Task A_bad_layout_is_08P01(string body)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using RawClient client = await RawClient.ConnectAsync(server);
        await client.SendAsync(RawClient.Packet(Version30, Encoding.UTF8.GetBytes(body)));
        Assert.Equal("08P01", (await client.ReadFatalAsync()).SqlState);
    }

    [Fact]
    public async Task Startup_parameters_reach_the_session()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using RawClient client = await RawClient.ConnectAsync(server);
        await client.SendAsync(RawClient.Startup(
            Version30, "user", TestServer.User, "options", @"-c a=1 --search-path=x\ y", "application_name", "unit", "replication", "off"));
        await client.ReadMessageAsync();
        await client.SendAsync(RawClient.Proof(await client.ChallengeAsync(), TestServer.Password));
        while ((await client.ReadMessageAsync()).Type != 'Z')
        {
        }

        StartupParameters parameters = Assert.Single(server.Session.Started);
        Assert.Equal((TestServer.User, TestServer.User, "unit"), (parameters.User, parameters.Database, parameters.ApplicationName));
        Assert.Equal(["a=1", "search_path=x y", "application_name=unit"], parameters.Settings.Select(s => $"{s.Key}={s.Value}"));
    }

    [Theory]
    [InlineData(SslRequest, "received unencrypted data after SSL request")]
    [InlineData(GssRequest, "received unencrypted data after GSSAPI encryption request")]
    public async Task Bytes_glued_behind_an_encryption_request_are_refused(int request, string message)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using RawClient client = await RawClient.ConnectAsync(server);
        await client.SendAsync([.. RawClient.Packet(request), .. RawClient.Startup(Version30, "user", TestServer.User)]);
        PgError error = await client.ReadFatalAsync();
        Assert.Equal(("08P01", message), (error.SqlState, error.Message));
    }

    [Fact]
    public async Task Encryption_is_refused_once_each_when_it_is_off()
    {
        await using TestServer server = await TestServer.StartAsync(tls: false);
        await using RawClient client = await RawClient.ConnectAsync(server);
        await client.SendAsync(RawClient.Packet(GssRequest));
        Assert.Equal((byte)'N', await client.ReadByteAsync());
        await client.SendAsync(RawClient.Packet(SslRequest));
        Assert.Equal((byte)'N', await client.ReadByteAsync());
        await client.SendAsync(RawClient.Packet(GssRequest));
        Assert.Equal("08P01", (await client.ReadFatalAsync()).SqlState);
    }

    [Fact]
    public async Task Tls_cannot_be_asked_for_inside_tls()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using RawClient client = await RawClient.ConnectAsync(server);
        await client.EncryptAsync();
        await client.SendAsync(RawClient.Packet(SslRequest));
        Assert.Equal("08P01", (await client.ReadFatalAsync()).SqlState);
    }


    [Fact]
    public async Task A_log_in_without_tls_from_another_host_is_refused_unless_allowed()
    {
        var elsewhere = new IPEndPoint(IPAddress.Parse("192.0.2.7"), 50_000);
        await using (TestServer server = await TestServer.StartAsync(remote: elsewhere))
        {
            await using RawClient plain = await RawClient.ConnectAsync(server);
            await plain.SendAsync(RawClient.Startup(Version30, "user", TestServer.User));
            PgError error = await plain.ReadFatalAsync();
            Assert.Equal("28000", error.SqlState);
            Assert.Contains("sslmode", error.Hint, StringComparison.Ordinal);

            await using RawClient encrypted = await RawClient.ConnectAsync(server);
            await encrypted.EncryptAsync();
            Assert.Equal("SCRAM-SHA-256-PLUS\0SCRAM-SHA-256", await encrypted.StartAsync());
        }

        await using TestServer lax = await TestServer.StartAsync(remote: elsewhere, options: new PgServerOptions { AllowPlaintext = true });
        await using RawClient allowed = await RawClient.ConnectAsync(lax);
        Assert.Equal("SCRAM-SHA-256", await allowed.StartAsync());
    }

    [Fact]
    public async Task A_client_that_sends_nothing_is_dropped_without_a_word()
    {
        await using TestServer server = await TestServer.StartAsync(
            options: new PgServerOptions { AuthenticationTimeout = TimeSpan.FromMilliseconds(200) });
        await using RawClient client = await RawClient.ConnectAsync(server);
        await client.ExpectEndAsync();
    }

    [Fact]
    public async Task A_client_that_stalls_while_it_authenticates_is_told()
    {
        await using TestServer server = await TestServer.StartAsync(
            options: new PgServerOptions { AuthenticationTimeout = TimeSpan.FromMilliseconds(500) });
        await using RawClient client = await RawClient.ConnectAsync(server);
        await client.StartAsync();
        Assert.Equal("canceling authentication due to timeout", (await client.ReadFatalAsync()).Message);
    }

    [Fact]
    public async Task Bytes_that_come_one_by_one_are_put_together()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using RawClient client = await RawClient.ConnectAsync(server);
        foreach (byte b in RawClient.Startup(Version30, "user", TestServer.User))
        {
            await client.SendAsync(b);
        }

        Assert.Equal('R', (await client.ReadMessageAsync()).Type);
    }
}
