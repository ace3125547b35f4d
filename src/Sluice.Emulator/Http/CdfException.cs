using Microsoft.AspNetCore.Http;

namespace Sluice.Emulator.Http;

/// <summary>A request that CDF refuses; it becomes <c>{"error":{"code","message","missing"?,"duplicated"?}}</c>.</summary>
internal sealed class CdfException : Exception
{
    public CdfException(int status, string message)
        : base(message) => Status = status;

    public int Status { get; }

    public IReadOnlyList<ItemKey>? Missing { get; init; }

    public IReadOnlyList<ItemKey>? Duplicated { get; init; }

    /// <summary>Whether the answer says that the request may be repeated as it is, by header and in the body.</summary>
    public bool AutoRetryable { get; init; }

    /// <summary>The Retry-After header in seconds.</summary>
    public int? RetryAfterSeconds { get; init; }

    public static CdfException BadRequest(string message) => new(StatusCodes.Status400BadRequest, message);

    /// <summary>A field that breaks its constraint. CDF does not say which item it was, so neither does this.</summary>
    public static CdfException Violation(string field, string rule) => BadRequest(
        $"Request had 1 constraint violations. Please fix the request and try again. [{field} {rule}]");

    public static CdfException NotFound(string message) => new(StatusCodes.Status404NotFound, message);

    public static CdfException Unauthorized() => new(StatusCodes.Status401Unauthorized, "Unauthorized");

    public static CdfException Forbidden() => new(
        StatusCodes.Status403Forbidden, "Resource not found. This may also be due to insufficient access rights.");

    public static CdfException ConcurrencyLimit(int limit) => new(
        StatusCodes.Status429TooManyRequests,
        $"Project exceeded maximum number='{limit}' of concurrent requests. Please try again later.");

    public static CdfException RateLimit() => new(
        StatusCodes.Status429TooManyRequests, "Project exceeded maximum rate of requests. Please try again later.");

    public static CdfException Conflict() => new(
        StatusCodes.Status429TooManyRequests,
        "Conflict: another request that is being processed modifies the same resource. Please try again later.");
}
