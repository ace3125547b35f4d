using System.Data;
using System.Data.Common;
using Npgsql;
using Npgsql.Schema;
using NpgsqlTypes;

namespace Sluice.EndToEnd.Tests.Guides;

/// <summary>
/// Behaves like the sink of Azure Data Factory's connector "Azure Database for PostgreSQL", version 2.0, as far as it is known: it is Npgsql with a pool; it
/// tests the connection, lists tables, imports schemas from the catalog, runs the pre-copy script, and then writes batches by one of three write methods.
/// Where Microsoft does not publish the SQL, each shape that serves the method is here.
/// </summary>
internal sealed class DataFactorySink(string connectionString) : IAsyncDisposable
{
    private const int MaxParameters = 65_535;

    private readonly NpgsqlDataSource _pool = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = true, MaxPoolSize = 4 });

    /// <summary>Test connection.</summary>
    public async Task<string> TestConnectionAsync()
    {
        await using var connection = await _pool.OpenConnectionAsync();
        return await ScalarAsync(connection, "SELECT version()");
    }

    /// <summary>The field Table: schemas and names.</summary>
    public async Task<IReadOnlyList<string>> TablesAsync()
    {
        await using var connection = await _pool.OpenConnectionAsync();
        var listed = (await connection.GetSchemaAsync("Tables")).Rows.Cast<DataRow>().Select(row => $"{row["table_schema"]}.{row["table_name"]}").ToList();
        var tables = new List<string>();
        await using var command = new NpgsqlCommand(
            """
            SELECT table_schema, table_name FROM information_schema.tables
            WHERE table_type IN ('BASE TABLE', 'FOREIGN') AND table_schema NOT IN ('information_schema', 'pg_catalog') ORDER BY 1, 2
            """,
            connection);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            tables.Add($"{reader.GetString(0)}.{reader.GetString(1)}");
        }

        Assert.Equal(listed.Order(), tables.Order());
        return tables;
    }

    /// <summary>Import schemas: the columns in their order, as the catalog and an empty result tell of them.</summary>
    public async Task<IReadOnlyList<NpgsqlDbColumn>> ImportSchemaAsync(string table)
    {
        await using var connection = await _pool.OpenConnectionAsync();
        var names = new List<string>();
        await using (var command = new NpgsqlCommand(
            """
            SELECT column_name, data_type, udt_name, is_nullable, character_maximum_length, numeric_precision, numeric_scale, datetime_precision
            FROM information_schema.columns WHERE table_schema = $1 AND table_name = $2 ORDER BY ordinal_position
            """,
            connection) { Parameters = { new() { Value = "public" }, new() { Value = table } } })
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                names.Add(reader.GetString(0));
            }
        }

        await using var empty = new NpgsqlCommand($"SELECT * FROM {Quoted("public", table)} LIMIT 0", connection);
        await using var schema = await empty.ExecuteReaderAsync(CommandBehavior.SchemaOnly | CommandBehavior.KeyInfo);
        var columns = (await schema.GetColumnSchemaAsync()).Cast<NpgsqlDbColumn>().ToList();
        Assert.Equal(names, columns.Select(column => column.ColumnName));
        return columns;
    }

    /// <summary>Pre-copy script.</summary>
    public async Task RunAsync(string script)
    {
        await using var connection = await _pool.OpenConnectionAsync();
        await ExecuteAsync(connection, script);
    }

    /// <summary>Bulk insert, as one INSERT with many rows for each batch.</summary>
    public async Task<int> InsertManyRowsAsync(SinkRows rows, int batchSize)
    {
        await using var connection = await _pool.OpenConnectionAsync();
        var written = 0;
        foreach (var batch in rows.Values.Chunk(Math.Min(batchSize, MaxParameters / rows.Columns.Count)))
        {
            await using var command = new NpgsqlCommand { Connection = connection };
            var tuples = new List<string>(batch.Length);
            foreach (var row in batch)
            {
                tuples.Add($"({string.Join(',', row.Select((_, i) => $"${command.Parameters.Count + i + 1}"))})");
                AddParameters(command.Parameters, rows, row);
            }

            command.CommandText = $"{Insert(rows)} VALUES {string.Join(',', tuples)}";
            written += await command.ExecuteNonQueryAsync();
        }

        return written;
    }

    /// <summary>Bulk insert, as a batch of one-row INSERTs in a transaction.</summary>
    public async Task<int> InsertBatchAsync(SinkRows rows, int batchSize)
    {
        await using var connection = await _pool.OpenConnectionAsync();
        var written = 0;
        foreach (var chunk in rows.Values.Chunk(batchSize))
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await using var batch = new NpgsqlBatch(connection, transaction);
            foreach (var row in chunk)
            {
                var command = new NpgsqlBatchCommand($"{Insert(rows)} VALUES ({Placeholders(rows)})");
                AddParameters(command.Parameters, rows, row);
                batch.BatchCommands.Add(command);
            }

            written += await batch.ExecuteNonQueryAsync();
            await transaction.CommitAsync();
        }

        return written;
    }

    /// <summary>Bulk insert, as one prepared INSERT that is run for each row, in a transaction for each batch.</summary>
    public async Task<int> InsertPreparedAsync(SinkRows rows, int batchSize)
    {
        await using var connection = await _pool.OpenConnectionAsync();
        var written = 0;
        foreach (var chunk in rows.Values.Chunk(batchSize))
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await using var command = new NpgsqlCommand($"{Insert(rows)} VALUES ({Placeholders(rows)})", connection, transaction);
            AddParameters(command.Parameters, rows, chunk[0]);
            await command.PrepareAsync();
            foreach (var row in chunk)
            {
                for (var i = 0; i < row.Length; i++)
                {
                    command.Parameters[i].Value = row[i] ?? DBNull.Value;
                }

                written += await command.ExecuteNonQueryAsync();
            }

            await transaction.CommitAsync();
        }

        return written;
    }

    /// <summary>Copy command.</summary>
    public async Task<int> CopyAsync(SinkRows rows, int batchSize)
    {
        await using var connection = await _pool.OpenConnectionAsync();
        var written = 0;
        foreach (var chunk in rows.Values.Chunk(batchSize))
        {
            written += await CopyAsync(connection, Quoted("public", rows.Table), rows, chunk);
        }

        return written;
    }

    /// <summary>Upsert: the batch goes to an interim table, and from there to the sink's, by its keys.</summary>
    /// <param name="rows">What is to be written.</param>
    /// <param name="keys">Key columns.</param>
    /// <param name="interim">CREATE statement of the interim table, with {0} for its name and {1} for the columns.</param>
    /// <param name="name">Name of the interim table, quoted.</param>
    public async Task<int> UpsertAsync(SinkRows rows, IReadOnlyList<string> keys, string interim, string name)
    {
        await using var connection = await _pool.OpenConnectionAsync();
        var columns = Names(rows.Columns.Select(column => column.Name));
        await ExecuteAsync(connection, string.Format(null, interim, name, columns));
        await CopyAsync(connection, name, rows, rows.Values);
        var changes = rows.Columns.Select(column => column.Name).Except(keys).Select(column => $"\"{column}\" = EXCLUDED.\"{column}\"");
        var written = await ExecuteAsync(
            connection,
            $"{Insert(rows)} SELECT {columns} FROM {name} ON CONFLICT ({Names(keys)}) DO UPDATE SET {string.Join(", ", changes)}");
        await ExecuteAsync(connection, $"DROP TABLE IF EXISTS {name}");
        return written;
    }

    public ValueTask DisposeAsync() => _pool.DisposeAsync();

    private static async Task<int> CopyAsync(NpgsqlConnection connection, string table, SinkRows rows, IEnumerable<object?[]> values)
    {
        await using var writer = await connection.BeginBinaryImportAsync(
            $"COPY {table} ({Names(rows.Columns.Select(column => column.Name))}) FROM STDIN (FORMAT BINARY)");
        foreach (var row in values)
        {
            await writer.StartRowAsync();
            for (var i = 0; i < row.Length; i++)
            {
                if (row[i] is { } value)
                {
                    await writer.WriteAsync(value, rows.Columns[i].Type);
                }
                else
                {
                    await writer.WriteNullAsync();
                }
            }
        }

        return (int)await writer.CompleteAsync();
    }

    private static string Insert(SinkRows rows) => $"INSERT INTO {Quoted("public", rows.Table)} ({Names(rows.Columns.Select(column => column.Name))})";

    private static string Placeholders(SinkRows rows) => string.Join(',', Enumerable.Range(1, rows.Columns.Count).Select(i => $"${i}"));

    private static void AddParameters(DbParameterCollection parameters, SinkRows rows, object?[] row)
    {
        for (var i = 0; i < row.Length; i++)
        {
            parameters.Add(new NpgsqlParameter { NpgsqlDbType = rows.Columns[i].Type, Value = row[i] ?? DBNull.Value });
        }
    }

    private static string Names(IEnumerable<string> columns) => string.Join(',', columns.Select(column => $"\"{column}\""));

    private static string Quoted(string schema, string table) => $"\"{schema}\".\"{table}\"";

    private static async Task<int> ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteNonQueryAsync();
    }

    private static async Task<string> ScalarAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (string)(await command.ExecuteScalarAsync())!;
    }
}

/// <summary>The mapped columns of a source's rows.</summary>
/// <param name="Table">Table in <c>public</c>.</param>
/// <param name="Columns">Destination columns and their types.</param>
/// <param name="Values">A value for each column of each row.</param>
internal sealed record SinkRows(string Table, IReadOnlyList<(string Name, NpgsqlDbType Type)> Columns, IReadOnlyList<object?[]> Values);
