using System.Globalization;
using System.Runtime.CompilerServices;
using Npgsql;
using Sluice.Gateway.Engine;
using Sluice.Gateway.Users;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Reads.History;

/// <summary>
/// The two views of schema <c>sluice</c> in each user's database, and the way of their rows from database <c>sluice</c>: a foreign table in
/// <c>_sluice</c> behind each view. PostgreSQL never hands a condition through the views' OFFSET, so the whole is read, newest first.
/// </summary>
/// <param name="engine">Where the rows are.</param>
/// <param name="store">What may not be stored yet.</param>
public sealed class HistoryTables(IEngine engine, HistoryStore store)
{
    /// <summary>The schema of the views, and the name by which the scan endpoint is asked for their rows.</summary>
    internal const string Schema = "sluice";

    private static readonly Table[] Tables =
    [
        new(
            "writes",
            "What your statements wrote to CDF, newest first: the last 10,000 statements.",
            "write_history",
            "statement",
            WriteHistory.MaxStatements,
            [
                new("statement", "bigint", "Number of the statement; greater ones came later."),
                new("time", "timestamptz", "When it ended."),
                new("kind", "text", "INSERT, COPY, UPDATE, DELETE, TRUNCATE or COMMIT."),
                new("table_name", "text", "The CDF table."),
                new("rows", "bigint", "Rows that CDF has."),
                new("rejected", "bigint", "Rows that were set aside: see sluice.rejected_rows."),
                new("requests", "bigint", "Requests to CDF."),
                new("retries", "bigint", "Of these, repetitions."),
                new("bytes", "bigint", "Bytes sent to CDF."),
                new("decoding_ms", "double precision", "Milliseconds spent reading and encoding rows."),
                new("waiting_ms", "double precision", "Milliseconds spent waiting for a slot, for memory, or between repetitions."),
                new("cdf_ms", "double precision", "Milliseconds that the requests took, summed up over those in flight together."),
                new("sqlstate", "text", "Code of the error; NULL if there was none."),
                new("error", "text", "Message of the error."),
                new("application_name", "text", "What the client called itself."),
                new("request_ids", "text[]", "CDF's ids of the requests that failed, for its support."),
            ]),
        new(
            "rejected_rows",
            "Rows that were set aside by sluice.on_error = skip or COPY (ON_ERROR ignore), newest first: the last 100,000.",
            "rejected_row",
            "id",
            RejectedRows.MaxRows,
            [
                new("time", "timestamptz", "When the row was set aside."),
                new("statement", "bigint", "Number of the statement, as in sluice.writes."),
                new("table_name", "text", "The CDF table."),
                new("line", "bigint", "Line of the COPY, or number of the row in the INSERT."),
                new("key", "text", "The row's key."),
                new("sqlstate", "text", "Code of the error that it would have been."),
                new("reason", "text", "Why."),
                new("row", "json", "The row's columns as they were given."),
            ]),
    ];

    /// <summary>The statements that make the views; they replace older ones.</summary>
    internal static string Preamble { get; } =
        $"CREATE SCHEMA IF NOT EXISTS {Schema};\nGRANT USAGE ON SCHEMA {Schema} TO PUBLIC;\n" + string.Concat(Tables.Select(Create));

    /// <summary>The rows of a table as PostgreSQL's text, newest first; those that <paramref name="username"/> has caused.</summary>
    /// <exception cref="PgException">42P01, 42703: there is no such table or column; 58000: they cannot be read now.</exception>
    internal async IAsyncEnumerable<string?[]> ReadAsync(
        string table,
        string username,
        IReadOnlyList<string?> columns,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var source = Array.Find(Tables, candidate => candidate.Name == table)
            ?? throw new PgException(SqlState.UndefinedTable, $"relation \"{Schema}.{table}\" does not exist");
        var wanted = columns.Select(name => name switch
        {
            null => "NULL::text",
            "ctid" => "'(0,1)'",
            _ when Array.Exists(source.Columns, column => column.Name == name) => $"{SqlText.Identifier(name)}::text",
            _ => throw new PgException(SqlState.UndefinedColumn, $"column \"{name}\" does not exist"),
        });
        await store.FlushAsync(cancellationToken);
        await using var connection = await OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            string.Create(
                CultureInfo.InvariantCulture,
                $"SELECT {string.Join(", ", wanted)} FROM sluice.{source.Source} WHERE username = $1 ORDER BY {source.Order} DESC LIMIT {source.MaxRows}"),
            connection)
        {
            Parameters = { new() { Value = username } },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var row = new string?[columns.Count];
            for (var i = 0; i < row.Length; i++)
            {
                row[i] = await reader.IsDBNullAsync(i, cancellationToken) ? null : reader.GetString(i);
            }

            yield return row;
        }
    }

    private async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await engine.OpenDatabaseAsync(cancellationToken);
        }
        catch (Exception e) when (e is NpgsqlException or EngineException)
        {
            throw new PgException(new PgError { SqlState = SqlState.SystemError, Message = "the write history cannot be read now", Hint = "Try again." }, e);
        }
    }

    private static string Create(Table table)
    {
        var foreign = $"{CatalogSql.Schema}.history_{table.Name}";
        var view = $"{Schema}.{table.Name}";
        var columns = string.Join(", ", table.Columns.Select(column => $"{SqlText.Identifier(column.Name)} {column.Type}"));
        var comments = table.Columns.Select(column => $"COMMENT ON COLUMN {view}.{SqlText.Identifier(column.Name)} IS {SqlText.Literal(column.Comment)};\n");
        return $"""
            DROP VIEW IF EXISTS {view};
            DROP FOREIGN TABLE IF EXISTS {foreign};
            CREATE FOREIGN TABLE {foreign} ({columns}) SERVER {CatalogSql.Server} OPTIONS (
                schema_name '{Schema}', table_name '{table.Name}', fetch_size '1000');
            CREATE VIEW {view} AS SELECT * FROM {foreign} OFFSET 0;
            GRANT SELECT ON {view} TO PUBLIC;
            COMMENT ON VIEW {view} IS {SqlText.Literal(table.Comment)};
            {string.Concat(comments)}
            """;
    }

    private sealed record Table(string Name, string Comment, string Source, string Order, int MaxRows, Column[] Columns);

    private sealed record Column(string Name, string Type, string Comment);
}
