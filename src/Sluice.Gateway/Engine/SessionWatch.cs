using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Npgsql;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Engine;

/// <summary>
/// Ends sessions of users who together take more of the engine than <see cref="SessionLimits"/> lets them: first the one that takes most. PostgreSQL has no such
/// limits: a role may set its own <c>work_mem</c> and <c>statement_timeout</c>, and can hold locks until others get none.
/// </summary>
public sealed partial class SessionWatch : IAsyncDisposable
{
    private const double QueueBytes = 8.0 * 1_024 * 1_048_576;
    private const long Megabyte = 1_048_576;

    /// <summary>How long the reason for an end is kept; the session is told within moments.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(1);

    private const string Sessions =
        """
        SELECT a.pid, a.datname, a.datid, coalesce(a.query_start, a.backend_start), coalesce(a.state = 'active', false), coalesce(l.locks, 0)
        FROM pg_catalog.pg_stat_activity a
        LEFT JOIN (SELECT pid, pg_catalog.count(*) AS locks FROM pg_catalog.pg_locks GROUP BY pid) l ON l.pid = a.pid
        WHERE a.usename = a.datname
        """;

    private readonly IEngine _engine;
    private readonly SessionLimits _limits;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<int, Reason> _reasons = new();
    private Dictionary<int, Measured> _measured = [];
    private Recurring? _watching;

    /// <summary>Watches nothing yet.</summary>
    public SessionWatch(IEngine engine, SessionLimits limits, TimeProvider time, ILogger<SessionWatch> logger)
    {
        _engine = engine;
        _limits = limits;
        _time = time;
        _logger = logger;
    }

    /// <summary>Looks at the sessions from now on, each time after <paramref name="interval"/>.</summary>
    public void Watch(TimeSpan interval) => _watching = new Recurring(interval, _time, CheckAsync, e => LogNotChecked(_logger, e));

    /// <summary>Why the session of backend <paramref name="processId"/> was ended, FATAL; <see langword="null"/> if it was not.</summary>
    public PgError? ReasonToEnd(int processId) => _reasons.TryGetValue(processId, out var reason) ? reason.Error : null;

    /// <summary>Looks at the sessions now. Not to be called again before it has returned.</summary>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        await _engine.WaitUntilReadyAsync(cancellationToken);
        await using var connection = await _engine.Database.OpenConnectionAsync(cancellationToken);
        var sessions = await ReadAsync(connection, cancellationToken);
        _measured = sessions.ToDictionary(session => session.ProcessId, session => session.Measured);
        foreach (var user in sessions.GroupBy(session => session.Username, StringComparer.Ordinal))
        {
            await EndAsync(connection, user, session => session.Locks, _limits.Locks, TooManyLocks, cancellationToken);
            await EndAsync(connection, user, session => session.Bytes, _limits.MemoryMegabytes * Megabyte, TooMuchMemory, cancellationToken);
            await EndAsync(connection, user, session => session.Compute.Ticks, _limits.ComputeTime.Ticks, TooMuchCompute, cancellationToken);
        }

        await CheckNotificationsAsync(connection, sessions, cancellationToken);
        foreach (var (processId, reason) in _reasons)
        {
            if (_time.GetElapsedTime(reason.Since) > Memory)
            {
                _reasons.TryRemove(processId, out _);
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _watching?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task<List<Session>> ReadAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Sessions, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var sessions = new List<Session>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var processId = reader.GetInt32(0);
            if (BackendProcess.Read(processId) is { } process)
            {
                var began = reader.GetDateTime(3);
                sessions.Add(new Session
                {
                    ProcessId = processId,
                    Username = reader.GetString(1),
                    Database = reader.GetFieldValue<uint>(2),
                    Locks = reader.GetInt64(5),
                    Bytes = process.PrivateBytes,
                    Measured = Measure(processId, began, process.Cpu),
                    IsActive = reader.GetBoolean(4),
                    Cpu = process.Cpu,
                });
            }
        }

        return sessions;
    }

    /// <summary>A statement that is seen for the first time began after the look before, so what its session had used by then is not its own.</summary>
    private Measured Measure(int processId, DateTime began, TimeSpan cpu) => _measured.TryGetValue(processId, out var before) && before.CpuLast <= cpu
        ? before with { Began = began, CpuBefore = before.Began == began ? before.CpuBefore : before.CpuLast, CpuLast = cpu }
        : new Measured(began, TimeSpan.Zero, cpu);

