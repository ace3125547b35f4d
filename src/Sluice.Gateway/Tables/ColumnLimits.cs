using System.Collections.Immutable;

namespace Sluice.Gateway.Tables;

/// <summary>Bounds of the CDF API on one value. A bound that is <see langword="null"/> does not exist.</summary>
public sealed record ColumnLimits
{
    /// <summary>No bounds beyond those of the PostgreSQL type.</summary>
    public static ColumnLimits None { get; } = new();

    /// <summary>Least length of a string, in characters.</summary>
    public int? MinCharacters { get; init; }

    /// <summary>Greatest length of a string, in characters.</summary>
    public int? MaxCharacters { get; init; }

    /// <summary>Greatest size of a string, or of all keys and values of a map together, in bytes of UTF-8.</summary>
    public int? MaxBytes { get; init; }

    /// <summary>Least number of elements of a list.</summary>
    public int? MinItems { get; init; }

    /// <summary>Greatest number of elements of a list, or of pairs of a map.</summary>
    public int? MaxItems { get; init; }

    /// <summary>Greatest size of a map's key, in bytes of UTF-8.</summary>
    public int? MaxKeyBytes { get; init; }

    /// <summary>Greatest size of a map's value, in bytes of UTF-8.</summary>
    public int? MaxValueBytes { get; init; }

    /// <summary>Least number.</summary>
    public double? MinNumber { get; init; }

    /// <summary>Greatest number.</summary>
    public double? MaxNumber { get; init; }

    /// <summary>The only strings that are taken, case included; empty if there is no such rule.</summary>
    public ImmutableArray<string> Values { get; init; } = [];
}
