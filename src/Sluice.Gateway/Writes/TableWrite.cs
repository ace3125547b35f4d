using Sluice.Cdf.Errors;
using Sluice.Gateway.Tables;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Writes;

/// <summary>
/// One running INSERT or COPY: takes batches of rows, sends them as requests of which several are in flight, and ends when CDF has answered
/// all of them. Rows with one key are stored in the order in which they came. The first failure stops everything that is not yet sent.
/// To be used by one thread at a time: <see cref="RentBatch"/>, fill, <see cref="AddAsync"/>, again and again; then one of
/// <see cref="CompleteAsync"/>, <see cref="FailAsync"/> and <see cref="CancelAsync"/>.
/// </summary>
public sealed class TableWrite : IDisposable
{
    private readonly Lock _lock = new();
    private readonly InsertPlan _plan;
    private readonly WriteContext _context;
    private readonly BatchEncoder _encoder;
    private readonly CdfErrorMapper _mapper;
    private readonly WriteSender _sender;
    private readonly SemaphoreSlim _slots;
    private readonly CancellationTokenSource _stop = new();
    private readonly int _sizeCheckMask;
    private readonly Stack<RowBatch> _batches = new();
    private readonly HashSet<RunningRequest> _running = [];
    private readonly List<DoubtfulRows> _inDoubt = [];
    private TaskCompletionSource? _drained;
    private PgError? _failure;
    private bool _isUnknown;
    private long _storedRows;
    private long _reserved;
    private int _requests;
    private int _retries;

    private TableWrite(InsertPlan plan, WriteContext context)
    {
        _plan = plan;
        _context = context;
        _encoder = BatchEncoder.Create(plan, context);
        _mapper = new CdfErrorMapper(plan);
        _sender = new WriteSender(context);

        // Rows of bounded columns are small: every 256th is asked for the size, else every one.
        _sizeCheckMask = plan.DecodeTypes.All(type => type.Type.Size > 0 || type.MaxLength is not null) ? 255 : 0;
        _slots = new SemaphoreSlim(_encoder.IsSequential ? 1 : context.Limits.MaxRequestsInFlight);
    }

    /// <summary>Rows that CDF has confirmed so far.</summary>
    public long StoredRows => Interlocked.Read(ref _storedRows);

    /// <summary>The origin of the row that made the write fail, if the failure is about a row.</summary>
    public long? FailedOrigin { get; private set; }

    /// <summary>Begins a write; nothing is sent yet.</summary>
    public static TableWrite Start(InsertPlan plan, WriteContext context) => new(plan, context);

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
        var requests = new List<EncodedWrite>(1);
        var launched = 0;
        try
        {
            if (batch.Count > 0 && !_stop.IsCancellationRequested)
            {
                _encoder.Encode(batch, requests);
            }

            Return(batch);
            while (launched < requests.Count && await LaunchAsync(requests[launched], cancellationToken))
            {
                launched++;
            }
        }
        catch (PgException e)
        {
            Return(batch);
            Fail(e.Error, _encoder.FailedOrigin);
        }
        finally
        {
            requests.Skip(launched).ToList().ForEach(request => request.Dispose());
        }

