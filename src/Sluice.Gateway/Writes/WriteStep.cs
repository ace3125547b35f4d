using Sluice.Cdf.Errors;

namespace Sluice.Gateway.Writes;

/// <summary>What became of the items of a request that CDF has taken, where that is not that all are stored.</summary>
internal sealed record WriteStep
{
    /// <summary>What to send now.</summary>
    public List<WritePart> Next { get; init; } = [];

    /// <summary>Items that are stored.</summary>
    public IReadOnlyList<int> Stored { get; init; } = [];

    /// <summary>Items that have no effect.</summary>
    public IReadOnlyList<int> NotApplied { get; init; } = [];

    /// <summary>Rows for RETURNING.</summary>
    public IReadOnlyList<ReturnedRow> Returned { get; init; } = [];

    /// <summary>CDF could not be asked for what was to follow.</summary>
    public CdfError? Error { get; init; }
}
