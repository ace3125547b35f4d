using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Writes;

/// <summary>
/// One running write of rows of one plan, to CDF at once or to what waits for COMMIT. To be used by one thread at a time:
/// <see cref="RentBatch"/>, fill, <see cref="AddAsync"/>, again and again; then one of <see cref="CompleteAsync"/>, <see cref="FailAsync"/> and
/// <see cref="CancelAsync"/>.
/// </summary>
internal interface IRowWrite : IDisposable
{
    /// <summary>What it has cost so far.</summary>
    WriteTally Tally { get; }

    /// <summary>Rows that CDF has confirmed so far.</summary>
    long StoredRows { get; }

    /// <summary>Its rows are stored at COMMIT.</summary>
    bool WaitsForCommit { get; }

    /// <summary>How many rows a batch takes at most.</summary>
    int BatchRows { get; }

    /// <summary>An empty batch with the columns of the plan. It goes back with <see cref="AddAsync"/>.</summary>
    RowBatch RentBatch();

    /// <summary>The batch should be added before it takes another row.</summary>
    bool IsFull(RowBatch batch);

    /// <summary>The rows whose origins are <paramref name="firstOrigin"/> or higher come from another execution of the statement.</summary>
    void BeginExecution(long firstOrigin);

    /// <summary>Takes over <paramref name="batch"/>.</summary>
    /// <returns><see langword="false"/> if the write has failed: no more rows are wanted, and <see cref="CompleteAsync"/> tells why.</returns>
    /// <exception cref="OperationCanceledException">By <paramref name="cancellationToken"/>; call <see cref="CancelAsync"/> then.</exception>
    ValueTask<bool> AddAsync(RowBatch batch, CancellationToken cancellationToken);

    /// <summary>A row that is none, e.g. a line that cannot be read, under <c>sluice.on_error = skip</c>.</summary>
    /// <returns><see langword="false"/> if the write has failed by it: <see cref="CompleteAsync"/> tells why.</returns>
    bool Reject(RejectedRow row);

    /// <summary>Ends the write.</summary>
    /// <exception cref="PgException">The write has failed.</exception>
    /// <exception cref="OperationCanceledException">By <paramref name="cancellationToken"/>; call <see cref="CancelAsync"/> then.</exception>
    Task<WriteResult> CompleteAsync(CancellationToken cancellationToken);

    /// <summary>Ends the write for a reason of the caller's, and returns the error with what is stored all the same.</summary>
    Task<PgException> FailAsync(PgException cause);

    /// <summary>Ends the write because its statement was cancelled.</summary>
    /// <param name="cause">The reason that the client is told, if it is not the user's request.</param>
    Task<PgException> CancelAsync(PgError? cause = null);
}
