using Sluice.Cdf.Http;

namespace Sluice.Cdf.Resources;

/// <summary><c>/relationships</c> (CDF API, "Relationships"). They have an external id only.</summary>
public sealed class RelationshipsApi : ItemsApi
{
    /// <summary>Most items of a create, update, delete or byids; at least 1.</summary>
    public const int MaxItems = 1000;

    internal RelationshipsApi(CdfClient client)
        : base(client, "relationships", CdfApi.Relationships)
    {
    }
}
