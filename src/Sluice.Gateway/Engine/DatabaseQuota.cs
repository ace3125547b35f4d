using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Npgsql;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Engine;

/// <summary>
/// Bounds what a user may take on disk with his database, temporary tables and such as he made himself, and with temporary files: the sessions of a user
/// are ended when his database is found to have grown beyond the quota. He can log in again, to drop what is too much, until it is beyond twice the quota;
/// then only an administrator can help. PostgreSQL itself has no such limit.
/// </summary>
public sealed partial class DatabaseQuota : IAsyncDisposable
{
    /// <summary>What the catalog may grow by while a user cleans up.</summary>
    private const long Slack = Megabyte;

    private const long Megabyte = 1_048_576;

    /// <summary>Files beyond so many count with <see cref="FileBytes"/>, for a table without rows takes a file as well. A new database has about 400.</summary>
    private const int FreeFiles = 1_000;

    /// <summary>A disk has an inode for about so many bytes.</summary>
    private const long FileBytes = 16_384;

    /// <summary>Sizes grow in databases with sessions only, and those that were too large may have shrunk.</summary>
    private const string Sizes =
        """
        SELECT d.datname, pg_catalog.pg_database_size(d.oid), d.oid,
            ARRAY(SELECT s.pid FROM pg_catalog.pg_stat_activity s WHERE s.datid = d.oid)
        FROM pg_catalog.pg_database d
        WHERE d.datname = ANY($1) OR d.oid IN (SELECT a.datid FROM pg_catalog.pg_stat_activity a WHERE a.usename = a.datname)
        """;

    private const string EndSessions =
        "SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity WHERE datname = $1 AND usename = $1";

    private readonly IEngine _engine;
    private readonly long _quota;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<string, long> _tooLarge = new(StringComparer.Ordinal);
    private Recurring? _watching;

    /// <summary>Watches nothing yet.</summary>
    /// <param name="engine">Where the databases are.</param>
    /// <param name="quota">In bytes, the few megabytes of an empty database included.</param>
    /// <param name="logger">Told who is beyond it.</param>
    public DatabaseQuota(IEngine engine, long quota, ILogger<DatabaseQuota> logger)
    {
        _engine = engine;
        _quota = quota;
        _logger = logger;
    }

    /// <summary>Looks at the sizes from now on, each time after <paramref name="interval"/>.</summary>
    public void Watch(TimeSpan interval, TimeProvider time) =>
        _watching = new Recurring(interval, time, CheckAsync, e => LogNotChecked(_logger, e));

    /// <summary>Looks at the sizes now.</summary>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        await _engine.WaitUntilReadyAsync(cancellationToken);
        await using var connection = await _engine.Database.OpenConnectionAsync(cancellationToken);
        foreach (var (username, size) in await SizesAsync(connection, cancellationToken))
        {
            if (size <= _quota)
            {
                _tooLarge.TryRemove(username, out _);
            }
            else if (!_tooLarge.TryGetValue(username, out var before) || size > before + Slack)
            {
                // First, so that the sessions are told why they end.
                _tooLarge[username] = size;
                LogTooLarge(_logger, username, size, _quota);
                await using var command = new NpgsqlCommand(EndSessions, connection) { Parameters = { new() { Value = username } } };
                await command.ExecuteNonQueryAsync(cancellationToken);
            }
        }
    }

    /// <summary>53100, FATAL, for a user whose database is beyond the quota; <see langword="null"/> for others.</summary>
    public PgError? ReasonToEnd(string username) => _tooLarge.TryGetValue(username, out var size)
        ? Error(size, "Drop or truncate tables of your own, temporary ones included, and sort less at a time; at twice the quota no login is possible.")
        : null;

    /// <summary>53100, FATAL, for a user whose database is beyond twice the quota; <see langword="null"/> for others.</summary>
    public PgError? ReasonToRefuse(string username) => _tooLarge.TryGetValue(username, out var size) && size > 2 * _quota
        ? Error(size, "An administrator raises the quota (Engine:UserDatabaseMegabytes).")
        : null;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _watching?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task<List<(string Username, long Size)>> SizesAsync(
        NpgsqlConnection connection,
        IEnumerable<string> tooLarge,
        CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Sizes, connection) { Parameters = { new() { Value = tooLarge.ToArray() } } };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var sizes = new List<(string, long)>();
        var files = _engine.ClusterDirectory is { } cluster ? new EngineFiles(cluster) : null;
        var temporary = files?.TemporaryBytes() ?? [];
        while (await reader.ReadAsync(cancellationToken))
        {
            var ofSessions = reader.GetFieldValue<int[]>(3).Sum(temporary.GetValueOrDefault);
            var ofFiles = Math.Max(0, (files?.CountOf(reader.GetFieldValue<uint>(2)) ?? 0) - FreeFiles) * FileBytes;
            sizes.Add((reader.GetString(0), reader.GetInt64(1) + ofSessions + ofFiles));
        }

        return sizes;
    }

    private Task<List<(string Username, long Size)>> SizesAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        SizesAsync(connection, _tooLarge.Keys, cancellationToken);

    private PgError Error(long size, string hint) => new()
    {
        Severity = PgSeverity.Fatal,
        SqlState = SqlState.DiskFull,
        Message = string.Create(
            CultureInfo.InvariantCulture, $"the database of the user and its temporary files take {size / Megabyte} MB on disk, and may take {_quota / Megabyte} MB"),
        Hint = hint,
    };

    [LoggerMessage(1, LogLevel.Warning, "Ended the sessions of user {Username}: the database takes {Size} bytes, the quota is {Quota}")]
    private static partial void LogTooLarge(ILogger logger, string username, long size, long quota);

    [LoggerMessage(2, LogLevel.Warning, "The sizes of databases could not be looked at")]
    private static partial void LogNotChecked(ILogger logger, Exception exception);
}
