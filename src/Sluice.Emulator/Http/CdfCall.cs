using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sluice.Emulator.Access;
using Sluice.Emulator.Faults;
using Sluice.Emulator.Identity;
using Sluice.Emulator.Statistics;

namespace Sluice.Emulator.Http;

/// <summary>One request to CDF or to the token endpoint, and what is known of it. Dispose frees its buffers and its claims.</summary>
internal sealed class CdfCall(EmulatorState state, HttpContext http, RequestEntry log, FaultPlan faults) : IDisposable
{
    private readonly List<IDisposable> _owned = [];
    private IReadOnlyCollection<(string Resource, string Key)> _claimed = [];
    private Project? _project;
    private Principal? _caller;
    private AccessRights? _rights;

    public EmulatorState State { get; } = state;

    public HttpContext Http { get; } = http;

    public RequestEntry Log { get; } = log;

    public FaultPlan Faults { get; } = faults;

    public string RequestId => Log.RequestId;

    public CancellationToken Aborted => Http.RequestAborted;

    public Project Project => _project ?? throw new InvalidOperationException("The operation has no project.");

    public Principal Caller => _caller ?? throw new InvalidOperationException("The operation needs no token.");

    public AccessRights Rights => _rights ?? throw new InvalidOperationException("The operation has no project.");

    /// <summary>Whether this request only counts what it would store.</summary>
    public bool Counting => State.Settings.Counting;

    public string Route(string name) => (string)Http.Request.RouteValues[name]!;

    /// <summary>A query parameter; null if it is absent or empty.</summary>
    public string? Query(string name) => Http.Request.Query[name].ToString() is { Length: > 0 } value ? value : null;

    public int QueryLimit(int standard, int max) => Query("limit") is not { } text
        ? standard
        : int.TryParse(text, out var limit) && limit >= 1 && limit <= max
            ? limit
            : throw CdfException.Violation("limit", $"must be between 1 and {max}");

    public long? QueryNumber(string name) => Query(name) is not { } text
        ? null
        : long.TryParse(text, out var number) && number >= 0
            ? number
            : throw CdfException.BadRequest($"{name} must be a number");

    public bool QueryFlag(string name) => Query(name) is { } text && (bool.TryParse(text, out var flag)
        ? flag
        : throw CdfException.BadRequest($"{name} must be true or false"));

    /// <summary>Checks the token and, if the operation is one of a project, that the token gives access to it.</summary>
    public async ValueTask AuthenticateAsync(string? projectName)
    {
        _caller = await State.TokenValidator.ValidateAsync(Http.Request.Headers.Authorization);
        Log.ClientId = _caller.ClientId;
        if (projectName is not null)
        {
            _project = State.FindProject(projectName);
            _rights = _project?.RightsOf(_caller) ?? throw CdfException.Unauthorized();
        }
    }

    /// <summary>Names the project of an operation that takes no token of it.</summary>
    public void UseProject(string projectName) => _project = State.FindProject(projectName) ?? throw CdfException.Unauthorized();

    /// <summary>The body as bytes, decompressed.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> ReadBytesAsync()
    {
        var body = await RequestBody.ReadAsync(Http.Request, State.Options.MaxRequestBytes, Aborted);
        _owned.Add(body);
        Log.Bytes = body.Length;
        return body.Memory;
    }

    /// <summary>The body as JSON.</summary>
    public async ValueTask<JsonElement> ReadJsonAsync()
    {
        RequireJson();
        return ParseJson(await ReadBytesAsync());
    }

    public JsonElement ParseJson(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            var document = JsonDocument.Parse(bytes, JsonFormat.Reader);
            _owned.Add(document);
            return document.RootElement;
        }
        catch (JsonException e)
        {
            throw CdfException.BadRequest($"Could not parse the request body as JSON: {e.Message}");
        }
    }

    /// <summary>415 unless the body is declared as JSON.</summary>
    public void RequireJson()
    {
        if (!Http.Request.HasJsonContentType())
        {
            throw new CdfException(
                StatusCodes.Status415UnsupportedMediaType,
                $"Content-Type '{Http.Request.ContentType}' is not supported, use application/json");
        }
    }

    /// <summary>
    /// To be called when the request is known to be well-formed, before it changes anything: claims what it modifies (429 if another
    /// request is modifying it) until the answer is sent, then waits as the faults say.
    /// </summary>
    public Task BeginEffectAsync(IReadOnlyCollection<(string Resource, string Key)> keys)
    {
        if (State.Settings.DetectConflicts && keys.Count > 0)
        {
            if (!Project.Claims.TryClaim(keys))
            {
                throw CdfException.Conflict();
            }

            _claimed = keys;
        }

        return Faults.DelayBeforeAsync(Aborted);
    }

    public void Dispose()
    {
        if (_claimed.Count > 0)
        {
            Project.Claims.Release(_claimed);
        }

        foreach (var owned in _owned)
        {
            owned.Dispose();
        }
    }
}
