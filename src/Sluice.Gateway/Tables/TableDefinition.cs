using System.Collections.Frozen;
using System.Collections.Immutable;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Tables;

/// <summary>
/// One CDF table. The PostgreSQL catalog, the writer, the reader and the manual all come from this definition.
/// </summary>
public sealed record TableDefinition
{
    private readonly FrozenDictionary<string, int> _ordinals = FrozenDictionary<string, int>.Empty;

    /// <summary>The name in schema <c>public</c>; case matters.</summary>
    public required string Name { get; init; }

    /// <summary>The name in version 2 of the gateway, which is what Sluice itself knows the table by; another than <see cref="Name"/> for users of version 1.</summary>
    public string NameInVersion2 { get => field ?? Name; init; }

    /// <summary>The name in version 1 of the gateway, if it was another.</summary>
    public string? NameInVersion1 { get; init; }

    /// <summary>The version of the gateway that first had the table.</summary>
    public int SinceVersion { get; init; } = 1;

    /// <summary>Columns that version 1 of the gateway alone had, at the end.</summary>
    public ImmutableArray<ColumnDefinition> ColumnsOfVersion1 { get; init; } = [];

    /// <summary>What <c>\dt+</c> shows.</summary>
    public required string Comment { get; init; }

    /// <summary>What the table is in CDF.</summary>
    public required TableKind Kind { get; init; }

    /// <summary>What a CDF group must grant for each verb.</summary>
    public required TableCapabilities Capabilities { get; init; }

    /// <summary>What an INSERT does to a row of the same key.</summary>
    public required InsertEffect Insert { get; init; }

    /// <summary>CDF has no call that writes such rows; every write is 55000.</summary>
    public bool IsReadOnly => Insert == InsertEffect.None;

    /// <summary>The columns, in the order of the catalog.</summary>
    public required ImmutableArray<ColumnDefinition> Columns
    {
        get;
        init
        {
            field = value;
            _ordinals = value.SelectMany((column, ordinal) => new[] { column.Name, column.NameInVersion2 }.Distinct(StringComparer.Ordinal)
                    .Select(name => KeyValuePair.Create(name, ordinal)))
                .ToFrozenDictionary(StringComparer.Ordinal);
        }
    }

    /// <summary>Names of the columns of the primary key; empty if there is none.</summary>
    public ImmutableArray<string> PrimaryKey { get; init; } = [];

    /// <summary>Names of the columns of each further unique key.</summary>
    public ImmutableArray<ImmutableArray<string>> UniqueKeys { get; init; } = [];

    /// <summary>Names of the columns of each key by which a row can be found.</summary>
    public IEnumerable<ImmutableArray<string>> Keys => PrimaryKey.IsEmpty ? UniqueKeys : UniqueKeys.Append(PrimaryKey);

    /// <summary>Keys by which rows replace each other though no constraint of the catalog says so: the series and time of a data point.</summary>
    public ImmutableArray<ImmutableArray<string>> NaturalKeys { get; init; } = [];

    /// <summary>The keys that ON CONFLICT may name.</summary>
    public IEnumerable<ImmutableArray<string>> ConflictKeys => Keys.Concat(NaturalKeys);

    /// <summary>An INSERT must give a value to one of these columns (23502 otherwise); empty if there is no such rule.</summary>
    public ImmutableArray<string> RequiredOneOf { get; init; } = [];

    /// <summary>Rows that PostgreSQL asks for in one FETCH: a page of the CDF API.</summary>
    public int FetchSize { get; init; } = 1_000;

    /// <summary>The RAW database, for <see cref="TableKind.CustomRawRows"/>.</summary>
    public string? RawDatabase { get; init; }

    /// <summary>The RAW table, for <see cref="TableKind.CustomRawRows"/>.</summary>
    public string? RawTable { get; init; }

    /// <summary>
    /// The column whose text is the RAW key, for <see cref="TableKind.CustomRawRows"/>, as its creator gave it; <see langword="null"/>
    /// if he gave none, and then the key is <see cref="CustomRawTable.KeyColumn"/>.
    /// </summary>
    public string? RawPrimaryKey { get; init; }

    /// <summary>The view through which rows are written and read, for <see cref="TableKind.Nodes"/> and <see cref="TableKind.Edges"/>.</summary>
    public ViewReference? View { get; init; }

    /// <summary>Made by the user, not by Sluice.</summary>
    public bool IsCustom => Kind is TableKind.CustomRawRows or TableKind.Nodes or TableKind.Edges;

    /// <summary>Its rows are instances of data modeling.</summary>
    public bool HasInstances => Kind is TableKind.Nodes or TableKind.Edges;

    /// <summary>Refuses writes to tables that take none.</summary>
    /// <exception cref="PgException">55000: the table can only be read.</exception>
    public void RequireWritable()
    {
        if (IsReadOnly)
        {
            throw new PgException(new PgError
            {
                SqlState = SqlState.ObjectNotInPrerequisiteState,
                Message = $"CDF table \"{Name}\" can only be read",
                SchemaName = "public",
                TableName = Name,
            });
        }
    }

    /// <summary>The 0-based position of the column called <paramref name="name"/>, here or in version 2, by which Sluice itself asks; or -1.</summary>
    public int OrdinalOf(string name) => _ordinals.GetValueOrDefault(name, -1);

    /// <summary>The column called <paramref name="name"/>, or <see langword="null"/>.</summary>
    public ColumnDefinition? FindColumn(string name) => OrdinalOf(name) is var ordinal and >= 0 && Columns[ordinal].Name == name ? Columns[ordinal] : null;
}
