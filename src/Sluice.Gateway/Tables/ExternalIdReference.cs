namespace Sluice.Gateway.Tables;

/// <summary>A resource type that rows refer to by internal ids.</summary>
public enum ReferredResource
{
    /// <summary>Assets.</summary>
    Assets,

    /// <summary>Data sets.</summary>
    DataSets,
}

/// <summary>What a column with external ids stands for: CDF takes the internal ids of the same resources, in another column.</summary>
/// <param name="Column">The column with the internal ids.</param>
/// <param name="Resource">What they are the ids of.</param>
public sealed record ExternalIdReference(string Column, ReferredResource Resource);
