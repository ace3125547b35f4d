using Microsoft.AspNetCore.Http;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.Raw;

/// <summary>A database of tables.</summary>
internal sealed class RawDatabase(string name, long createdTime)
{
    public string Name { get; } = name;

    public long CreatedTime { get; } = createdTime;

    public SortedDictionary<string, RawTable> Tables { get; } = new(StringComparer.Ordinal);
}

/// <summary>A project's RAW databases. Names are case sensitive; trailing blanks count.</summary>
internal sealed class RawStore(Project project)
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, RawDatabase> _databases = new(StringComparer.Ordinal);

    /// <summary>Creates databases, all or none; 409 names those that exist.</summary>
    public List<RawDatabase> CreateDatabases(IReadOnlyList<string> names)
    {
        lock (_gate)
        {
            RejectTaken("databases", names, _databases.ContainsKey);
            return [.. names.Select(AddDatabase)];
        }
    }

    public List<RawDatabase> Databases()
    {
        lock (_gate)
        {
            return [.. _databases.Values];
        }
    }

    /// <summary>Deletes databases, all or none; a database with tables only if recursive.</summary>
    public void DeleteDatabases(IReadOnlyList<string> names, bool recursive)
    {
        lock (_gate)
        {
            RejectUnknown("databases", names, _databases.ContainsKey);
            if (!recursive && names.FirstOrDefault(n => _databases[n].Tables.Count > 0) is { } full)
            {
                throw CdfException.BadRequest($"Database {full} is not empty; delete its tables first or set recursive");
            }

            foreach (var name in names)
            {
                _databases.Remove(name);
            }
        }
    }

    public List<RawTable> CreateTables(string database, IReadOnlyList<string> names, bool ensureParent)
    {
        lock (_gate)
        {
            var parent = ensureParent && !_databases.ContainsKey(database) ? null : Database(database);
            RejectTaken("tables", names, n => parent?.Tables.ContainsKey(n) == true);
            parent ??= AddDatabase(database);
            return [.. names.Select(n => AddTable(parent, n))];
        }
    }

    public List<RawTable> Tables(string database)
    {
        lock (_gate)
        {
            return [.. Database(database).Tables.Values];
        }
    }

    public void DeleteTables(string database, IReadOnlyList<string> names)
    {
        lock (_gate)
        {
            var parent = Database(database);
            RejectUnknown("tables", names, parent.Tables.ContainsKey);
            foreach (var name in names)
            {
                parent.Tables.Remove(name);
            }
        }
    }

    /// <summary>The table; 404 if it or its database does not exist, unless they are to be made.</summary>
    public RawTable Table(string database, string table, bool ensure = false)
    {
        lock (_gate)
        {
            var parent = ensure && !_databases.ContainsKey(database) ? AddDatabase(database) : Database(database);
            if (parent.Tables.TryGetValue(table, out var found))
            {
                return found;
            }

            return ensure ? AddTable(parent, table) : throw Unknown("tables", [table]);
        }
    }

    private static void RejectTaken(string kind, IReadOnlyList<string> names, Func<string, bool> exists)
    {
        var repeated = names.GroupBy(n => n, StringComparer.Ordinal).Where(g => g.Count() > 1).Select(g => g.Key);
        var taken = names.Where(exists).Union(repeated, StringComparer.Ordinal).ToList();
        if (taken.Count > 0)
        {
            throw new CdfException(StatusCodes.Status409Conflict, $"Following {kind} already exist: {string.Join(", ", taken)}")
            {
                Duplicated = taken.ConvertAll(ItemKey.OfName),
            };
        }
    }

    private static void RejectUnknown(string kind, IReadOnlyList<string> names, Func<string, bool> exists)
    {
        var unknown = names.Where(n => !exists(n)).Distinct(StringComparer.Ordinal).ToList();
        if (unknown.Count > 0)
        {
            throw Unknown(kind, unknown);
        }
    }

    private static CdfException Unknown(string kind, List<string> names) =>
        new(StatusCodes.Status404NotFound, $"Following {kind} not found: {string.Join(", ", names)}")
        {
            Missing = names.ConvertAll(ItemKey.OfName),
        };

    private RawDatabase Database(string name) =>
        _databases.TryGetValue(name, out var database) ? database : throw Unknown("databases", [name]);

    private RawDatabase AddDatabase(string name)
    {
        var database = new RawDatabase(name, project.State.NowMs);
        _databases.Add(name, database);
        return database;
    }

    private RawTable AddTable(RawDatabase database, string name)
    {
        var table = new RawTable(name, project.State.NowMs);
        database.Tables.Add(name, table);
        return table;
    }
}
