using System.Collections.Immutable;

namespace Sluice.Gateway.Tables;

/// <summary>The CDF tables of one gateway user: the built-in ones of his version and his own. Immutable, so a session keeps the one that it began with.</summary>
public sealed class TableCatalog
{
    private static readonly ImmutableDictionary<string, TableDefinition> None = ImmutableDictionary.Create<string, TableDefinition>(StringComparer.Ordinal);

    private readonly ImmutableDictionary<string, TableDefinition> _custom;
    private readonly ImmutableDictionary<string, TableDefinition> _variants;

    private readonly bool _isVersion1;

    private TableCatalog(
        ImmutableDictionary<string, TableDefinition> custom,
        ImmutableDictionary<string, TableDefinition> variants,
        bool isVersion1)
    {
        _custom = custom;
        _variants = variants;
        _isVersion1 = isVersion1;
    }

    /// <summary>The built-in tables alone.</summary>
    public static TableCatalog BuiltInOnly { get; } = new(None, None, isVersion1: false);

    /// <summary>The built-in tables of the user's version, as users have them whose options change nothing.</summary>
    public ImmutableArray<TableDefinition> Common => _isVersion1 ? Version1Tables.All : BuiltInTables.All;

    /// <summary>The user's own tables, in no order.</summary>
    public IEnumerable<TableDefinition> Custom => _custom.Values;

    /// <summary>The tables that not every user has as they are: his own, and built-in ones that differ by his options.</summary>
    public IEnumerable<TableDefinition> Particular => _custom.Values.Concat(_variants.Values);

    /// <summary>The built-in tables and then the user's own.</summary>
    public IEnumerable<TableDefinition> All => Common.Select(table => _variants.GetValueOrDefault(table.Name, table)).Concat(_custom.Values);

    /// <summary>The built-in tables and <paramref name="custom"/>.</summary>
    /// <param name="custom">The user's own tables.</param>
    /// <param name="variants">Built-in tables that are not as other users have them.</param>
    public static TableCatalog Of(IEnumerable<TableDefinition> custom, params IEnumerable<TableDefinition> variants) =>
        new(None.AddRange(ByName(custom)), None.AddRange(ByName(variants)), isVersion1: false);

    /// <summary>The same for a user of version 1; the variants are those of version 2.</summary>
    public static TableCatalog OfVersion1(IEnumerable<TableDefinition> custom, params IEnumerable<TableDefinition> variants) =>
        new(None.AddRange(ByName(custom)), None.AddRange(ByName(Version1Tables.Of(variants))), isVersion1: true);

    /// <summary>The table called <paramref name="name"/> in schema <c>public</c>, or <see langword="null"/>. Case matters.</summary>
    public TableDefinition? Find(string name) =>
        _variants.GetValueOrDefault(name) ?? (_isVersion1 ? Version1Tables.Find(name) : BuiltInTables.Find(name)) ?? _custom.GetValueOrDefault(name);

    /// <summary>This catalog and <paramref name="table"/>, which takes the place of one of the same name.</summary>
    public TableCatalog With(TableDefinition table) => new(_custom.SetItem(table.Name, table), _variants, _isVersion1);

    /// <summary>This catalog without the user's own table called <paramref name="name"/>.</summary>
    public TableCatalog Without(string name) => new(_custom.Remove(name), _variants, _isVersion1);

    private static IEnumerable<KeyValuePair<string, TableDefinition>> ByName(IEnumerable<TableDefinition> tables) =>
        tables.Select(table => KeyValuePair.Create(table.Name, table));
}
