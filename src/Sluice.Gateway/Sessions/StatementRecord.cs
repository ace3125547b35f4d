using Sluice.Gateway.Reads.History;
using Sluice.Gateway.Writes;
using Sluice.PgWire.Protocol;
using RejectedRow = Sluice.Gateway.Writes.RejectedRow;

namespace Sluice.Gateway.Sessions;

/// <summary>What <c>sluice.writes</c> and <c>sluice.rejected_rows</c> will say of a statement.</summary>
/// <param name="core">The session.</param>
/// <param name="kind">INSERT, COPY, UPDATE, DELETE or COMMIT.</param>
/// <param name="table">Its table; <see langword="null"/> if it may have several.</param>
internal sealed class StatementRecord(SessionCore core, string kind, string? table = null)
{
    private readonly long _statement = core.User.History?.Writes.NextStatement() ?? 0;
    private WriteTally _tally = new();
    private bool _isEnded;

    /// <summary>The context of the statement's write, which counts and keeps for this record.</summary>
    public WriteContext Watch(WriteContext context)
    {
        _tally = context.Tally;
        return context with { OnRejected = Reject };
    }

    /// <summary>The statement has ended; only the first word of it counts.</summary>
    /// <param name="rows">Rows that CDF has.</param>
    /// <param name="error">Why it has failed.</param>
    public void End(long rows, PgError? error = null)
    {
        if (_isEnded || core.User.History is not { } history)
        {
            return;
        }

        _isEnded = true;
        history.Writes.Record(new WriteRecord
        {
            Username = core.User.Username,
            Statement = _statement,
            Time = core.User.Writes.Time.GetUtcNow(),
            Kind = kind,
            Table = table ?? string.Join(", ", _tally.Tables),
            Rows = rows,
            Rejected = _tally.Rejected,
            Requests = _tally.Requests,
            Retries = _tally.Retries,
            Bytes = _tally.Bytes,
            Decoding = _tally.Decoding,
            Waiting = _tally.Waiting,
            InCdf = _tally.InCdf,
            SqlState = error?.SqlState,
            Error = error?.Message,
            ApplicationName = core.Engine.Settings.ApplicationName,
            RequestIds = _tally.RequestIds,
        });
    }

    private void Reject(WritePlan plan, RejectedRow row) => core.User.History?.Rows.Record(new Reads.History.RejectedRow
    {
        Username = core.User.Username,
        Statement = _statement,
        Time = core.User.Writes.Time.GetUtcNow(),
        Table = plan.Table.Name,
        Line = row.Origin,
        Key = row.Key,
        SqlState = row.Reason.SqlState,
        Reason = row.Reason.Message,
        Row = row.Row ?? "{}",
    });
}
