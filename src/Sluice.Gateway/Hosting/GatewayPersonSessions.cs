using Npgsql;
using Sluice.Gateway.Definitions;
using Sluice.Gateway.Engine;
using Sluice.Gateway.Reads.History;
using Sluice.Gateway.Sessions;
using Sluice.Gateway.Tables;
using Sluice.Gateway.Users;
using Sluice.Gateway.Users.Access;
using Sluice.Gateway.Users.People;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Hosting;

/// <summary>
/// Gives a session of a person all that it needs: a database, the built-in tables, and the way to CDF with the session's own token, until that ends.
/// </summary>
internal sealed class GatewayPersonSessions(
    PeopleDatabases people,
    UserCdfClients clients,
    SharedWrites writes,
    WriteHistory history,
    RejectedRows rejectedRows,
    DatabaseQuota quota,
    SessionWatch watch,
    TimeProvider time) : IPersonSessions
{
    /// <summary>The longest that a timer can be set for, and then some: whoever has a token for longer connects again.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    /// <inheritdoc/>
    public async ValueTask<SessionUser> OpenAsync(Person person, CancellationToken cancellationToken)
    {
        try
        {
            var login = await people.EnterAsync(person, cancellationToken);
            var name = login.Database;
            var access = OpenAccess(person, name);
            if (quota.ReasonToRefuse(name) is { } tooLarge)
            {
                access.Dispose();
                throw new PgException(tooLarge);
            }

            return new SessionUser
            {
                Username = name,
                Login = login,
                Tables = static () => TableCatalog.BuiltInOnly,
                Definitions = NoTableDefinitions.Instance,
                History = (history, rejectedRows),
                EndReason = processId => watch.ReasonToEnd(processId) ?? quota.ReasonToEnd(name),
                Access = access,
                CredentialsExpire = person.Expires,
                Writes = writes.By(clients.ForToken(person.Project, person.Token)),
            };
        }
        catch (Exception e) when (e is NpgsqlException or EngineException)
        {
            throw EngineErrors.NotReady(e);
        }
    }

    private AccessLease OpenAccess(Person person, string name)
    {
        var expired = new PgError
        {
            Severity = PgSeverity.Fatal,
            SqlState = SqlState.InvalidAuthorizationSpecification,
            Message = $"the access token of this session has expired on {PersonSignIn.Format(person.Expires)}",
            Hint = "Connect again with a new token.",
        };
        ITimer? timer = null;
        var lease = new AccessLease(_ =>
        {
            timer!.Dispose();
            people.Leave(name);
        });
        var left = person.Expires - time.GetUtcNow();
        var due = left < TimeSpan.Zero ? TimeSpan.Zero : left < Longest ? left : Longest;
        timer = time.CreateTimer(_ => lease.Lose(expired), state: null, due, Timeout.InfiniteTimeSpan);
        return lease;
    }
}
