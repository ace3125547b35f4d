using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Reads;

/// <summary>
/// What the scan endpoint must know of the session whose statement reads. Called from other threads than the session's, while its statement runs.
/// </summary>
public interface IScanSession
{
    /// <summary>The gateway user; a session's hints count for this user's scans alone.</summary>
    string Username { get; }

    /// <summary>
    /// Whom scans of this session act for, if it has credentials that other sessions of the user have not; <see langword="null"/>: for the user.
    /// </summary>
    ScanUser? Own { get; }

    /// <summary>The key sets of the statement that runs now; empty if there are none.</summary>
    IReadOnlyList<KeySet> KeySets { get; }

    /// <summary><c>sluice.read_pending = stale</c>: CDF's rows are read although the transaction has changed some of them.</summary>
    bool ReadsStale { get; }

    /// <summary>Whether the session's transaction holds rows of this CDF table that CDF does not have yet.</summary>
    bool HasPendingRows(string table);

    /// <summary>Tells the client, when the statement's answer is next written. postgres_fdw would put it into the engine's log.</summary>
    void Notice(PgError notice);
}
