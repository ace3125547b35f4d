namespace Sluice.Gateway.Tables;

/// <summary>One version of a view of data modeling.</summary>
/// <param name="Space">Its space.</param>
/// <param name="ExternalId">Its external id.</param>
/// <param name="Version">Its version.</param>
public sealed record ViewReference(string Space, string ExternalId, string Version)
{
    /// <summary>The view as the properties of an instance name it, below its space.</summary>
    public string Key { get; } = $"{ExternalId}/{Version}";
}
