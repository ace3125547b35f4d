using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Sluice.Gateway.Tests.Admin;

/// <summary>As much of CDF and of an identity provider as administration asks: what tokens may do, what nonces give, which secrets are good.</summary>
internal sealed class FakeCdf : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakeCdf(WebApplication app) => _app = app;

    public string Url => _app.Urls.First();

    /// <summary>Answers of <c>token/inspect</c> by token.</summary>
    public ConcurrentDictionary<string, (int Status, string Body)> Inspections { get; } = new(StringComparer.Ordinal);

    /// <summary>Session ids by nonce; each works once.</summary>
    public ConcurrentDictionary<string, long> Nonces { get; } = new(StringComparer.Ordinal);

    /// <summary>Tokens that may revoke sessions.</summary>
    public ConcurrentDictionary<string, bool> Revokers { get; } = new(StringComparer.Ordinal);

    /// <summary>The sessions that were revoked, and with which token.</summary>
    public ConcurrentQueue<(long Session, string Token)> Revoked { get; } = new();

    /// <summary>What <c>sessions/token</c> answers, if not what the nonces say.</summary>
    public (int Status, string Message)? SessionFailure { get; set; }

    /// <summary>The secret of the application <c>client</c>.</summary>
    public string Secret { get; } = "secret";

    public static async Task<FakeCdf> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var cdf = new FakeCdf(app);
        app.MapGet("/api/v1/token/inspect", cdf.Inspect);
        app.MapPost("/api/v1/projects/{project}/sessions/token", cdf.SessionToken);
        app.MapPost("/api/v1/projects/{project}/sessions/revoke", cdf.Revoke);
        app.MapPost("/api/v1/projects/{project}/models/views/byids", Views);
        app.MapPost("/oauth2/v2.0/token", cdf.Token);
        await app.StartAsync();
        return cdf;
    }

    /// <summary>Lets <paramref name="token"/> do <paramref name="actions"/> with the gateway of <paramref name="project"/>.</summary>
    public void Allow(string token, string project = "p", string actions = "\"READ\",\"WRITE\"", string scope = "\"all\":{}") =>
        Inspections[token] = (200, $$$"""
            {"subject":"s","projects":[{"projectUrlName":"{{{project}}}","groups":[1]}],"capabilities":[
            {"postgresGatewayAcl":{"actions":[{{{actions}}}],"scope":{{{{scope}}}}},"projectScope":{"projects":["{{{project}}}"]}}]}
            """);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static IResult Error(int status, string message) =>
        Results.Text(JsonSerializer.Serialize(new { error = new { code = status, message } }), "application/json", statusCode: status);

    /// <summary>There is one view, a pump.</summary>
    private static async Task<IResult> Views(HttpRequest request)
    {
        using var body = await JsonDocument.ParseAsync(request.Body);
        var pump = new { space = "plant", externalId = "Pump", version = "v1", usedFor = "node", writable = true, createdTime = 1, properties = new { } };
        return Results.Json(new { items = body.RootElement.GetProperty("items")[0].GetProperty("externalId").GetString() == "Pump" ? [pump] : Array.Empty<object>() });
    }

    private IResult Inspect(HttpRequest request) =>
        Inspections.TryGetValue(request.Headers.Authorization.ToString()["Bearer ".Length..], out var answer)
            ? Results.Text(answer.Body, "application/json", statusCode: answer.Status)
            : Error(401, "Unauthorized");

    private async Task<IResult> SessionToken(HttpRequest request)
    {
        if (SessionFailure is { } failure)
        {
            return Error(failure.Status, failure.Message);
        }

        using var body = await JsonDocument.ParseAsync(request.Body);
        if (body.RootElement.TryGetProperty("sessionKey", out var key))
        {
            var session = body.RootElement.GetProperty("sessionId").GetInt64();
            return key.GetString() == $"session-key-{session}"
                ? Results.Json(new { id = session, accessToken = $"session-token-{session}", expiresIn = 3600 })
                : Error(401, "Unauthorized");
        }

        return body.RootElement.TryGetProperty("nonce", out var nonce) && Nonces.TryRemove(nonce.GetString()!, out var id)
            ? Results.Json(new { id, accessToken = $"session-token-{id}", expiresIn = 3600, sessionKey = $"session-key-{id}" })
            : Error(400, "Nonce has expired");
    }

    private async Task<IResult> Revoke(HttpRequest request)
    {
        using var body = await JsonDocument.ParseAsync(request.Body);
        var session = body.RootElement.GetProperty("items")[0].GetProperty("id").GetInt64();
        var token = request.Headers.Authorization.ToString()["Bearer ".Length..];
        if (!Revokers.ContainsKey(token))
        {
            return Error(403, "Resource not found. This may also be due to insufficient access rights.");
        }

        Revoked.Enqueue((session, token));
        return Results.Json(new { items = new[] { new { id = session } } });
    }

    private async Task<IResult> Token(HttpRequest request)
    {
        var form = await request.ReadFormAsync();
        return form["client_secret"] == Secret
            ? Results.Json(new { access_token = $"token-of-{form["client_id"]}", expires_in = 3599 })
            : Results.Json(new { error = "invalid_client", error_description = "AADSTS7000215: Invalid client secret provided." }, statusCode: 401);
    }
}
