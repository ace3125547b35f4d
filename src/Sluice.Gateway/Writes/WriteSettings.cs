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

/// <summary>What becomes of a statement with rows that cannot be stored: <c>sluice.on_error</c>.</summary>
public enum OnError
{
    /// <summary>It fails.</summary>
    Stop,

    /// <summary>They are set aside in <c>sluice.rejected_rows</c>, and the others are stored.</summary>
    Skip,
}

/// <summary>What metadata in an UPDATE or upsert does: <c>sluice.metadata</c>.</summary>
public enum MetadataUpdate
{
    /// <summary>It takes the place of the whole map.</summary>
    Replace,

    /// <summary>Its keys are added; the others stay.</summary>
    Merge,
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

    /// <summary><c>sluice.on_conflict</c>: for statements that do not say it themselves.</summary>
    public ConflictAction OnConflict { get; init; }

    /// <summary><c>sluice.on_error</c>.</summary>
    public OnError OnError { get; init; }

    /// <summary>With more rows set aside than these the statement fails; COPY's REJECT_LIMIT.</summary>
    public long? RejectLimit { get; init; }

    /// <summary><c>sluice.create_missing</c>: data points create the time series that they refer to.</summary>
    public bool CreateMissing { get; init; }

    /// <summary><c>sluice.metadata</c>.</summary>
    public MetadataUpdate Metadata { get; init; }

    /// <summary>
    /// <c>sluice.assume_rows_exist</c>: UPDATE and DELETE inside a transaction count their rows without asking CDF; a row that is not there fails
    /// the COMMIT.
    /// </summary>
    public bool AssumeRowsExist { get; init; }

    /// <summary>The user's default data set: internal id given to rows without one.</summary>
    public long? DefaultDataSetId { get; init; }

    /// <summary>JSON bodies are sent compressed.</summary>
    public bool GzipJson { get; init; } = true;

    /// <summary>Data points are sent compressed: a third less to send, for ten times the work.</summary>
    public bool GzipDataPoints { get; init; }
}
