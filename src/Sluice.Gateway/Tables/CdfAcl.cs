using System.Collections.Immutable;

namespace Sluice.Gateway.Tables;

/// <summary>One of CDF's access control lists, under its three names.</summary>
/// <param name="Name">The API's, in a group's capabilities, e.g. <c>timeSeriesAcl</c>.</param>
/// <param name="Manual">The manual's, e.g. <c>timeseries</c>.</param>
/// <param name="Label">The portal's, e.g. <c>Time series</c>.</param>
public sealed record CdfAcl(string Name, string Manual, string Label)
{
    /// <summary>Assets.</summary>
    public static CdfAcl Assets { get; } = new("assetsAcl", "assets", "Assets");

    /// <summary>Events.</summary>
    public static CdfAcl Events { get; } = new("eventsAcl", "events", "Events");

    /// <summary>Files.</summary>
    public static CdfAcl Files { get; } = new("filesAcl", "files", "Files");

    /// <summary>Labels.</summary>
    public static CdfAcl Labels { get; } = new("labelsAcl", "labels", "Labels");

    /// <summary>Relationships.</summary>
    public static CdfAcl Relationships { get; } = new("relationshipsAcl", "relationships", "Relationships");

    /// <summary>Sequences and their rows.</summary>
    public static CdfAcl Sequences { get; } = new("sequencesAcl", "sequences", "Sequences");

    /// <summary>Time series and their data points.</summary>
    public static CdfAcl TimeSeries { get; } = new("timeSeriesAcl", "timeseries", "Time series");

    /// <summary>RAW databases, tables and rows.</summary>
    public static CdfAcl Raw { get; } = new("rawAcl", "raw", "RAW");

    /// <summary>Data sets.</summary>
    public static CdfAcl DataSets { get; } = new("datasetsAcl", "datasets", "Data sets");

    /// <summary>Extraction pipelines.</summary>
    public static CdfAcl ExtractionPipelines { get; } = new("extractionPipelinesAcl", "extractionpipelines", "Extraction pipelines");

    /// <summary>Runs of extraction pipelines.</summary>
    public static CdfAcl ExtractionRuns { get; } = new("extractionRunsAcl", "extractionruns", "Extraction pipeline runs");

    /// <summary>Spaces, containers, views and data models.</summary>
    public static CdfAcl DataModels { get; } = new("dataModelsAcl", "datamodels", "Data models");

    /// <summary>Nodes and edges.</summary>
    public static CdfAcl DataModelInstances { get; } = new("dataModelInstancesAcl", "datamodelinstances", "Data model instances");

    /// <summary>All that tables need.</summary>
    public static ImmutableArray<CdfAcl> All { get; } =
    [
        Assets, Events, Files, Labels, Relationships, Sequences, TimeSeries, Raw, DataSets, ExtractionPipelines, ExtractionRuns, DataModels,
        DataModelInstances,
    ];

    /// <summary><c>READ</c>.</summary>
    public Capability Read => new(this, "READ");

    /// <summary><c>WRITE</c>.</summary>
    public Capability Write => new(this, "WRITE");

    /// <summary><c>LIST</c>, which RAW alone has.</summary>
    public Capability List => new(this, "LIST");
}
