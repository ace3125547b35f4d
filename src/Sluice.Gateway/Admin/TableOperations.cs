using Sluice.Gateway.Users;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Admin;

/// <summary>What administrators do with the tables of a user, whatever way they ask for it: each call all or nothing. RAW tables and views stay as they are.</summary>
public sealed class TableOperations(UserTableStore tables, IUserDatabaseTables databases, TimeProvider time)
{
    /// <summary>Makes tables; one that is there and is declared so is no error.</summary>
    /// <returns>The tables as stored, in the order of <paramref name="declarations"/>.</returns>
    /// <exception cref="ApiException">400 a name twice, or one that is taken by another table.</exception>
    /// <exception cref="PgException">What is wrong with a declaration; 42P07 the user's database has a relation of that name; 55P03 it is in use.</exception>
    public async Task<IReadOnlyList<CustomTable>> CreateAsync(
        string username,
        IReadOnlyList<TableDeclaration> declarations,
        CancellationToken cancellationToken)
    {
        CheckDistinct(declarations.Select(declaration => declaration.Tablename));
        foreach (var declaration in declarations)
        {
            declaration.ToDefinition();
        }

        try
        {
            return await tables.AddAsync(
                username,
                declarations,
                time.NowInMilliseconds(),
                (added, cancellation) => databases.AddAsync(username, added, cancellation),
                cancellationToken);
        }
        catch (TableExistsException e)
        {
            throw new ApiException(400, $"{e.Message}; delete it first, or choose another name");
        }
    }

    /// <summary>Gives tables other names or columns.</summary>
    /// <param name="username">Whose.</param>
    /// <param name="choose">Says of the tables that are there which are to change, and how.</param>
    /// <returns>The tables as they are then, in the order of what was chosen.</returns>
    /// <exception cref="ApiException">400 a name that is taken, or a column that cannot be; 409 something depends on a table; 503 one is in use.</exception>
    /// <exception cref="PgException">What is wrong with a table as it would be.</exception>
    public async Task<IReadOnlyList<CustomTable>> ChangeAsync(
        string username,
        Func<IReadOnlyList<CustomTable>, IEnumerable<(CustomTable Table, TableAlteration Alteration)>> choose)
    {
        try
        {
            return await tables.ChangeAsync(
                username,
                existing => Changes(existing, [.. choose(existing)]),
                (changed, cancellation) => databases.ReplaceAsync(username, changed, cancellation),
                CancellationToken.None);
        }
        catch (PgException e) when (IsInTheWay(e))
        {
            throw InTheWay(e, username, "changed");
        }
    }

    /// <summary>Removes tables, all or none.</summary>
    /// <returns>The names of tables that are not there; unless <paramref name="ignoreUnknown"/>, none was removed if there are any.</returns>
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
        catch (PgException e) when (IsInTheWay(e))
        {
            throw InTheWay(e, username, "deleted");
        }
    }

    private static List<TableChange> Changes(IReadOnlyList<CustomTable> existing, IReadOnlyList<(CustomTable Table, TableAlteration Alteration)> chosen)
    {
        CheckDistinct(chosen.Select(one => one.Table.Declaration.Tablename));
        var changes = chosen.Select(one => new TableChange(one.Table.Declaration.Tablename, one.Alteration.Apply(one.Table.Declaration))).ToList();
        var renamed = changes.FindAll(change => change.Tablename != change.Declaration.Tablename);
        CheckDistinct(renamed.Select(change => change.Declaration.Tablename));
        foreach (var name in renamed.Select(change => change.Declaration.Tablename))
        {
            if (existing.Any(table => table.Declaration.Tablename == name))
            {
                throw new ApiException(400, $"table \"{name}\" exists already; choose another name");
            }
        }

        changes.ForEach(change => change.Declaration.ToDefinition());
        return changes;
    }

    private static void CheckDistinct(IEnumerable<string> names)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        if (names.FirstOrDefault(name => !seen.Add(name)) is { } twice)
        {
            throw new ApiException(400, $"table \"{twice}\" is in the request more than once");
        }
    }

    /// <summary>Something of the user's is in the way.</summary>
    private static bool IsInTheWay(PgException e) => e.Error.SqlState is SqlState.LockNotAvailable or SqlState.DependentObjectsStillExist;

    private static ApiException InTheWay(PgException e, string username, string done) => e.Error.SqlState == SqlState.LockNotAvailable
        ? new ApiException(
            503,
            $"a session of user {username} uses a table that is to be {done}, maybe in a transaction that is left open; nothing was {done}. "
            + "End the transaction, then send the request again")
        : new ApiException(409, $"{e.Error.Message}: {e.Error.Detail}. Nothing was {done}; drop what depends on it first");
}
