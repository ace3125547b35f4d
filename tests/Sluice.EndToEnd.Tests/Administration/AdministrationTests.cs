using System.Net;
using System.Text.Json.Nodes;
using Npgsql;
using Sluice.EndToEnd.Tests.Servers;

namespace Sluice.EndToEnd.Tests.Administration;

/// <summary>What an administrator does to users and tables, as open SQL sessions see it.</summary>
public sealed class AdministrationTests(GatewayServer server)
{
    private readonly string _name = $"admin-{Guid.NewGuid():N}";

    [Fact]
    public async Task Deleting_a_user_ends_his_idle_session_his_copy_and_his_logins_and_leaves_CDF_alone()
    {
        var user = await server.Cdf.RegisterUserAsync();
        await using var idle = await server.OpenAsync(user);
        await using var busy = await server.OpenAsync(user);
        await ExecuteAsync(idle, $"INSERT INTO events (external_id) VALUES ('{_name}')");
        var copy = await busy.BeginTextImportAsync("COPY events (external_id) FROM STDIN");
        await copy.WriteAsync($"{_name}-copied\n");
        await copy.FlushAsync();
        var (status, answer) = await server.Cdf.GatewayAsync("delete", $$"""{"items":[{"username":"{{user.Username}}"}],"ignore_unknown_ids":false}""");
        var ended = await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(idle, "SELECT 1"));
        var cut = await Assert.ThrowsAnyAsync<NpgsqlException>(async () => await copy.DisposeAsync());
        var refused = await Assert.ThrowsAsync<PostgresException>(() => server.OpenAsync(user));

