using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Npgsql;
using Sluice.Gateway.Definitions;
using Sluice.Gateway.Engine;
using Sluice.Gateway.Reads.History;
using Sluice.Gateway.Sessions;
using Sluice.Gateway.Users;
using Sluice.Gateway.Users.Access;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Hosting;

/// <summary>Gives a session all that it needs of its user: his database, made at the first login, his tables, and his way to CDF.</summary>
internal sealed partial class GatewaySessionUsers(
    UserStore users,
    UserTableStore store,
    UserDatabaseTables tables,
    UserCdfClients clients,
    UserSessions sessions,
    UserAccess access,
    SharedWrites writes,
    WriteHistory history,
    RejectedRows rejectedRows,
    DatabaseQuota quota,
    SessionWatch watch,
    TimeProvider time,
    ILogger<GatewaySessionUsers> logger) : ISessionUsers
{
    /// <inheritdoc/>
    public async ValueTask<SessionUser> OpenAsync(string username, CancellationToken cancellationToken)
    {
        try
        {
            var ended = sessions.Ended(username);
            GatewayUser user = await users.FindAsync(username, cancellationToken)
                ?? throw Fatal(SqlState.InvalidAuthorizationSpecification, $"user \"{username}\" was deleted");
            if (quota.ReasonToRefuse(username) is { } tooLarge)
            {
                throw new PgException(tooLarge);
            }

            // Asked while the database is made ready.
            var client = clients.For(user);
            var accessWatch = access.Of(user);
            var checking = accessWatch.CheckAsync(user);
            (EngineLogin login, _) = await tables.EnsureAsync(username, cancellationToken);
            var state = await checking.WaitAsync(cancellationToken);
            if (state.Status == AccessStatus.Lost)
            {
                throw new PgException(AccessErrors.Lost(username, state.Reason));
            }

            return new SessionUser
            {
                Username = username,
                Login = login,
                Ended = ended,
                Tables = () => tables.Current(username),
                Definitions = new UserTableDefinitions(user, client, store, tables, time),
                History = (history, rejectedRows),
                Settings = [.. user.Options.SessionDefaults()],
                EndReason = processId => watch.ReasonToEnd(processId) ?? quota.ReasonToEnd(username),
                Notices = [.. Notices(user, state)],
                Writes = writes.By(client, user.Options.DataSetId),
                Access = accessWatch.Open(),
            };
        }
        catch (CryptographicException e)
        {
            LogShut(logger, e.Message);
            throw new PgException(
                new PgError
                {
                    Severity = PgSeverity.Fatal,
                    SqlState = SqlState.ConfigFileError,
                    Message = $"the gateway cannot open the stored credentials of user \"{username}\"",
                    Hint = "Its administrator restores the gateway's keys, which its log names, or gives the user new credentials.",
                },
                e);
        }
        catch (Exception e) when (e is NpgsqlException or EngineException)
        {
            throw EngineErrors.NotReady(e);
        }
    }

    private IEnumerable<PgError> Notices(GatewayUser user, AccessState state)
    {
        if (state.Status == AccessStatus.Unknown)
        {
            yield return AccessErrors.Unknown(state.Reason);
        }

        // What CDF has said of a session with its last token is newer than what was stored.
        if (CredentialsEnd.Announcement(user, clients.TokensOf(user).End ?? user.CredentialsEnd, time.GetUtcNow()) is { } announcement)
        {
            LogEndsSoon(logger, announcement);
            yield return AccessErrors.EndsSoon(announcement);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "A session begins with credentials that end soon: {Announcement}")]
    private static partial void LogEndsSoon(ILogger logger, string announcement);

    private static PgException Fatal(string sqlState, string message) =>
        new(new PgError { Severity = PgSeverity.Fatal, SqlState = sqlState, Message = message });

    [LoggerMessage(Level = LogLevel.Error, Message = "{Reason}")]
    private static partial void LogShut(ILogger logger, string reason);
}
