namespace Sluice.Cdf.Http;

/// <summary>
/// How patient a client is. The defaults are those of Cognite's Python SDK: {429, 502, 503, 504}, waits of U(0.1, min(0.5 * 2^n, 60)) seconds, at most 10
/// tries, here also bounded by two minutes.
/// </summary>
public sealed class CdfRetryOptions
{
    /// <summary>Most attempts of one request, the first included.</summary>
    public int MaxAttempts { get; set; } = 10;

    /// <summary>Most attempts while CDF cannot be reached at all, the first included: fewer, since a person waits.</summary>
    public int MaxConnectAttempts { get; set; } = 4;

    /// <summary>No further attempt begins this long after the first.</summary>
    public TimeSpan TotalTime { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>How long one attempt may take, its answer included.</summary>
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Statuses after which a repeatable request is sent again; 429 is for every request.</summary>
    public IReadOnlySet<int> Statuses { get; set; } = new HashSet<int> { 429, 502, 503, 504 };

    /// <summary>Shortest wait.</summary>
    public TimeSpan MinBackoff { get; set; } = TimeSpan.FromSeconds(0.1);

    /// <summary>The wait after attempt n is at most this times 2^n.</summary>
    public TimeSpan BackoffFactor { get; set; } = TimeSpan.FromSeconds(0.5);

    /// <summary>Longest wait, unless CDF asks for a longer one by Retry-After.</summary>
    public TimeSpan MaxBackoff { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>The wait after the <paramref name="attempt"/>th attempt (from 1); <paramref name="jitter"/> is from [0, 1).</summary>
    public TimeSpan Backoff(int attempt, double jitter)
    {
        var longest = Math.Min(BackoffFactor.TotalSeconds * Math.Pow(2, Math.Min(attempt, 30)), MaxBackoff.TotalSeconds);
        var shortest = Math.Min(MinBackoff.TotalSeconds, longest);
        return TimeSpan.FromSeconds(shortest + (jitter * (longest - shortest)));
    }
}
