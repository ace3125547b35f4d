using System.Security.Authentication;

namespace Sluice.PgWire.Tests.Startup;

/// <summary>TLS without asking for it first, as PostgreSQL 17 takes it (sslnegotiation=direct; manual, 55.2.11).</summary>
public sealed class DirectTlsTests
{
    [Fact]
    public async Task With_alpn_postgresql_a_session_begins()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using RawClient client = await RawClient.ConnectAsync(server);
        await client.EncryptAsync(direct: true);
        Assert.NotEqual(default, await client.LogInAsync());
    }

    [Fact]
    public async Task Without_alpn_the_connection_is_closed_without_a_word()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using RawClient client = await RawClient.ConnectAsync(server);
        await client.EncryptAsync(direct: true, alpn: null);
        await client.ExpectEndAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task With_another_alpn_the_handshake_fails(bool direct)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using RawClient client = await RawClient.ConnectAsync(server);
        Exception e = await Assert.ThrowsAnyAsync<Exception>(() => client.EncryptAsync(direct, "http/1.1"));
        Assert.True(e is AuthenticationException or IOException, e.ToString());
    }

    [Fact]
    public async Task Tls_that_was_asked_for_needs_no_alpn()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using RawClient client = await RawClient.ConnectAsync(server);
        await client.EncryptAsync(alpn: null);
        Assert.NotEqual(default, await client.LogInAsync());
    }

    [Fact]
    public async Task Where_tls_is_off_it_is_no_startup_packet()
    {
        await using TestServer server = await TestServer.StartAsync(tls: false);
        await using RawClient client = await RawClient.ConnectAsync(server);
        await client.SendAsync(0x16, 3, 1, 2, 0, 1, 0, 1);
        Assert.Equal("08P01", (await client.ReadFatalAsync()).SqlState);
    }

    [Fact]
    public async Task Bytes_that_are_no_tls_behind_a_tls_record_end_the_connection()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using RawClient client = await RawClient.ConnectAsync(server);
        await client.SendAsync([0x16, 3, 1, 0, 5, .. "hello"u8, .. RawClient.Startup(0x30000, "user", TestServer.User)]);
        await client.ExpectEndAsync(afterBytes: true);
        Assert.Empty(server.Session.Started);
    }
}
