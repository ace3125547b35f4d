using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Npgsql;
using Sluice.Gateway.Definitions;
using Sluice.Gateway.Engine;
using Sluice.Gateway.Reads.History;
using Sluice.Gateway.Sessions;
using Sluice.Gateway.Users;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Hosting;

/// <summary>Gives a session all that it needs of its user: his database, made at the first login, his tables, and his way to CDF.</summary>
internal sealed partial class GatewaySessionUsers(
    UserStore users,
    UserTableStore store,
    UserDatabaseTables tables,
    UserCdfClients clients,
    UserSessions sessions,
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

            (EngineLogin login, _) = await tables.EnsureAsync(username, cancellationToken);
            var client = clients.For(user);
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
                Writes = writes.By(client, user.Options.DataSetId),
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

    private static PgException Fatal(string sqlState, string message) =>
        new(new PgError { Severity = PgSeverity.Fatal, SqlState = sqlState, Message = message });

    [LoggerMessage(Level = LogLevel.Error, Message = "{Reason}")]
    private static partial void LogShut(ILogger logger, string reason);
}
