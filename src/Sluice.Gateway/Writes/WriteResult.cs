using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Writes;

/// <summary>The outcome of a statement that has not failed.</summary>
/// <param name="Rows">Rows that CDF has confirmed.</param>
public sealed record WriteResult(long Rows)
{
    /// <summary>What to tell the client besides.</summary>
    public IReadOnlyList<PgError> Notices { get; init; } = [];

    /// <summary>Origins, in order, of rows that had no effect: nothing to update or delete, or a conflict that is to be ignored.</summary>
    public IReadOnlyList<long> NotApplied { get; init; } = [];

    /// <summary>Origins of rows that stand for more than one, and how many more: a stretch of data points.</summary>
    public IReadOnlyList<(long Origin, long Rows)> MoreRows { get; init; } = [];

    /// <summary>The rows as CDF answered them, in order of their origins, if the plan wants them.</summary>
    public IReadOnlyList<ReturnedRow> Returned { get; init; } = [];

    /// <summary>How many rows were set aside, under <c>sluice.on_error = skip</c>.</summary>
    public long RejectedRows { get; init; }

    /// <summary>How many of these CDF has refused.</summary>
    public long RefusedRows { get; init; }

    /// <summary>The first 1,000 rows that were set aside, without their contents.</summary>
    public IReadOnlyList<RejectedRow> Rejected { get; init; } = [];

    /// <summary>Requests that it took, repetitions not counted.</summary>
    public int Requests { get; init; }

    /// <summary>Repetitions.</summary>
    public int Retries { get; init; }

    /// <summary>Bytes of the bodies sent, before compression, repetitions not counted.</summary>
    public long Bytes { get; init; }
}
