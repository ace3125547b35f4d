using Microsoft.Extensions.Logging;
using Sluice.Cdf.Errors;

namespace Sluice.Cdf.Http;

/// <summary>What the client says in the log: never a token, a body or a key.</summary>
internal static partial class Log
{
    [LoggerMessage(
        EventId = 1,
        Level = LogLevel.Information,
        Message = "CDF {Api}: {Kind} (HTTP {Status}) at attempt {Attempt}, again in {Wait:0.00} s, request id {RequestId}")]
    public static partial void Repeats(ILogger logger, CdfApi api, CdfErrorKind kind, int status, int attempt, double wait, string? requestId);
}
