using Sluice.Gateway.Reads;
using Sluice.Gateway.Users;
using Sluice.Gateway.Users.People;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Hosting;

/// <summary>Gives a scan the tables and the credentials of the user in whose database it runs.</summary>
internal sealed class GatewayScanUsers(UserStore users, UserDatabaseTables tables, UserCdfClients clients) : IScanUsers
{
    /// <inheritdoc/>
    public async ValueTask<ScanUser> FindAsync(string username, CancellationToken cancellationToken)
    {
        if (username.StartsWith(PeopleDatabases.Prefix, StringComparison.Ordinal))
        {
            throw new PgException(
                SqlState.InvalidAuthorizationSpecification,
                "it is not known which session reads, and only that has the access token",
                hint: "RESET postgres_fdw.application_name.");
        }

        var user = await users.FindAsync(username, cancellationToken)
            ?? throw new PgException(SqlState.InvalidAuthorizationSpecification, $"user \"{username}\" was deleted");
        return new ScanUser(() => tables.Current(username), clients.For(user));
    }
}
