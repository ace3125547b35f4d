using System.Text;
using Sluice.PgWire.Protocol;

namespace Sluice.PgWire.Tests.Startup;

/// <summary>SASL mechanism OAUTHBEARER byte by byte, as libpq of PostgreSQL 18 speaks it.</summary>
public sealed class OAuthBearerTests : IAsyncLifetime
{
    private readonly TokensOfCarol _tokens = new();
    private TestServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await TestServer.StartAsync(tokens: _tokens);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_good_token_leads_to_a_session_without_a_last_message_of_sasl()
    {
        await using RawClient client = await StartAsync();
        await client.SendAsync(RawClient.SaslInitial("OAUTHBEARER", $"n,,\u0001auth=Bearer {TokensOfCarol.Token}\u0001\u0001"));
        (char type, byte[] body) = await client.ReadMessageAsync();
        Assert.Equal(('R', "00000000"), (type, Convert.ToHexString(body)));
        await ReadToReadyAsync(client);
        Assert.Equal([TokensOfCarol.Token], _tokens.Asked);
        Assert.Equal(["carol"], _server.Session.Principals);
    }

    [Theory]
    [InlineData("n,,\u0001auth=bearer   TOKEN\u0001\u0001")]
    [InlineData("y,,\u0001auth=Bearer TOKEN\u0001\u0001")]
    [InlineData("n,,\u0001host=localhost\u0001port=5432\u0001auth=Bearer TOKEN\u0001\u0001")]
    public async Task Other_spellings_of_the_rfc_are_taken(string response)
    {
        await using RawClient client = await StartAsync();
        await client.SendAsync(RawClient.SaslInitial("OAUTHBEARER", response.Replace("TOKEN", TokensOfCarol.Token, StringComparison.Ordinal)));
        Assert.Equal(0, (await client.ReadMessageAsync()).Body[3]);
        await ReadToReadyAsync(client);
    }

    [Fact]
    public async Task A_client_without_a_token_is_told_where_to_get_one()
    {
        await using RawClient client = await StartAsync();
        await client.SendAsync(RawClient.SaslInitial("OAUTHBEARER", "n,,\u0001auth=\u0001\u0001"));
        (char type, byte[] body) = await client.ReadMessageAsync();
        Assert.Equal(
            ('R', 11, """{"status":"invalid_token","scope":"https://cdf.example.com/.default","openid-configuration":"https://login.example.com/tenant/.well-known/openid-configuration"}"""),
            (type, body[3], Encoding.ASCII.GetString(body.AsSpan(4))));
        await client.SendAsync(RawClient.Message('p', 1));
        PgError error = await client.ReadFatalAsync();
        Assert.Equal(("28000", "OAuth bearer authentication failed for user \"acme\""), (error.SqlState, error.Message));
        Assert.Empty(_tokens.Asked);
        Assert.Empty(_server.Session.Started);
    }

    [Fact]
    public async Task A_refused_token_is_answered_in_the_same_way_and_then_with_the_reason()
    {
        await using RawClient client = await StartAsync();
        await client.SendAsync(RawClient.SaslInitial("OAUTHBEARER", "n,,\u0001auth=Bearer bad\u0001\u0001"));
        (char type, byte[] body) = await client.ReadMessageAsync();
        Assert.Equal(('R', 11), (type, body[3]));
        await client.SendAsync(RawClient.Message('p', 1));
        PgError error = await client.ReadFatalAsync();
        Assert.Equal(("28000", "the token is refused"), (error.SqlState, error.Message));
        Assert.Empty(_server.Session.Started);
    }

