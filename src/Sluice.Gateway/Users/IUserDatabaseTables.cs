using Sluice.Gateway.Tables;

namespace Sluice.Gateway.Users;

/// <summary>Changes the database of a user, and ends it.</summary>
public interface IUserDatabaseTables
{
    /// <summary>
    /// Makes <paramref name="tables"/> in the user's database, all or none; nothing to do if there is no such database yet, since it is made with all tables
    /// at the first login.
    /// </summary>
    Task AddAsync(string username, IReadOnlyList<TableDefinition> tables, CancellationToken cancellationToken);

    /// <summary>Drops tables of the user's own, all or none; nothing to do for those that are not there.</summary>
    /// <param name="username">The user.</param>
    /// <param name="tablenames">The tables.</param>
    /// <param name="cascade">What the user has made that depends on them goes, too, instead of keeping them.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task RemoveAsync(string username, IReadOnlyCollection<string> tablenames, bool cascade, CancellationToken cancellationToken);

    /// <summary>Puts tables in the place of others of the user's own, all or none.</summary>
    Task ReplaceAsync(string username, IReadOnlyCollection<(string Name, TableDefinition Table)> replacements, CancellationToken cancellationToken);

    /// <summary>Ends the user's sessions and removes his database; nothing happens if they are not there. CDF keeps its rows.</summary>
    Task DropDatabaseAsync(string username, CancellationToken cancellationToken);
}
