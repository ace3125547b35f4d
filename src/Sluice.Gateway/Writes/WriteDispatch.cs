using Sluice.Cdf.Errors;
using Sluice.Gateway.Tables;
using Sluice.Gateway.Writes.Changes;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Writes;

/// <summary>
/// Sends encoded requests, several in flight, and keeps account of what became of their rows. Requests with a common key are stored in the order
/// in which they came. The first failure stops everything that is not yet sent. <see cref="LaunchAsync"/> is called by one at a time; the end is
/// one of <see cref="CompleteAsync"/>, <see cref="FailAsync"/> and <see cref="CancelAsync"/>.
/// </summary>
public sealed class WriteDispatch : IDisposable
{
    private readonly Lock _lock = new();
    private readonly WriteContext _context;
    private readonly WriteSender _sender;
    private readonly WriteRecovery _recovery;
    private readonly SemaphoreSlim _slots;
    private readonly CancellationTokenSource _stop = new();
    private readonly WriteSubject _subject;
    private readonly HashSet<RunningRequest> _running = [];
    private readonly List<DoubtfulRows> _inDoubt = [];
    private readonly List<long> _notApplied = [];
    private readonly List<(long Origin, long Rows)> _moreRows = [];
    private readonly List<ReturnedRow> _returned = [];
    private readonly SetAside _setAside;
    private TaskCompletionSource? _drained;
    private PgError? _failure;
    private bool _isUnknown;
    private long _storedRows;
    private long _reserved;
    private int _requests;
    private int _retries;
    private long _bytes;

    /// <summary>Nothing is sent yet.</summary>
    /// <param name="context">Where to, and under which bounds.</param>
    /// <param name="requestsInFlight">How many requests may be encoded and not yet answered.</param>
    /// <param name="subject">Whose rows they are, for errors.</param>
    public WriteDispatch(WriteContext context, int requestsInFlight, WriteSubject subject = WriteSubject.Statement)
    {
        _context = context;
        _subject = subject;
        _setAside = new SetAside(context);
        _sender = new WriteSender(context);
        _recovery = new WriteRecovery(context, _sender);
        _slots = new SemaphoreSlim(requestsInFlight);
    }

    /// <summary>Rows that CDF has confirmed so far.</summary>
    public long StoredRows => Interlocked.Read(ref _storedRows);

    /// <summary>The origin of the row that made the write fail, if the failure is about a row.</summary>
    public long? FailedOrigin { get; private set; }

    /// <summary>It has failed or was ended: nothing more is sent.</summary>
    public bool IsStopped => _stop.IsCancellationRequested;

    /// <summary>Of some rows it is not known whether they are stored.</summary>
    public bool IsInDoubt
    {
        get
        {
            lock (_lock)
            {
                return _inDoubt.Count > 0;
            }
        }
    }

    /// <summary>The failure as one of a single row, which shared a request with others; <see langword="null"/> if nothing has failed.</summary>
    public PgException? FailureOf(WriteKeys row)
    {
        lock (_lock)
        {
            return _failure is null ? null : WriteFailure.Of(_failure, new WriteProgress(0, _inDoubt.Count > 0 ? [new DoubtfulRows(1, row)] : [], _isUnknown));
        }
    }

