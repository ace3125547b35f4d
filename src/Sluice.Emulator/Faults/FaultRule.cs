using System.Text.Json;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.Faults;

/// <summary>One rule: which requests, how often, and what happens to them. See docs/emulator.md for the JSON.</summary>
internal sealed class FaultRule
{
    private readonly List<(long AtLeast, TaskCompletionSource Reached)> _watchers = [];
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private long _seen;

    public required string Id { get; init; }

    public required FaultAction Action { get; init; }

    public string? Method { get; init; }

    public string Path { get; init; } = "*";

    /// <summary>Matching requests that pass before the first one is hit.</summary>
    public long Skip { get; init; }

    /// <summary>How many requests are hit at most; null for all.</summary>
    public long? Times { get; init; }

    /// <summary>The share of the matching requests that are hit, decided by the seeded generator.</summary>
    public double Probability { get; init; } = 1;

    /// <summary>Whether the request takes effect first.</summary>
    public bool After { get; init; }

    public int Status { get; init; }

    public string? Message { get; init; }

    public int? RetryAfterSeconds { get; init; }

    public bool AutoRetryable { get; init; }

    public TimeSpan Delay { get; init; }

    /// <summary>Rows that a partial RAW write stores.</summary>
    public int Rows { get; init; }

    public bool WithholdsMissing { get; init; }

    public bool WithholdsDuplicated { get; init; }

    public long Hits { get; private set; }

    /// <summary>Ends when the rule is deleted; what a hold waits for.</summary>
    public Task Released => _released.Task;

    public static FaultRule Read(JsonElement json, int index)
    {
        JsonChecks.Object(json, "rule");
        var name = JsonChecks.String(json.Required("action"), "action");
        if (!Enum.TryParse<FaultAction>(name, ignoreCase: true, out var action) || !Enum.IsDefined(action))
        {
            throw CdfException.BadRequest($"Unknown action '{name}'; known are {string.Join(", ", Enum.GetNames<FaultAction>())}");
        }

        var lists = json.Optional("lists") is { } given
            ? JsonChecks.Array(given, "lists").EnumerateArray().Select(l => JsonChecks.String(l, "lists")).ToList()
            : ["missing", "duplicated"];
        return new FaultRule
        {
            Id = json.Optional("id") is { } id ? JsonChecks.String(id, "id") : $"rule-{index}",
            Action = action,
            Method = json.Optional("method") is { } method ? JsonChecks.String(method, "method") : null,
            Path = json.Optional("path") is { } path ? JsonChecks.String(path, "path") : "*",
            Skip = json.Optional("skip") is { } skip ? JsonChecks.Integer(skip, "skip", 0) : 0,
            Times = json.Optional("times") is { } times ? JsonChecks.Integer(times, "times", 0) : null,
            Probability = json.Optional("probability") is { } probability ? JsonChecks.Double(probability, "probability") : 1,
            After = json.Optional("when") is { } when && ReadWhen(JsonChecks.String(when, "when")),
            Status = json.Optional("status") is { } status ? (int)JsonChecks.Integer(status, "status", 400, 599) : 503,
            Message = json.Optional("message") is { } message ? JsonChecks.String(message, "message") : null,
            RetryAfterSeconds = json.Optional("retryAfter") is { } retry ? (int)JsonChecks.Integer(retry, "retryAfter", 0, 86_400) : null,
            AutoRetryable = json.Flag("autoRetryable"),
            Delay = TimeSpan.FromMilliseconds(
                json.Optional("milliseconds") is { } ms ? JsonChecks.Integer(ms, "milliseconds", 0, 3_600_000) : 0),
            Rows = json.Optional("rows") is { } rows ? (int)JsonChecks.Integer(rows, "rows", 0, int.MaxValue) : 0,
            WithholdsMissing = action == FaultAction.Withhold && lists.Contains("missing", StringComparer.Ordinal),
            WithholdsDuplicated = action == FaultAction.Withhold && lists.Contains("duplicated", StringComparer.Ordinal),
        };
    }

    /// <summary>Whether the rule hits this request; counts it if so.</summary>
    public bool TryHit(string method, string operation, string path, Random random)
    {
        if ((Method is not null && !Method.Equals(method, StringComparison.OrdinalIgnoreCase))
            || !(PathPattern.Matches(Path, operation) || PathPattern.Matches(Path, path)))
        {
            return false;
        }

        lock (_gate)
        {
            if (Hits >= Times || _seen++ < Skip || (Probability < 1 && random.NextDouble() >= Probability))
            {
                return false;
            }

            Hits++;
            foreach (var watcher in _watchers.Where(w => w.AtLeast <= Hits))
            {
                watcher.Reached.TrySetResult();
            }

            return true;
        }
    }

    /// <summary>Ends when the rule has hit at least so many requests.</summary>
    public Task HasHitAsync(long atLeast)
    {
        lock (_gate)
        {
            if (Hits >= atLeast)
            {
                return Task.CompletedTask;
            }

            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _watchers.Add((atLeast, reached));
            return reached.Task;
        }
    }

    /// <summary>Lets go of the requests that the rule holds.</summary>
    public void Release() => _released.TrySetResult();

    public CdfException ToError() => Action switch
    {
        FaultAction.ExpiredToken => CdfException.Unauthorized(),
        FaultAction.RateLimit => With(CdfException.RateLimit()),
        FaultAction.ConcurrencyLimit => With(CdfException.ConcurrencyLimit(50)),
        FaultAction.Conflict => With(CdfException.Conflict()),
        _ => With(new CdfException(Status, DefaultMessage(Status))),
    };

    private static bool ReadWhen(string when) => when switch
    {
        "before" => false,
        "after" => true,
        _ => throw CdfException.BadRequest("when must be before or after"),
    };

    private static string DefaultMessage(int status) => status switch
    {
        500 => "Internal server error",
        502 => "Bad gateway",
        503 => "Service unavailable",
        504 => "Gateway timeout",
        _ => "Injected fault",
    };

    private CdfException With(CdfException error) => new(error.Status, Message ?? error.Message)
    {
        AutoRetryable = AutoRetryable,
        RetryAfterSeconds = RetryAfterSeconds,
    };
}
