using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Logging;
using Npgsql;
using Sluice.Gateway.Engine;
using Sluice.Gateway.Users;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Admin;

/// <summary>Gives every answer an <c>x-request-id</c>, and every failure CDF's error body.</summary>
internal sealed partial class ApiErrorFilter(ILogger<ApiErrorFilter> logger) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var requestId = Guid.NewGuid().ToString();
        context.HttpContext.Response.Headers["x-request-id"] = requestId;
        try
        {
            return await next(context);
        }
        catch (ApiException e)
        {
            return Answer(e.Status, e.Message, e.Missing);
        }
        catch (UserNameTakenException e)
        {
            return Answer(400, e.Message);
        }
        catch (BadHttpRequestException e)
        {
            return Answer(e.StatusCode, e.Message);
        }
        catch (PgException e) when (StatusOf(e.Error.SqlState) is { } status)
        {
            return Answer(status, e.Error.Hint is { } hint ? $"{e.Error.Message}. {hint}" : e.Error.Message);
        }
        catch (Exception e) when (e is NpgsqlException or EngineException)
        {
            LogFailure(logger, requestId, e);
            return Answer(503, "Sluice cannot reach its own database now; try again in a moment");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogFailure(logger, requestId, e);
            return Answer(500, $"Sluice failed; its log tells more under request id {requestId}");
        }
    }

    // What a table's definition is refused for is the caller's matter; what the engine has no time or no place for is not.
    private static int? StatusOf(string sqlState) => sqlState switch
    {
        SqlState.DuplicateTable or SqlState.DependentObjectsStillExist => 409,
        SqlState.InvalidAuthorizationSpecification => 404,
        SqlState.LockNotAvailable => 503,
        _ => sqlState[..2] switch
        {
            "42" or "54" => 400,
            "08" or "53" or "57" => 503,
            _ => null,
        },
    };

    private static JsonHttpResult<ErrorAnswer> Answer(int status, string message, IReadOnlyList<MissingItem>? missing = null) =>
        TypedResults.Json(new ErrorAnswer(new ErrorContent(status, message, missing)), AdminJson.Default.ErrorAnswer, statusCode: status);

    [LoggerMessage(Level = LogLevel.Error, Message = "Administration request {RequestId} failed")]
    private static partial void LogFailure(ILogger logger, string requestId, Exception exception);
}
