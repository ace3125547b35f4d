namespace Sluice.Gateway.Writes;

/// <summary>
/// A budget of bytes for encoded requests, shared by all statements of the process. Who finds it used up waits his turn; who holds nothing
/// himself is always let in, so that no statement waits for ever and a body larger than the budget passes alone. Safe for use by many at once.
/// </summary>
public sealed class WriteMemory(long capacity)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<Waiter> _waiters = new();
    private long _used;

    /// <summary>Bytes reserved now.</summary>
    public long Used
    {
        get
        {
            lock (_lock)
            {
                return _used;
            }
        }
    }

    /// <summary>Takes <paramref name="bytes"/> of the budget.</summary>
    /// <param name="bytes">How many.</param>
    /// <param name="holdsNothing">The caller has no other reservation.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public ValueTask ReserveAsync(long bytes, bool holdsNothing, CancellationToken cancellationToken)
    {
        Waiter waiter;
        lock (_lock)
        {
            if (holdsNothing || (_waiters.Count == 0 && _used + bytes <= capacity))
            {
                _used += bytes;
                return ValueTask.CompletedTask;
            }

            waiter = new Waiter(bytes);
            waiter.Node = _waiters.AddLast(waiter);
        }

        return new ValueTask(WaitAsync(waiter, cancellationToken));
    }

    /// <summary>Gives <paramref name="bytes"/> back.</summary>
    public void Release(long bytes)
    {
        lock (_lock)
        {
            _used -= bytes;
            while (_waiters.First is { } first && (_used + first.Value.Bytes <= capacity || _used == 0))
            {
                _waiters.RemoveFirst();
                first.Value.Node = null;
                _used += first.Value.Bytes;
                first.Value.Granted.SetResult();
            }
        }
    }

    private async Task WaitAsync(Waiter waiter, CancellationToken cancellationToken)
    {
        await using var registration = cancellationToken.UnsafeRegister(
            static (state, token) =>
            {
                var (memory, waiter) = ((WriteMemory, Waiter))state!;
                memory.Leave(waiter, token);
            },
            (this, waiter));
        await waiter.Granted.Task;
    }

    private void Leave(Waiter waiter, CancellationToken token)
    {
        lock (_lock)
        {
            if (waiter.Node is null)
            {
                return;
            }

            _waiters.Remove(waiter.Node);
            waiter.Node = null;
        }

        waiter.Granted.TrySetCanceled(token);
    }

    private sealed class Waiter(long bytes)
    {
        public long Bytes { get; } = bytes;

        public TaskCompletionSource Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public LinkedListNode<Waiter>? Node { get; set; }
    }
}
