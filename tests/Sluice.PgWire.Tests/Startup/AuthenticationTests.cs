using System.Text;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Startup;

namespace Sluice.PgWire.Tests.Startup;

public sealed class AuthenticationTests : IAsyncLifetime
{
    private TestServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await TestServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_right_password_leads_to_a_session()
    {
        await using RawClient client = await RawClient.ConnectAsync(_server);
        await client.LogInAsync();
        await client.SendAsync(RawClient.Message('Q', [.. "SELECT 1\0"u8]));
        Assert.Equal('T', (await client.ReadMessageAsync()).Type);
        Assert.Equal([0, 1, 0, 0, 0, 1, (byte)'1'], (await client.ReadMessageAsync()).Body);
    }

    [Theory]
    [InlineData(TestServer.User, "wrong")]
    [InlineData("mallory", TestServer.Password)]
    public async Task A_wrong_password_is_28P01_and_an_unknown_user_looks_the_same(string user, string password)
    {
        await using RawClient client = await RawClient.ConnectAsync(_server);
        await client.StartAsync(user);
        await client.SendAsync(RawClient.Proof(await client.ChallengeAsync(), password));
        PgError error = await client.ReadFatalAsync();
        Assert.Equal(
            new PgError { Severity = PgSeverity.Fatal, SqlState = "28P01", Message = $"password authentication failed for user \"{user}\"" },
            error);
    }

