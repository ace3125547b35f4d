using Sluice.Cdf.Http;

namespace Sluice.Cdf.Resources;

/// <summary><c>/extpipes</c> (CDF API, "Extraction pipelines").</summary>
public sealed class ExtractionPipelinesApi : ItemsApi
{
    /// <summary>Most items of a create, update, delete or byids; at least 1.</summary>
    public const int MaxItems = 1000;

    internal ExtractionPipelinesApi(CdfClient client)
        : base(client, "extpipes", CdfApi.ExtractionPipelines)
    {
    }
}
