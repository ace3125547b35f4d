using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Sluice.Gateway.Engine;
using Sluice.Gateway.Reads;
using Sluice.Gateway.Users.People;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Startup;

namespace Sluice.Gateway.Sessions;

/// <summary>Opens a session for every client that has proven who it is.</summary>
public sealed partial class SessionHandler(
    ISessionUsers users,
    CancelKeys cancelKeys,
    ScanSessions scans,
    ILogger<SessionHandler> logger,
    IPersonSessions? people = null) : ISessionHandler
{
    /// <inheritdoc/>
    public async Task RunAsync(PgClientConnection connection, CancellationToken cancellationToken)
    {
        var parameters = connection.Parameters;
        if (!string.Equals(parameters.Database, parameters.User, StringComparison.Ordinal))
        {
            throw new PgException(new PgError
            {
                Severity = PgSeverity.Fatal,
                SqlState = SqlState.InvalidCatalogName,
                Message = $"database \"{parameters.Database}\" does not exist",
                Hint = "The database has the name of the user.",
            });
        }

        var user = connection.Principal switch
        {
            null => await users.OpenAsync(parameters.User, cancellationToken),
            Person person when people is not null => await people.OpenAsync(person, cancellationToken),
            var other => throw new InvalidOperationException($"There are no sessions for a {other.GetType().Name}."),
        };
        using var access = user.Access;
        var sinkKey = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
        var backend = await EngineConnection.ConnectAsync(
            user.Login,
            [.. SluiceSettings.Defaults, .. user.Settings, .. parameters.Settings, new(SinkView.KeySetting, sinkKey)],
            cancellationToken);
        var client = new ClientLink(connection);
        await using var engine = new EngineLink(backend, client) { EndReason = () => user.EndReason(backend.ProcessId) };
        foreach (var notice in backend.Notices.Concat(user.Notices))
        {
            client.Output.NoticeResponse(notice);
        }

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(connection.ShuttingDown, user.Ended);
        var core = new SessionCore(client, engine, user, ending.Token) { SinkKey = sinkKey };
        using var registration = cancelKeys.Register(engine.ProcessId, core.CancelAsync);
        using var reads = scans.Register(engine.ProcessId, core.Reads);
        LogOpened(logger, connection.ConnectionId, user.Username, engine.ProcessId, parameters.ApplicationName);
        try
        {
            using var session = new GatewaySession(core);
            await session.RunAsync(registration.Key);
        }
        catch (SessionEndedException)
        {
            // There is nobody to tell, or nothing.
        }
        finally
        {
            LogClosed(logger, connection.ConnectionId, user.Username);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "Session {ConnectionId} of user {Username} opened with backend {ProcessId} for {ApplicationName}")]
    private static partial void LogOpened(ILogger logger, string connectionId, string username, int processId, string applicationName);

    [LoggerMessage(2, LogLevel.Information, "Session {ConnectionId} of user {Username} closed")]
    private static partial void LogClosed(ILogger logger, string connectionId, string username);
}
