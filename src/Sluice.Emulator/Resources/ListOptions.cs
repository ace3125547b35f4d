namespace Sluice.Emulator.Resources;

/// <summary>What a reader wants to see of items.</summary>
internal sealed record ListOptions
{
    public static readonly ListOptions Standard = new();

    public bool IncludeMetadata { get; init; } = true;

    /// <summary>E.g. childCount, path, depth of assets.</summary>
    public IReadOnlyList<string> AggregatedProperties { get; init; } = [];
}
