using Sluice.Gateway.Writes;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Sessions;

/// <summary>
/// Rows that CDF has stored of what a client repeats when it is told that it may: since its last Sync, and since BEGIN where a block stores rows at
/// once. They stay, so an error that comes after them tells of them, and its code is none that drivers take as leave to try again (rules.md P5, X8).
/// </summary>
internal sealed class EarlierRows
{
    private Known _sinceSync;
    private Known _ofBlock;

    // The error of the statement that they belong to speaks of them itself.
    private Known _ofFailed;

    private Known Total => _ofBlock + _sinceSync;

    /// <summary>A statement has stored rows, and has succeeded.</summary>
    public void Stored(long rows) => _sinceSync += new Known(rows, InDoubt: false);

    /// <summary>A statement has stored rows, or may have, and has failed. Its error has not been told yet.</summary>
    public void StoredByFailed(long rows, bool inDoubt) => _ofFailed += new Known(rows, inDoubt);

    /// <summary>Rows that seemed to be of a statement that has succeeded are a part of the one that has just failed.</summary>
    public void AreOfFailed(long rows)
    {
        _sinceSync = _sinceSync with { Rows = _sinceSync.Rows - rows };
        StoredByFailed(rows, inDoubt: false);
    }

    /// <summary>The client hears ReadyForQuery.</summary>
    /// <param name="inBlock">Outside of a block it will not repeat what was before that.</param>
    public void Synced(bool inBlock)
    {
        _ofBlock = inBlock ? Total + _ofFailed : default;
        _sinceSync = default;
        _ofFailed = default;
    }

    /// <summary>A block has ended, and another may begin behind it: only what comes after is repeated, and what the segment holds.</summary>
    public void BlockEnded() => _ofBlock = default;

    /// <summary>The error as the client is to hear it.</summary>
    public PgError Tell(PgError error)
    {
        var earlier = Total;
        _sinceSync += _ofFailed;
        _ofFailed = default;
        if (earlier == default)
        {
            return error;
        }

        return error with
        {
            SqlState = WriteFailure.IsRepeated(error.SqlState) ? SqlState.StatementCompletionUnknown : error.SqlState,
            Detail = error.Detail is null ? earlier.ToString() : $"{error.Detail}\n{earlier}",
        };
    }

    private readonly record struct Known(long Rows, bool InDoubt)
    {
        public static Known operator +(Known a, Known b) => new(a.Rows + b.Rows, a.InDoubt || b.InDoubt);

        public override string ToString()
        {
            var stored = Rows == 1 ? "1 row of earlier statements is stored." : $"{Rows} rows of earlier statements are stored.";
            return InDoubt ? $"{stored} It is not known of others whether they are." : stored;
        }
    }
}
