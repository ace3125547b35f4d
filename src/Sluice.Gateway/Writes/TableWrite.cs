using System.Diagnostics;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Writes;

/// <summary>
/// One running write of rows of one plan: takes batches of rows, sends them as requests of which several are in flight, and ends when CDF has
/// answered all of them. Rows with one key are stored in the order in which they came. The first failure stops everything that is not yet sent.
/// To be used by one thread at a time: <see cref="RentBatch"/>, fill, <see cref="AddAsync"/>, again and again; then one of
/// <see cref="CompleteAsync"/>, <see cref="FailAsync"/> and <see cref="CancelAsync"/>.
/// </summary>
internal sealed class TableWrite : IRowWrite
{
    private readonly WritePlan _plan;
    private readonly WriteContext _context;
    private readonly BatchEncoder _encoder;
    private readonly CheckedRows _checked;
    private readonly ParentsFirst? _order;
    private readonly WriteDispatch _dispatch;
    private readonly int _sizeCheckMask;
    private readonly Stack<RowBatch> _batches = new();

    private TableWrite(WritePlan plan, WriteContext context)
    {
        _plan = plan.Under(context.Settings);
        _context = context;
        _encoder = BatchEncoder.Create(_plan, context);
        _order = ParentsFirst.For(_plan, context, _encoder.BatchRows);
        _dispatch = new WriteDispatch(context, context.Limits.MaxRequestsInFlight);
        _checked = new CheckedRows(_plan, context, _encoder, row => Reject(row)) { Encoding = EncodeAll };

        // Rows of bounded columns are small: every 256th is asked for the size, else every one.
        _sizeCheckMask = plan.DecodeTypes.All(type => type.Type.Size > 0 || type.MaxLength is not null) ? 255 : 0;
    }

    /// <inheritdoc/>
    public WriteTally Tally => _context.Tally;

    /// <inheritdoc/>
    public long StoredRows => _dispatch.StoredRows;

    public bool WaitsForCommit => false;

    /// <summary>The origin of the row that made the write fail, if the failure is about a row.</summary>
    public long? FailedOrigin => _dispatch.FailedOrigin;

    /// <summary>Of some rows it is not known whether they are stored.</summary>
    public bool IsInDoubt => _dispatch.IsInDoubt;

    /// <inheritdoc cref="WriteDispatch.FailureOf"/>
    public PgException? FailureOf(WriteKeys row) => _dispatch.FailureOf(row);

    /// <summary>Begins a write; nothing is sent yet.</summary>
    public static TableWrite Start(WritePlan plan, WriteContext context) => new(plan, context);

    /// <summary>An empty batch with the columns of the plan. It goes back with <see cref="AddAsync"/>.</summary>
    public RowBatch RentBatch() =>
        _batches.TryPop(out var batch) ? batch : new RowBatch(_plan.DecodeTypes, _context.TextInput);

    /// <summary>How many rows a batch takes at most.</summary>
    public int BatchRows => _encoder.BatchRows;

    /// <summary>The batch should be added before it takes another row.</summary>
    public bool IsFull(RowBatch batch) =>
        batch.Count >= _encoder.BatchRows
        || ((batch.Count & _sizeCheckMask) == 0 && batch.ByteSize >= _context.Limits.MaxBatchBytes);

    /// <summary>
    /// Takes over <paramref name="batch"/>, checks and encodes its rows, and sends them as soon as the window of requests in flight and the
    /// process's memory allow; waits until then, so that whoever reads rows from a socket stops reading.
    /// </summary>
    /// <returns><see langword="false"/> if the write has failed: no more rows are wanted, and <see cref="CompleteAsync"/> tells why.</returns>
    /// <exception cref="OperationCanceledException">By <paramref name="cancellationToken"/>; call <see cref="CancelAsync"/> then.</exception>
    public async ValueTask<bool> AddAsync(RowBatch batch, CancellationToken cancellationToken)
    {
        if (_order is null)
        {
            try
            {
                return await SendAsync(batch, cancellationToken);
            }
            finally
            {
                Return(batch);
            }
        }

        var ready = new List<RowBatch>();
        try
        {
            if (!_dispatch.IsStopped)
            {
                await _order.AddAsync(batch, ready, cancellationToken);
            }

            foreach (var ordered in ready)
            {
                await SendAsync(ordered, cancellationToken);
            }
        }
        catch (PgException e)
        {
            _dispatch.Stop(e.Error);
        }
        finally
        {
            ready.ForEach(ordered => Release(ordered, batch));
            Return(batch);
        }

        return !_dispatch.IsStopped;
    }

