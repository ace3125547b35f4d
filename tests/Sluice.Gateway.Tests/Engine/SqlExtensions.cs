using Npgsql;

namespace Sluice.Gateway.Tests.Engine;

internal static class SqlExtensions
{
    public static async Task RunAsync(this NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>All rows, their columns as text with a bar between.</summary>
    public static async Task<List<string>> RowsAsync(this NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection) { AllResultTypesAreUnknown = true };
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        List<string> rows = [];
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? "" : reader.GetString(i))));
        }

        return rows;
    }

    public static async Task<PostgresException> FailsAsync(this NpgsqlConnection connection, string sqlState, string sql)
    {
        var error = await Assert.ThrowsAsync<PostgresException>(() => connection.RowsAsync(sql));
        Assert.True(error.SqlState == sqlState, $"{sql}\n{error.SqlState} {error.MessageText}");
        return error;
    }
}
