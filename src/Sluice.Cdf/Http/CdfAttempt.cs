using Sluice.Cdf.Errors;

namespace Sluice.Cdf.Http;

/// <summary>What one sending of a request came to.</summary>
internal sealed record CdfAttempt
{
    /// <summary>Null after a 2xx answer.</summary>
    public CdfError? Error { get; init; }

    public int Status { get; init; }

    public ReadOnlyMemory<byte> Body { get; init; }

    public string? RequestId { get; init; }

    /// <summary>When CDF wants to be asked again.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
