namespace Sluice.Gateway.Reads.History;

/// <summary>What one statement wrote to CDF: a row of view <c>sluice.writes</c>.</summary>
public sealed record WriteRecord
{
    /// <summary>The gateway user.</summary>
    public required string Username { get; init; }

    /// <summary>The statement's number, from <see cref="WriteHistory.NextStatement"/>; its rejected rows have it, too.</summary>
    public required long Statement { get; init; }

    /// <summary>When it ended.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>What it was: <c>INSERT</c>, <c>COPY</c>, <c>UPDATE</c>, <c>DELETE</c>, <c>TRUNCATE</c> or <c>COMMIT</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The CDF table; several of a COMMIT are joined by commas.</summary>
    public required string Table { get; init; }

    /// <summary>Rows that CDF has.</summary>
    public long Rows { get; init; }

    /// <summary>Rows that were set aside.</summary>
    public long Rejected { get; init; }

    /// <summary>Requests to CDF.</summary>
    public long Requests { get; init; }

    /// <summary>Of these, repetitions.</summary>
    public long Retries { get; init; }

    /// <summary>Bytes of the requests' bodies.</summary>
    public long Bytes { get; init; }

    /// <summary>Time spent reading and encoding rows.</summary>
    public TimeSpan Decoding { get; init; }

    /// <summary>Time spent waiting for a slot, for memory, or between repetitions.</summary>
    public TimeSpan Waiting { get; init; }

    /// <summary>Time that requests took, summed up over those in flight together.</summary>
    public TimeSpan InCdf { get; init; }

    /// <summary>Of a statement that failed.</summary>
    public string? SqlState { get; init; }

    /// <summary>The message of a statement that failed.</summary>
    public string? Error { get; init; }

    /// <summary>The client's <c>application_name</c>.</summary>
    public string? ApplicationName { get; init; }

    /// <summary>CDF's ids of the requests that failed.</summary>
    public IReadOnlyList<string> RequestIds { get; init; } = [];
}
