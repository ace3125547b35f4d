using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Sluice.Cdf.Http;

namespace Sluice.Cdf.Tests.Support;

/// <summary>What a request looked like on arrival.</summary>
internal sealed record Received(string Method, string Target, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);
}

/// <summary>An HTTP server that answers the nth request as told; the last answer is repeated.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Func<HttpContext, Task>> _script = new();
    private readonly SemaphoreSlim _arrivals = new(0);
    private Func<HttpContext, Task> _last = Json(200, "{}");

    private ScriptedServer(WebApplication app) => _app = app;

    public ConcurrentQueue<Received> Requests { get; } = new();

    public Uri Url { get; private set; } = null!;

    public static async Task<ScriptedServer> StartAsync(params Func<HttpContext, Task>[] script)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new ScriptedServer(app);
        Array.ForEach(script, server._script.Enqueue);
        app.Run(server.AnswerAsync);
        await app.StartAsync();
        server.Url = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return server;
    }

    /// <summary>A client of this server; it never times out unless <paramref name="configure"/> says so.</summary>
    public CdfHttp NewHttp(TimeProvider? time = null, Action<CdfOptions>? configure = null)
    {
        var options = new CdfOptions { BaseUrl = Url };
        options.Retry.AttemptTimeout = Timeout.InfiniteTimeSpan;
        configure?.Invoke(options);
        return new CdfHttp(options, time) { NextJitter = () => 0.5 };
    }

    /// <summary>Waits until one more request has arrived.</summary>
    public Task ArrivalAsync() => _arrivals.WaitAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _arrivals.Dispose();
    }

    public static Func<HttpContext, Task> Json(int status, string body, params (string Name, string Value)[] headers) => context =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.Headers["x-request-id"] = "req-1";
        foreach (var (name, value) in headers)
        {
            context.Response.Headers[name] = value;
        }

        return context.Response.WriteAsync(body);
    };

    public static Func<HttpContext, Task> Error(int status, string message, params (string Name, string Value)[] headers) =>
        Json(status, $$$"""{"error":{"code":{{{status}}},"message":"{{{message}}}"}}""", headers);

    /// <summary>The request has come in full; its answer never goes out.</summary>
    public static Task Drop(HttpContext context)
    {
        context.Abort();
        return Task.CompletedTask;
    }

    /// <summary>The status line goes out, then half a body, then nothing.</summary>
    public static Func<HttpContext, Task> DropAmidBody(int status) => context =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentLength = 100;
        // Kestrel closes a connection whose response is shorter than announced, after what there is has gone out.
        return context.Response.WriteAsync("""{"items":[""");
    };

    /// <summary>No answer until the client leaves or <paramref name="release"/> is set.</summary>
    public static Func<HttpContext, Task> Hang(Task? release = null) => async context =>
    {
        var gone = new TaskCompletionSource();
        using var registration = context.RequestAborted.Register(gone.SetResult);
        await Task.WhenAny(gone.Task, release ?? gone.Task);
        if (!context.RequestAborted.IsCancellationRequested)
        {
            await Json(200, "{}")(context);
        }
    };

    private async Task AnswerAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        Requests.Enqueue(new Received(
            context.Request.Method,
            context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget,
            context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            body.ToArray()));
        if (_script.TryDequeue(out var next))
        {
            _last = next;
        }

        var answer = _last;
        _arrivals.Release();
        await answer(context);
    }
}
