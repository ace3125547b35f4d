using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Sluice.Emulator.Http;

/// <summary>
/// Answers of the emulator's own endpoints, which real CDF does not have: plain, without authentication, statistics or faults.
/// </summary>
internal static class AdminReply
{
    public static async Task WriteAsync(HttpContext http, Reply reply)
    {
        http.Response.StatusCode = reply.Status;
        http.Response.ContentType = reply.ContentType;
        http.Response.ContentLength = reply.Body.Length;
        await http.Response.Body.WriteAsync(reply.Body, http.RequestAborted);
    }

    /// <summary>Parses the body, runs the handler and turns what it refuses into an error answer.</summary>
    public static async Task RunAsync(HttpContext http, Func<JsonElement, Reply> handler)
    {
        Reply reply;
        try
        {
            using var document = await JsonDocument.ParseAsync(http.Request.Body, JsonFormat.Reader, http.RequestAborted);
            reply = handler(document.RootElement);
        }
        catch (JsonException e)
        {
            reply = Reply.Error(CdfException.BadRequest($"The body is not valid JSON: {e.Message}"));
        }
        catch (CdfException e)
        {
            reply = Reply.Error(e);
        }

        await WriteAsync(http, reply);
    }
}