    [Fact]
    public async Task An_unknown_user_has_one_salt_of_its_own_and_the_usual_work_factor()
    {
        string first = await SaltAndWorkAsync("mallory");
        Assert.Equal(first, await SaltAndWorkAsync("mallory"));
        Assert.NotEqual(first, await SaltAndWorkAsync("eve"));
        string known = await SaltAndWorkAsync(TestServer.User);
        Assert.Equal(known.Length, first.Length);
        Assert.EndsWith(",i=4096", first, StringComparison.Ordinal);
        Assert.EndsWith(",i=4096", known, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_startup_message_during_scram_is_refused()
    {
        await using RawClient client = await RawClient.ConnectAsync(_server);
        await client.StartAsync("bob");
        await client.ChallengeAsync();
        await client.SendAsync(RawClient.Startup(0x30000, "user", TestServer.User));
        PgError error = await client.ReadFatalAsync();
        Assert.Equal(("08P01", "expected SASL response, got message type 0"), (error.SqlState, error.Message));
        Assert.Empty(_server.Session.Started);
    }

    [Theory]
    [InlineData('Q')]
    [InlineData('P')]
    [InlineData('d')]
    [InlineData('X')]
    public async Task Nothing_but_sasl_is_taken_before_authentication(char type)
    {
        await using RawClient client = await RawClient.ConnectAsync(_server);
        await client.StartAsync();
        await client.SendAsync(RawClient.Message(type, [.. "SELECT 1\0"u8]));
        Assert.Equal("08P01", (await client.ReadFatalAsync()).SqlState);
        Assert.Empty(_server.Session.Started);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    [InlineData(3)]
    [InlineData(1_025)]
    [InlineData(int.MaxValue)]
    public async Task A_sasl_message_of_a_length_that_cannot_be_is_refused(int length)
    {
        await using RawClient client = await RawClient.ConnectAsync(_server);
        await client.StartAsync();
        await client.SendAsync((byte)'p', (byte)(length >> 24), (byte)(length >> 16), (byte)(length >> 8), (byte)length);
        Assert.Equal("08P01", (await client.ReadFatalAsync()).SqlState);
    }

    [Theory]
    [InlineData("SCRAM-SHA-1", "n,,n=,r=abc", "08P01")]
    [InlineData("SCRAM-SHA-256-PLUS", "p=tls-server-end-point,,n=,r=abc", "08P01")]
    [InlineData("SCRAM-SHA-256", "", "08P01")]
    [InlineData("SCRAM-SHA-256", "n", "08P01")]
    [InlineData("SCRAM-SHA-256", "n,,", "08P01")]
    [InlineData("SCRAM-SHA-256", "n,,n=", "08P01")]
    [InlineData("SCRAM-SHA-256", "n,,n=,r=", "08P01")]
    [InlineData("SCRAM-SHA-256", "n,,n=,r=a b", "08P01")]
    [InlineData("SCRAM-SHA-256", "n,,n=,r=\u007f", "08P01")]
    [InlineData("SCRAM-SHA-256", "n,,n=,r=\u00fc", "08P01")]
    [InlineData("SCRAM-SHA-256", "n,,n=\n,r=abc", "08P01")]
    [InlineData("SCRAM-SHA-256", "n,,r=abc,n=", "08P01")]
    [InlineData("SCRAM-SHA-256", "x,,n=,r=abc", "08P01")]
    [InlineData("SCRAM-SHA-256", "p=tls-unique,,n=,r=abc", "08P01")]
    [InlineData("SCRAM-SHA-256", "n,a=admin,n=,r=abc", "0A000")]
    [InlineData("SCRAM-SHA-256", "n,,m=x,n=,r=abc", "0A000")]
    public async Task A_bad_first_message_is_refused(string mechanism, string clientFirst, string sqlState)
    {
        await using RawClient client = await RawClient.ConnectAsync(_server);
        await client.StartAsync();
        await client.SendAsync(RawClient.SaslInitial(mechanism, clientFirst));
        Assert.Equal(sqlState, (await client.ReadFatalAsync()).SqlState);
    }

    [Fact]
    public async Task An_initial_response_longer_than_its_message_is_refused()
    {
        await using RawClient client = await RawClient.ConnectAsync(_server);
        await client.StartAsync();
        await client.SendAsync(RawClient.Message('p', [.. "SCRAM-SHA-256\0"u8, 0x7F, 0xFF, 0xFF, 0xFF, (byte)'n']));
        PgError error = await client.ReadFatalAsync();
        Assert.Equal(("08P01", "insufficient data left in message"), (error.SqlState, error.Message));
    }

    [Fact]
    public async Task Long_printable_nonces_are_taken_up_to_the_limit_of_the_message()
    {
        await using RawClient client = await RawClient.ConnectAsync(_server);
        await client.StartAsync();
        string nonce = new('~', 900);
        await client.SendAsync(RawClient.Proof(await client.ChallengeAsync(nonce), TestServer.Password, nonce));
        (char type, byte[] body) = await client.ReadMessageAsync();
        Assert.Equal(('R', 12), (type, body[3]));
    }

    [Fact]
    public async Task A_final_message_of_another_exchange_is_refused()
    {
        await using RawClient earlier = await RawClient.ConnectAsync(_server);
        await earlier.StartAsync();
        byte[] replayed = RawClient.Proof(await earlier.ChallengeAsync(), TestServer.Password);

        await using RawClient client = await RawClient.ConnectAsync(_server);
        await client.StartAsync();
        await client.ChallengeAsync();
        await client.SendAsync(replayed);
        PgError error = await client.ReadFatalAsync();
        Assert.Equal(("08P01", "Nonce does not match."), (error.SqlState, error.Detail));
    }

    [Theory]
    [InlineData("")]
    [InlineData("c=biws")]
    [InlineData("c=biws,r=NONCE")]
    [InlineData("c=biws,r=NONCE,p=")]
    [InlineData("c=biws,r=NONCE,p=***")]
    [InlineData("c=biws,r=NONCE,p=AAAA")]
    [InlineData("c=***,r=NONCE,p=AAAA")]
    [InlineData("c=eSws,r=NONCE,p=AAAA")]
    public async Task A_bad_final_message_is_refused(string clientFinal)
    {
        await using RawClient client = await RawClient.ConnectAsync(_server);
        await client.StartAsync();
        string nonce = (await client.ChallengeAsync()).Split(',')[0][2..];
        await client.SendAsync(RawClient.Message('p', Encoding.UTF8.GetBytes(clientFinal.Replace("NONCE", nonce, StringComparison.Ordinal))));
        Assert.Equal("08P01", (await client.ReadFatalAsync()).SqlState);
    }

    [Fact]
    public async Task A_client_that_was_told_of_no_channel_binding_notices_the_attack()
    {
        await using RawClient client = await RawClient.ConnectAsync(_server);
        await client.EncryptAsync();
        await client.StartAsync();
        await client.SendAsync(RawClient.SaslInitial("SCRAM-SHA-256", "y,,n=,r=abc"));
        PgError error = await client.ReadFatalAsync();
        Assert.Equal(("28000", "SCRAM channel binding negotiation error"), (error.SqlState, error.Message));
    }

    [Fact]
    public async Task A_binding_to_another_certificate_is_refused()
    {
        await using RawClient client = await RawClient.ConnectAsync(_server);
        await client.EncryptAsync();
        await client.StartAsync();
        string challenge = await client.ChallengeAsync(gs2: "p=tls-server-end-point,,", mechanism: "SCRAM-SHA-256-PLUS");
        string binding = Convert.ToBase64String([.. "p=tls-server-end-point,,"u8, .. new byte[32]]);
        await client.SendAsync(RawClient.Proof(challenge, TestServer.Password, binding: binding));
        PgError error = await client.ReadFatalAsync();
        Assert.Equal(("28000", "SCRAM channel binding check failed"), (error.SqlState, error.Message));
    }

    [Fact]
    public async Task A_cancel_request_reaches_its_session_and_is_not_answered()
    {
        await using RawClient client = await RawClient.ConnectAsync(_server);
        (int processId, int secret) = await client.LogInAsync();
        await client.SendAsync(RawClient.Message('Q', [.. "wait\0"u8]));

        await using (RawClient guess = await RawClient.ConnectAsync(_server))
        {
            await guess.SendAsync(RawClient.Cancel(processId, secret + 1));
            await guess.ExpectEndAsync();
        }

        await using (RawClient cancel = await RawClient.ConnectAsync(_server))
        {
            await cancel.SendAsync(RawClient.Cancel(processId, secret));
            await cancel.ExpectEndAsync();
        }

        (char type, byte[] body) = await client.ReadMessageAsync();
        Assert.Equal(('E', "57014"), (type, PgErrorParser.Parse(body).SqlState));
    }

    [Theory]
    [InlineData("fail", "22000", "failed as asked")]
    [InlineData("defect", "XX000", "internal error")]
    public async Task What_ends_a_session_is_told_as_fatal_and_tells_no_secret(string sql, string sqlState, string message)
    {
        await using RawClient client = await RawClient.ConnectAsync(_server);
        await client.LogInAsync();
        await client.SendAsync(RawClient.Message('Q', [.. Encoding.UTF8.GetBytes(sql), 0]));
        PgError error = await client.ReadFatalAsync();
        Assert.Equal((sqlState, message), (error.SqlState, error.Message));
        Assert.DoesNotContain("a secret", error.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registration_that_has_ended_is_not_cancelled()
    {
        int calls = 0;
        var keys = new CancelKeys();
        ICancelRegistration first = keys.Register(7, _ => Count());
        ICancelRegistration second = keys.Register(7, _ => Count());
        await keys.CancelAsync(first.Key, CancellationToken.None);
        Assert.Equal(1, calls);
        first.Dispose();
        first.Dispose();
        await keys.CancelAsync(first.Key, CancellationToken.None);
        Assert.Equal(1, calls);
        await keys.CancelAsync(second.Key, CancellationToken.None);
        Assert.Equal(2, calls);

        ValueTask Count()
        {
            calls++;
            return ValueTask.CompletedTask;
        }
    }

    private async Task<string> SaltAndWorkAsync(string user)
    {
        await using RawClient client = await RawClient.ConnectAsync(_server);
        await client.StartAsync(user);
        string challenge = await client.ChallengeAsync();
        return challenge[challenge.IndexOf(",s=", StringComparison.Ordinal)..];
    }
}