    /// <summary>Takes over a request and sends it as soon as the window of requests in flight and the process's memory allow; waits until then.</summary>
    /// <param name="write">The request.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="settings">The settings of its statement, if they may differ from the context's.</param>
    /// <returns><see langword="false"/> if nothing more is sent; the request is still the caller's then.</returns>
    /// <exception cref="OperationCanceledException">By <paramref name="cancellationToken"/>; call <see cref="CancelAsync"/> then.</exception>
    public async ValueTask<bool> LaunchAsync(EncodedWrite write, CancellationToken cancellationToken, WriteSettings? settings = null)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stop.Token);
        var start = _context.Time.GetTimestamp();
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

        _context.Tally.Waited(_context.Time.GetElapsedTime(start));
        _context.Tally.Writes(write.Plan.Table.Name);
        Interlocked.Add(ref _reserved, write.Size);
        var request = new RunningRequest(write, settings ?? _context.Settings, write.Claim is null ? null : _context.Fence.Enter(write.Claim));
        lock (_lock)
        {
            _running.Add(request);
        }

        _ = Task.Run(() => RunAsync(request), CancellationToken.None);
        return true;
    }

    /// <summary>Rows that were set aside before they came to a request.</summary>
    internal bool Reject(WritePlan plan, RejectedRow row)
    {
        PgError? tooMany;
        lock (_lock)
        {
            _notApplied.Add(row.Origin);
            tooMany = _setAside.Add(plan, row);
        }

        if (tooMany is not null)
        {
            Stop(tooMany, row.Origin);
        }

        return tooMany is null;
    }

    /// <summary>Rows that have no effect, by what the statement says: they are not counted.</summary>
    public void DoNotApply(IEnumerable<long> origins)
    {
        lock (_lock)
        {
            _notApplied.AddRange(origins);
        }
    }

    /// <summary>Rows for RETURNING as they are written, as far as they have an effect.</summary>
    internal void Echo(IReadOnlyList<ReturnedRow> rows)
    {
        lock (_lock)
        {
            _returned.AddRange(rows);
        }
    }

    /// <summary>Stops: <paramref name="error"/> is the statement's, if none came before it.</summary>
    public void Stop(PgError error, long? origin = null)
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

    /// <summary>Waits until CDF has answered all requests that were launched; tells nothing of their outcome.</summary>
    public Task DrainAsync()
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

    /// <summary>Waits until CDF has answered all requests.</summary>
    /// <exception cref="PgException">
    /// A request has failed. SQLSTATE and message say why, DETAIL how many rows are stored and which are in doubt.
    /// </exception>
    /// <exception cref="OperationCanceledException">By <paramref name="cancellationToken"/>; call <see cref="CancelAsync"/> then.</exception>
    public async Task<WriteResult> CompleteAsync(CancellationToken cancellationToken)
    {
        await DrainAsync().WaitAsync(cancellationToken);
        lock (_lock)
        {
            if (_failure is not null)
            {
                throw WriteFailure.Of(_failure, Progress([]));
            }

            _notApplied.Sort();
            _returned.RemoveAll(row => _notApplied.BinarySearch(row.Origin) >= 0);
            _returned.Sort((a, b) => a.Origin.CompareTo(b.Origin));
            return new WriteResult(_storedRows)
            {
                NotApplied = _notApplied,
                MoreRows = _moreRows,
                Returned = _returned,
                RejectedRows = _setAside.Count,
                RefusedRows = _setAside.Refused,
                Rejected = _setAside.First,
                Requests = _requests,
                Retries = _retries,
                Bytes = _bytes,
            };
        }
    }

    /// <summary>
    /// Ends for a reason of the caller's, e.g. a line that is no row: sends nothing more, waits for what is in flight, and returns the
    /// error with what is stored. An earlier failure takes the place of <paramref name="cause"/>.
    /// </summary>
    public async Task<PgException> FailAsync(PgException cause)
    {
        Stop(cause.Error);
        await DrainAsync();
        lock (_lock)
        {
            return WriteFailure.Of(_failure ?? cause.Error, Progress([]));
        }
    }

    /// <summary>
    /// Ends because the statement was cancelled: sends nothing more and waits a few seconds for what is in flight. What has not been
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

    /// <summary>Sends nothing more. Requests in flight go on by themselves.</summary>
    public void Dispose() => _stop.Cancel();

    private WriteProgress Progress(IEnumerable<RunningRequest> running)
    {
        var inDoubt = _inDoubt.Concat(running.Select(request => new DoubtfulRows(request.Write.Rows, request.Write.Keys))).ToList();
        return new WriteProgress(_context.StoredBefore + _storedRows, inDoubt, _isUnknown) { Subject = _subject };
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
            Doubt(request.Write.Rows, request.Write.Keys, isUnknown: inDoubt);
            Stop(new PgError { SqlState = SqlState.InternalError, Message = $"the request could not be sent: {e.Message}" });
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

    /// <summary>Sends a request, and after a refusal what can still be done of it; <see langword="true"/> if it may still take effect.</summary>
    private async Task<bool> SendAsync(RunningRequest running)
    {
        try
        {
            if (running.Ticket is not null)
            {
                var start = _context.Time.GetTimestamp();
                await running.Ticket.Ready.WaitAsync(_stop.Token);
                _context.Tally.Waited(_context.Time.GetElapsedTime(start));
            }
        }
        catch (OperationCanceledException)
        {
            return false;
        }

        var parts = new Queue<WritePart>([WritePart.Whole(running.Write)]);
        while (parts.TryDequeue(out var part))
        {
            using (part)
            {
                var (next, refused) = await SendAsync(running, part);
                next.ForEach(parts.Enqueue);
                if (refused is not null)
                {
                    while (parts.TryDequeue(out var rest))
                    {
                        rest.Dispose();
                    }

                    return await FailedAsync(part, refused);
                }
            }
        }

        return false;
    }

    /// <summary>Sends a part; what is to be sent after it, or the error that ends the write.</summary>
    private async Task<(List<WritePart> Next, CdfError? Refused)> SendAsync(RunningRequest running, WritePart whole)
    {
        var preparation = whole.Write.Preparation;
        var prepared = preparation is null || whole.Follows ? new Prepared(whole) : await preparation.PrepareAsync(_context.Client, whole, _stop.Token);
        if (prepared.Error is not null)
        {
            return ([], prepared.Error);
        }

        if (prepared.Part is not { } part)
        {
            Note(whole, prepared);
            return ([], null);
        }

        part.Rounds = whole.Rounds;
        try
        {
            running.IsSent = true;
            var response = await _sender.SendAsync(part.Request, _stop.Token);
            Interlocked.Increment(ref _requests);
            Interlocked.Add(ref _retries, Math.Max(0, response.Attempts - 1));
            Interlocked.Add(ref _bytes, part.Request.Body.Length);
            if (response.IsSuccess)
            {
                if (preparation is not null)
                {
                    await preparation.SettleAsync(_context.Client, part, _stop.Token);
                }

                Note(whole, prepared);
                if (preparation is not null && await preparation.AfterAsync(_context.Client, part, response.Body) is { } step)
                {
                    Note(part, step);
                    return (step.Next, null);
                }

                Confirmed(part, response.Body, preparation is null ? null : prepared.Rows);
                return ([], null);
            }

            if (await _recovery.AfterAsync(part, response.Error, running.Settings, _stop.Token) is not { } recovery)
            {
                return ([], response.Error);
            }

            if (recovery.Failure is not null)
            {
                return ([], recovery.Failure);
            }

            Note(whole, prepared);
            Note(part, recovery);
            if (recovery.Stored.Count > 0)
            {
                await ReturnStoredAsync(part, recovery.Stored);
            }

            return (recovery.Next, null);
        }
        finally
        {
            if (part != whole)
            {
                part.Dispose();
            }
        }
    }

    private void Note(WritePart part, Prepared prepared)
    {
        if (part.Write.Preparation is null)
        {
            return;
        }

        var spans = part.Write.Items!;
        lock (_lock)
        {
            _notApplied.AddRange(prepared.NotApplied.Select(spans.OriginOf));
            _moreRows.AddRange(prepared.MoreRows.Select(more => (spans.OriginOf(more.Item), more.Rows)));
            _storedRows += prepared.MoreRows.Sum(more => more.Rows);
        }
    }

    /// <summary>RETURNING of items that are stored though CDF has not answered with them.</summary>
    private async Task ReturnStoredAsync(WritePart part, IReadOnlyList<int> items)
    {
        if (!part.Write.Plan.ReturnsRows || part.Write.Upsert is not { } api)
        {
            return;
        }

        var (rows, error) = await StoredItems.ReadAsync(_context.Client, part.Write, items, api);
        lock (_lock)
        {
            _returned.AddRange(rows);
        }

        if (error is not null)
        {
            Stop(new CdfErrorMapper(part.Write.Plan).Map(error, part.Write.Keys));
        }
    }

    private void Note(WritePart part, WriteStep step)
    {
        var spans = part.Write.Items!;
        lock (_lock)
        {
            _storedRows += step.Stored.Sum(spans.RowsOf);
            _notApplied.AddRange(step.NotApplied.Select(spans.OriginOf));
            _returned.AddRange(step.Returned);
        }

        if (step.Error is not null)
        {
            // What CDF has taken is stored, and counted; what was to follow is not sent.
            Stop(new CdfErrorMapper(part.Write.Plan).Map(step.Error, part.Write.Keys));
        }
    }

    private void Note(WritePart part, Recovery recovery)
    {
        var spans = part.Write.Items!;
        lock (_lock)
        {
            _storedRows += recovery.Stored.Sum(spans.RowsOf);
            _notApplied.AddRange(recovery.NotApplied.Select(spans.OriginOf));
        }

        foreach (var row in recovery.Rejected)
        {
            Reject(part.Write.Plan, row);
        }
    }

    private void Confirmed(WritePart part, ReadOnlyMemory<byte> answer, IReadOnlyList<ReturnedRow>? read = null)
    {
        Interlocked.Add(ref _storedRows, part.Rows);
        var write = part.Write;
        if (write.Plan.ReturnsRows && write.Items is { } spans)
        {
            lock (_lock)
            {
                _returned.AddRange(read ?? (write.IsEchoed ? [] : ReturnedRow.Read(answer, part.Items.Select(spans.OriginOf))));
            }
        }

        if (write.Plan.Table.Kind == TableKind.TimeSeries && write.Creates)
        {
            _context.NewSeries.Add(write.Keys.Names());
        }
    }

    private async Task<bool> FailedAsync(WritePart part, CdfError error)
    {
        var write = part.Write;
        var effectPossible = error.EffectPossible;
        if (effectPossible && part.Creates && write.Verification is { } api)
        {
            var outcome = await CreatedItems.CheckAsync(_context.Client, part, api);
            if (outcome == CreatedOutcome.Stored)
            {
                Confirmed(part, answer: default, read: []);
                await ReturnStoredAsync(part, part.Items);
                return false;
            }

            // That the rows are not there proves nothing while a request without an answer may still run.
            effectPossible = outcome == CreatedOutcome.Unknown
                || error.Kind is CdfErrorKind.Timeout or CdfErrorKind.OutcomeUnknown or CdfErrorKind.Stopped;
        }

        var isUnknown = effectPossible && !IsAnswered(part, error);
        if (effectPossible)
        {
            Doubt(part.Rows, write.Keys, isUnknown || error.Kind == CdfErrorKind.ServerError);
        }

        if (error.Kind != CdfErrorKind.Stopped)
        {
            Stop(new CdfErrorMapper(write.Plan).Map(error, write.Keys), CdfErrorMapper.OriginOf(error, write.Keys));
        }

        return isUnknown;
    }

    /// <summary>
    /// CDF has answered the request, which does not run any more: it refused it, if perhaps after a part of it (RAW); or it failed, and the same rows
    /// may be sent again without harm.
    /// </summary>
    private static bool IsAnswered(WritePart part, CdfError error) => error.Kind switch
    {
        CdfErrorKind.BadRequest or CdfErrorKind.Conflict or CdfErrorKind.Unprocessable => error.Attempts == 1,
        CdfErrorKind.ServerError => !part.Creates,
        _ => false,
    };

    private void Doubt(int rows, WriteKeys keys, bool isUnknown)
    {
        lock (_lock)
        {
            _inDoubt.Add(new DoubtfulRows(rows, keys));
            _isUnknown |= isUnknown;
        }
    }

    private sealed class RunningRequest(EncodedWrite write, WriteSettings settings, KeyFence.Ticket? ticket)
    {
        private volatile bool _isSent;

        public EncodedWrite Write => write;

        public WriteSettings Settings => settings;

        public KeyFence.Ticket? Ticket => ticket;

        /// <summary>It may have reached CDF.</summary>
        public bool IsSent { get => _isSent; set => _isSent = value; }
    }
}
