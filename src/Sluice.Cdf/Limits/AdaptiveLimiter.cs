namespace Sluice.Cdf.Limits;

/// <summary>
/// Bounds the requests in flight to one API, first come, first served. The bound adapts as TCP's window does: each round of successes at the bound adds
/// one, a 429 takes 30 % off, once for all requests that were in flight together. A Retry-After closes it for everyone until then.
/// </summary>
public sealed class AdaptiveLimiter
{
    private const double Decrease = 0.7;

    private readonly Lock _lock = new();
    private readonly LinkedList<Waiter> _waiting = [];
    private readonly ConcurrencyLimit _bounds;
    private readonly TimeProvider _time;
    private double _limit;
    private int _inFlight;
    private long _launched;
    private long _launchedAtDecrease;
    private DateTimeOffset _closedUntil;
    private ITimer? _reopen;

    /// <summary>A limiter that begins at <see cref="ConcurrencyLimit.Start"/>.</summary>
    public AdaptiveLimiter(ConcurrencyLimit bounds, TimeProvider time)
    {
        if (bounds.Min < 1 || bounds.Max < bounds.Min)
        {
            throw new ArgumentOutOfRangeException(nameof(bounds), bounds, "the least is 1, and the most is not below the least");
        }

        _bounds = bounds;
        _time = time;
        _limit = Math.Clamp(bounds.Start, bounds.Min, bounds.Max);
    }

    /// <summary>How many requests may be in flight now.</summary>
    public int Limit
    {
        get
        {
            lock (_lock)
            {
                return (int)_limit;
            }
        }
    }

    /// <summary>How many are.</summary>
    public int InFlight
    {
        get
        {
            lock (_lock)
            {
                return _inFlight;
            }
        }
    }

    /// <summary>Waits for a turn. The slot must be disposed of.</summary>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled first.</exception>
    public async ValueTask<Slot> WaitAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Waiter waiter;
        lock (_lock)
        {
            if (_waiting.Count == 0 && IsOpen)
            {
                return Launch();
            }

            waiter = new Waiter();
            waiter.Node = _waiting.AddLast(waiter);
        }

        using (cancellationToken.UnsafeRegister(static (state, token) => ((Cancellation)state!).Run(token), new Cancellation(this, waiter)))
        {
            return await waiter.Task;
        }
    }

    private bool IsOpen => _inFlight < (int)_limit && _closedUntil <= _time.GetUtcNow();

    private Slot Launch()
    {
        _inFlight++;
        return new Slot(this, ++_launched);
    }

    private void Release(long launch, bool throttled, bool succeeded, TimeSpan? retryAfter)
    {
        lock (_lock)
        {
            if (throttled)
            {
                Throttle(launch, retryAfter);
            }
            else if (succeeded && _inFlight >= (int)_limit)
            {
                _limit = Math.Min(_bounds.Max, _limit + (1 / _limit));
            }

            _inFlight--;
            Admit();
        }
    }

    private void Throttle(long launch, TimeSpan? retryAfter)
    {
        if (launch > _launchedAtDecrease)
        {
            _limit = Math.Max(_bounds.Min, Math.Floor(Math.Min(_limit, _inFlight) * Decrease));
            _launchedAtDecrease = _launched;
        }

        if (retryAfter is { } wait && _time.GetUtcNow() + wait is var until && until > _closedUntil)
        {
            _closedUntil = until;
            _reopen?.Dispose();
            _reopen = _time.CreateTimer(static state => ((AdaptiveLimiter)state!).Reopen(), this, wait, Timeout.InfiniteTimeSpan);
        }
    }

    private void Reopen()
    {
        lock (_lock)
        {
            Admit();
        }
    }

    private void Admit()
    {
        while (_waiting.First is { } first && IsOpen)
        {
            _waiting.RemoveFirst();
            first.Value.Node = null;
            first.Value.SetResult(Launch());
        }
    }

    /// <summary>Leave to send one request; given back by <see cref="Dispose"/>.</summary>
    public sealed class Slot : IDisposable
    {
        private readonly AdaptiveLimiter _limiter;
        private readonly long _launch;
        private bool _throttled;
        private bool _succeeded;
        private bool _released;
        private TimeSpan? _retryAfter;

        internal Slot(AdaptiveLimiter limiter, long launch)
        {
            _limiter = limiter;
            _launch = launch;
        }

        /// <summary>CDF took the request.</summary>
        public void Succeeded() => _succeeded = true;

        /// <summary>CDF answered 429, and perhaps when to come again.</summary>
        public void Throttled(TimeSpan? retryAfter)
        {
            _throttled = true;
            _retryAfter = retryAfter;
        }

        /// <inheritdoc />
        public void Dispose()
        {
            if (!_released)
            {
                _released = true;
                _limiter.Release(_launch, _throttled, _succeeded, _retryAfter);
            }
        }
    }

    private sealed class Waiter() : TaskCompletionSource<Slot>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        /// <summary>Null once admitted or cancelled; guarded by the limiter's lock.</summary>
        public LinkedListNode<Waiter>? Node { get; set; }
    }

    private sealed record Cancellation(AdaptiveLimiter Limiter, Waiter Waiter)
    {
        public void Run(CancellationToken token)
        {
            lock (Limiter._lock)
            {
                if (Waiter.Node is not { } node)
                {
                    return;
                }

                Limiter._waiting.Remove(node);
                Waiter.Node = null;
            }

            Waiter.SetCanceled(token);
        }
    }
}
