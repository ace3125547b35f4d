using System.Runtime.InteropServices;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Writes.Groups;

/// <summary>What two rows must not have in common if they are to be one request.</summary>
/// <param name="Hash">Of the row's key.</param>
/// <param name="Millisecond">Of a data point.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct GroupKey(UInt128 Hash, long Millisecond);

/// <summary>A row that is a statement of its own, on its way to CDF with others or alone.</summary>
/// <param name="plan">What its statement does.</param>
/// <param name="context">Who writes, with the settings of his session.</param>
/// <param name="own">Writes the row if it is alone; nothing has been added to it.</param>
/// <param name="batch">Has the one row, and is the group's from now on.</param>
/// <param name="key">The row's key; <see langword="null"/> if CDF makes it.</param>
internal sealed class GroupedRow(WritePlan plan, WriteContext context, TableWrite own, RowBatch batch, GroupKey? key)
{
    private readonly TaskCompletionSource<WriteResult> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _leftAlone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private RowState _state = RowState.Waits;

    private enum RowState
    {
        Waits,
        IsSentAlone,
        IsSentWithOthers,
        IsGivenUp,
    }

    public WritePlan Plan => plan;

    public WriteContext Context => context;

    public TableWrite Own => own;

    public RowBatch Batch => batch;

    public GroupKey? Key => key;

    /// <summary>The row's own outcome.</summary>
    public Task<WriteResult> Done => _done.Task;

    /// <summary>Completes when nobody waits for the outcome any more.</summary>
    public Task LeftAlone => _leftAlone.Task;

    /// <summary>The row is about to be sent; <see langword="false"/> if its statement has ended before.</summary>
    public bool TryBegin(bool alone)
    {
        lock (_lock)
        {
            if (_state == RowState.IsGivenUp)
            {
                return false;
            }

            _state = alone ? RowState.IsSentAlone : RowState.IsSentWithOthers;
            return true;
        }
    }

    public void Succeed(WriteResult result) => _done.TrySetResult(result);

    public void Fail(Exception error)
    {
        _done.TrySetException(error);

        // A session that has gone asks for nothing.
        _ = _done.Task.Exception;
    }

    /// <summary>The statement is cancelled: a row that waits is not sent; else its outcome is waited for, with patience.</summary>
    public async Task<PgException> CancelAsync(PgError cause)
    {
        RowState state;
        lock (_lock)
        {
            state = _state;
            _state = state == RowState.Waits ? RowState.IsGivenUp : state;
        }

        try
        {
            return state switch
            {
                RowState.Waits => WriteFailure.Of(cause, new WriteProgress(0, [], IsUnknown: false)),
                RowState.IsSentAlone => await own.CancelAsync(cause),
                _ => await OutcomeAsync(cause),
            };
        }
        finally
        {
            _leftAlone.TrySetResult();
        }
    }

    private async Task<PgException> OutcomeAsync(PgError cause)
    {
        try
        {
            var result = await Done.WaitAsync(context.Limits.CancelPatience, context.Time);
            return WriteFailure.Of(cause, new WriteProgress(result.Rows, [], IsUnknown: false));
        }
        catch (PgException e)
        {
            return e;
        }
        catch (TimeoutException)
        {
            return WriteFailure.Of(cause, new WriteProgress(0, [new DoubtfulRows(1, plan.KeysOf(batch, 0))], IsUnknown: true));
        }
    }
}
