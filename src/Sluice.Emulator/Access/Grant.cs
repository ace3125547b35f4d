namespace Sluice.Emulator.Access;

/// <summary>The union of the scopes in which a caller may do one action of one access control list.</summary>
internal sealed class Grant
{
    private readonly Dictionary<string, HashSet<string>?> _tables = new(StringComparer.Ordinal);

    public bool All { get; set; }

    public HashSet<long> DataSetIds { get; } = [];

    public HashSet<long> Ids { get; } = [];

    public HashSet<long> RootAssetIds { get; } = [];

    public HashSet<long> PipelineIds { get; } = [];

    public HashSet<string> Spaces { get; } = new(StringComparer.Ordinal);

    public bool CurrentUser { get; set; }

    /// <summary>Adds tables of a database; none means the whole database.</summary>
    public void AddTables(string database, IReadOnlyCollection<string> tables)
    {
        if (tables.Count == 0)
        {
            _tables[database] = null;
        }
        else if (!_tables.TryGetValue(database, out var known))
        {
            _tables[database] = new HashSet<string>(tables, StringComparer.Ordinal);
        }
        else
        {
            known?.UnionWith(tables);
        }
    }

    /// <summary>Whether items of this data set (null for none) are within; a scoped grant never covers an item without data set.</summary>
    public bool CoversDataSet(long? dataSetId) => All || (dataSetId is { } id && DataSetIds.Contains(id));

    public bool CoversSpace(string space) => All || Spaces.Contains(space);

    public bool CoversTable(string database, string table) =>
        All || (_tables.TryGetValue(database, out var tables) && (tables is null || tables.Contains(table)));

    /// <summary>Whether the whole database is within.</summary>
    public bool CoversDatabase(string database) => All || (_tables.TryGetValue(database, out var tables) && tables is null);

    /// <summary>Whether the database or a table of it is within.</summary>
    public bool TouchesDatabase(string database) => All || _tables.ContainsKey(database);
}
