using System.Net;
using System.Security.Authentication;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.Extensions.Logging;
using Sluice.PgWire.Protocol;

namespace Sluice.PgWire.Startup;

/// <summary>
/// A PostgreSQL server's front door on Kestrel: negotiates encryption, authenticates with SCRAM-SHA-256, and hands the client to an
/// <see cref="ISessionHandler"/>. Every failure reaches the client as FATAL before the connection closes.
/// </summary>
public sealed partial class PgConnectionHandler : ConnectionHandler
{
    /// <summary>How long a client may take to read its last error.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(5);

    private readonly PgServerOptions _options;
    private readonly ISessionHandler _sessions;
    private readonly ICredentialStore _credentials;
    private readonly ICancelHandler _cancels;
    private readonly ITlsCertificateSource? _certificates;
    private readonly IAccessTokens? _tokens;
    private readonly MessageLimits _limits;
    private readonly PendingConnections _pending;
    private readonly OpenConnections _open;
    private readonly LoginThrottle _throttle;
    private readonly TimeProvider _time;
    private readonly ILogger<PgConnectionHandler> _logger;

    /// <summary>Made by the container; see <see cref="PgWireServiceCollectionExtensions.AddPgWire"/>.</summary>
    /// <param name="options">Limits and timeouts.</param>
    /// <param name="sessions">Takes over after authentication.</param>
    /// <param name="credentials">Knows the users.</param>
    /// <param name="cancels">Takes cancel requests.</param>
    /// <param name="logger">Gets refusals at Information, broken connections at Debug, defects at Error; never a secret.</param>
    /// <param name="time">The clock.</param>
    /// <param name="certificates">The server certificate; TLS is off without.</param>
    /// <param name="tokens">Takes access tokens in place of passwords; nobody's without.</param>
    public PgConnectionHandler(
        PgServerOptions options,
        ISessionHandler sessions,
        ICredentialStore credentials,
        ICancelHandler cancels,
        ILogger<PgConnectionHandler> logger,
        TimeProvider time,
        ITlsCertificateSource? certificates = null,
        IAccessTokens? tokens = null)
    {
        _options = options;
        _sessions = sessions;
        _credentials = credentials;
        _cancels = cancels;
        _logger = logger;
        _time = time;
        _certificates = certificates;
        _tokens = tokens;
        _limits = MessageLimits.ForFrontend(options.MaximumMessageLength);
        _pending = new PendingConnections(options.MaximumPendingConnections);
        _open = new OpenConnections(options.MaximumConnections, options.MaximumConnectionsPerAddress);
        _throttle = new LoginThrottle(options.FailedLoginsPerUser, options.FailedLoginsPerAddress, time);
    }

