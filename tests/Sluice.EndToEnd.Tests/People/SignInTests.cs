using System.Text;
using System.Text.Json.Nodes;
using Npgsql;
using Sluice.EndToEnd.Tests.Clients;
using Sluice.EndToEnd.Tests.Servers;
using Sluice.EndToEnd.Tests.Wire;

namespace Sluice.EndToEnd.Tests.People;

/// <summary>People connect with access tokens of their own, and act in CDF with just these.</summary>
public sealed class SignInTests(PeopleServer server) : IClassFixture<PeopleServer>
{
    private readonly string _name = $"person-{Guid.NewGuid():N}";

    private GatewayServer Gateway => server.Gateway;

    [Fact]
    public async Task Npgsql_writes_with_what_the_token_may_and_no_more()
    {
        var person = await server.PersonAsync("eventsAcl:READ", "eventsAcl:WRITE");
        await using var connection = await server.OpenAsync(await person.TokenAsync());
        Assert.Equal(1, await ExecuteAsync(connection, $"insert into events (external_id) values ('{_name}')"));
        Assert.Single(await Gateway.Cdf.ByExternalIdsAsync("events", _name));

        var refused = await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(connection, $"insert into assets (external_id, name) values ('{_name}', 'x')"));
        Assert.Equal("42501", refused.SqlState);

