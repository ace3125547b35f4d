using Microsoft.AspNetCore.Http;

namespace Sluice.Emulator.Http;

/// <summary>
/// What surrounds every request: the headers that CDF sends always, and CDF's error body for paths and methods that do not exist.
/// </summary>
internal static class Frame
{
    public static async Task RunAsync(HttpContext http, RequestDelegate next)
    {
        var headers = http.Response.Headers;
        headers["x-request-id"] = Guid.NewGuid().ToString();
        headers.Server = "envoy";
        headers.Vary = "Accept-Encoding";
        headers.XContentTypeOptions = "nosniff";
        await next(http);
        if (http.Response is { HasStarted: false, StatusCode: StatusCodes.Status404NotFound or StatusCodes.Status405MethodNotAllowed })
        {
            var message = http.Response.StatusCode == StatusCodes.Status404NotFound
                ? $"There is no resource {http.Request.Path}"
                : $"{http.Request.Path} does not support {http.Request.Method}";
            await AdminReply.WriteAsync(http, Reply.Error(new CdfException(http.Response.StatusCode, message)));
        }
    }
}
