using System.Text;
using Npgsql;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Startup;

namespace Sluice.PgWire.Tests.Startup;

/// <summary>Access tokens in place of passwords.</summary>
public sealed class TokenPasswordTests
{
    private readonly TokensOfCarol _tokens = new();

    [Fact]
    public async Task A_good_token_leads_to_a_session()
    {
        await using TestServer server = await TestServer.StartAsync(tokens: _tokens);
        await using RawClient client = await StartAsync(server);
        await client.SendAsync(Password(TokensOfCarol.Token));
        (char type, byte[] body) = await client.ReadMessageAsync();
        Assert.Equal(('R', "00000000"), (type, Convert.ToHexString(body)));
        Assert.Equal('S', (await client.ReadMessageAsync()).Type);
        Assert.Equal(["carol"], server.Session.Principals);
    }

    [Fact]
    public async Task Others_prove_their_passwords_and_are_nobody_else()
    {
        await using TestServer server = await TestServer.StartAsync(tokens: _tokens);
        await using RawClient client = await RawClient.ConnectAsync(server);
        await client.LogInAsync();
        Assert.Equal([null], server.Session.Principals);
        Assert.Empty(_tokens.Asked);
    }

    [Theory]
    [InlineData(false, "the token is refused", "28000", "bad")]
    [InlineData(false, "nobody can tell", "08006", "unreachable")]
    [InlineData(true, "what was sent in place of an access token is none", "28000", "a pass word")]
    [InlineData(true, "what was sent in place of an access token is none", "28000", "")]
    [InlineData(true, "what was sent in place of an access token is none", "28000", "pässword")]
    public async Task What_is_refused_is_told_with_its_reason(bool unasked, string message, string sqlState, string password)
    {
        await using TestServer server = await TestServer.StartAsync(tokens: _tokens);
        await using RawClient client = await StartAsync(server);
        await client.SendAsync(Password(password));
        PgError error = await client.ReadFatalAsync();
        Assert.Equal((sqlState, message), (error.SqlState, error.Message));
        Assert.Equal(unasked, _tokens.Asked.IsEmpty);
        Assert.Empty(server.Session.Started);
    }

    [Fact]
    public async Task Sixteen_kibibytes_are_taken_and_no_byte_more()
    {
        await using TestServer server = await TestServer.StartAsync(tokens: _tokens);
        string longest = new('x', AccessToken.MaximumLength);
        await using (RawClient client = await StartAsync(server))
        {
            await client.SendAsync(Password(longest));
            Assert.Equal("the token is refused", (await client.ReadFatalAsync()).Message);
        }

        await using (RawClient client = await StartAsync(server))
        {
            await client.SendAsync(Password(longest + 'x'));
            PgError error = await client.ReadFatalAsync();
            Assert.Equal(("28000", "the access token has 16385 bytes, and may have 16384"), (error.SqlState, error.Message));
        }

        Assert.Equal([longest], _tokens.Asked);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(-1)]
    [InlineData(65_536)]
    [InlineData(int.MaxValue)]
    public async Task A_message_of_a_length_that_cannot_be_is_refused_before_it_is_read(int length)
    {
        await using TestServer server = await TestServer.StartAsync(tokens: _tokens);
        await using RawClient client = await StartAsync(server);
        await client.SendAsync((byte)'p', (byte)(length >> 24), (byte)(length >> 16), (byte)(length >> 8), (byte)length);
        Assert.Equal("08P01", (await client.ReadFatalAsync()).SqlState);
    }

    [Theory]
    [InlineData('Q', "expected password response, got message type 81")]
    [InlineData('X', "expected password response, got message type 88")]
    public async Task Nothing_but_a_password_is_taken(char type, string message)
    {
        await using TestServer server = await TestServer.StartAsync(tokens: _tokens);
        await using RawClient client = await StartAsync(server);
        await client.SendAsync(RawClient.Message(type, [.. "SELECT 1\0"u8]));
        PgError error = await client.ReadFatalAsync();
        Assert.Equal(("08P01", message), (error.SqlState, error.Message));
    }

    [Theory]
    [InlineData("eyJ")]
    [InlineData("eyJ\0x\0")]
    public async Task A_password_message_ends_with_its_zero_byte(string body)
    {
        await using TestServer server = await TestServer.StartAsync(tokens: _tokens);
        await using RawClient client = await StartAsync(server);
        await client.SendAsync(RawClient.Message('p', Encoding.ASCII.GetBytes(body)));
        Assert.Equal("08P01", (await client.ReadFatalAsync()).SqlState);
        Assert.Empty(_tokens.Asked);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public async Task A_token_is_not_even_asked_for_without_tls(bool serverHasTls, bool allowPlaintext)
    {
        await using TestServer server = await TestServer.StartAsync(
            serverHasTls, new PgServerOptions { AllowPlaintext = allowPlaintext }, tokens: _tokens);
        await using RawClient client = await RawClient.ConnectAsync(server);
        await client.SendAsync(RawClient.Startup(0x30000, "user", TokensOfCarol.Project));
        PgError error = await client.ReadFatalAsync();
        Assert.Equal(("28000", "access tokens are taken over TLS only"), (error.SqlState, error.Message));
    }

    [Fact]
    public async Task A_refused_token_is_slowed_down_and_nobody_else_of_the_project()
    {
        await using TestServer server = await TestServer.StartAsync(
            options: new PgServerOptions { FailedLoginsPerUser = 2 }, time: new ManualClock(), tokens: _tokens);
        string[] messages = [await RefusalAsync(server, "bad"), await RefusalAsync(server, "bad"), await RefusalAsync(server, "bad")];
        Assert.Equal(["the token is refused", "the token is refused", "too many failed logins"], messages);
        Assert.Equal("the token is refused", await RefusalAsync(server, "worse"));
        await using RawClient client = await StartAsync(server);
        await client.SendAsync(Password(TokensOfCarol.Token));
        Assert.Equal('R', (await client.ReadMessageAsync()).Type);
    }

    [Fact]
    public async Task Npgsql_brings_a_token_of_sixteen_kibibytes()
    {
        await using TestServer server = await TestServer.StartAsync(tokens: _tokens);
        string token = new('x', AccessToken.MaximumLength);
        var settings = new NpgsqlConnectionStringBuilder
        {
            Host = "localhost",
            Port = server.Port,
            Username = TokensOfCarol.Project,
            Password = token,
            SslMode = SslMode.VerifyFull,
            RootCertificate = server.AuthorityFile,
            Pooling = false,
        };
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        PostgresException e = await Assert.ThrowsAsync<PostgresException>(() => connection.OpenAsync());
        Assert.Equal("the token is refused", e.MessageText);

        // It tries again what was refused with 28000.
        Assert.Equal(token, Assert.Single(_tokens.Asked.Distinct()));
    }

    private static async Task<string> RefusalAsync(TestServer server, string token)
    {
        await using RawClient client = await StartAsync(server);
        await client.SendAsync(Password(token));
        return (await client.ReadFatalAsync()).Message;
    }

    private static byte[] Password(string password) => RawClient.Message('p', [.. Encoding.UTF8.GetBytes(password), 0]);

    private static async Task<RawClient> StartAsync(TestServer server)
    {
        RawClient client = await RawClient.ConnectAsync(server);
        await client.EncryptAsync();
        await client.SendAsync(RawClient.Startup(0x30000, "user", TokensOfCarol.Project));
        (char type, byte[] body) = await client.ReadMessageAsync();
        Assert.Equal(('R', "00000003"), (type, Convert.ToHexString(body)));
        return client;
    }
}
