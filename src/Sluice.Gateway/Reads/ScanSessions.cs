using System.Collections.Concurrent;

namespace Sluice.Gateway.Reads;

/// <summary>The open sessions by the process ids of their engine backends. Safe for use by many at once.</summary>
public sealed class ScanSessions
{
    private readonly ConcurrentDictionary<int, IScanSession> _sessions = new();

    /// <summary>Makes a session known until the result is disposed.</summary>
    /// <param name="processId">Of its engine backend.</param>
    /// <param name="session">The session.</param>
    public IDisposable Register(int processId, IScanSession session)
    {
        _sessions[processId] = session;
        return new Registration(this, new(processId, session));
    }

    /// <summary>
    /// The session with this backend. A scan only claims a process id, so it must be one of the same user; <see langword="null"/> if it is not.
    /// </summary>
    public IScanSession? Find(int processId, string username) =>
        _sessions.TryGetValue(processId, out var session) && session.Username == username ? session : null;

    private sealed class Registration(ScanSessions owner, KeyValuePair<int, IScanSession> session) : IDisposable
    {
        public void Dispose() => owner._sessions.TryRemove(session);
    }
}