        Assert.Equal((HttpStatusCode.OK, "{}"), (status, answer));
        Assert.Equal(PostgresErrorCodes.AdminShutdown, ended.SqlState);
        Assert.True(cut is PostgresException { SqlState: PostgresErrorCodes.AdminShutdown } or { InnerException: IOException }, cut.ToString());
        Assert.Equal(PostgresErrorCodes.InvalidPassword, refused.SqlState);
        Assert.Equal([_name], (await server.Cdf.ByExternalIdsAsync("events", _name, $"{_name}-copied")).Select(e => (string?)e!["externalId"]));
    }

    [Fact]
    public async Task A_renamed_column_keeps_its_RAW_column_in_open_sessions_and_for_every_verb()
    {
        var user = await server.Cdf.RegisterUserAsync();
        await server.Cdf.CreateRawTableAsync(
            user, "movies", _name[..32], "t", "title", new JsonObject { ["title"] = Text(), ["year"] = Text(), ["budget"] = Text() });
        await using var connection = await server.OpenAsync(user);
        await ExecuteAsync(connection, "INSERT INTO movies (title, year, budget) VALUES ('Alien', '1978', '11')");
        var (status, body) = await server.Cdf.GatewayAsync(
            $"tables/{user.Username}/update",
            """{"items":[{"tablename":"movies","update":{"columns":{"rename":{"title":"name","year":"made"},"drop":["budget"],"add":{"rating":{"type":"REAL"}}}}}]}""");
        Assert.True(status == HttpStatusCode.OK, body);
        await ExecuteAsync(connection, "UPDATE movies SET made = '1979' WHERE name = 'Alien'");
        await ExecuteAsync(
            connection,
            "INSERT INTO movies (name, made, rating) VALUES ('Alien', 'x', 8.5) ON CONFLICT (name) DO UPDATE SET rating = EXCLUDED.rating");
        await ExecuteAsync(connection, "INSERT INTO movies (name, made) SELECT 'Aliens', (1985 + 1)::text");
        await using var query = new NpgsqlCommand("SELECT made || ' ' || rating FROM movies WHERE name = 'Alien'", connection);
        var read = (string?)await query.ExecuteScalarAsync(TestContext.Current.CancellationToken);

        Assert.Equal("1979 8.5", read);
        Assert.Equal("""{"title":"Alien","budget":"11","year":"1979","rating":8.5}""", await RowAsync("Alien"));
        Assert.Equal("""{"title":"Aliens","year":"1986"}""", await RowAsync("Aliens"));

        static JsonObject Text() => new() { ["type"] = "TEXT" };

        async Task<string> RowAsync(string key) => (await server.Cdf.GetAsync($"raw/dbs/{_name[..32]}/tables/t/rows/{key}"))["columns"]!.ToJsonString();
    }

    [Fact]
    public async Task The_CDF_session_of_a_deleted_user_is_revoked()
    {
        var user = await server.Cdf.RegisterUserAsync();
        var listed = JsonNode.Parse((await server.Cdf.GatewayAsync("byids", Usernames(user))).Body)!["items"]![0]!;
        var session = (long)listed["sessionId"]!;
        Assert.Equal("ACTIVE", await StatusAsync(session));
        await server.Cdf.GatewayAsync("delete", Usernames(user));

        Assert.Equal("REVOKED", await StatusAsync(session));
    }

    [Fact]
    public async Task An_open_session_goes_on_with_new_credentials_and_the_old_ones_are_revoked()
    {
        var user = await server.Cdf.RegisterUserAsync();
        await using var connection = await server.OpenAsync(user);
        await ExecuteAsync(connection, $"INSERT INTO events (external_id) VALUES ('{_name}-1')");
        var nonce = await server.Cdf.NonceAsync();
        var (status, body) = await server.Cdf.GatewayAsync(
            "update", $$$$$"""{"items":[{"username":"{{{{{user.Username}}}}}","update":{"credentials":{"set":{"nonce":"{{{{{nonce}}}}}"}}}}]}""");
        await ExecuteAsync(connection, $"INSERT INTO events (external_id) VALUES ('{_name}-2')");

        Assert.True(status == HttpStatusCode.OK, body);
        Assert.Equal(2, (await server.Cdf.ByExternalIdsAsync("events", $"{_name}-1", $"{_name}-2")).Count);
    }

    [Fact]
    public async Task Both_passwords_are_good_while_they_are_being_changed()
    {
        var user = await server.Cdf.RegisterUserAsync();
        var next = user with { Password = await RotateAsync(user, 3_600) };
        await using (await server.OpenAsync(user))
        await using (await server.OpenAsync(next))
        {
            Assert.NotEqual(user.Password, next.Password);
        }

        var last = user with { Password = await RotateAsync(user, 0) };
        await using (await server.OpenAsync(last))
        {
            Assert.Equal(PostgresErrorCodes.InvalidPassword, (await Assert.ThrowsAsync<PostgresException>(() => server.OpenAsync(next))).SqlState);
            Assert.Equal(PostgresErrorCodes.InvalidPassword, (await Assert.ThrowsAsync<PostgresException>(() => server.OpenAsync(user))).SqlState);
        }
    }

    [Fact]
    public async Task Tables_come_and_go_in_an_open_session_from_one_statement_to_the_next()
    {
        var user = await server.Cdf.RegisterUserAsync();
        await using var connection = await server.OpenAsync(user);
        await CreateMoviesAsync(user);
        Assert.Equal(1, await ExecuteAsync(connection, "INSERT INTO movies (title) VALUES ('Alien')"));
        var (status, body) = await server.Cdf.GatewayAsync($"tables/{user.Username}/delete", """{"items":[{"tablename":"movies"}]}""");
        var gone = await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(connection, "INSERT INTO movies (title) VALUES ('Aliens')"));
        await CreateMoviesAsync(user);

        Assert.Equal((HttpStatusCode.OK, "{}"), (status, body));
        Assert.Equal(PostgresErrorCodes.UndefinedTable, gone.SqlState);
        await using var command = new NpgsqlCommand("SELECT title FROM movies WHERE title = 'Alien'", connection);
        Assert.Equal("Alien", await command.ExecuteScalarAsync());
    }

    [Fact]
    public async Task A_transaction_left_open_delays_the_deletion_of_its_table_only_for_a_moment()
    {
        var user = await server.Cdf.RegisterUserAsync();
        await CreateMoviesAsync(user);
        await using var connection = await server.OpenAsync(user);
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await ExecuteAsync(connection, "SELECT count(*) FROM movies WHERE title = 'Alien'");
            var (status, body) = await server.Cdf.GatewayAsync($"tables/{user.Username}/delete", """{"items":[{"tablename":"movies"}]}""");

            Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
            Assert.Contains("End the transaction", body, StringComparison.Ordinal);
            await ExecuteAsync(connection, "SELECT count(*) FROM movies WHERE title = 'Alien'");
            await CreateMoviesAsync(user, "films");
            await ExecuteAsync(connection, "SELECT count(*) FROM films WHERE title = 'Alien'");
            await transaction.CommitAsync();
        }

        Assert.Equal(HttpStatusCode.OK, (await server.Cdf.GatewayAsync($"tables/{user.Username}/delete", """{"items":[{"tablename":"movies"}]}""")).Status);
    }

    [Fact]
    public async Task One_base_URL_serves_sessions_and_the_gateway()
    {
        var nonce = await server.Cdf.NonceAsync(throughGateway: true);
        var (status, body) = await server.Cdf.GatewayAsync(string.Empty, $$$"""{"items":[{"credentials":{"nonce":"{{{nonce}}}"}}]}""");
        var user = JsonNode.Parse(body)!["items"]![0]!;

        Assert.Equal(HttpStatusCode.OK, status);
        await using var connection = await server.OpenAsync(new GatewayLogin((string)user["username"]!, (string)user["password"]!));
        Assert.Equal(1, await ExecuteAsync(connection, $"INSERT INTO events (external_id) VALUES ('{_name}')"));
    }

    private static string Usernames(GatewayLogin user) => $$"""{"items":[{"username":"{{user.Username}}"}]}""";

    private static async Task<int> ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteNonQueryAsync();
    }

    private async Task<string> StatusAsync(long session) =>
        (string)(await server.Cdf.PostAsync("sessions/byids", new { items = new[] { new { id = session } } }))["items"]![0]!["status"]!;

    private async Task<string> RotateAsync(GatewayLogin user, int seconds)
    {
        var (status, body) = await server.Cdf.GatewayAsync(
            "rotatepassword", $$"""{"items":[{"username":"{{user.Username}}","previousPasswordValidSeconds":{{seconds}}}]}""");
        Assert.True(status == HttpStatusCode.OK, body);
        return (string)JsonNode.Parse(body)!["items"]![0]!["password"]!;
    }

    private Task CreateMoviesAsync(GatewayLogin user, string name = "movies") => server.Cdf.CreateRawTableAsync(
        user, name, _name[..32], "movies", "title", new JsonObject { ["title"] = new JsonObject { ["type"] = "TEXT" } });
}
