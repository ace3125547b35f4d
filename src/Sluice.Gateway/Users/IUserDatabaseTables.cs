using Sluice.Gateway.Tables;

namespace Sluice.Gateway.Users;

/// <summary>Brings custom tables into the database of a user.</summary>
public interface IUserDatabaseTables
{
    /// <summary>
    /// Makes <paramref name="tables"/> in the user's database, all or none; nothing to do if there is no such database yet, since it is made with all tables
    /// at the first login.
    /// </summary>
    Task AddAsync(string username, IReadOnlyList<TableDefinition> tables, CancellationToken cancellationToken);
}
