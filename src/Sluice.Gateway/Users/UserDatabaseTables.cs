using System.Collections.Concurrent;
using Sluice.Gateway.Engine;
using Sluice.Gateway.Tables;

namespace Sluice.Gateway.Users;

/// <summary>
/// Keeps the tables in a user's database to what database <c>sluice</c> says of them, and knows them as they are now: sessions ask at each statement.
/// </summary>
/// <param name="databases">The users' databases, once the engine has started.</param>
/// <param name="tables">What database <c>sluice</c> says.</param>
/// <param name="sessions">The open sessions.</param>
public sealed class UserDatabaseTables(Func<UserDatabases> databases, UserTableStore tables, UserSessions sessions) : IUserDatabaseTables
{
    private readonly ConcurrentDictionary<string, TableCatalog> _current = new(StringComparer.Ordinal);

    /// <summary>The tables of a user who has logged in since the process began.</summary>
    /// <exception cref="PgWire.Protocol.PgException">57P01: the user was deleted.</exception>
    public TableCatalog Current(string username) => _current.TryGetValue(username, out var catalog)
        ? catalog
        : throw new PgWire.Protocol.PgException(PgWire.Protocol.SqlState.AdminShutdown, $"user \"{username}\" was deleted");

    /// <summary>
    /// What a login needs: the user's CDF tables, and his database with just these. Nobody changes the tables meanwhile, so that a login never takes away
    /// a table that is being made.
    /// </summary>
    /// <exception cref="PgWire.Protocol.PgException">As <see cref="UserDatabases.EnsureAsync(string, IReadOnlyCollection{TableDefinition}, DatabaseRights, CancellationToken)"/>; 28000 the user was deleted.</exception>
    public Task<(EngineLogin Login, TableCatalog Tables)> EnsureAsync(string username, CancellationToken cancellationToken) =>
        tables.ReadLockedAsync(
            username,
            async (catalog, options) =>
            {
                var login = await databases().EnsureAsync(username, catalog.Common, [.. catalog.Particular], options.ToRights(), cancellationToken);
                _current[username] = catalog;
                return (login, catalog);
            },
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
                await databases().AddTableAsync(username, table, cancellationToken);
                added.Push(table.Name);
            }
        }
        catch
        {
            foreach (var table in added)
            {
                await databases().DropTableAsync(username, table, CancellationToken.None);
            }

            throw;
        }

        Change(username, catalog => tables.Aggregate(catalog, static (all, table) => all.With(table)));
    }

    /// <inheritdoc/>
    /// <exception cref="PgWire.Protocol.PgException">
    /// 2BP01 the user has made something that depends on a table; 55P03 his sessions held locks for too long.
    /// </exception>
    public async Task RemoveAsync(string username, IReadOnlyCollection<string> tablenames, bool cascade, CancellationToken cancellationToken)
    {
        await databases().DropTablesAsync(username, tablenames, cascade, cancellationToken);
        Change(username, catalog => tablenames.Aggregate(catalog, static (all, table) => all.Without(table)));
    }

    /// <inheritdoc/>
    /// <exception cref="PgWire.Protocol.PgException">As <see cref="UserDatabases.ReplaceTablesAsync"/>.</exception>
    public async Task ReplaceAsync(
        string username,
        IReadOnlyCollection<(string Name, TableDefinition Table)> replacements,
        CancellationToken cancellationToken)
    {
        await databases().ReplaceTablesAsync(username, replacements, cancellationToken);
        Change(username, catalog => replacements.Aggregate(
            replacements.Aggregate(catalog, static (all, replacement) => all.Without(replacement.Name)),
            static (all, replacement) => all.With(replacement.Table)));
    }

    /// <inheritdoc/>
    public async Task DropDatabaseAsync(string username, CancellationToken cancellationToken)
    {
        await sessions.EndAsync(username);
        await databases().DropAsync(username, cancellationToken);
        _current.TryRemove(username, out _);
    }

    private void Change(string username, Func<TableCatalog, TableCatalog> change)
    {
        while (_current.TryGetValue(username, out var before) && !_current.TryUpdate(username, change(before), before))
        {
            // Another call was faster.
        }
    }
}
