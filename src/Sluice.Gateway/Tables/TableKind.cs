namespace Sluice.Gateway.Tables;

/// <summary>What a table is in CDF; it selects the writer and the reader.</summary>
public enum TableKind
{
    /// <summary><c>/assets</c>.</summary>
    Assets,

    /// <summary><c>/events</c>.</summary>
    Events,

    /// <summary><c>/timeseries</c>.</summary>
    TimeSeries,

    /// <summary><c>/timeseries/data</c> of numeric series.</summary>
    DoubleDatapoints,

    /// <summary><c>/timeseries/data</c> of string series.</summary>
    StringDatapoints,

    /// <summary><c>/files</c>: what CDF knows of files, without their content.</summary>
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

    /// <summary>The tables of every RAW database.</summary>
    RawTables,

    /// <summary><c>/models/datamodels</c>.</summary>
    DataModels,

    /// <summary><c>/models/views</c>.</summary>
    Views,

    /// <summary><c>/models/containers</c>.</summary>
    Containers,

    /// <summary><c>/units</c>.</summary>
    Units,

    /// <summary><c>/units/systems</c>.</summary>
    UnitSystems,

    /// <summary>Rows of every RAW table, with their columns as one JSON object.</summary>
    RawRows,

    /// <summary>Rows of one RAW table, with declared columns; made by the user.</summary>
    CustomRawRows,

    /// <summary>Nodes through one view, with its properties as columns; made by the user.</summary>
    Nodes,

    /// <summary>Edges through one view, with its properties as columns; made by the user.</summary>
    Edges,
}
