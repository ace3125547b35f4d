using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;
using Sluice.Gateway.Engine;
using Sluice.Gateway.Users;

namespace Sluice.Gateway.Reads.History;

/// <summary>
/// Keeps what statements wrote, and what they set aside, in database <c>sluice</c>. Statements hand over and go on; what cannot be stored as fast as it
/// comes is dropped beyond <see cref="MaxQueuedBytes"/>, which is logged. Safe for use by many at once.
/// </summary>
public sealed partial class HistoryStore : IDisposable
{
    /// <summary>The most that waits to be stored; a bulk load of nothing but bad rows must not take the process's memory.</summary>
    public const long MaxQueuedBytes = 64 * 1_048_576;

    // Between two prunings a user has at most so many rows too many.
    private const int PruneAfter = 1_000;

    private const int EntryBytes = 200;

    private readonly IEngine _engine;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly Dictionary<(string Username, bool IsRow), int> _unpruned = [];
    private List<WriteRecord> _records = [];
    private List<RejectedRow> _rows = [];
    private long _queuedBytes;
    private long _dropped;
    private bool _isWriting;

    /// <summary>Writes to the database of <paramref name="engine"/>.</summary>
    public HistoryStore(IEngine engine, ILogger<HistoryStore> logger)
    {
        _engine = engine;
        _logger = logger;
    }

    /// <inheritdoc/>
    public void Dispose() => _writing.Dispose();

    internal void Add(WriteRecord record)
    {
        lock (_gate)
        {
            if (Takes(EntryBytes + (record.Error?.Length ?? 0)))
            {
                _records.Add(record);
            }
        }
    }

    internal void Add(RejectedRow row)
    {
        lock (_gate)
        {
            if (Takes(EntryBytes + row.Row.Length + row.Reason.Length))
            {
                _rows.Add(row);
            }
        }
    }

    /// <summary>Returns when all that was handed over before is stored, or is known to be lost.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            await WriteQueuedAsync();
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Whether there is room for an entry; then it will be written. To be called under the lock.</summary>
    private bool Takes(int bytes)
    {
        if (_queuedBytes + bytes > MaxQueuedBytes)
        {
            _dropped++;
            return false;
        }

        _queuedBytes += bytes;
        if (!_isWriting)
        {
            _isWriting = true;
            _ = Task.Run(WriteAllAsync);
        }

        return true;
    }

    private async Task WriteAllAsync()
    {
        bool more;
        do
        {
            await FlushAsync(CancellationToken.None);
            lock (_gate)
            {
                more = _records.Count + _rows.Count > 0;

                // Whoever adds next sees that nobody writes, and starts anew.
                _isWriting = more;
            }
        }
        while (more);
    }

    /// <summary>Stores what is queued; the caller is the only one who does.</summary>
    private async Task WriteQueuedAsync()
    {
        List<WriteRecord> records;
        List<RejectedRow> rows;
        long dropped;
        lock (_gate)
        {
            (records, _records) = (_records, []);
            (rows, _rows) = (_rows, []);
            (dropped, _dropped) = (_dropped, 0);
            _queuedBytes = 0;
        }

        if (dropped > 0)
        {
            LogDropped(_logger, dropped);
        }

        if (records.Count + rows.Count == 0)
        {
            return;
        }

        try
        {
            await using var connection = await _engine.OpenDatabaseAsync(CancellationToken.None);
            await CopyAsync(connection, records);
            await CopyAsync(connection, rows);
            await PruneAsync(connection, records.Select(record => (record.Username, false)).Concat(rows.Select(row => (row.Username, true))));
        }
        catch (Exception e)
        {
            // Whatever it is: history is not worth failing a statement that CDF has, and what comes later must still be kept.
            LogLost(_logger, e, records.Count, rows.Count);
        }
    }

