namespace Sluice.Cdf.Resources;

/// <summary>The key of a node or an edge; both share one namespace in a space.</summary>
/// <param name="Space">Its space, at most <see cref="InstancesApi.MaxSpaceLength"/> characters.</param>
/// <param name="ExternalId">At most <see cref="InstancesApi.MaxExternalIdLength"/> characters.</param>
public readonly record struct InstanceId(string Space, string ExternalId)
{
    /// <summary>The key as a person reads it.</summary>
    public override string ToString() => $"({Space}, {ExternalId})";
}
