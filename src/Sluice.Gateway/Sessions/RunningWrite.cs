using Sluice.Gateway.Writes;
using Sluice.Gateway.Writes.Groups;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Sessions;

/// <summary>
/// A write to CDF as a session sees it: waits keep the client's connection awake, and what cuts the statement short ends the write in order.
/// </summary>
internal sealed class RunningWrite : IDisposable
{
    private readonly SessionCore _core;
    private readonly OwnWork _work;
    private readonly IRowWrite _write;
    private readonly EngineState _state;
    private readonly TimeSpan _keepalive;
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenRegistration _onStopped;
    private readonly bool _staysInBlock;
    private readonly StatementRecord _record;
    private PgError? _error;
    private long? _rows;
    private bool _ended;
    private bool _batchIsSent;

    /// <summary>Begins a write of a statement.</summary>
    /// <param name="core">The session.</param>
    /// <param name="plan">What is written.</param>
    /// <param name="state">The settings.</param>
    /// <param name="storedBefore">Rows that the statement has stored already, by another write.</param>
    public RunningWrite(SessionCore core, WritePlan plan, EngineState state, long storedBefore = 0)
    {
        _core = core;
        _state = state;
        // What may throw comes first: work that has begun must be ended.
        _keepalive = state.Keepalive;
        _record = new StatementRecord(core, plan.Verb.ToString().ToUpperInvariant(), plan.Table.Name);
        _write = core.OpenRowWrite(plan, state, _record, storedBefore);
        _staysInBlock = core.InBlock && StoresAtOnce;
        Batch = _write.RentBatch();
        _work = core.BeginOwnWork(state);
        _onStopped = _work.Token.Register(_stopped.SetResult);
    }

    private static PgError ClientHasGone { get; } = new() { SqlState = SqlState.ConnectionFailure, Message = "the client has gone" };

    /// <summary>Its rows go to CDF now, and do not wait for COMMIT.</summary>
    public bool StoresAtOnce => !_write.WaitsForCommit;

    /// <summary>Counts what it costs.</summary>
    public WriteTally Tally => _write.Tally;

    /// <summary>Takes the next rows.</summary>
    public RowBatch Batch { get; private set; }

    /// <summary>How many rows a batch takes.</summary>
    public int BatchRows => _write.BatchRows;

    /// <summary>Completes when the statement has to end.</summary>
    public Task WhenStopped => _stopped.Task;

    /// <summary>Fires when the statement has to end.</summary>
    public CancellationToken Stopped => _work.Token;

    /// <summary>The rows from <paramref name="firstRow"/> on are those of another execution.</summary>
    public void BeginExecution(long firstRow) => _write.BeginExecution(firstRow);

    /// <summary>Sets aside a row that could not be read.</summary>
    /// <returns><see langword="false"/> if the write has failed by it: <see cref="CompleteAsync"/> tells why.</returns>
    public bool Reject(RejectedRow row) => _write.Reject(row);

    /// <summary>Hands the batch to CDF if it is full.</summary>
    /// <exception cref="PgException">The write has failed, or was cancelled.</exception>
    public ValueTask SendIfFullAsync() => _write.IsFull(Batch) ? SendAsync() : ValueTask.CompletedTask;

    /// <summary>Hands the batch to CDF, and waits as long as it takes no more.</summary>
    /// <exception cref="PgException">The write has failed, or was cancelled.</exception>
    public async ValueTask SendAsync()
    {
        var batch = Batch;
        _batchIsSent = true;
        var goesOn = false;
        await GuardAsync(async () =>
        {
            var adding = _write.AddAsync(batch, _work.Token);
            if (adding.IsCompletedSuccessfully)
            {
                goesOn = adding.Result;
            }
            else
            {
                var task = adding.AsTask();
                await _core.Client.WaitAsync(task, _keepalive, _core.Engine.Settings);
                goesOn = await task;
            }
        });
        Batch = _write.RentBatch();
        _batchIsSent = false;
        if (!goesOn)
        {
            await CompleteAsync();
        }
    }

