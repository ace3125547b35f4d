using System.Text.Json.Nodes;
using Npgsql;
using Sluice.EndToEnd.Tests.Servers;

namespace Sluice.EndToEnd.Tests.Rejects;

/// <summary>What statements write, and set aside, can be read by SQL.</summary>
public sealed class HistoryTests(FaultServer own) : IClassFixture<FaultServer>
{
    private readonly GatewayServer _server = own.Server;

    private readonly string _name = $"history-{Guid.NewGuid():N}";

    [Fact]
    public async Task Rows_that_were_set_aside_can_be_read_and_written_again()
    {
        await using var connection = await OpenAsync();
        await ExecuteAsync(connection, "set sluice.on_error = skip");
        await ExecuteAsync(connection, $"insert into assets (external_id, name, metadata) values ('{_name}-1', 'n', null), ('{_name}-2', null, '{{\"a\":\"1\"}}')");
        await ExecuteAsync(connection, $"insert into assets (external_id, name) values ('{_name}-1', 'again'), ('{_name}-3', 'm')");
        await using (var copy = await connection.BeginTextImportAsync("copy events (external_id, start_time, description) from stdin (on_error ignore)"))
        {
            await copy.WriteAsync($"{_name}-4\tno time\ttab\\there\n{_name}-5\t2024-01-01\td\n");
        }

        var rows = await ReadAsync(connection, $"select table_name, line, key, sqlstate, reason, row::text from sluice.rejected_rows where row::text like '%{_name}%' order by statement, line");
        Assert.Equal(
            [("assets", 2L, $"{_name}-2", "23502"), ("assets", 1L, $"{_name}-1", "23505"), ("events", 1L, null, "22007")],
            rows.Select(row => ((string)row[0]!, (long)row[1]!, (string?)row[2], (string)row[3]!)));
        Assert.Equal(
            [$$$"""{"external_id":"{{{_name}}}-2","metadata":{"a":"1"}}""", $$"""{"external_id":"{{_name}}-1","name":"again"}""", $$"""{"external_id":"{{_name}}-4","start_time":"no time","description":"tab\there"}"""],
            rows.Select(row => (string)row[5]!));

        var written = await ExecuteAsync(
            connection,
            "insert into assets (external_id, name, metadata) select r.external_id, 'now with a name', r.metadata from sluice.rejected_rows as j,"
            + $" json_populate_record(null::assets, j.row) as r where j.sqlstate = '23502' and j.key = '{_name}-2'");
        Assert.Equal(1, written);
        var stored = Assert.Single(await _server.Cdf.ByExternalIdsAsync("assets", $"{_name}-2"));
        Assert.Equal("1", (string)stored!["metadata"]!["a"]!);
    }

    [Fact]
    public async Task Each_statement_that_writes_has_an_entry()
    {
        await using var connection = await OpenAsync();
        await ExecuteAsync(connection, $"set application_name = '{_name}'");
        await ExecuteAsync(connection, "set sluice.on_error = skip");
        await ExecuteAsync(connection, $"insert into assets (external_id, name) values ('{_name}-1', 'n'), ('{_name}-2', null)");
        await ExecuteAsync(connection, $"update assets set name = 'm' where external_id = '{_name}-1'");
        await ExecuteAsync(connection, $"insert into assets (external_id, name) select '{_name}-' || i, 'n' from generate_series(3, 5) as i");
        await ExecuteAsync(connection, $"begin; insert into events (external_id) values ('{_name}-1'); insert into assets (external_id, name) values ('{_name}-6', 'n'); commit");
        await ExecuteAsync(connection, $"delete from assets where external_id = '{_name}-6'");

        var rows = await ReadAsync(
            connection,
            "select kind, table_name, rows, rejected, requests, retries, bytes > 0, decoding_ms > 0, waiting_ms >= 0, cdf_ms > 0, sqlstate from sluice.writes"
            + $" where application_name = '{_name}' order by statement");
        Assert.Equal(
            ["INSERT assets 1 1", "UPDATE assets 1 0", "INSERT assets 3 0", "COMMIT assets, events 2 0", "DELETE assets 1 0"],
            rows.Select(row => $"{row[0]} {string.Join(", ", ((string)row[1]!).Split(", ").Order())} {row[2]} {row[3]}"));
        Assert.All(rows, row => Assert.Equal([true, true, true, true, null], row[6..]));
        Assert.Equal([1L, 1, 1, 2, 1], rows.Select(row => (long)row[4]!));
    }

    [Fact]
    public async Task A_statement_that_fails_has_its_error_and_the_ids_of_its_requests()
    {
        await using var connection = await OpenAsync();
        await ExecuteAsync(connection, $"set application_name = '{_name}'");
        await ExecuteAsync(connection, $"insert into events (external_id) values ('{_name}')");
        var duplicate = await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(connection, $"insert into events (external_id) values ('{_name}')"));
        await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(connection, $"insert into events (external_id, start_time) values ('{_name}-2', 'x')"));
        await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(connection, $"insert into events (external_id) select '{_name}-' || (1 / (3 - i)) from generate_series(1, 3) as i"));
        var rule = new JsonObject { ["id"] = "r", ["method"] = "POST", ["path"] = "*/events", ["action"] = "status", ["status"] = 503, ["times"] = 1 };
        await using (await _server.Cdf.BreakAsync(rule))
        {
            await ExecuteAsync(connection, $"insert into events (external_id) values ('{_name}-3')");
        }

        var rows = await ReadAsync(
            connection,
            $"select sqlstate, error, rows, retries, request_ids, table_name from sluice.writes where application_name = '{_name}' order by statement");
        Assert.Equal([null, "23505", "22007", "22012", null], rows.Select(row => (string?)row[0]));
        Assert.Equal(duplicate.MessageText, (string?)rows[1][1]);
        Assert.Contains(Assert.Single((string[])rows[1][4]!), duplicate.MessageText, StringComparison.Ordinal);
        Assert.Equal([1L, 0, 0, 0, 1], rows.Select(row => (long)row[2]!));
        Assert.Equal(1L, rows[4][3]);
        Assert.All(rows, row => Assert.Equal("events", row[5]));
    }

    [Fact]
    public async Task A_COPY_whose_client_goes_away_has_an_entry_too()
    {
        var user = await _server.Cdf.RegisterUserAsync();
        var client = await _server.ConnectAsync(user);
        await client.Query("copy events (external_id) from stdin").CopyData($"{_name}-1\n").TalkAsync(until: 'G');
        await client.DisposeAsync();
        await using var connection = await _server.OpenAsync(user);
        for (var tries = 0; ; tries++)
        {
            // The session ends in its own time; each look waits for what was handed over before.
            var rows = await ReadAsync(connection, "select kind, sqlstate, rows from sluice.writes");
            if (rows.Count > 0)
            {
                Assert.Equal(["COPY", "08006", 0L], rows[0]);
                return;
            }

            Assert.InRange(tries, 0, 1_000);
        }
    }

    private static async Task<int> ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteNonQueryAsync();
    }

    private static async Task<List<object?[]>> ReadAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<object?[]>();
        while (await reader.ReadAsync())
        {
            var row = new object?[reader.FieldCount];
            reader.GetValues(row!);
            rows.Add([.. row.Select(value => value is DBNull ? null : value)]);
        }

        return rows;
    }

    private Task<NpgsqlConnection> OpenAsync() => _server.OpenAsync();
}
