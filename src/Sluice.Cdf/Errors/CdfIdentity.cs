namespace Sluice.Cdf.Errors;

/// <summary>
/// The key by which CDF names a resource in <c>missing</c> and <c>duplicated</c>: the one that the request used. One of the properties is set;
/// <see cref="ExternalId"/> goes with <see cref="Space"/> for an <c>instanceId</c>, and may go with <see cref="Id"/> where CDF says both.
/// </summary>
/// <param name="Id">Internal id, 1 to 2^53-1.</param>
/// <param name="ExternalId">External id.</param>
/// <param name="Space">Space of an instance id.</param>
/// <param name="Name">Name of a RAW database or table.</param>
public readonly record struct CdfIdentity(long? Id = null, string? ExternalId = null, string? Space = null, string? Name = null)
{
    /// <summary>The key as a person reads it.</summary>
    public override string ToString() => this switch
    {
        { Space: { } space } => $"({space}, {ExternalId})",
        { ExternalId: { } externalId } => externalId,
        { Id: { } id } => id.ToString(System.Globalization.CultureInfo.InvariantCulture),
        _ => Name ?? string.Empty,
    };
}
