using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Sluice.Gateway.Tables;

/// <summary>
/// The tables that a user of the gateway's version 1 has: those of version 2 that were there then, with the columns that they had and the names of then, so that
/// a job that was made for version 1 runs on.
/// </summary>
public static class Version1Tables
{
    /// <summary>All of them, in the order of creation.</summary>
    public static ImmutableArray<TableDefinition> All { get; } = [.. Of(BuiltInTables.All)];

    private static readonly FrozenDictionary<string, TableDefinition> ByName = All.ToFrozenDictionary(static table => table.Name, StringComparer.Ordinal);

    /// <summary>The table called <paramref name="name"/>, or <see langword="null"/>.</summary>
    public static TableDefinition? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>Those of <paramref name="tables"/>, which are of version 2, that were there in version 1, as they were.</summary>
    public static IEnumerable<TableDefinition> Of(IEnumerable<TableDefinition> tables) => tables.Where(static table => table.SinceVersion == 1).Select(Of);

    private static TableDefinition Of(TableDefinition table)
    {
        var columns = table.Columns.Where(static column => column.SinceVersion == 1).Select(Of).Concat(table.ColumnsOfVersion1).ToImmutableArray();
        return table with
        {
            Name = table.NameInVersion1 ?? table.Name,
            NameInVersion2 = table.Name,
            Columns = columns,
            PrimaryKey = KeyOf(columns, table.PrimaryKey),
            UniqueKeys = KeysOf(columns, table.UniqueKeys),
            NaturalKeys = KeysOf(columns, table.NaturalKeys),
        };
    }

    private static ColumnDefinition Of(ColumnDefinition column) => column with
    {
        Name = column.NameInVersion1 ?? column.Name,
        NameInVersion2 = column.Name,
        CdfField = column.CdfField,
        Type = column.TypeInVersion1 ?? column.Type,
    };

    private static ImmutableArray<ImmutableArray<string>> KeysOf(ImmutableArray<ColumnDefinition> columns, ImmutableArray<ImmutableArray<string>> keys) =>
        [.. keys.Select(key => KeyOf(columns, key)).Where(static key => !key.IsEmpty)];

    /// <summary>The key with the names of then; none if a column of it was not there.</summary>
    private static ImmutableArray<string> KeyOf(ImmutableArray<ColumnDefinition> columns, ImmutableArray<string> key)
    {
        var names = columns.ToDictionary(static column => column.NameInVersion2, static column => column.Name, StringComparer.Ordinal);
        return key.All(names.ContainsKey) ? [.. key.Select(name => names[name])] : [];
    }
}
