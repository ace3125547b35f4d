using Npgsql;
using Sluice.EndToEnd.Tests.Servers;
using Sluice.Gateway.Users;
using Sluice.Gateway.Writes;

namespace Sluice.EndToEnd.Tests.Options;

/// <summary>Options of a user that his sessions begin with.</summary>
public sealed class SessionDefaultTests(GatewayServer server)
{
    private readonly string _name = $"option-{Guid.NewGuid():N}";

    [Fact]
    public async Task Settings_begin_with_the_options_and_return_to_them()
    {
        var login = await server.RegisterAsync(
            new() { OnConflict = ConflictAction.Update, CreateMissing = true, StatementTimeout = TimeSpan.FromSeconds(30) });
        await using var session = await server.OpenAsync(login);
        Assert.Equal(["update", "on", "30s"], await SettingsAsync(session));
        await ExecuteAsync(session, "SET sluice.on_conflict = 'error'; SET sluice.create_missing = off; SET statement_timeout = 0");
        Assert.Equal(["error", "off", "0"], await SettingsAsync(session));
        await ExecuteAsync(session, "RESET sluice.on_conflict");
        Assert.Equal(["update", "off", "0"], await SettingsAsync(session));
        await ExecuteAsync(session, "DISCARD ALL");
        Assert.Equal(["update", "on", "30s"], await SettingsAsync(session));
    }

    [Fact]
    public async Task A_session_that_is_open_keeps_what_it_began_with()
    {
        var login = await server.RegisterAsync(UserOptions.Default);
        await using var before = await server.OpenAsync(login);
        await server.SetOptionsAsync(login, new() { OnConflict = ConflictAction.Ignore });
        await using var after = await server.OpenAsync(login);
        Assert.Equal("error", (await SettingsAsync(before))[0]);
        Assert.Equal("ignore", (await SettingsAsync(after))[0]);
    }

    [Fact]
    public async Task A_client_that_asks_for_a_setting_gets_it()
    {
        var login = await server.RegisterAsync(new() { OnConflict = ConflictAction.Update });
        await using var session = new NpgsqlConnection(server.ConnectionString(login) + ";Options=-c sluice.on_conflict=ignore");
        await session.OpenAsync(TestContext.Current.CancellationToken);
        Assert.Equal("ignore", (await SettingsAsync(session))[0]);
    }

    [Fact]
    public async Task Rows_are_updated_where_the_option_says_so()
    {
        var login = await server.RegisterAsync(new() { OnConflict = ConflictAction.Update });
        await using var session = await server.OpenAsync(login);
        await ExecuteAsync(session, $"INSERT INTO assets (external_id, name) VALUES ('{_name}', 'one')");
        await ExecuteAsync(session, $"INSERT INTO assets (external_id, name) VALUES ('{_name}', 'two')");
        Assert.Equal("two", (string?)(await server.Cdf.ByExternalIdsAsync("assets", _name)).Single()!["name"]);
    }

    [Fact]
    public async Task Rows_and_missing_series_get_the_users_data_set()
    {
        var answer = await server.Cdf.PostAsync("datasets", new { items = new[] { new { externalId = _name, name = "default" } } });
        var dataSet = (long)answer["items"]![0]!["id"]!;
        var login = await server.RegisterAsync(new() { DataSetId = dataSet, CreateMissing = true });
        await using var session = await server.OpenAsync(login);
        await ExecuteAsync(session, $"INSERT INTO assets (external_id, name) VALUES ('{_name}', 'one')");
        await ExecuteAsync(session, $"INSERT INTO extraction_pipelines (external_id, name) VALUES ('{_name}', 'one')");
        await ExecuteAsync(session, $"INSERT INTO double_datapoints (external_id, timestamp, value) VALUES ('{_name}', '2024-01-01', 1)");
        foreach (var resource in (string[])["assets", "extpipes", "timeseries"])
        {
            Assert.Equal(dataSet, (long?)(await server.Cdf.ByExternalIdsAsync(resource, _name)).Single()!["dataSetId"]);
        }
    }

    [Fact]
    public async Task Strings_are_as_long_as_the_option_allows()
    {
        var login = await server.RegisterAsync(new() { StringLength = 1_000 });
        await server.Cdf.CreateSeriesAsync(_name, isString: true);
        await using var session = await server.OpenAsync(login);
        var text = new string('x', 1_000);
        await ExecuteAsync(session, $"INSERT INTO string_datapoints (external_id, timestamp, value) VALUES ('{_name}', '2024-01-01', '{text}')");
        Assert.Equal(text, (string?)(await server.Cdf.PointsAsync(_name)).Single().Value);
        var error = await Assert.ThrowsAsync<PostgresException>(
            () => ExecuteAsync(session, $"INSERT INTO string_datapoints (external_id, timestamp, value) VALUES ('{_name}', '2024-01-01', '{text}x')"));
        Assert.Equal("22001", error.SqlState);
    }

    [Fact]
    public async Task More_sessions_than_the_option_allows_are_refused()
    {
        var login = await server.RegisterAsync(new() { ConnectionLimit = 1 });
        await using var first = await server.OpenAsync(login);
        var error = await Assert.ThrowsAsync<PostgresException>(() => server.OpenAsync(login));
        Assert.Equal("53300", error.SqlState);
    }

    private static async Task ExecuteAsync(NpgsqlConnection session, string sql)
    {
        await using var command = new NpgsqlCommand(sql, session);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private static async Task<string[]> SettingsAsync(NpgsqlConnection session)
    {
        await using var command = new NpgsqlCommand(
            "SELECT ARRAY[current_setting('sluice.on_conflict'), current_setting('sluice.create_missing'), current_setting('statement_timeout')]", session);
        return (string[])(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }
}
