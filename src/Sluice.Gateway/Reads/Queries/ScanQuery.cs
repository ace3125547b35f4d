using System.Collections.Immutable;

namespace Sluice.Gateway.Reads.Queries;

/// <summary>A SELECT of postgres_fdw on one table, taken apart.</summary>
internal sealed record ScanQuery
{
    /// <summary>The text as postgres_fdw sent it, by which a hint for this very scan is found.</summary>
    public required string Text { get; init; }

    /// <summary>The schema of the remote table.</summary>
    public required string Schema { get; init; }

    /// <summary>The remote table.</summary>
    public required string Table { get; init; }

    /// <summary>The columns that are wanted, in order; <see langword="null"/> for a NULL in the place of one.</summary>
    public required ImmutableArray<string?> Columns { get; init; }

    /// <summary>Conditions that must all hold.</summary>
    public ImmutableArray<ScanCondition> Conditions { get; init; } = [];

    /// <summary>The first condition that is not understood, as postgres_fdw wrote it.</summary>
    public string? Unsupported { get; init; }

    /// <summary>The rows are wanted in an order.</summary>
    public bool IsSorted { get; init; }

    /// <summary>Where its WHERE clause begins in <see cref="Text"/>, the word itself included; -1 without one.</summary>
    public int WhereStart { get; init; } = -1;
}
