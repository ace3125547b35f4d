namespace Sluice.Gateway.Writes;

/// <summary>What becomes of data points that CDF takes only with status Bad: <c>sluice.bad_values</c>.</summary>
public enum BadValues
{
    /// <summary>22003.</summary>
    Error,

    /// <summary>They are stored with status Bad.</summary>
    Status,
}

/// <summary>What becomes of two data points of one series within a millisecond: <c>sluice.sub_millisecond</c>.</summary>
public enum SubMillisecond
{
    /// <summary>The later row wins; a NOTICE counts them.</summary>
    Collapse,

    /// <summary>22008.</summary>
    Error,
}

/// <summary>The settings of a session that bear on how rows are written.</summary>
public sealed record WriteSettings
{
    /// <summary>All as after a login without settings.</summary>
    public static WriteSettings Default { get; } = new();

    /// <summary><c>sluice.bad_values</c>.</summary>
    public BadValues BadValues { get; init; }

    /// <summary><c>sluice.sub_millisecond</c>.</summary>
    public SubMillisecond SubMillisecond { get; init; }

    /// <summary>The user's default data set: internal id given to rows without one.</summary>
    public long? DefaultDataSetId { get; init; }

    /// <summary>JSON bodies are sent compressed.</summary>
    public bool GzipJson { get; init; } = true;

    /// <summary>Data points are sent compressed: a third less to send, for ten times the work.</summary>
    public bool GzipDataPoints { get; init; }
}
