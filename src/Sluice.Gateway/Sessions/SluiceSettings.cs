namespace Sluice.Gateway.Sessions;

/// <summary>
/// The settings that are Sluice's. The engine keeps them, so that SET, SET LOCAL, RESET, rollback and DISCARD ALL work on them as on any
/// other; the defaults are given when the backend starts.
/// </summary>
internal static class SluiceSettings
{
    /// <summary>What to do with a value that CDF takes only with status Bad: <c>error</c> or <c>status</c>.</summary>
    public const string BadValues = "sluice.bad_values";

    /// <summary>What happens to points that become one for lack of microseconds: <c>collapse</c> or <c>error</c>.</summary>
    public const string SubMillisecond = "sluice.sub_millisecond";

    /// <summary>
    /// After so long without a word to a client that waits for CDF, one is said (rules.md P3): a number with <c>ms</c>, <c>s</c> or <c>min</c>.
    /// </summary>
    public const string Keepalive = "sluice.keepalive";

    /// <summary>What an INSERT or COPY without ON CONFLICT does with rows that exist: <c>error</c>, <c>update</c> or <c>ignore</c>.</summary>
    public const string OnConflict = "sluice.on_conflict";

    /// <summary>What rows that cannot be stored do to their statement: <c>stop</c> or <c>skip</c>.</summary>
    public const string OnError = "sluice.on_error";

    /// <summary>Whether data points create the time series that they refer to: <c>on</c> or <c>off</c>.</summary>
    public const string CreateMissing = "sluice.create_missing";

    /// <summary>What metadata in an UPDATE does to the old: <c>replace</c> or <c>merge</c>.</summary>
    public const string Metadata = "sluice.metadata";

    /// <summary>Whether TRUNCATE and DELETE without WHERE may empty tables other than RAW's: <c>on</c> or <c>off</c>.</summary>
    public const string AllowFullDelete = "sluice.allow_full_delete";

    /// <summary>When the rows of a transaction block are stored: <c>deferred</c>, at COMMIT, or <c>immediate</c>, when their statement ends.</summary>
    public const string TransactionMode = "sluice.transaction_mode";

    /// <summary>How much the rows that wait for COMMIT may take, compressed: a number with kB, MB, GB or TB; <c>auto</c>: what the gateway has.</summary>
    public const string TransactionMaxBytes = "sluice.transaction_max_bytes";

    /// <summary>Whether UPDATE and DELETE in a transaction block count their rows without asking CDF: <c>on</c> or <c>off</c>.</summary>
    public const string AssumeRowsExist = "sluice.assume_rows_exist";

    /// <summary>
    /// What a read of a table does that has rows waiting for COMMIT: <c>error</c>, it is refused, or <c>stale</c>, it sees what CDF has.
    /// </summary>
    public const string ReadPending = "sluice.read_pending";

    /// <summary>A value that leaves it to the gateway.</summary>
    public const string Auto = "auto";

    /// <summary>Whether a setting is Sluice's by its name.</summary>
    public static bool HasPrefix(string name) => name.StartsWith("sluice.", StringComparison.OrdinalIgnoreCase);

    /// <summary>Each setting and its default.</summary>
    public static IReadOnlyDictionary<string, string> Defaults { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [BadValues] = "error",
        [SubMillisecond] = "collapse",
        [Keepalive] = "10s",
        [OnConflict] = "error",
        [OnError] = "stop",
        [CreateMissing] = "off",
        [Metadata] = "replace",
        [AllowFullDelete] = "off",
        [TransactionMode] = "deferred",
        [TransactionMaxBytes] = Auto,
        [AssumeRowsExist] = "off",
        [ReadPending] = "error",
    };
}
