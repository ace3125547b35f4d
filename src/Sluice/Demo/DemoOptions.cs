namespace Sluice.Demo;

/// <summary>What <c>sluice demo</c> was asked for.</summary>
internal sealed record DemoOptions
{
    /// <summary>End after the load.</summary>
    public bool Once { get; init; }

    /// <summary>Load nothing.</summary>
    public bool Empty { get; init; }

    /// <summary>Where to write how to connect, once it serves.</summary>
    public string? ReadyFile { get; init; }

    /// <summary>Where to keep state; a temporary directory that goes with the process if not given.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>The directory of the CSV files.</summary>
    public required string Samples { get; init; }

    /// <summary>Port for PostgreSQL clients; 0 for a free one.</summary>
    public int PostgresPort { get; init; }

    /// <summary>Port of the REST API; 0 for a free one.</summary>
    public int ApiPort { get; init; }

    /// <summary>Port of the local CDF; 0 for a free one.</summary>
    public int CdfPort { get; init; }
}