    [Fact]
    public async Task A_token_that_nobody_can_check_is_no_reason_to_get_another()
    {
        await using RawClient client = await StartAsync();
        await client.SendAsync(RawClient.SaslInitial("OAUTHBEARER", "n,,\u0001auth=Bearer unreachable\u0001\u0001"));
        Assert.Equal("08006", (await client.ReadFatalAsync()).SqlState);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\u0001\u0001")]
    [InlineData("n,,\u0001auth=Bearer eyJ\u0001\u0001")]
    public async Task Nothing_but_the_empty_answer_is_taken_after_a_refusal(string answer)
    {
        await using RawClient client = await StartAsync();
        await client.SendAsync(RawClient.SaslInitial("OAUTHBEARER", "n,,\u0001auth=\u0001\u0001"));
        await client.ReadMessageAsync();
        await client.SendAsync(RawClient.Message('p', Encoding.ASCII.GetBytes(answer)));
        PgError error = await client.ReadFatalAsync();
        Assert.Equal(("08P01", "Client did not send a kvsep response."), (error.SqlState, error.Detail));
    }

    [Theory]
    [InlineData("", "08P01")]
    [InlineData("n", "08P01")]
    [InlineData("n,", "08P01")]
    [InlineData("n,,", "08P01")]
    [InlineData("n,,auth=Bearer x\u0001\u0001", "08P01")]
    [InlineData("x,,\u0001auth=Bearer x\u0001\u0001", "08P01")]
    [InlineData("p=tls-server-end-point,,\u0001auth=Bearer x\u0001\u0001", "08P01")]
    [InlineData("n,a=admin,\u0001auth=Bearer x\u0001\u0001", "0A000")]
    [InlineData("n,b,\u0001auth=Bearer x\u0001\u0001", "08P01")]
    [InlineData("n,,\u0001", "08P01")]
    [InlineData("n,,\u0001\u0001", "08P01")]
    [InlineData("n,,\u0001auth=Bearer x", "08P01")]
    [InlineData("n,,\u0001auth=Bearer x\u0001", "08P01")]
    [InlineData("n,,\u0001auth=Bearer x\u0001\u0001more", "08P01")]
    [InlineData("n,,\u0001auth=Bearer x\u0001auth=Bearer x\u0001\u0001", "08P01")]
    [InlineData("n,,\u0001=Bearer x\u0001\u0001", "08P01")]
    [InlineData("n,,\u0001au th=Bearer x\u0001\u0001", "08P01")]
    [InlineData("n,,\u0001auth\u0001\u0001", "08P01")]
    [InlineData("n,,\u0001auth=Basic x\u0001\u0001", "08P01")]
    [InlineData("n,,\u0001auth=Bearer\u0001\u0001", "08P01")]
    [InlineData("n,,\u0001auth=Bearer   \u0001\u0001", "08P01")]
    [InlineData("n,,\u0001auth=Bearer x\u007f\u0001\u0001", "08P01")]
    [InlineData("n,,\u0001auth=Bearer x y\u0001\u0001", "28000")]
    [InlineData("n,,\u0001auth=Bearer x\"y\u0001\u0001", "28000")]
    [InlineData("n,,\u0001auth=Bearer x\0\u0001\u0001", "08P01")]
    public async Task A_bad_first_message_is_refused(string response, string sqlState)
    {
        await using RawClient client = await StartAsync();
        await client.SendAsync(RawClient.SaslInitial("OAUTHBEARER", response));
        PgError error = await client.ReadFatalAsync();
        Assert.Equal(sqlState, error.SqlState);
        Assert.Empty(_tokens.Asked);
    }

    [Theory]
    [InlineData("SCRAM-SHA-256", "n,,n=,r=abc")]
    [InlineData("oauthbearer", "n,,\u0001auth=Bearer x\u0001\u0001")]
    public async Task Another_mechanism_is_refused(string mechanism, string response)
    {
        await using RawClient client = await StartAsync();
        await client.SendAsync(RawClient.SaslInitial(mechanism, response));
        Assert.Equal("08P01", (await client.ReadFatalAsync()).SqlState);
    }

    [Fact]
    public async Task Who_has_a_password_is_not_offered_it()
    {
        await using RawClient client = await RawClient.ConnectAsync(_server);
        await client.EncryptAsync();
        Assert.Equal("SCRAM-SHA-256-PLUS\0SCRAM-SHA-256", await client.StartAsync());
        await client.SendAsync(RawClient.SaslInitial("OAUTHBEARER", $"n,,\u0001auth=Bearer {TokensOfCarol.Token}\u0001\u0001"));
        Assert.Equal("08P01", (await client.ReadFatalAsync()).SqlState);
        Assert.Empty(_tokens.Asked);
    }

    private static async Task ReadToReadyAsync(RawClient client)
    {
        while (await client.ReadMessageAsync() is { Type: not 'Z' } message)
        {
            Assert.NotEqual('E', message.Type);
        }
    }

    private async Task<RawClient> StartAsync()
    {
        RawClient client = await RawClient.ConnectAsync(_server);
        await client.EncryptAsync();
        await client.SendAsync(RawClient.Startup(0x30000, "user", TokensOfCarol.Project, "test.sign_in", "oauth"));
        (char type, byte[] body) = await client.ReadMessageAsync();
        Assert.Equal(('R', "\0\0\0\nOAUTHBEARER\0\0"), (type, Encoding.ASCII.GetString(body)));
        return client;
    }
}
