namespace Sluice.Cdf.Http;

/// <summary>The part of CDF that a request goes to; CDF budgets requests per API, so each has an <see cref="Limits.AdaptiveLimiter"/> of its own.</summary>
public enum CdfApi
{
    /// <summary>All that has no budget of its own.</summary>
    Other,

    /// <summary><c>/assets</c>.</summary>
    Assets,

    /// <summary><c>/events</c>.</summary>
    Events,

    /// <summary><c>/timeseries</c> without its data.</summary>
    TimeSeries,

    /// <summary><c>/timeseries/data</c>.</summary>
    DataPoints,

    /// <summary><c>/raw</c>.</summary>
    Raw,

    /// <summary><c>/datasets</c>.</summary>
    DataSets,

    /// <summary><c>/files</c>.</summary>
    Files,

    /// <summary><c>/labels</c>.</summary>
    Labels,

    /// <summary><c>/relationships</c>.</summary>
    Relationships,

    /// <summary><c>/sequences</c> without their rows.</summary>
    Sequences,

    /// <summary><c>/sequences/data</c>.</summary>
    SequenceRows,

    /// <summary><c>/extpipes</c>.</summary>
    ExtractionPipelines,

    /// <summary><c>/extpipes/runs</c>.</summary>
    ExtractionPipelineRuns,

    /// <summary>Writes to <c>/models/instances</c>.</summary>
    Instances,

    /// <summary><c>/models/instances/delete</c>.</summary>
    InstanceDeletes,

    /// <summary>Reads of <c>/models/instances</c>.</summary>
    InstanceReads,

    /// <summary><c>/sessions</c>.</summary>
    Sessions,

    /// <summary><c>/token/inspect</c>.</summary>
    Token,
}
