namespace Sluice.Cdf.Errors;

/// <summary>Why a CDF request failed. A value, not an exception: callers decide by it which rows to repeat and what to tell the user.</summary>
public sealed record CdfError
{
    /// <summary>What a caller acts on.</summary>
    public required CdfErrorKind Kind { get; init; }

    /// <summary>HTTP status of the last answer, 0 without one.</summary>
    public int Status { get; init; }

    /// <summary>CDF's own words; without an answer, the network's. One line, never a secret.</summary>
    public required string Message { get; init; }

    /// <summary>Keys that CDF does not know. CDF lists all of a request, in any order, but may leave the list out.</summary>
    public IReadOnlyList<CdfIdentity> Missing { get; init; } = [];

    /// <summary>Keys that exist already or come twice. CDF lists all of a request, but may leave the list out.</summary>
    public IReadOnlyList<CdfIdentity> Duplicated { get; init; } = [];

    /// <summary>Names of required fields that the request lacks, where CDF says so.</summary>
    public IReadOnlyList<string> MissingFields { get; init; } = [];

    /// <summary>CDF's <c>x-request-id</c> of the last answer, which its support asks for.</summary>
    public string? RequestId { get; init; }

    /// <summary>How many times the request was sent or tried to be sent.</summary>
    public int Attempts { get; init; }

    /// <summary>
    /// CDF may hold what the request asked for, in full or in part: an answer was lost, a 5xx came, or the endpoint is not atomic. In doubt for creates
    /// and deletes; for requests that may be repeated, only until they are.
    /// </summary>
    public bool EffectPossible { get; init; }

    /// <summary>CDF's word that the same request may succeed later (header <c>cdf-is-auto-retryable</c> or <c>isAutoRetryable</c>).</summary>
    public bool AutoRetryable { get; init; }
}
