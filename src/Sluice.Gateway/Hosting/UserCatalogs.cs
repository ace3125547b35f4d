using System.Collections.Concurrent;
using Sluice.Gateway.Tables;
using Sluice.Gateway.Users;

namespace Sluice.Gateway.Hosting;

/// <summary>
/// The CDF tables of the users who have logged in, as they are now: sessions ask at each statement, the REST API adds. It also brings new tables into
/// the user's database.
/// </summary>
internal sealed class UserCatalogs(UserTableStore tables, EngineStartup engine) : IUserDatabaseTables
{
    private readonly ConcurrentDictionary<string, TableCatalog> _catalogs = new(StringComparer.Ordinal);

    /// <summary>The tables of a user who has logged in.</summary>
    public TableCatalog Current(string username) => _catalogs[username];

    /// <summary>Reads a user's own tables, at a login.</summary>
    public async Task<IReadOnlyList<TableDefinition>> LoadAsync(string username, CancellationToken cancellationToken)
    {
        IReadOnlyList<CustomTable> stored = await tables.ListAsync(username, cancellationToken);
        TableDefinition[] definitions = [.. stored.Select(table => table.Declaration.ToDefinition())];
        TableCatalog read = TableCatalog.Of(definitions);

        // What was added since the tables were read stays.
        _catalogs.AddOrUpdate(username, read, (_, known) => known.Custom.Where(table => read.Find(table.Name) is null).Aggregate(read, With));
        return definitions;
    }

    /// <inheritdoc/>
    public async Task AddAsync(string username, IReadOnlyList<TableDefinition> added, CancellationToken cancellationToken)
    {
        var made = new List<TableDefinition>();
        try
        {
            foreach (TableDefinition table in added)
            {
                await engine.Databases.AddTableAsync(username, table, cancellationToken);
                made.Add(table);
            }
        }
        catch
        {
            foreach (TableDefinition table in made)
            {
                await engine.Databases.DropTableAsync(username, table.Name, CancellationToken.None);
            }

            throw;
        }

        while (_catalogs.TryGetValue(username, out TableCatalog? before))
        {
            if (_catalogs.TryUpdate(username, added.Aggregate(before, With), before))
            {
                return;
            }
        }
    }

    private static TableCatalog With(TableCatalog catalog, TableDefinition table) => catalog.With(table);
}
