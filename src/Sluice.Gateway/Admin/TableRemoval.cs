using Sluice.Gateway.Users;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Admin;

/// <summary>Removes custom tables, and says why it cannot.</summary>
internal sealed class TableRemoval(UserTableStore tables, IUserDatabaseTables databases)
{
    /// <summary>Removes tables, all or none, and returns those that are not there.</summary>
    /// <exception cref="ApiException">409 something depends on a table; 503 one is in use.</exception>
    public async Task<IReadOnlyList<string>> RemoveAsync(string username, IReadOnlyList<string> names, bool ignoreUnknown)
    {
        try
        {
            return await tables.RemoveAsync(
                username,
                names,
                ignoreUnknown,
                (removed, cancellation) => databases.RemoveAsync(username, removed, cascade: false, cancellation),
                CancellationToken.None);
        }
        catch (PgException e) when (e.Error.SqlState == SqlState.LockNotAvailable)
        {
            throw new ApiException(
                503,
                $"a session of user {username} uses a table that is to be deleted ({string.Join(", ", names)}), maybe in a transaction that is left open; "
                + "nothing was deleted. End the transaction, then send the request again");
        }
        catch (PgException e) when (e.Error.SqlState == SqlState.DependentObjectsStillExist)
        {
            throw new ApiException(409, $"{e.Error.Message}: {e.Error.Detail}. Nothing was deleted; drop what depends on it first");
        }
    }
}