    private async Task EndAsync(
        NpgsqlConnection connection,
        IEnumerable<Session> sessions,
        Func<Session, long> amount,
        long limit,
        Func<long, PgError> reason,
        CancellationToken cancellationToken)
    {
        var total = sessions.Sum(amount);
        foreach (var session in sessions.OrderByDescending(amount).TakeWhile(_ => total > limit))
        {
            await EndAsync(connection, session, reason(total), cancellationToken);
            total -= amount(session);
        }
    }

    /// <summary>
    /// A session that listens, in a transaction that it leaves open, keeps all notifications of all databases in the queue. Whoever fills it is ended, not
    /// whoever listens.
    /// </summary>
    private async Task CheckNotificationsAsync(NpgsqlConnection connection, List<Session> sessions, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT pg_catalog.pg_notification_queue_usage()", connection);
        var bytes = (long)((double)(await command.ExecuteScalarAsync(cancellationToken))! * QueueBytes);
        if (bytes > _limits.NotificationMegabytes * Megabyte && _engine.ClusterDirectory is { } cluster)
        {
            var notifier = new EngineFiles(cluster).LargestNotifier();
            foreach (var session in sessions.Where(session => session.Database == notifier))
            {
                await EndAsync(connection, session, TooManyNotifications(bytes), cancellationToken);
            }
        }
    }

    private async Task EndAsync(NpgsqlConnection connection, Session session, PgError reason, CancellationToken cancellationToken)
    {
        // First, so that the session is told why it ends.
        _reasons[session.ProcessId] = new Reason(reason, _time.GetTimestamp());
        LogEnded(_logger, session.ProcessId, session.Username, reason.Message);
        await using var command = new NpgsqlCommand("SELECT pg_catalog.pg_terminate_backend($1)", connection)
        {
            Parameters = { new() { Value = session.ProcessId } },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private PgError TooManyLocks(long locks) => Error(
        SqlState.ConfigurationLimitExceeded,
        $"the sessions of the user hold {locks} locks, and may hold {_limits.Locks}",
        "Touch fewer tables and savepoints in one transaction. An administrator can raise Engine:UserLocks.");

    private PgError TooMuchMemory(long bytes) => Error(
        SqlState.OutOfMemory,
        $"the sessions of the user take {bytes / Megabyte} MB of memory, and may take {_limits.MemoryMegabytes} MB",
        "Lower work_mem, or run fewer statements at a time. An administrator can raise Engine:UserMemoryMegabytes.");

    private PgError TooMuchCompute(long ticks) => Error(
        SqlState.ConfigurationLimitExceeded,
        $"the statements of the user that run now have computed for {TimeSpan.FromTicks(ticks).TotalSeconds:0} s, and may compute for {_limits.ComputeTime.TotalSeconds:0} s",
        "Do the work in smaller statements. An administrator can raise Engine:UserComputeTime.");

    private PgError TooManyNotifications(long bytes) => Error(
        SqlState.ConfigurationLimitExceeded,
        $"notifications that no session has read take {bytes / Megabyte} MB, and may take {_limits.NotificationMegabytes} MB",
        "Whoever listens must not leave a transaction open. An administrator can raise Engine:NotificationMegabytes.");

    private static PgError Error(string sqlState, FormattableString message, string hint) => new()
    {
        Severity = PgSeverity.Fatal,
        SqlState = sqlState,
        Message = message.ToString(CultureInfo.InvariantCulture),
        Hint = hint,
    };

    [LoggerMessage(1, LogLevel.Warning, "Ended the session of backend {ProcessId}, user {Username}: {Reason}")]
    private static partial void LogEnded(ILogger logger, int processId, string username, string reason);

    [LoggerMessage(2, LogLevel.Warning, "The sessions could not be looked at")]
    private static partial void LogNotChecked(ILogger logger, Exception exception);

    /// <summary>The statement that a session ran last: when it began, and the processor time of its session before it and at the last look.</summary>
    private readonly record struct Measured(DateTime Began, TimeSpan CpuBefore, TimeSpan CpuLast);

    private sealed record Reason(PgError Error, long Since);

    private sealed record Session
    {
        public required int ProcessId { get; init; }

        public required string Username { get; init; }

        public required uint Database { get; init; }

        public required long Locks { get; init; }

        public required long Bytes { get; init; }

        public required Measured Measured { get; init; }

        public required bool IsActive { get; init; }

        public required TimeSpan Cpu { get; init; }

        public TimeSpan Compute => IsActive ? Cpu - Measured.CpuBefore : TimeSpan.Zero;
    }
}
