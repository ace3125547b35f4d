using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Sluice.Gateway.Reads.ScanEndpoint;

/// <summary>What a connection of the scan endpoint is told as process id and secret key, and a CancelRequest must repeat.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ScanCancelKey(int Number, int Secret);

/// <summary>The connections of the scan endpoint by the keys that cancel what they run. Safe for use by many at once.</summary>
internal sealed class ScanCancels
{
    private readonly ConcurrentDictionary<ScanCancelKey, Registration> _connections = new();
    private int _last;

    /// <summary>Gives a connection a key, until the result is disposed.</summary>
    public Registration Register()
    {
        var key = new ScanCancelKey(Interlocked.Increment(ref _last), RandomNumberGenerator.GetInt32(int.MaxValue));
        var registration = new Registration(this, key);
        _connections[key] = registration;
        return registration;
    }

    /// <summary>Cancels what the connection with this key runs now; nothing happens if it runs nothing.</summary>
    public void Cancel(ScanCancelKey key)
    {
        if (_connections.TryGetValue(key, out var connection))
        {
            connection.Cancel();
        }
    }

    /// <summary>One connection.</summary>
    internal sealed class Registration(ScanCancels owner, ScanCancelKey key) : IDisposable
    {
        private readonly Lock _gate = new();
        private CancellationTokenSource? _running;

        /// <summary>The connection's key.</summary>
        public ScanCancelKey Key => key;

        /// <summary>A statement begins; it ends when the result is disposed.</summary>
        public Statement Begin(CancellationToken stopping)
        {
            lock (_gate)
            {
                _running = CancellationTokenSource.CreateLinkedTokenSource(stopping);
                return new Statement(this, _running.Token);
            }
        }

        /// <summary>Cancels the statement that runs.</summary>
        public void Cancel()
        {
            lock (_gate)
            {
                // What waits goes on elsewhere: it may end the statement, which must not happen in here.
                _ = _running?.CancelAsync();
            }
        }

        public void Dispose() => owner._connections.TryRemove(new(key, this));

        private void End()
        {
            lock (_gate)
            {
                _running?.Dispose();
                _running = null;
            }
        }

        /// <summary>What runs.</summary>
        [StructLayout(LayoutKind.Auto)]
        internal readonly struct Statement(Registration connection, CancellationToken token) : IDisposable
        {
            /// <summary>Ends what waits.</summary>
            public CancellationToken Token => token;

            public void Dispose() => connection.End();
        }
    }
}
