using Npgsql;
using NpgsqlTypes;
using Sluice.EndToEnd.Tests.Servers;

namespace Sluice.EndToEnd.Tests.Clients;

/// <summary>Npgsql, which Azure Data Factory and every .NET tool uses. Connecting loads its types from the catalog.</summary>
public sealed class NpgsqlTests(GatewayServer server)
{
    private readonly string _name = $"npgsql-{Guid.NewGuid():N}";

    [Fact]
    public async Task Inserts_with_parameters()
    {
        await using var connection = await server.OpenAsync();
        await using var command = new NpgsqlCommand(
            "INSERT INTO events (external_id, start_time, type, metadata, description) VALUES ($1, $2, $3, $4, $5)", connection)
        {
            Parameters =
            {
                new() { Value = _name },
                new() { Value = new DateTime(2024, 5, 6, 7, 8, 9, 123, DateTimeKind.Utc) },
                new() { Value = "alarm" },
                new() { Value = """{"a":"b"}""", NpgsqlDbType = NpgsqlDbType.Json },
                new() { Value = DBNull.Value },
            },
        };
        Assert.Equal(1, await command.ExecuteNonQueryAsync());
        var stored = Assert.Single(await server.Cdf.ByExternalIdsAsync("events", _name))!;
        Assert.Equal(1_714_979_289_123, (long)stored["startTime"]!);
        Assert.Equal("alarm", (string?)stored["type"]);
        Assert.Equal("b", (string?)stored["metadata"]!["a"]);
        Assert.Null(stored["description"]);
    }

    [Fact]
    public async Task A_prepared_statement_runs_again_and_again()
    {
        await server.Cdf.CreateSeriesAsync(_name);
        await using var connection = await server.OpenAsync();
        await using var command = new NpgsqlCommand("INSERT INTO double_datapoints (external_id, timestamp, value) VALUES ($1, $2, $3)", connection);
        var time = new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.TimestampTz };
        var value = new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Double };
        command.Parameters.Add(new() { Value = _name });
        command.Parameters.Add(time);
        command.Parameters.Add(value);
        await command.PrepareAsync();
        for (var i = 0; i < 5; i++)
        {
            time.Value = DateTime.UnixEpoch.AddSeconds(i);
            value.Value = i / 2d;
            Assert.Equal(1, await command.ExecuteNonQueryAsync());
        }

        var points = await server.Cdf.PointsAsync(_name);
        Assert.Equal([0, 1_000, 2_000, 3_000, 4_000], points.Select(p => p.Timestamp));
        Assert.Equal([0, 0.5, 1, 1.5, 2], points.Select(p => (double)p.Value));
    }

    [Fact]
    public async Task A_batch_is_answered_statement_by_statement_and_is_one_request()
    {
        await using var connection = await server.OpenAsync();
        await using var batch = new NpgsqlBatch(connection);
        for (var i = 0; i < 500; i++)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand("INSERT INTO assets (external_id, name) VALUES ($1, $2)")
            {
                Parameters = { new() { Value = $"{_name}-{i}" }, new() { Value = $"Asset {i}" } },
            });
        }

        var before = await server.Cdf.RequestsAsync("POST", "/assets");
        Assert.Equal(500, await batch.ExecuteNonQueryAsync());
        foreach (NpgsqlBatchCommand command in batch.BatchCommands)
        {
            Assert.Equal(1ul, command.Rows);
        }

        Assert.Equal(500, (await server.Cdf.ByExternalIdsAsync("assets", Enumerable.Range(0, 500).Select(i => $"{_name}-{i}"))).Count);

        // Other tests create assets at the same time, but not hundreds of requests of them.
        Assert.InRange(await server.Cdf.RequestsAsync("POST", "/assets") - before, 1, 50);
    }

    [Fact]
    public async Task Copies_in_binary()
    {
        await server.Cdf.CreateSeriesAsync(_name);
        await using var connection = await server.OpenAsync();
        await using (var writer = await connection.BeginBinaryImportAsync(
            "COPY double_datapoints (external_id, timestamp, value) FROM STDIN (FORMAT binary)"))
        {
            for (var i = 0; i < 20_000; i++)
            {
                await writer.StartRowAsync();
                await writer.WriteAsync(_name, NpgsqlDbType.Varchar);
                await writer.WriteAsync(DateTime.UnixEpoch.AddMinutes(i), NpgsqlDbType.TimestampTz);
                await writer.WriteAsync((double)i, NpgsqlDbType.Double);
            }

            Assert.Equal(20_000ul, await writer.CompleteAsync());
        }

        Assert.Equal(20_000, (await server.Cdf.PointsAsync(_name)).Count);
    }

    [Fact]
    public async Task A_binary_copy_that_is_not_completed_stores_nothing()
    {
        await server.Cdf.CreateSeriesAsync(_name);
        await using var connection = await server.OpenAsync();
        await using (var writer = await connection.BeginBinaryImportAsync(
            "COPY double_datapoints (external_id, timestamp, value) FROM STDIN (FORMAT binary)"))
        {
            await writer.StartRowAsync();
            await writer.WriteAsync(_name, NpgsqlDbType.Varchar);
            await writer.WriteAsync(DateTime.UnixEpoch, NpgsqlDbType.TimestampTz);
            await writer.WriteAsync(1d, NpgsqlDbType.Double);
        }

        Assert.Empty(await server.Cdf.PointsAsync(_name));
        await using var command = new NpgsqlCommand("SELECT 1", connection);
        Assert.Equal(1, await command.ExecuteScalarAsync());
    }

    [Fact]
    public async Task A_duplicate_is_23505_and_names_the_key()
    {
        await using var connection = await server.OpenAsync();
        await using var command = new NpgsqlCommand($"INSERT INTO assets (external_id, name) VALUES ('{_name}', 'n')", connection);
        await command.ExecuteNonQueryAsync();
        var error = await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteNonQueryAsync());
        Assert.Equal("23505", error.SqlState);
        Assert.Contains(_name, error.Detail + error.MessageText);
        Assert.Equal(1, await new NpgsqlCommand("SELECT 1", connection).ExecuteScalarAsync());
    }

    [Fact]
    public async Task A_transaction_stores_its_rows_at_commit_and_none_of_those_rolled_back()
    {
        await using var connection = await server.OpenAsync();
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await InsertAsync(connection, transaction, "1");
            await transaction.SaveAsync("s");
            await InsertAsync(connection, transaction, "2");
            var duplicate = await Assert.ThrowsAsync<PostgresException>(() => InsertAsync(connection, transaction, "1"));
            Assert.Equal("23505", duplicate.SqlState);
            await transaction.RollbackAsync("s");
            await InsertAsync(connection, transaction, "3");
            await transaction.CommitAsync();
        }

        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await InsertAsync(connection, transaction, "4");
            await transaction.RollbackAsync();
        }

        var stored = await server.Cdf.ByExternalIdsAsync("assets", Enumerable.Range(1, 4).Select(i => $"{_name}-{i}"));
        Assert.Equal(["1", "3"], stored.Select(asset => ((string)asset!["externalId"]!)[^1..]).Order());
    }

    private async Task InsertAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, string key)
    {
        await using var command = new NpgsqlCommand("INSERT INTO assets (external_id, name) VALUES ($1, 'n')", connection, transaction)
        {
            Parameters = { new() { Value = $"{_name}-{key}" } },
        };
        Assert.Equal(1, await command.ExecuteNonQueryAsync());
    }
}
