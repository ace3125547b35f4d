using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Sessions;

/// <summary>
/// A stretch in which Sluice itself works for a statement: what can end it early are a CancelRequest, <c>statement_timeout</c>, and the client's
/// going away.
/// </summary>
internal sealed class OwnWork : IDisposable
{
    private readonly CancellationTokenSource _stop;
    private readonly CancellationTokenSource _timeout = new();
    private readonly CancellationToken _closed;
    private readonly CancellationToken _shuttingDown;
    private readonly Action<OwnWork> _ended;

    public OwnWork(TimeSpan statementTimeout, Action<OwnWork> ended, CancellationToken closed, CancellationToken shuttingDown)
    {
        _closed = closed;
        _shuttingDown = shuttingDown;
        _ended = ended;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(_timeout.Token, closed, shuttingDown);
        Token = _stop.Token;
        if (statementTimeout > TimeSpan.Zero)
        {
            _timeout.CancelAfter(statementTimeout);
        }
    }

    /// <summary>Fires when the work has to end.</summary>
    public CancellationToken Token { get; }

    /// <summary>There is nobody left to answer.</summary>
    public bool IsClientGone => _closed.IsCancellationRequested;

    /// <summary>The server stops: 57P01 in PostgreSQL's words.</summary>
    public static PgError ShutDown { get; } = new()
    {
        Severity = PgSeverity.Fatal,
        SqlState = SqlState.AdminShutdown,
        Message = "terminating connection due to administrator command",
    };

    /// <summary>Why the work had to end: 57014, or 57P01, in PostgreSQL's words.</summary>
    public PgError Reason => _shuttingDown.IsCancellationRequested ? ShutDown : new()
    {
        SqlState = SqlState.QueryCanceled,
        Message = _timeout.IsCancellationRequested
            ? "canceling statement due to statement timeout"
            : "canceling statement due to user request",
    };

    /// <summary>A CancelRequest has come.</summary>
    public Task CancelAsync() => _stop.CancelAsync();

    public void Dispose()
    {
        _ended(this);
        _stop.Dispose();
        _timeout.Dispose();
    }
}
