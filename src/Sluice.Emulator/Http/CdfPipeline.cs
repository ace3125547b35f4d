using System.Collections.Concurrent;
using System.Diagnostics;
using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using Sluice.Emulator.Faults;
using Sluice.Emulator.Statistics;

namespace Sluice.Emulator.Http;

/// <summary>What every operation passes through: log, faults, concurrency limit, caller, handler, answer.</summary>
internal sealed class CdfPipeline(EmulatorState state)
{
    /// <summary>Shorter answers are not worth compressing.</summary>
    private const int MinGzipBytes = 1024;

    private readonly ConcurrentDictionary<string, RunningCount> _running = new(StringComparer.Ordinal);

    public async Task RunAsync(HttpContext http, string operation, CdfHandler handler, CallerCheck check)
    {
        var project = http.Request.RouteValues["project"] as string;
        var log = NewEntry(http, operation, project);
        state.Statistics.Begin(log);
        var running = _running.GetOrAdd(project ?? "", static _ => new RunningCount());
        var now = Interlocked.Increment(ref running.Count);
        try
        {
            var relative = project is null ? log.Path : log.Path[(log.Path.IndexOf(project, StringComparison.Ordinal) + project.Length)..];
            var faults = state.Faults.PlanFor(log.Method, operation, relative);
            log.Fault = faults.Names;
            using var call = new CdfCall(state, http, log, faults);
            var reply = await AnswerAsync(call, handler, check, project, now);
            if (reply is null)
            {
                http.Abort();
                return;
            }

            log.Status = reply.Status;
            await SendAsync(http, reply);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client has gone; the log keeps status 0.
            http.Abort();
        }
        finally
        {
            Interlocked.Decrement(ref running.Count);
            log.Milliseconds = Stopwatch.GetElapsedTime(log.StartTimestamp).TotalMilliseconds;
            state.Statistics.End(log);
        }
    }

    /// <summary>The answer, or null if the connection is to be dropped.</summary>
    private async Task<Reply?> AnswerAsync(CdfCall call, CdfHandler handler, CallerCheck check, string? project, int running)
    {
        try
        {
            if (call.Faults.Ending(after: false) is { } before)
            {
                await call.Faults.DelayBeforeAsync(call.Aborted);
                return before.Action == FaultAction.Drop ? null : Reply.Error(before.ToError());
            }

            await CheckCallerAsync(call, check, project);
            if (project is not null && state.Settings.MaxConcurrentRequests is { } limit && running > limit)
            {
                throw CdfException.ConcurrencyLimit(limit);
            }

            var reply = await handler(call);
            await call.Faults.DelayBeforeAsync(call.Aborted);
            await call.Faults.DelayAfterAsync(call.Aborted);
            return call.Faults.Ending(after: true) switch
            {
                null => reply,
                { Action: FaultAction.Drop } => null,
                { } after => Reply.Error(after.ToError()),
            };
        }
        catch (CdfException e)
        {
            await call.Faults.DelayBeforeAsync(call.Aborted);
            return Reply.Error(e, call.Faults.WithholdsMissing, call.Faults.WithholdsDuplicated);
        }
    }

    private static async ValueTask CheckCallerAsync(CdfCall call, CallerCheck check, string? project)
    {
        switch (check)
        {
            case CallerCheck.Token:
                await call.AuthenticateAsync(null);
                break;
            case CallerCheck.Project:
                await call.AuthenticateAsync(project);
                break;
            case CallerCheck.ProjectWithoutToken:
                call.UseProject(project!);
                break;
        }
    }

    private static async Task SendAsync(HttpContext http, Reply reply)
    {
        var response = http.Response;
        response.StatusCode = reply.Status;
        response.ContentType = reply.ContentType;
        if (reply.AutoRetryable)
        {
            response.Headers["cdf-is-auto-retryable"] = "true";
        }

        if (reply.RetryAfterSeconds is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString();
        }

        if (reply.Body.Length < MinGzipBytes
            || !http.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.OrdinalIgnoreCase))
        {
            response.ContentLength = reply.Body.Length;
            await response.Body.WriteAsync(reply.Body, http.RequestAborted);
            return;
        }

        response.Headers.ContentEncoding = "gzip";
        await using var gzip = new GZipStream(response.Body, CompressionLevel.Fastest, leaveOpen: true);
        await gzip.WriteAsync(reply.Body, http.RequestAborted);
    }

    private RequestEntry NewEntry(HttpContext http, string operation, string? project) => new()
    {
        RequestId = http.Response.Headers["x-request-id"].ToString(),
        Method = http.Request.Method,
        Path = http.Request.Path.Value ?? "/",
        Operation = operation,
        Project = project,
        Arrived = state.Clock.GetUtcNow(),
        StartTimestamp = Stopwatch.GetTimestamp(),
        App = http.Request.Headers["x-cdp-app"].ToString(),
        ContentType = http.Request.ContentType,
        ContentEncoding = http.Request.Headers.ContentEncoding.ToString(),
    };

    private sealed class RunningCount
    {
        public int Count;
    }
}