        refused = await Assert.ThrowsAsync<PostgresException>(
            () => ExecuteAsync(connection, "create foreign table own (title text) server raw options (database 'd', \"table\" 't', primary_key 'title')"));
        Assert.Equal("0A000", refused.SqlState);
    }

    [Fact]
    public async Task Npgsql_asks_its_password_provider_for_a_token()
    {
        var person = await server.PersonAsync("eventsAcl:WRITE");
        var settings = new NpgsqlConnectionStringBuilder(Gateway.ConnectionString(new GatewayLogin(PeopleServer.Project, ""))) { Password = null };
        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString);
        builder.UsePasswordProvider(_ => person.TokenAsync().GetAwaiter().GetResult(), async (_, _) => await person.TokenAsync());
        await using var source = builder.Build();
        await using var command = source.CreateCommand($"insert into events (external_id) values ('{_name}')");
        Assert.Equal(1, await command.ExecuteNonQueryAsync());
    }

    [Fact]
    public async Task Reads_have_the_sessions_own_token()
    {
        var person = await server.PersonAsync("eventsAcl:READ", "eventsAcl:WRITE");
        var token = await person.TokenAsync();
        await using var connection = await server.OpenAsync(token);
        await ExecuteAsync(connection, $"insert into events (external_id, type) values ('{_name}', 'seen')");
        Assert.Equal("seen", await ScalarAsync(connection, $"select type from events where external_id = '{_name}'"));

        await ExecuteAsync(connection, "set postgres_fdw.application_name = 'somebody'");
        await using var other = await server.OpenAsync(token);
        await ExecuteAsync(other, "set postgres_fdw.application_name = 'somebody'");
        var refused = await Assert.ThrowsAsync<PostgresException>(() => ScalarAsync(other, $"select type from events where external_id = '{_name}'"));
        Assert.Equal("28000", refused.SqlState);
    }

    [Fact]
    public async Task Psql_connects_with_the_token_as_password()
    {
        var person = await server.PersonAsync("assetsAcl:READ", "assetsAcl:WRITE");
        var result = await ClientProcess.RunAsync(
            "psql",
            [
                "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", $"insert into assets (external_id, name) values ('{_name}', 'by psql')", "-c", "select current_database() = current_user",
                $"host=localhost port={Gateway.EndPoint.Port} user={PeopleServer.Project} dbname={PeopleServer.Project} sslmode=verify-full sslrootcert={Gateway.CaFile}",
            ],
            new Dictionary<string, string> { ["PGPASSWORD"] = await person.TokenAsync() });
        Assert.Equal("INSERT 0 1\nt\n", result.Succeeded().Output);
        Assert.Single(await Gateway.Cdf.ByExternalIdsAsync("assets", _name));
    }

    [Fact]
    public async Task Psycopg2_connects_with_the_token_as_password()
    {
        var person = await server.PersonAsync("eventsAcl:READ", "eventsAcl:WRITE");
        var script =
            """
            import os, psycopg2
            connection = psycopg2.connect(os.environ['DSN'], password=os.environ['TOKEN'])
            connection.autocommit = True
            cursor = connection.cursor()
            cursor.execute("insert into events (external_id) values (%s)", (os.environ['NAME'],))
            assert cursor.rowcount == 1, cursor.rowcount
            """;
        var environment = new Dictionary<string, string>
        {
            ["NAME"] = _name,
            ["TOKEN"] = await person.TokenAsync(),
            ["DSN"] = $"host=localhost port={Gateway.EndPoint.Port} user={PeopleServer.Project} dbname={PeopleServer.Project} sslmode=verify-full sslrootcert={Gateway.CaFile}",
        };
        (await ClientProcess.RunAsync("/usr/bin/python3", ["-"], environment, script)).Succeeded();
        Assert.Single(await Gateway.Cdf.ByExternalIdsAsync("events", _name));
    }

    [Fact]
    public async Task A_client_that_asks_for_OAUTHBEARER_signs_in_by_it()
    {
        var person = await server.PersonAsync("eventsAcl:WRITE");
        await using var client = await server.ConnectAsync(await person.TokenAsync(), oauth: true);
        Assert.Equal("C INSERT 0 1", (await client.Query($"insert into events (external_id) values ('{_name}')").TalkAsync())[0].ToString());
        Assert.Contains("OAUTHBEARER", Encoding.ASCII.GetString(client.Greeting[0].Body), StringComparison.Ordinal);

        var refused = await Assert.ThrowsAsync<PostgresException>(() => OptionAsync("-c sluice.sign_in=ticket"));
        Assert.Equal("22023", refused.SqlState);
    }

    [Fact]
    public async Task Nobody_shares_a_database()
    {
        var (first, second) = (await server.PersonAsync("eventsAcl:READ"), await server.PersonAsync("eventsAcl:READ"));
        await using var one = await server.OpenAsync(await first.TokenAsync());
        await using var again = await server.OpenAsync(await first.TokenAsync());
        await using var other = await server.OpenAsync(await second.TokenAsync());
        await using var user = await Gateway.OpenAsync();
        const string Who = "select current_user::text";
        var name = (string)(await ScalarAsync(one, Who))!;
        Assert.Matches("^person_[0-9a-f]{32}$", name);
        Assert.Equal(name, await ScalarAsync(again, Who));
        var names = new[] { name, await ScalarAsync(other, Who), await ScalarAsync(user, Who) };
        Assert.Equal(3, names.Distinct().Count());

        // Nor can a person connect by that name, which has no password.
        var token = await first.TokenAsync();
        var refused = await Assert.ThrowsAsync<PostgresException>(() => Gateway.OpenAsync(new GatewayLogin(name, token)));
        Assert.Equal("28P01", refused.SqlState);
    }

    [Fact]
    public async Task What_one_writes_is_in_no_others_history()
    {
        var (first, second) = (await server.PersonAsync("eventsAcl:WRITE"), await server.PersonAsync("eventsAcl:WRITE"));
        await using var one = await server.OpenAsync(await first.TokenAsync());
        await using var other = await server.OpenAsync(await second.TokenAsync());
        await ExecuteAsync(one, $"insert into events (external_id) values ('{_name}')");
        Assert.Equal(1L, await ScalarAsync(one, "select count(*) from sluice.writes"));
        Assert.Equal(0L, await ScalarAsync(other, "select count(*) from sluice.writes"));
    }

    [Fact]
    public async Task Another_project_is_refused()
    {
        var person = await server.PersonAsync("eventsAcl:READ");
        var token = await person.TokenAsync();
        await AssertRefusedAsync(token, "28000", "gives no access to CDF project \"other-project\"", PeopleServer.OtherProject);

        // Where nobody signs in with tokens, it is a password as any other.
        await AssertRefusedAsync(token, "28P01", "password authentication failed for user \"third-project\"", "third-project");
        await AssertRefusedAsync(token, "28P01", "password authentication failed", Gateway.User.Username);
    }

    [Fact]
    public async Task An_expired_token_is_refused()
    {
        var person = await server.PersonAsync("eventsAcl:READ");
        await server.SetTokenLifetimeAsync(TimeSpan.FromMinutes(5));
        var token = await person.TokenAsync();
        await server.SetTokenLifetimeAsync(PeopleServer.TokenLifetime);
        server.Time.Leap(TimeSpan.FromMinutes(5));
        await AssertRefusedAsync(token, "28000", "the access token has expired on 20");
    }

    [Fact]
    public async Task A_token_that_CDF_does_not_believe_is_refused()
    {
        var token = (await (await server.PersonAsync("eventsAcl:READ")).TokenAsync()).Split('.');
        var claims = JsonNode.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(token[1]))!;
        claims["iss"] = "https://login.example.com/other";
        var forged = $"{token[0]}.{System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims.ToJsonString()))}.{token[2]}";
        await AssertRefusedAsync(forged, "28000", "CDF refuses the access token: ");
        await AssertRefusedAsync("eyJhbGciOiJub25lIn0.e30.", "28000", "what was sent in place of an access token is none");
        await AssertRefusedAsync("secret", "28000", "what was sent in place of an access token is none");
    }

    [Fact]
    public async Task Who_cannot_be_told_apart_is_refused()
    {
        var person = await CdfApplication.CreateAsync(Gateway, "eventsAcl:READ");
        var refused = await AssertRefusedAsync(await person.TokenAsync(), "28000", "CDF does not tell whose the access token is");
        Assert.Contains("project:list and groups:list", refused.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_is_let_in_while_CDF_cannot_be_asked()
    {
        var token = await (await server.PersonAsync("eventsAcl:READ")).TokenAsync();
        var rule = new JsonObject { ["id"] = "r", ["path"] = "*/token/inspect", ["action"] = "status", ["status"] = 503 };
        await using (await Gateway.Cdf.BreakAsync(rule))
        {
            await AssertRefusedAsync(token, "08006", "it cannot be found out now whether the access token is good");
        }

        await using var connection = await server.OpenAsync(token);
    }

    [Fact]
    public async Task A_token_is_not_taken_without_tls()
    {
        var token = await (await server.PersonAsync("eventsAcl:READ")).TokenAsync();
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => WireClient.ConnectAsync(Gateway.EndPoint, PeopleServer.Project, token));
        Assert.Contains("28000", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_token_is_left_anywhere()
    {
        var person = await server.PersonAsync("eventsAcl:READ", "eventsAcl:WRITE");
        string[] tokens = [await person.TokenAsync(), await person.TokenAsync(), await (await server.PersonAsync()).TokenAsync()];
        await using (var connection = await server.OpenAsync(tokens[0]))
        {
            await ExecuteAsync(connection, $"create temporary table \"{_name}\" (a int)");
            await ExecuteAsync(connection, $"insert into events (external_id) values ('{_name}')");
            await ScalarAsync(connection, $"select count(*) from events where external_id = '{_name}'");
            await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(connection, "insert into assets (name) values ('x')"));
        }

        await using (var client = await server.ConnectAsync(tokens[1], oauth: true))
        {
            await client.Query("begin").TalkAsync();
            await client.Query("insert into events (description) values ('x')").TalkAsync();
            await client.Query("commit").TalkAsync();
        }

        await AssertRefusedAsync(tokens[2], "28000", "gives no access", PeopleServer.OtherProject);
        await AssertRefusedAsync(tokens[2] + "x", "28000", "CDF refuses");

        foreach (var needle in tokens.Select(token => token.Split('.')[2]))
        {
            Assert.DoesNotContain(Gateway.Log.All, line => line.Contains(needle, StringComparison.Ordinal));
            Assert.Empty(await FilesWithAsync(needle));
        }

        Assert.NotEmpty(await FilesWithAsync(_name));
    }

    /// <summary>The files of Sluice and of its engine with this text: tables, logs, configuration.</summary>
    private async Task<string> FilesWithAsync(string text) =>
        (await ClientProcess.RunAsync("grep", ["-rlasF", "--devices=skip", "-e", text, Gateway.DataDirectory])).Output;

    private static async Task<int> ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteNonQueryAsync();
    }

    private static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    private async Task OptionAsync(string options)
    {
        var settings = new NpgsqlConnectionStringBuilder(Gateway.ConnectionString(new GatewayLogin(PeopleServer.Project, "x"))) { Options = options };
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync();
    }

    private async Task<PostgresException> AssertRefusedAsync(string token, string sqlState, string words, string project = PeopleServer.Project)
    {
        var refused = await Assert.ThrowsAsync<PostgresException>(() => server.OpenAsync(token, project));
        Assert.Equal((sqlState, "FATAL"), (refused.SqlState, refused.Severity));
        Assert.Contains(words, refused.MessageText, StringComparison.Ordinal);
        return refused;
    }
}
