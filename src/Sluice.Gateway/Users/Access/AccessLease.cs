using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Users.Access;

/// <summary>One open session's share in its user's access to CDF. Dispose it when the session ends.</summary>
public sealed class AccessLease : IDisposable
{
    private readonly TaskCompletionSource<PgError> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action<AccessLease> _close;

    /// <summary>Begins.</summary>
    /// <param name="close">The session has ended.</param>
    internal AccessLease(Action<AccessLease> close) => _close = close;

    /// <summary>Completes when the access is gone, with what the client is told: FATAL. A session ends then as soon as it is at rest.</summary>
    public Task<PgError> Lost => _lost.Task;

    /// <inheritdoc/>
    public void Dispose() => _close(this);

    internal void Lose(PgError reason) => _lost.TrySetResult(reason);
}