    /// <summary>The rows whose origins are <paramref name="firstOrigin"/> or higher come from another execution of the statement.</summary>
    public void BeginExecution(long firstOrigin) => _encoder.BeginExecution(firstOrigin);

    /// <summary>A row that is none, e.g. a line that cannot be read, under <c>sluice.on_error = skip</c>.</summary>
    public bool Reject(RejectedRow row) => _dispatch.Reject(_plan, row);

    /// <summary>Waits until CDF has answered all requests.</summary>
    /// <exception cref="PgException">
    /// The write has failed. SQLSTATE and message say why, DETAIL how many rows are stored and which are in doubt.
    /// </exception>
    /// <exception cref="OperationCanceledException">By <paramref name="cancellationToken"/>; call <see cref="CancelAsync"/> then.</exception>
    public async Task<WriteResult> CompleteAsync(CancellationToken cancellationToken)
    {
        foreach (var rest in _order?.Complete() ?? [])
        {
            using (rest)
            {
                await SendAsync(rest, cancellationToken);
            }
        }

        var result = await _dispatch.CompleteAsync(cancellationToken);
        return _encoder.WithMergedRows(result) with { Notices = [.. _encoder.Notices()] };
    }

    /// <inheritdoc cref="WriteDispatch.FailAsync"/>
    public Task<PgException> FailAsync(PgException cause) => _dispatch.FailAsync(cause);

    /// <inheritdoc cref="WriteDispatch.CancelAsync"/>
    public Task<PgException> CancelAsync(PgError? cause = null) => _dispatch.CancelAsync(cause);

    /// <summary>Frees the batches. Requests in flight go on by themselves.</summary>
    public void Dispose()
    {
        _dispatch.Dispose();
        _encoder.Dispose();
        _order?.Dispose();
        while (_batches.TryPop(out var batch))
        {
            batch.Dispose();
        }
    }

    /// <summary>Encodes rows and hands over their requests.</summary>
    /// <returns><see langword="false"/> if the write has failed.</returns>
    private async ValueTask<bool> SendAsync(RowBatch batch, CancellationToken cancellationToken)
    {
        var requests = new List<EncodedWrite>(1);
        var launched = 0;
        try
        {
            if (batch.Count > 0 && !_dispatch.IsStopped)
            {
                var start = Stopwatch.GetTimestamp();
                Encode(batch, requests);
                Tally.Decoded(start);
            }

            while (launched < requests.Count && await _dispatch.LaunchAsync(requests[launched], cancellationToken))
            {
                launched++;
            }
        }
        catch (PgException e)
        {
            _dispatch.Stop(e.Error, _encoder.FailedOrigin);
        }
        finally
        {
            requests.Skip(launched).ToList().ForEach(request => request.Dispose());
        }

        return !_dispatch.IsStopped;
    }

    private void Encode(RowBatch batch, List<EncodedWrite> requests)
    {
        if (_context.Settings.OnError == OnError.Stop)
        {
            EncodeAll(batch, requests);
        }
        else
        {
            _checked.Encode(batch, requests);
        }

        _dispatch.DoNotApply(_encoder.TakeNotApplied());
    }

    private static void Release(RowBatch ordered, RowBatch given)
    {
        if (ordered != given)
        {
            ordered.Dispose();
        }
    }

    private void EncodeAll(RowBatch batch, List<EncodedWrite> requests)
    {
        _encoder.Encode(batch, requests);
        if (_plan.ReturnsRows && !_encoder.AnswersWithItems && requests.Count > 0 && requests.TrueForAll(request => request.Preparation is null))
        {
            // Whichever request stores them; some may be refused.
            requests.ForEach(request => request.IsEchoed = true);
            _dispatch.Echo(EchoRows.Of(_plan, batch));
        }
    }

    private void Return(RowBatch batch)
    {
        batch.Clear();
        if (!_batches.Contains(batch))
        {
            _batches.Push(batch);
        }
    }
}
