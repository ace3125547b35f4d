using System.Runtime.InteropServices;

namespace Sluice.Gateway.Writes;

/// <summary>
/// Keeps two requests that hold a common key from being in flight together, for all sessions of the process, in the order in which they entered.
/// A request enters, waits until all earlier ones that conflict with it have left, is sent, and leaves when CDF has answered: also when its
/// statement was cancelled meanwhile. Since requests only ever wait for earlier ones, they cannot wait for each other. Safe for use by many at once.
/// </summary>
/// <remarks>
/// An asset may be named by its id or by its external id. Requests that name keys in different ways therefore wait for all of the other kind
/// in their scope, whatever their keys.
/// </remarks>
public sealed class KeyFence
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Scope> _scopes = new(StringComparer.Ordinal);

    /// <summary>Requests that have entered and not left.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _scopes.Values.Sum(scope => scope.Tickets.Count);
            }
        }
    }

    /// <summary>Takes a place behind all earlier requests that conflict with <paramref name="claim"/>.</summary>
    public Ticket Enter(FenceClaim claim)
    {
        lock (_lock)
        {
            ref var scope = ref CollectionsMarshal.GetValueRefOrAddDefault(_scopes, claim.Scope, out _);
            scope ??= new Scope();
            var ticket = new Ticket(this, claim);
            scope.Add(ticket);
            return ticket;
        }
    }

    private void Leave(Ticket ticket)
    {
        lock (_lock)
        {
            var scope = _scopes[ticket.Claim.Scope];
            scope.Remove(ticket);
            if (scope.Tickets.Count == 0)
            {
                _scopes.Remove(ticket.Claim.Scope);
            }
        }

        ticket.SetLeft();
    }

    /// <summary>A request's place. Leaving is <see cref="Dispose"/>.</summary>
    public sealed class Ticket : IDisposable
    {
        private readonly KeyFence _fence;
        private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _disposed;

        internal Ticket(KeyFence fence, FenceClaim claim)
        {
            _fence = fence;
            Claim = claim;
        }

        /// <summary>Completes when the request may be sent. Never fails.</summary>
        public Task Ready { get; internal set; } = Task.CompletedTask;

        internal FenceClaim Claim { get; }

        internal Task Left => _left.Task;

        /// <summary>CDF has answered, or nothing was sent: the keys are free for the next request.</summary>
        public void Dispose()
        {
            if (Interlocked.Exchange(ref _disposed, 1) == 0)
            {
                _fence.Leave(this);
            }
        }

        internal void SetLeft() => _left.SetResult();
    }

    /// <summary>The requests in flight for one kind of resource of one project.</summary>
    private sealed class Scope
    {
        private readonly Dictionary<ulong, int> _first = [];
        private Holder[] _holders = new Holder[64];
        private int _unused = -1;
        private int _used;

        public HashSet<Ticket> Tickets { get; } = [];

        public void Add(Ticket ticket)
        {
            var earlier = new HashSet<Task>();
            foreach (var other in Tickets)
            {
                if (other.Claim.Kind != ticket.Claim.Kind)
                {
                    earlier.Add(other.Left);
                }
            }

            var claim = ticket.Claim;
            for (var i = 0; i < claim.Keys.Length; i++)
            {
                var (from, to) = claim.From.Length == 0 ? (long.MinValue, long.MaxValue) : (claim.From[i], claim.To[i]);
                Hold(claim.Keys[i], new Holder(ticket, from, to, writes: true), earlier);
            }

            foreach (var key in claim.References)
            {
                Hold(key, new Holder(ticket, long.MinValue, long.MaxValue, writes: false), earlier);
            }

            Tickets.Add(ticket);
            if (earlier.Count > 0)
            {
                ticket.Ready = Task.WhenAll(earlier);
            }
        }

        public void Remove(Ticket ticket)
        {
            Tickets.Remove(ticket);
            foreach (var key in ticket.Claim.Keys)
            {
                Release(key, ticket);
            }

            foreach (var key in ticket.Claim.References)
            {
                Release(key, ticket);
            }
        }

        private void Release(ulong key, Ticket ticket)
        {
            if (!_first.TryGetValue(key, out var first))
            {
                return;
            }

            var remaining = Unlink(first, ticket);
            if (remaining < 0)
            {
                _first.Remove(key);
            }
            else
            {
                _first[key] = remaining;
            }
        }

        /// <summary>Puts a holder in front of the others on the key, and notes those that it must wait for.</summary>
        private void Hold(ulong key, Holder holder, HashSet<Task> earlier)
        {
            ref var first = ref CollectionsMarshal.GetValueRefOrAddDefault(_first, key, out var exists);
            holder.Next = exists ? first : -1;
            for (var at = holder.Next; at >= 0; at = _holders[at].Next)
            {
                ref var other = ref _holders[at];
                if (other.From <= holder.To && holder.From <= other.To && (other.Writes || holder.Writes) && other.Ticket != holder.Ticket)
                {
                    earlier.Add(other.Ticket.Left);
                }
            }

            first = Take(holder);
        }

        /// <summary>Takes the ticket's holders out of the chain that begins at <paramref name="at"/>; returns the chain's new beginning.</summary>
        private int Unlink(int at, Ticket ticket)
        {
            var first = -1;
            var last = -1;
            while (at >= 0)
            {
                var next = _holders[at].Next;
                if (_holders[at].Ticket == ticket)
                {
                    _holders[at] = new Holder(null!, 0, 0, writes: false) { Next = _unused };
                    _unused = at;
                }
                else
                {
                    if (last < 0)
                    {
                        first = at;
                    }
                    else
                    {
                        _holders[last].Next = at;
                    }

                    last = at;
                    _holders[at].Next = -1;
                }

                at = next;
            }

            return first;
        }

        private int Take(Holder holder)
        {
            var at = _unused;
            if (at >= 0)
            {
                _unused = _holders[at].Next;
            }
            else
            {
                at = _used++;
                if (at == _holders.Length)
                {
                    Array.Resize(ref _holders, at * 2);
                }
            }

            _holders[at] = holder;
            return at;
        }
    }

    /// <summary>A ticket's hold on one key, in a chain with the others on the same key.</summary>
    [StructLayout(LayoutKind.Auto)]
    private struct Holder(Ticket ticket, long from, long to, bool writes)
    {
        public Ticket Ticket { get; } = ticket;

        public long From { get; } = from;

        public long To { get; } = to;

        /// <summary>The key is written to, not only referred to.</summary>
        public bool Writes { get; } = writes;

        /// <summary>The next holder of the same key, or -1.</summary>
        public int Next { get; set; }
    }
}
