using Sluice.PgWire.Protocol;

namespace Sluice.PgWire.Startup;

/// <summary>The connections that have logged in, in all and for each address; more than may be is 53300. Thread safe.</summary>
internal sealed class OpenConnections(int maximum, int maximumPerAddress)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ClientAddress, int> _byAddress = [];
    private int _count;

    /// <summary>Refuses a client that could not be let in now, before it has to prove anything.</summary>
    /// <exception cref="PgException">53300 FATAL.</exception>
    public void Check(ClientAddress address)
    {
        lock (_lock)
        {
            ThrowIfFull(address);
        }
    }

    /// <summary>Counts a client until what is returned is disposed.</summary>
    /// <exception cref="PgException">53300 FATAL.</exception>
    public IDisposable Enter(ClientAddress address)
    {
        lock (_lock)
        {
            ThrowIfFull(address);
            _count++;
            _byAddress[address] = _byAddress.GetValueOrDefault(address) + 1;
        }

        return new Entry(this, address);
    }

    private void ThrowIfFull(ClientAddress address)
    {
        if (_count >= maximum)
        {
            throw StartupPacket.Fatal(
                SqlState.TooManyConnections,
                "sorry, too many clients already",
                $"The server takes {maximum} sessions.",
                "Close sessions that are not needed, or let the operator raise Postgres:MaxConnections.");
        }

        if (_byAddress.GetValueOrDefault(address) >= maximumPerAddress)
        {
            throw StartupPacket.Fatal(
                SqlState.TooManyConnections,
                "too many connections from this address",
                $"The server takes {maximumPerAddress} sessions from one address.",
                "Close sessions that are not needed, or let the operator raise Postgres:MaxConnectionsPerAddress.");
        }
    }

    private void Leave(ClientAddress address)
    {
        lock (_lock)
        {
            _count--;
            if (--_byAddress[address] is var left && left == 0)
            {
                _byAddress.Remove(address);
            }
        }
    }

    private sealed class Entry(OpenConnections owner, ClientAddress address) : IDisposable
    {
        private bool _disposed;

        public void Dispose()
        {
            if (!_disposed)
            {
                _disposed = true;
                owner.Leave(address);
            }
        }
    }
}
