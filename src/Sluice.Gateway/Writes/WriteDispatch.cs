using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Writes;

/// <summary>
/// Sends encoded requests, several in flight; what becomes of their rows is kept by a <see cref="WriteAccount"/>. Requests with a common key are stored in the order
/// in which they came. The first failure stops everything that is not yet sent. <see cref="LaunchAsync"/> is called by one at a time; the end is
/// one of <see cref="CompleteAsync"/>, <see cref="FailAsync"/> and <see cref="CancelAsync"/>.
/// </summary>
public sealed class WriteDispatch : IDisposable
{
    private readonly Lock _lock = new();
    private readonly WriteContext _context;
    private readonly WriteRequests _requests;
    private readonly SemaphoreSlim _slots;
    private readonly CancellationTokenSource _stop = new();
    private readonly WriteAccount _account;
    private readonly HashSet<RunningRequest> _running = [];
    private TaskCompletionSource? _drained;
    private long _reserved;

    /// <summary>Nothing is sent yet.</summary>
    /// <param name="context">Where to, and under which bounds.</param>
    /// <param name="requestsInFlight">How many requests may be encoded and not yet answered.</param>
    /// <param name="subject">Whose rows they are, for errors.</param>
    public WriteDispatch(WriteContext context, int requestsInFlight, WriteSubject subject = WriteSubject.Statement)
    {
        _context = context;
        _account = new WriteAccount(context, subject, _stop);
        _requests = new WriteRequests(context, _account, _stop.Token);
        _slots = new SemaphoreSlim(requestsInFlight);
    }

    /// <inheritdoc cref="WriteAccount.StoredRows"/>
    public long StoredRows => _account.StoredRows;

    /// <inheritdoc cref="WriteAccount.FailedOrigin"/>
    public long? FailedOrigin => _account.FailedOrigin;

    /// <summary>It has failed or was ended: nothing more is sent.</summary>
    public bool IsStopped => _stop.IsCancellationRequested;

    /// <inheritdoc cref="WriteAccount.IsInDoubt"/>
    public bool IsInDoubt => _account.IsInDoubt;

    /// <inheritdoc cref="WriteAccount.FailureOf"/>
    public PgException? FailureOf(WriteKeys row) => _account.FailureOf(row);

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

    /// <inheritdoc cref="WriteAccount.Reject"/>
    internal bool Reject(WritePlan plan, RejectedRow row) => _account.Reject(plan, row);

    /// <inheritdoc cref="WriteAccount.DoNotApply"/>
    public void DoNotApply(IEnumerable<long> origins) => _account.DoNotApply(origins);

    /// <summary>Rows for RETURNING as they are written, as far as they have an effect.</summary>
    internal void Echo(IReadOnlyList<ReturnedRow> rows) => _account.Return(rows);

    /// <inheritdoc cref="WriteAccount.Stop"/>
    public void Stop(PgError error, long? origin = null) => _account.Stop(error, origin);

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
        return _account.Result();
    }

    /// <summary>
    /// Ends for a reason of the caller's, e.g. a line that is no row: sends nothing more, waits for what is in flight, and returns the
    /// error with what is stored. An earlier failure takes the place of <paramref name="cause"/>.
    /// </summary>
    public async Task<PgException> FailAsync(PgException cause)
    {
        Stop(cause.Error);
        await DrainAsync();
        return _account.FailureFor(cause.Error);
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

        cause ??= new PgError { SqlState = SqlState.QueryCanceled, Message = "canceling statement due to user request" };
        lock (_lock)
        {
            var running = _running.Where(request => request.IsSent).Select(request => new DoubtfulRows(request.Write.Rows, request.Write.Keys));
            return _account.CancelledBy(cause, running);
        }
    }

    /// <summary>Sends nothing more. Requests in flight go on by themselves.</summary>
    public void Dispose() => _stop.Cancel();

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
            _account.Doubt(request.Write.Rows, request.Write.Keys, isUnknown: inDoubt);
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

    /// <summary>Waits for earlier requests with the same keys, and sends; <see langword="true"/> if it may still take effect.</summary>
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

        return await _requests.SendAsync(running.Write, running.Settings, () => running.IsSent = true);
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
