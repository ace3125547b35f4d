using Sluice.Cdf.Http;

namespace Sluice.Cdf.Resources;

/// <summary><c>/labels</c> (CDF API, "Labels"). They have an external id only, and cannot be updated.</summary>
public sealed class LabelsApi : ItemsApi
{
    /// <summary>Most items of a create, delete or byids; at least 1.</summary>
    public const int MaxItems = 1000;

    internal LabelsApi(CdfClient client)
        : base(client, "labels", CdfApi.Labels)
    {
    }
}
