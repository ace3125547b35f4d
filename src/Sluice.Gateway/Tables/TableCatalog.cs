using System.Collections.Immutable;

namespace Sluice.Gateway.Tables;

/// <summary>The CDF tables of one gateway user: the built-in ones and his own. Immutable, so a session keeps the one that it began with.</summary>
public sealed class TableCatalog
{
    private readonly ImmutableDictionary<string, TableDefinition> _custom;

    private TableCatalog(ImmutableDictionary<string, TableDefinition> custom) => _custom = custom;

    /// <summary>The built-in tables alone.</summary>
    public static TableCatalog BuiltInOnly { get; } = new(ImmutableDictionary.Create<string, TableDefinition>(StringComparer.Ordinal));

    /// <summary>The user's own tables, in no order.</summary>
    public IEnumerable<TableDefinition> Custom => _custom.Values;

    /// <summary>The built-in tables and then the user's own.</summary>
    public IEnumerable<TableDefinition> All => BuiltInTables.All.Concat(_custom.Values);

    /// <summary>The built-in tables and <paramref name="custom"/>.</summary>
    public static TableCatalog Of(IEnumerable<TableDefinition> custom) =>
        new(custom.ToImmutableDictionary(table => table.Name, StringComparer.Ordinal));

    /// <summary>The table called <paramref name="name"/> in schema <c>public</c>, or <see langword="null"/>. Case matters.</summary>
    public TableDefinition? Find(string name) => BuiltInTables.Find(name) ?? _custom.GetValueOrDefault(name);

    /// <summary>This catalog and <paramref name="table"/>, which takes the place of one of the same name.</summary>
    public TableCatalog With(TableDefinition table) => new(_custom.SetItem(table.Name, table));

    /// <summary>This catalog without the user's own table called <paramref name="name"/>.</summary>
    public TableCatalog Without(string name) => new(_custom.Remove(name));
}