        return !_stop.IsCancellationRequested;
    }

    /// <summary>Waits until CDF has answered all requests.</summary>
    /// <exception cref="PgException">
    /// The write has failed. SQLSTATE and message say why, DETAIL how many rows are stored and which are in doubt.
    /// </exception>
    /// <exception cref="OperationCanceledException">By <paramref name="cancellationToken"/>; call <see cref="CancelAsync"/> then.</exception>
    public async Task<WriteResult> CompleteAsync(CancellationToken cancellationToken)
    {
        await DrainAsync().WaitAsync(cancellationToken);
        lock (_lock)
        {
            return _failure is null
                ? new WriteResult(_storedRows, [.. _encoder.Notices()], _requests, _retries)
                : throw WriteFailure.Of(_failure, Progress([]));
        }
    }

    /// <summary>
    /// Ends the write for a reason of the caller's, e.g. a line that is no row: sends nothing more, waits for what is in flight, and returns the
    /// error with what is stored. An earlier failure of the write takes the place of <paramref name="cause"/>.
    /// </summary>
    public async Task<PgException> FailAsync(PgException cause)
    {
        Fail(cause.Error);
        await DrainAsync();
        lock (_lock)
        {
            return WriteFailure.Of(_failure ?? cause.Error, Progress([]));
        }
    }

    /// <summary>
    /// Ends the write because its statement was cancelled: sends nothing more and waits a few seconds for what is in flight. What has not been
    /// answered then goes on by itself, and keeps its keys until it is. Returns 57014 with what is stored and what is in doubt.
    /// </summary>
    /// <param name="cause">The reason that the client is told, if it is not the user's request: e.g. a statement timeout, also 57014.</param>
    public async Task<PgException> CancelAsync(PgError? cause = null)
    {
        await _stop.CancelAsync();
        try
        {
            await DrainAsync().WaitAsync(_context.Limits.CancelPatience, _context.Time);
        }
        catch (TimeoutException)
        {
            // What is still running is in doubt, below.
        }

        lock (_lock)
        {
            cause ??= new PgError { SqlState = SqlState.QueryCanceled, Message = "canceling statement due to user request" };
            return WriteFailure.Of(cause, Progress(_running.Where(request => request.IsSent)));
        }
    }

    /// <summary>Frees the batches. Requests in flight go on by themselves.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _encoder.Dispose();
        while (_batches.TryPop(out var batch))
        {
            batch.Dispose();
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

    private WriteProgress Progress(IEnumerable<RunningRequest> running)
    {
        var inDoubt = _inDoubt.Concat(running.Select(request => new DoubtfulRows(request.Write.Rows, request.Write.Keys))).ToList();
        return new WriteProgress(_storedRows, inDoubt, _isUnknown);
    }

    private async ValueTask<bool> LaunchAsync(EncodedWrite write, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stop.Token);
        try
        {
            await _slots.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }

        try
        {
            await _context.Memory.ReserveAsync(write.Size, Interlocked.Read(ref _reserved) == 0, either.Token);
        }
        catch (OperationCanceledException)
        {
            _slots.Release();
            if (cancellationToken.IsCancellationRequested)
            {
                throw;
            }

            return false;
        }

        Interlocked.Add(ref _reserved, write.Size);
        var request = new RunningRequest(write, write.Claim is null ? null : _context.Fence.Enter(write.Claim));
        lock (_lock)
        {
            _running.Add(request);
            _requests++;
        }

        _ = Task.Run(() => RunAsync(request), CancellationToken.None);
        return true;
    }

    private Task DrainAsync()
    {
        lock (_lock)
        {
            if (_running.Count == 0)
            {
                return Task.CompletedTask;
            }

            _drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _drained.Task;
        }
    }

    private void Fail(PgError error, long? origin = null)
    {
        lock (_lock)
        {
            if (_failure is null)
            {
                _failure = error;
                FailedOrigin = origin;
            }
        }

        _stop.Cancel();
    }

    private async Task RunAsync(RunningRequest request)
    {
        var size = request.Write.Size;
        var inDoubt = false;
        try
        {
            inDoubt = await SendAsync(request);
        }
        catch (Exception e)
        {
            // Whatever it is, the statement must not be taken for done.
            inDoubt = request.IsSent;
            Doubt(request.Write, isUnknown: inDoubt);
            Fail(new PgError { SqlState = SqlState.InternalError, Message = $"the request could not be sent: {e.Message}" });
        }
        finally
        {
            request.Write.Dispose();
            _context.Memory.Release(size);
            Interlocked.Add(ref _reserved, -size);
            if (!inDoubt)
            {
                request.Ticket?.Dispose();
            }

            _slots.Release();
            Ended(request);
        }

        if (inDoubt && request.Ticket is not null)
        {
            await Task.Delay(_context.Limits.InDoubtHold, _context.Time, CancellationToken.None);
            request.Ticket.Dispose();
        }
    }

    private void Ended(RunningRequest request)
    {
        TaskCompletionSource? drained = null;
        lock (_lock)
        {
            _running.Remove(request);
            if (_running.Count == 0)
            {
                drained = _drained;
                _drained = null;
            }
        }

        drained?.SetResult();
    }

    /// <summary>Sends a request and notes its outcome; <see langword="true"/> if it may still take effect.</summary>
    private async Task<bool> SendAsync(RunningRequest running)
    {
        var write = running.Write;
        try
        {
            if (running.Ticket is not null)
            {
                await running.Ticket.Ready.WaitAsync(_stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            return false;
        }

        running.IsSent = true;
        var response = await _sender.SendAsync(write.Request, _stop.Token);
        Interlocked.Add(ref _retries, Math.Max(0, response.Attempts - 1));
        if (response.IsSuccess)
        {
            Confirmed(write);
            return false;
        }

        return await FailedAsync(write, response.Error);
    }

    private void Confirmed(EncodedWrite write)
    {
        Interlocked.Add(ref _storedRows, write.Rows);
        if (_plan.Table.Kind == TableKind.TimeSeries)
        {
            _context.NewSeries.Add(write.Keys.Names());
        }
    }

    private async Task<bool> FailedAsync(EncodedWrite write, CdfError error)
    {
        var effectPossible = error.EffectPossible;
        if (effectPossible && write.Verification is { } api)
        {
            var outcome = await CreatedItems.CheckAsync(_context.Client, write, api);
            if (outcome == CreatedOutcome.Stored)
            {
                Confirmed(write);
                return false;
            }

            // That the rows are not there proves nothing while a request without an answer may still run.
            effectPossible = outcome == CreatedOutcome.Unknown
                || error.Kind is CdfErrorKind.Timeout or CdfErrorKind.OutcomeUnknown or CdfErrorKind.Stopped;
        }

        var isUnknown = effectPossible && !IsAnswered(write, error);
        if (effectPossible)
        {
            Doubt(write, isUnknown);
        }

        if (error.Kind != CdfErrorKind.Stopped)
        {
            Fail(_mapper.Map(error, write.Keys), CdfErrorMapper.OriginOf(error, write.Keys));
        }

        return isUnknown;
    }

    /// <summary>
    /// CDF's answer tells what became of the request: it refused it, if perhaps after a part of it (RAW); or it failed, and the same rows may be
    /// sent again without harm.
    /// </summary>
    private static bool IsAnswered(EncodedWrite write, CdfError error) => error.Kind switch
    {
        CdfErrorKind.BadRequest or CdfErrorKind.Conflict or CdfErrorKind.Unprocessable => error.Attempts == 1,
        CdfErrorKind.ServerError => !write.Creates,
        _ => false,
    };

    private void Doubt(EncodedWrite write, bool isUnknown)
    {
        lock (_lock)
        {
            _inDoubt.Add(new DoubtfulRows(write.Rows, write.Keys));
            _isUnknown |= isUnknown;
        }
    }

    private sealed class RunningRequest(EncodedWrite write, KeyFence.Ticket? ticket)
    {
        private volatile bool _isSent;

        public EncodedWrite Write => write;

        public KeyFence.Ticket? Ticket => ticket;

        /// <summary>It may have reached CDF.</summary>
        public bool IsSent { get => _isSent; set => _isSent = value; }
    }
}
