namespace Sluice.Emulator.Statistics;

/// <summary>One request of the log, from its arrival to its answer.</summary>
internal sealed class RequestEntry
{
    public required string RequestId { get; init; }

    public required string Method { get; init; }

    public required string Path { get; init; }

    /// <summary>The operation's pattern, e.g. <c>/raw/dbs/{db}/tables</c>.</summary>
    public required string Operation { get; init; }

    public string? Project { get; init; }

    public required DateTimeOffset Arrived { get; init; }

    public long StartTimestamp { get; init; }

    public double Milliseconds { get; set; }

    public string? ClientId { get; set; }

    public string? App { get; init; }

    public string? ContentEncoding { get; init; }

    public string? ContentType { get; init; }

    /// <summary>Items, data points and rows of the request.</summary>
    public long Items { get; set; }

    public long Points { get; set; }

    public long Rows { get; set; }

    /// <summary>Bytes of the body after decompression.</summary>
    public long Bytes { get; set; }

    /// <summary>The answer's status; 0 while it runs and when the connection was dropped.</summary>
    public int Status { get; set; }

    /// <summary>The action of the fault that hit it, if any.</summary>
    public string? Fault { get; set; }
}
