namespace Sluice.Gateway.Writes;

/// <summary>Bounds of one running write.</summary>
public sealed record WriteLimits
{
    /// <summary>The defaults.</summary>
    public static WriteLimits Default { get; } = new();

    /// <summary>Most requests of one statement that are encoded and not yet answered. The client bounds what is sent at once by itself.</summary>
    public int MaxRequestsInFlight { get; init; } = 16;

    /// <summary>A request is closed when its body has grown past this many bytes, before compression.</summary>
    public int MaxBodyBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>A batch of rows is full at this many bytes of decoded values.</summary>
    public int MaxBatchBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Most bytes of decoded rows that wait for their parents, of one statement.</summary>
    public long MaxHeldBytes { get; init; } = 256 * 1024 * 1024;

    /// <summary>How long a cancelled statement waits for the requests in flight.</summary>
    public TimeSpan CancelPatience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often data points are tried again for series that were created a moment ago and that CDF does not find yet.</summary>
    public int NewSeriesTries { get; init; } = 6;

    /// <summary>The wait before the first of these tries; each one is twice the one before.</summary>
    public TimeSpan NewSeriesWait { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long the keys of a request stay taken after its answer was lost: so long it may still take effect.</summary>
    public TimeSpan InDoubtHold { get; init; } = TimeSpan.FromSeconds(10);
}
