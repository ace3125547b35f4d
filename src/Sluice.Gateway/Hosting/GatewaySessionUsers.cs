using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Npgsql;
using Sluice.Cdf.Http;
using Sluice.Gateway.Definitions;
using Sluice.Gateway.Engine;
using Sluice.Gateway.Reads.History;
using Sluice.Gateway.Sessions;
using Sluice.Gateway.Users;
using Sluice.Gateway.Writes;
using Sluice.Gateway.Writes.ExternalIds;
using Sluice.Gateway.Writes.Groups;
using Sluice.Gateway.Writes.Transactions;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Hosting;

/// <summary>Gives a session all that it needs of its user: his database, made at the first login, his tables, and his way to CDF.</summary>
internal sealed partial class GatewaySessionUsers(
    UserStore users,
    UserTableStore store,
    UserDatabaseTables tables,
    UserCdfClients clients,
    UserSessions sessions,
    CdfOptions cdf,
    KeyFence fence,
    GroupCommit groups,
    WriteMemory memory,
    SpillStore spill,
    WriteHistory history,
    RejectedRows rejectedRows,
    DatabaseQuota quota,
    SessionWatch watch,
    TimeProvider time,
    ILogger<GatewaySessionUsers> logger) : ISessionUsers
{
    // As long as the clients: credentials that change may see other resources.
    private readonly ConditionalWeakTable<CdfClient, ExternalIdCache> _externalIds = [];

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
                Writes = new WriteContext
                {
                    Client = client,
                    Fence = fence,
                    Groups = groups,
                    Memory = memory,
                    Spill = spill,
                    Cluster = cdf.BaseUrl,
                    Time = time,
                    ExternalIds = _externalIds.GetValue(client, _ => new ExternalIdCache(time)),
                    Settings = WriteSettings.Default with { DefaultDataSetId = user.Options.DataSetId },
                },
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
            throw new PgException(
                new PgError
                {
                    Severity = PgSeverity.Fatal,
                    SqlState = SqlState.CannotConnectNow,
                    Message = "the engine is not ready",
                    Hint = "Try again in a moment.",
                },
                e);
        }
    }

    private static PgException Fatal(string sqlState, string message) =>
        new(new PgError { Severity = PgSeverity.Fatal, SqlState = sqlState, Message = message });

    [LoggerMessage(Level = LogLevel.Error, Message = "{Reason}")]
    private static partial void LogShut(ILogger logger, string reason);
}
