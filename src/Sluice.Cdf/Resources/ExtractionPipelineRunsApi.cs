using Sluice.Cdf.Http;

namespace Sluice.Cdf.Resources;

/// <summary><c>/extpipes/runs</c> (CDF API, "Extraction pipelines", "Create runs"). Runs have no key: a create that is repeated adds another one.</summary>
public static class ExtractionPipelineRunsApi
{
    /// <summary>Adds one run: <c>{"items":[{"externalId":"p","status":"success"}]}</c>. CDF takes one a request.</summary>
    public static CdfRequest Create(ReadOnlyMemory<byte> body, bool discardBody = true) =>
        CdfRequest.Post("extpipes/runs", CdfApi.ExtractionPipelineRuns, Repeatable.WhenThrottledOnly, body) with { DiscardBody = discardBody };
}
