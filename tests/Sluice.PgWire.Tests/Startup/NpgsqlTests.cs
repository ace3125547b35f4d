using Npgsql;

namespace Sluice.PgWire.Tests.Startup;

public sealed class NpgsqlTests
{
    [Theory]
    [InlineData(SslMode.Disable)]
    [InlineData(SslMode.Require)]
    [InlineData(SslMode.VerifyFull)]
    public async Task Npgsql_connects_and_selects(SslMode mode)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using NpgsqlDataSource source = Source(server, TestServer.User, TestServer.Password, mode);
        await using NpgsqlCommand command = source.CreateCommand("SELECT 1");
        Assert.Equal(1, await command.ExecuteScalarAsync());
    }

    [Fact]
    public async Task Direct_tls_with_alpn_connects()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using NpgsqlDataSource source = Source(
            server, TestServer.User, TestServer.Password, SslMode.VerifyFull, builder => builder.SslNegotiation = SslNegotiation.Direct);
        await using NpgsqlCommand command = source.CreateCommand("SELECT 1");
        Assert.Equal(1, await command.ExecuteScalarAsync());
    }

    [Theory]
    [InlineData(ChannelBinding.Disable)]
    [InlineData(ChannelBinding.Require)]
    public async Task Channel_binding_works_and_is_optional(ChannelBinding binding)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using NpgsqlDataSource source = Source(
            server, TestServer.User, TestServer.Password, SslMode.Require, builder => builder.ChannelBinding = binding);
        await using NpgsqlConnection connection = await source.OpenConnectionAsync();
        Assert.Equal(System.Data.ConnectionState.Open, connection.State);
    }

    [Theory]
    [InlineData(TestServer.User, "wrong")]
    [InlineData("mallory", TestServer.Password)]
    [InlineData("bob", TestServer.Password)]
    public async Task A_wrong_password_and_an_unknown_user_get_the_same_28P01(string user, string password)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using NpgsqlDataSource source = Source(server, user, password, SslMode.Require);
        PostgresException e = await Assert.ThrowsAsync<PostgresException>(() => source.OpenConnectionAsync().AsTask());
        Assert.Equal(("28P01", "FATAL", $"password authentication failed for user \"{user}\""), (e.SqlState, e.Severity, e.MessageText));
    }

    private static NpgsqlDataSource Source(
        TestServer server,
        string user,
        string password,
        SslMode mode,
        Action<NpgsqlConnectionStringBuilder>? configure = null)
    {
        var settings = new NpgsqlConnectionStringBuilder
        {
            Host = "localhost",
            Port = server.Port,
            Username = user,
            Password = password,
            SslMode = mode,
            Timeout = 15,
        };
        if (mode == SslMode.VerifyFull)
        {
            settings.RootCertificate = server.AuthorityFile;
        }

        configure?.Invoke(settings);
        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString);
        builder.ConfigureTypeLoading(types => types.EnableTypeLoading(enable: false));
        return builder.Build();
    }
}