    /// <inheritdoc/>
    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        CancellationToken shuttingDown =
            connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? CancellationToken.None;
        await using var startup = new StartupSequence(connection, _options, _certificates, _credentials, _tokens, _cancels, _open, _throttle);
        try
        {
            StartupParameters? parameters = await StartAsync(startup, connection, shuttingDown);
            if (parameters is not null)
            {
                using IDisposable counted = _open.Enter(startup.Address);
                await _sessions.RunAsync(
                    new PgClientConnection
                    {
                        Input = startup.Input,
                        Output = startup.Output,
                        Parameters = parameters,
                        Limits = _limits,
                        Principal = startup.Principal,
                        IsTls = startup.IsTls,
                        Remote = connection.RemoteEndPoint,
                        ConnectionId = connection.ConnectionId,
                        Closed = connection.ConnectionClosed,
                        ShuttingDown = shuttingDown,
                    },
                    connection.ConnectionClosed);
            }
        }
        catch (PgException e)
        {
            LogRefused(connection.ConnectionId, connection.RemoteEndPoint, e.Error.SqlState, e.Error.Message);
            LogRejected(startup, connection);
            await FarewellAsync(startup, connection, e.Error);
        }
        catch (AuthenticationException e)
        {
            LogHandshakeFailed(e, connection.ConnectionId, connection.RemoteEndPoint);
        }
        catch (Exception e) when (e is IOException or ConnectionAbortedException or ConnectionResetException
            || (e is OperationCanceledException && connection.ConnectionClosed.IsCancellationRequested))
        {
            LogConnectionLost(e, connection.ConnectionId);
        }
#pragma warning disable CA1031 // The last resort of a connection: the client is told, the log has the rest.
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogFailed(e, connection.ConnectionId);
            await FarewellAsync(startup, connection, new PgError
            {
                SqlState = SqlState.InternalError,
                Message = "internal error",
                Detail = $"The server's log has it under connection {connection.ConnectionId}.",
            });
        }
    }

    private async Task<StartupParameters?> StartAsync(StartupSequence startup, ConnectionContext connection, CancellationToken shuttingDown)
    {
        using PendingConnections.Entry pending = _pending.Enter(startup.Address, () => Drop(connection));
        using var timeout = new CancellationTokenSource(_options.AuthenticationTimeout, _time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, connection.ConnectionClosed, shuttingDown);
        try
        {
            return await startup.RunAsync(stop.Token);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            // As PostgreSQL: who has not even sent a startup message hears nothing.
            return startup.State < StartupState.SaslOffered
                ? null
                : throw StartupPacket.Fatal(SqlState.QueryCanceled, "canceling authentication due to timeout");
        }
        catch (OperationCanceledException) when (shuttingDown.IsCancellationRequested)
        {
            throw StartupPacket.Fatal(SqlState.CannotConnectNow, "the server is shutting down");
        }
    }

    private void Drop(ConnectionContext connection)
    {
        LogDropped(connection.ConnectionId, connection.RemoteEndPoint, _options.MaximumPendingConnections);
        connection.Abort(new ConnectionAbortedException("Too many connections wait to log in."));
    }

    private async Task FarewellAsync(StartupSequence startup, ConnectionContext connection, PgError error)
    {
        using var timeout = new CancellationTokenSource(Farewell, _time);
        try
        {
            MessageWriter output = startup.Output;
            output.AbandonMessage();
            output.ErrorResponse(error.Severity is PgSeverity.Fatal or PgSeverity.Panic ? error : error with { Severity = PgSeverity.Fatal });
            await output.FlushAsync(timeout.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or InvalidOperationException)
        {
            LogConnectionLost(e, connection.ConnectionId);
        }
    }

    private void LogRejected(StartupSequence startup, ConnectionContext connection)
    {
        if (startup.Rejected is var (user, exists))
        {
            LogPasswordRejected(connection.ConnectionId, user, exists ? "the password is wrong" : "there is no such user");
        }
    }

    [LoggerMessage(10, LogLevel.Information, "Connection {ConnectionId} from {Remote} ended with {SqlState}: {Message}")]
    private partial void LogRefused(string connectionId, EndPoint? remote, string sqlState, string message);

    [LoggerMessage(11, LogLevel.Information, "Connection {ConnectionId}: user {User} refused, {Reason}")]
    private partial void LogPasswordRejected(string connectionId, string user, string reason);

    [LoggerMessage(12, LogLevel.Information, "Connection {ConnectionId} from {Remote}: TLS handshake failed")]
    private partial void LogHandshakeFailed(Exception exception, string connectionId, EndPoint? remote);

    [LoggerMessage(15, LogLevel.Warning, "Connection {ConnectionId} from {Remote} was dropped before it logged in: more than {Maximum} others wait to")]
    private partial void LogDropped(string connectionId, EndPoint? remote, int maximum);

    [LoggerMessage(13, LogLevel.Debug, "Connection {ConnectionId} was lost")]
    private partial void LogConnectionLost(Exception exception, string connectionId);

    [LoggerMessage(14, LogLevel.Error, "Connection {ConnectionId} failed")]
    private partial void LogFailed(Exception exception, string connectionId);
}
