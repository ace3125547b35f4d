using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Writes;

/// <summary>
/// The error of a statement from its cause and from what is known to be stored. A code that drivers take as leave to repeat the statement is
/// kept only if a repetition does no harm: nothing is stored, and nothing is in doubt.
/// </summary>
internal static class WriteFailure
{
    private const int NamedKeys = 10;

    public static PgException Of(PgError cause, WriteProgress progress)
    {
        var sqlState = cause.SqlState;
        if (progress.IsUnknown || ((progress.StoredRows > 0 || progress.InDoubt.Count > 0) && IsRepeated(sqlState)))
        {
            sqlState = sqlState == SqlState.QueryCanceled ? sqlState : SqlState.StatementCompletionUnknown;
        }

        var detail = DetailOf(progress);
        return new PgException(cause with { SqlState = sqlState, Detail = cause.Detail is null ? detail : $"{cause.Detail}\n{detail}" });
    }

    /// <summary>Whether there are drivers that repeat a statement after the error: Npgsql's IsTransient, which other drivers' lists are a part of.</summary>
    public static bool IsRepeated(string sqlState) => sqlState
        is SqlState.SerializationFailure or SqlState.DeadlockDetected or SqlState.TransactionRollback
        or SqlState.ObjectNotInPrerequisiteState or SqlState.ObjectInUse or SqlState.LockNotAvailable
        or SqlState.AdminShutdown or SqlState.CrashShutdown or SqlState.CannotConnectNow or SqlState.SystemError or SqlState.IoError
        || sqlState.StartsWith("08", StringComparison.Ordinal)
        || sqlState.StartsWith("53", StringComparison.Ordinal);

    private static string DetailOf(WriteProgress progress)
    {
        var subject = progress.Subject == WriteSubject.Transaction ? "transaction" : "statement";
        var stored = progress.StoredRows switch
        {
            0 => $"No row of the {subject} is stored.",
            1 => $"1 row of the {subject} is stored.",
            _ => $"{progress.StoredRows} rows of the {subject} are stored.",
        };
        if (progress.InDoubt.Count == 0)
        {
            return stored;
        }

        var rows = progress.InDoubt.Sum(request => request.Rows);
        var keys = progress.InDoubt.SelectMany(request => request.Keys.Names(NamedKeys)).Take(NamedKeys).ToList();
        var more = progress.InDoubt.Sum(request => request.Keys.Count) > keys.Count ? ", …" : string.Empty;
        var named = keys.Count == 0 ? string.Empty : $" ({progress.InDoubt[0].Keys.Column}: {string.Join(", ", keys)}{more})";
        return $"{stored} It is not known of {(rows == 1 ? "1 more row whether it is" : $"{rows} more rows whether they are")}{named}.";
    }
}
