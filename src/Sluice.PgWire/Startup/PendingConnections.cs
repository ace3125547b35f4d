namespace Sluice.PgWire.Startup;

/// <summary>
/// The connections that have not logged in yet, a bounded number. When there are too many, the oldest of the address that has the most is dropped for the
/// new one, so that whoever opens connections and goes no further keeps nobody else out. Thread safe.
/// </summary>
internal sealed class PendingConnections(int maximum)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ClientAddress, LinkedList<Entry>> _byAddress = [];
    private int _count;

    /// <summary>How many there are.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _count;
            }
        }
    }

    /// <summary>Counts a connection until the entry is disposed.</summary>
    /// <param name="address">The client's.</param>
    /// <param name="drop">Ends the connection; it must not block.</param>
    public Entry Enter(ClientAddress address, Action drop)
    {
        var entry = new Entry(this, address, drop);
        Entry? dropped = null;
        lock (_lock)
        {
            if (_count == maximum)
            {
                dropped = _byAddress.Values.MaxBy(entries => entries.Count)!.First!.Value;
                Remove(dropped);
            }

            if (!_byAddress.TryGetValue(address, out LinkedList<Entry>? entries))
            {
                _byAddress.Add(address, entries = []);
            }

            entries.AddLast(entry.Node);
            _count++;
        }

        dropped?.Drop();
        return entry;
    }

    private void Leave(Entry entry)
    {
        lock (_lock)
        {
            if (entry.Node.List is not null)
            {
                Remove(entry);
            }
        }
    }

    private void Remove(Entry entry)
    {
        LinkedList<Entry> entries = _byAddress[entry.Address];
        entries.Remove(entry.Node);
        _count--;
        if (entries.Count == 0)
        {
            _byAddress.Remove(entry.Address);
        }
    }

    /// <summary>One connection that has not logged in.</summary>
    public sealed class Entry : IDisposable
    {
        private readonly PendingConnections _owner;

        internal Entry(PendingConnections owner, ClientAddress address, Action drop)
        {
            _owner = owner;
            Address = address;
            Drop = drop;
            Node = new LinkedListNode<Entry>(this);
        }

        internal ClientAddress Address { get; }

        internal Action Drop { get; }

        internal LinkedListNode<Entry> Node { get; }

        public void Dispose() => _owner.Leave(this);
    }
}
