using System.Diagnostics.CodeAnalysis;
using Sluice.Cdf.Errors;

namespace Sluice.Cdf.Http;

/// <summary>What became of a request: a 2xx answer, or an <see cref="Error"/>.</summary>
public sealed class CdfResponse
{
    /// <summary>Null after a 2xx answer.</summary>
    public CdfError? Error { get; init; }

    /// <summary>CDF answered 2xx.</summary>
    [MemberNotNullWhen(false, nameof(Error))]
    public bool IsSuccess => Error is null;

    /// <summary>HTTP status of the last answer, 0 without one.</summary>
    public int Status { get; init; }

    /// <summary>Body of a 2xx answer, decompressed; empty with <see cref="CdfRequest.DiscardBody"/>.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>CDF's <c>x-request-id</c> of the last answer.</summary>
    public string? RequestId { get; init; }

    /// <summary>How many times the request was sent or tried to be sent; 1 without a retry.</summary>
    public int Attempts { get; init; }

    /// <summary>Time spent waiting between attempts.</summary>
    public TimeSpan BackedOff { get; init; }

    /// <summary>A response that is only an error.</summary>
    public static CdfResponse Failed(CdfError error) =>
        new() { Error = error, Status = error.Status, RequestId = error.RequestId, Attempts = error.Attempts };
}
