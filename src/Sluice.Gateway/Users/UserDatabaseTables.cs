using Sluice.Gateway.Engine;
using Sluice.Gateway.Tables;

namespace Sluice.Gateway.Users;

/// <summary>Keeps the tables in a user's database to what database <c>sluice</c> says of them.</summary>
public sealed class UserDatabaseTables(UserDatabases databases, UserTableStore tables) : IUserDatabaseTables
{
    /// <summary>
    /// What a login needs: the user's CDF tables, and his database with just these. Nobody changes the tables meanwhile, so that a login never takes away
    /// a table that is being made.
    /// </summary>
    /// <exception cref="PgWire.Protocol.PgException">As <see cref="UserDatabases.EnsureAsync"/>.</exception>
    public Task<(EngineLogin Login, TableCatalog Tables)> EnsureAsync(string username, CancellationToken cancellationToken) =>
        tables.ReadLockedAsync(
            username,
            async catalog => (await databases.EnsureAsync(username, [.. catalog.Custom], cancellationToken), catalog),
            cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="PgWire.Protocol.PgException">
    /// 42P07 the user has a table of his own of that name; 55P03 his sessions held locks for too long.
    /// </exception>
    public async Task AddAsync(string username, IReadOnlyList<TableDefinition> tables, CancellationToken cancellationToken)
    {
        var added = new Stack<string>();
        try
        {
            foreach (var table in tables)
            {
                await databases.AddTableAsync(username, table, cancellationToken);
                added.Push(table.Name);
            }
        }
        catch
        {
            foreach (var table in added)
            {
                await databases.DropTableAsync(username, table, CancellationToken.None);
            }

            throw;
        }
    }
}
