using System.Globalization;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Writes;

/// <summary>
/// The rows that a write has set aside: counted, told to whoever keeps them, and the first ones remembered without their contents. Not safe for use
/// by several threads.
/// </summary>
internal sealed class SetAside(WriteContext context)
{
    /// <summary>How many rows a client is told of one by one at most.</summary>
    private const int Remembered = 1_000;

    private readonly List<RejectedRow> _first = [];

    /// <summary>How many there are.</summary>
    public long Count { get; private set; }

    /// <summary>How many of them CDF has refused.</summary>
    public long Refused { get; private set; }

    /// <summary>The first of them, in order.</summary>
    public IReadOnlyList<RejectedRow> First => [.. _first.OrderBy(row => row.Origin)];

    /// <summary>Adds a row.</summary>
    /// <returns>The error of the statement, if these are too many now.</returns>
    public PgError? Add(WritePlan plan, RejectedRow row)
    {
        Count++;
        Refused += row.IsRefusal ? 1 : 0;
        if (_first.Count < Remembered)
        {
            _first.Add(row with { Row = null });
        }

        context.Tally.SetAside();
        context.OnRejected?.Invoke(plan, row);
        return context.Settings.RejectLimit is { } limit && Count > limit
            ? new PgError
            {
                SqlState = SqlState.InvalidTextRepresentation,
                Message = string.Create(CultureInfo.InvariantCulture, $"skipped more than REJECT_LIMIT ({limit}) rows {CauseOf(Count, Refused)}"),
                Detail = $"The last: {row.Reason.Message}",
                Context = row.Reason.Context,
            }
            : null;
    }

    /// <summary>What a client is told in the end; nothing if no row was set aside.</summary>
    public static IEnumerable<PgError> Notices(WriteResult result)
    {
        if (result.RejectedRows > 0)
        {
            var subject = result.RejectedRows == 1 ? "row was" : "rows were";
            yield return new PgError
            {
                Severity = PgSeverity.Notice,
                SqlState = SqlState.SuccessfulCompletion,
                Message = string.Create(
                    CultureInfo.InvariantCulture, $"{result.RejectedRows} {subject} skipped {CauseOf(result.RejectedRows, result.RefusedRows)}"),
                Detail = result.Rejected is [var first, ..] ? $"The first: {first.Reason.Message}" : null,
                Hint = "SELECT * FROM sluice.rejected_rows shows them.",
            };
        }
    }

    // PostgreSQL's words, as far as it has them (copyfrom.c).
    private static string CauseOf(long count, long refused) => refused switch
    {
        0 => "due to data type incompatibility",
        _ when refused == count => "due to refusal by CDF",
        _ => "due to data type incompatibility or refusal by CDF",
    };
}