    private static async Task CopyAsync(NpgsqlConnection connection, List<WriteRecord> records)
    {
        if (records.Count == 0)
        {
            return;
        }

        await using var copy = await connection.BeginBinaryImportAsync(
            """
            COPY sluice.write_history (username, statement, time, kind, table_name, rows, rejected, requests, retries, bytes, decoding_ms, waiting_ms, cdf_ms,
                sqlstate, error, application_name, request_ids) FROM STDIN (FORMAT binary)
            """);
        foreach (var record in records)
        {
            await copy.StartRowAsync();
            await TextAsync(copy, record.Username);
            await copy.WriteAsync(record.Statement, NpgsqlDbType.Bigint);
            await copy.WriteAsync(record.Time.UtcDateTime, NpgsqlDbType.TimestampTz);
            await TextAsync(copy, record.Kind);
            await TextAsync(copy, record.Table);
            foreach (var number in (long[])[record.Rows, record.Rejected, record.Requests, record.Retries, record.Bytes])
            {
                await copy.WriteAsync(number, NpgsqlDbType.Bigint);
            }

            foreach (var span in (TimeSpan[])[record.Decoding, record.Waiting, record.InCdf])
            {
                await copy.WriteAsync(Math.Round(span.TotalMilliseconds, 3), NpgsqlDbType.Double);
            }

            await TextAsync(copy, record.SqlState);
            await TextAsync(copy, record.Error);
            await TextAsync(copy, record.ApplicationName);
            await copy.WriteAsync(record.RequestIds.Select(Storable).ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Text);
        }

        await copy.CompleteAsync();
    }

    private static async Task CopyAsync(NpgsqlConnection connection, List<RejectedRow> rows)
    {
        if (rows.Count == 0)
        {
            return;
        }

        await using var copy = await connection.BeginBinaryImportAsync(
            "COPY sluice.rejected_row (username, statement, time, table_name, line, key, sqlstate, reason, row) FROM STDIN (FORMAT binary)");
        foreach (var row in rows)
        {
            await copy.StartRowAsync();
            await TextAsync(copy, row.Username);
            await copy.WriteAsync(row.Statement, NpgsqlDbType.Bigint);
            await copy.WriteAsync(row.Time.UtcDateTime, NpgsqlDbType.TimestampTz);
            await TextAsync(copy, row.Table);
            if (row.Line is { } line)
            {
                await copy.WriteAsync(line, NpgsqlDbType.Bigint);
            }
            else
            {
                await copy.WriteNullAsync();
            }

            await TextAsync(copy, row.Key);
            await TextAsync(copy, row.SqlState);
            await TextAsync(copy, row.Reason);
            await TextAsync(copy, row.Row);
        }

        await copy.CompleteAsync();
    }

    private static Task TextAsync(NpgsqlBinaryImporter copy, string? text) =>
        text is null ? copy.WriteNullAsync() : copy.WriteAsync(Storable(text), NpgsqlDbType.Text);

    /// <summary>PostgreSQL's text has no zero character and no half of a surrogate pair.</summary>
    private static string Storable(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Replace('\0', '\uFFFD');

    private async Task PruneAsync(NpgsqlConnection connection, IEnumerable<(string Username, bool IsRow)> added)
    {
        foreach (var group in added.GroupBy(static entry => entry))
        {
            var count = _unpruned.GetValueOrDefault(group.Key) + group.Count();
            if (count < PruneAfter)
            {
                _unpruned[group.Key] = count;
                continue;
            }

            var (table, id, kept) = group.Key.IsRow ? ("rejected_row", "id", RejectedRows.MaxRows) : ("write_history", "statement", WriteHistory.MaxStatements);
            await using var delete = new NpgsqlCommand(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"""
                    DELETE FROM sluice.{table} WHERE username = $1
                        AND {id} <= (SELECT {id} FROM sluice.{table} WHERE username = $1 ORDER BY {id} DESC OFFSET {kept} LIMIT 1)
                    """),
                connection)
            {
                Parameters = { new() { Value = group.Key.Username } },
            };
            await delete.ExecuteNonQueryAsync();
            _unpruned.Remove(group.Key);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} entries of the write history were dropped: they came faster than they can be stored")]
    private static partial void LogDropped(ILogger logger, long count);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Records} entries of the write history and {Rows} rejected rows could not be stored")]
    private static partial void LogLost(ILogger logger, Exception exception, int records, int rows);
}
