using System.Collections.Frozen;
using System.Collections.Immutable;
using Sluice.PgWire.Types;

namespace Sluice.Gateway.Tables;

/// <summary>The types that a user may give the columns of his own tables, by the names of the tables API.</summary>
public static class CustomColumnTypes
{
    /// <summary>The names, in the order of the API's documentation.</summary>
    public static ImmutableArray<string> Names { get; } =
    [
        "TEXT", "VARCHAR", "BOOL", "BIGINT", "DOUBLE PRECISION", "REAL", "TIMESTAMPTZ", "JSON",
        "TEXT[]", "VARCHAR[]", "BOOL[]", "BIGINT[]", "DOUBLE PRECISION[]", "REAL[]", "JSON[]", "BYTEA",
    ];

    private static readonly FrozenDictionary<string, ColumnType> ByName = Names.ToFrozenDictionary(
        name => name,
        name => new ColumnType(PgType.FromName(name.ToLowerInvariant()) ?? throw new InvalidOperationException(name)),
        StringComparer.Ordinal);

    private static readonly FrozenDictionary<ColumnType, string> ByType = ByName.ToFrozenDictionary(p => p.Value, p => p.Key);

    /// <summary>The type called <paramref name="name"/>, which is exactly one of <see cref="Names"/>.</summary>
    public static bool TryParse(string name, out ColumnType type) => ByName.TryGetValue(name, out type);

    /// <summary>The API's name of <paramref name="type"/>, or <see langword="null"/> if it is none of <see cref="Names"/>.</summary>
    public static string? NameOf(ColumnType type) => ByType.GetValueOrDefault(type);
}
