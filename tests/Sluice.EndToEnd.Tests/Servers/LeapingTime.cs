namespace Sluice.EndToEnd.Tests.Servers;

/// <summary>The ordinary time, which leaps ahead when a test says so: what was due meanwhile is due at once.</summary>
internal sealed class LeapingTime : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly HashSet<LeapingTimer> _timers = [];
    private TimeSpan _ahead;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            return base.GetUtcNow() + _ahead;
        }
    }

    public override long GetTimestamp()
    {
        lock (_lock)
        {
            return base.GetTimestamp() + (long)(_ahead.TotalSeconds * TimestampFrequency);
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new LeapingTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    public void Leap(TimeSpan span)
    {
        LeapingTimer[] timers;
        lock (_lock)
        {
            _ahead += span;
            timers = [.. _timers];
        }

        foreach (var timer in timers)
        {
            timer.Rearm();
        }
    }

    private sealed class LeapingTimer : ITimer
    {
        private readonly LeapingTime _time;
        private readonly Timer _timer;
        private readonly TimerCallback _callback;
        private readonly object? _state;
        private DateTimeOffset? _due;
        private TimeSpan _period;

        public LeapingTimer(LeapingTime time, TimerCallback callback, object? state)
        {
            _time = time;
            _callback = callback;
            _state = state;
            _timer = new Timer(_ => Fire(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            lock (time._lock)
            {
                time._timers.Add(this);
            }
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (_time._lock)
            {
                _period = period;
                _due = dueTime < TimeSpan.Zero ? null : _time.GetUtcNow() + dueTime;
            }

            Rearm();
            return true;
        }

        public void Rearm()
        {
            lock (_time._lock)
            {
                var wait = _due - _time.GetUtcNow();
                _timer.Change(wait is null ? Timeout.InfiniteTimeSpan : wait < TimeSpan.Zero ? TimeSpan.Zero : wait.Value, Timeout.InfiniteTimeSpan);
            }
        }

        public void Dispose()
        {
            lock (_time._lock)
            {
                _due = null;
                _time._timers.Remove(this);
            }

            _timer.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Fire()
        {
            lock (_time._lock)
            {
                // A leap may have called twice.
                if (_due is null || _due > _time.GetUtcNow() + TimeSpan.FromMilliseconds(5))
                {
                    return;
                }

                _due = _period > TimeSpan.Zero ? _time.GetUtcNow() + _period : null;
            }

            if (_due is not null)
            {
                Rearm();
            }

            _callback(_state);
        }
    }
}
