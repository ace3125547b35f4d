using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Writes.Groups;

/// <summary>A write that, if it turns out to have one row only, shares its request with others.</summary>
internal sealed class SharedWrite(WritePlan plan, WriteContext context, GroupCommit groups) : IRowWrite
{
    private readonly TableWrite _own = TableWrite.Start(plan, context);
    private RowBatch? _single;
    private GroupKey? _key;
    private GroupedRow? _submitted;
    private bool _isOwn;

    /// <inheritdoc/>
    public WriteTally Tally => _own.Tally;

    /// <inheritdoc/>
    public long StoredRows => _submitted is { Done.IsCompletedSuccessfully: true } row ? row.Done.Result.Rows : _own.StoredRows;

    /// <inheritdoc/>
    public bool WaitsForCommit => false;

    /// <inheritdoc/>
    public int BatchRows => _own.BatchRows;

    /// <inheritdoc/>
    public RowBatch RentBatch() => _own.RentBatch();

    /// <inheritdoc/>
    public bool IsFull(RowBatch batch) => _own.IsFull(batch);

    /// <inheritdoc/>
    public void BeginExecution(long firstOrigin) => _own.BeginExecution(firstOrigin);

    /// <inheritdoc/>
    public async ValueTask<bool> AddAsync(RowBatch batch, CancellationToken cancellationToken)
    {
        if (!_isOwn && _single is null && batch.Count == 1 && SingleRows.MayShare(plan, context, batch, out _key))
        {
            _single = batch;
            return true;
        }

        return await SendSingleAsync(cancellationToken) && await _own.AddAsync(batch, cancellationToken);
    }

    /// <inheritdoc/>
    public bool Reject(RejectedRow row) => _own.Reject(row);

    /// <summary>Hands the row over, if it is a single one; its outcome is <see cref="CompleteAsync"/>'s to tell.</summary>
    public bool TrySubmit()
    {
        if (_submitted is null && _single is { } batch)
        {
            _single = null;
            _submitted = new GroupedRow(plan, context, _own, batch, _key);
            groups.Submit(_submitted);
        }

        return _submitted is not null;
    }

    /// <inheritdoc/>
    public Task<WriteResult> CompleteAsync(CancellationToken cancellationToken) =>
        TrySubmit() ? _submitted!.Done.WaitAsync(cancellationToken) : _own.CompleteAsync(cancellationToken);

    /// <inheritdoc/>
    public Task<PgException> FailAsync(PgException cause) => _own.FailAsync(cause);

    /// <inheritdoc/>
    public Task<PgException> CancelAsync(PgError? cause = null) => _submitted is null
        ? _own.CancelAsync(cause)
        : _submitted.CancelAsync(cause ?? new PgError { SqlState = SqlState.QueryCanceled, Message = "canceling statement due to user request" });

    /// <inheritdoc/>
    public void Dispose()
    {
        _single?.Dispose();
        _own.Dispose();
    }

    private async ValueTask<bool> SendSingleAsync(CancellationToken cancellationToken)
    {
        _isOwn = true;
        if (_single is not { } single)
        {
            return true;
        }

        _single = null;
        return await _own.AddAsync(single, cancellationToken);
    }
}
