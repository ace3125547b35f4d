using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Sluice.Gateway.Admin;

/// <summary>
/// Passes calls on to CDF that are not Sluice's own, so that one base URL serves a script which also calls <c>/sessions</c>. The caller's own token goes
/// along and nothing is added to it; bodies are streamed in both directions.
/// </summary>
internal sealed partial class PassThrough(AdminOptions options, ILogger<PassThrough> logger) : IDisposable
{
    private const string Prefix = "/api/v1/";

    // Nothing of the answer is interpreted here: no redirects, no cookies, no decompression.
    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler
    {
        ActivityHeadersPropagator = null,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = TimeSpan.FromSeconds(15),
        MaxConnectionsPerServer = 64,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        UseCookies = false,
    });

    public async Task<IResult> HandleAsync(HttpContext context)
    {
        if (context.Request.Headers.Authorization.Count == 0)
        {
            throw new ApiException(401, "Unauthorized: send the header \"Authorization: Bearer <token>\" with a token for this CDF project");
        }

        using var request = Request(context);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        try
        {
            // Until the answer begins, the time to send the body included.
            patience.CancelAfter(options.PassThroughTimeout);
            using var response = await _http.SendAsync(request, patience.Token);
            context.Response.StatusCode = (int)response.StatusCode;
            PassedHeaders.Copy(response, context.Response.Headers);
            await CopyBodyAsync(response, context, patience);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return TypedResults.Empty;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
        {
            Fail(context, e);
        }

        return TypedResults.Empty;
    }

    public void Dispose() => _http.Dispose();

    private HttpRequestMessage Request(HttpContext context)
    {
        // The bytes of the path as they came, so that what is escaped in an id stays so. Dots would mean another path to CDF than they meant here.
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var path = target.Split('?', 2)[0];
        if (!path.StartsWith(Prefix, StringComparison.Ordinal) || path.Contains('\\', StringComparison.Ordinal)
            || path.Split('/').Any(segment => Uri.UnescapeDataString(segment) is "." or ".."))
        {
            throw new ApiException(400, $"the path must begin with {Prefix} and have no . or .. in it");
        }

        var url = new Uri(
            options.Cdf.GetLeftPart(UriPartial.Authority) + target,
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), url);
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true)
        {
            request.Content = new StreamContent(context.Request.Body);
        }

        PassedHeaders.Copy(context.Request.Headers, request);
        return request;
    }

    private async Task CopyBodyAsync(HttpResponseMessage response, HttpContext context, CancellationTokenSource patience)
    {
        var buffer = new byte[64 * 1024];
        await using var body = await response.Content.ReadAsStreamAsync(patience.Token);
        while (true)
        {
            patience.CancelAfter(options.PassThroughTimeout);
            var read = await body.ReadAsync(buffer, patience.Token);
            if (read == 0)
            {
                return;
            }

            await context.Response.Body.WriteAsync(buffer.AsMemory(0, read), patience.Token);
        }
    }

    private void Fail(HttpContext context, Exception failure)
    {
        if (context.Response.HasStarted)
        {
            // A part of an answer must not look like all of it.
            LogBroken(logger, context.Request.Path, failure);
            context.Abort();
            return;
        }

        // What was to be CDF's answer is none any more.
        foreach (var name in context.Response.Headers.Keys.Where(name => name != "x-request-id").ToList())
        {
            context.Response.Headers.Remove(name);
        }

        throw failure switch
        {
            { InnerException: BadHttpRequestException refused } => new ApiException(refused.StatusCode, refused.Message),
            OperationCanceledException => new ApiException(504, $"CDF did not answer within {options.PassThroughTimeout.TotalSeconds:0} s"),
            _ => new ApiException(502, $"CDF at {options.Cdf.Host} cannot be reached: {failure.Message}"),
        };
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The answer to {Path} broke off")]
    private static partial void LogBroken(ILogger logger, string path, Exception exception);
}
