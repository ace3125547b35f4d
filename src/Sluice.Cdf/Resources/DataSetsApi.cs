using Sluice.Cdf.Http;

namespace Sluice.Cdf.Resources;

/// <summary><c>/datasets</c> (CDF API, "Data sets"). There is no delete.</summary>
public sealed class DataSetsApi : ItemsApi
{
    /// <summary>Most items of a create; at least 1.</summary>
    public const int MaxItemsPerCreate = 10;

    /// <summary>Most items of a byids.</summary>
    public const int MaxItems = 1000;

    internal DataSetsApi(CdfClient client)
        : base(client, "datasets", CdfApi.DataSets)
    {
    }
}