    /// <summary>Hands over the row, if there is one only that may share a request with others; it need not be waited for yet.</summary>
    public async ValueTask<bool> TrySubmitAsync()
    {
        if (_write is not SharedWrite shared || Batch.Count != 1)
        {
            return false;
        }

        await SendAsync();
        return shared.TrySubmit();
    }

    /// <summary>Waits until every row is stored.</summary>
    /// <exception cref="PgException">Not every row is; the error says how many.</exception>
    public async ValueTask<WriteResult> CompleteAsync()
    {
        if (Batch.Count > 0)
        {
            await SendAsync();
        }

        // A query whose rows these are has ended by now, and its Sync has set the clock going.
        await _core.StopIdleTimeoutsAsync(_state);
        WriteResult? result = null;
        await GuardAsync(async () =>
        {
            var task = _write.CompleteAsync(_work.Token);
            await _core.Client.WaitAsync(task, _keepalive, _core.Engine.Settings);
            result = await task;
        });
        _ended = true;
        _rows = result!.Rows;
        return result!;
    }

    /// <summary>Ends the write for <paramref name="cause"/>: nothing more is sent, and the error tells what is stored.</summary>
    public async ValueTask<PgError> FailAsync(PgException cause)
    {
        if (_ended)
        {
            if (_error is null && _rows is { } rows && StoresAtOnce)
            {
                // The rows are stored, and what was to be done with them after that has failed.
                _error = WriteFailure.Of(cause.Error, new WriteProgress(rows, [], IsUnknown: false)).Error;
            }

            return _error ?? cause.Error;
        }

        _ended = true;
        var failing = _write.FailAsync(cause);
        await _core.Client.WaitAsync(failing, _keepalive, _core.Engine.Settings);
        _error = (await failing).Error;
        return _error;
    }

    /// <summary>Ends the write because the statement was cancelled.</summary>
    /// <param name="reason">57014, if it was not Sluice's own work that was cancelled.</param>
    /// <exception cref="PgException">57014, with what is stored.</exception>
    /// <exception cref="SessionEndedException">It was cancelled because the client has gone.</exception>
    public async ValueTask ThrowCancelledAsync(PgError? reason = null)
    {
        if (_ended && _error is { } told)
        {
            throw _work.IsClientGone ? new SessionEndedException() : new PgException(told);
        }

        _ended = true;
        var error = await _write.CancelAsync(reason ?? _work.Reason);
        _error = error.Error;
        throw _work.IsClientGone ? new SessionEndedException() : error;
    }

    public void Dispose()
    {
        // What waits for COMMIT is COMMIT's to tell.
        if (StoresAtOnce || _error is not null || _write.Tally.Rejected > 0)
        {
            _record.End(_rows ?? _write.StoredRows, _error ?? (_rows is null ? ClientHasGone : null));
        }

        if (StoresAtOnce)
        {
            TellOfStored(_rows ?? _write.StoredRows);
        }

        if (!_batchIsSent)
        {
            Batch.Dispose();
        }

        _write.Dispose();
        _onStopped.Dispose();
        _work.Dispose();
    }

    private void TellOfStored(long rows)
    {
        if (_staysInBlock)
        {
            _core.Block.Stored(rows);
        }

        var earlier = _core.Engine.Earlier;
        if (_error is null && _rows is not null)
        {
            earlier.Stored(rows);
        }
        else
        {
            earlier.StoredByFailed(rows, inDoubt: _error?.SqlState == SqlState.StatementCompletionUnknown);
        }
    }

    private async ValueTask GuardAsync(Func<ValueTask> wait)
    {
        try
        {
            await wait();
        }
        catch (OperationCanceledException) when (_work.Token.IsCancellationRequested)
        {
            await ThrowCancelledAsync();
        }
        catch (PgException e)
        {
            _ended = true;
            _error = e.Error;
            throw;
        }
    }
}
