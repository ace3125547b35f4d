using Sluice.Cdf.Errors;
using Sluice.Cdf.Limits;
using Sluice.Cdf.Resources;
using Sluice.Cdf.Tokens;

namespace Sluice.Cdf.Http;

/// <summary>
/// Acts in one CDF project with one set of credentials. Failures of CDF are values (<see cref="CdfResponse.Error"/>); only cancellation throws.
/// Safe for use by many at once; connections and concurrency limits are shared through <see cref="CdfHttp"/>.
/// </summary>
public sealed class CdfClient
{
    private readonly CdfHttp _http;
    private readonly ITokenSource _tokens;
    private readonly CdfTransport _transport;

    internal CdfClient(CdfHttp http, string project, ITokenSource tokens)
    {
        _http = http;
        _tokens = tokens;
        _transport = new CdfTransport(http, project);
        Project = project;
    }

    /// <summary>The project's url name.</summary>
    public string Project { get; }

    /// <summary><c>/assets</c>.</summary>
    public AssetsApi Assets => new(this);

    /// <summary><c>/events</c>.</summary>
    public EventsApi Events => new(this);

    /// <summary><c>/timeseries</c>.</summary>
    public TimeSeriesApi TimeSeries => new(this);

    /// <summary><c>/files</c>.</summary>
    public FilesApi Files => new(this);

    /// <summary><c>/labels</c>.</summary>
    public LabelsApi Labels => new(this);

    /// <summary><c>/relationships</c>.</summary>
    public RelationshipsApi Relationships => new(this);

    /// <summary><c>/sequences</c>.</summary>
    public SequencesApi Sequences => new(this);

    /// <summary><c>/extpipes</c>.</summary>
    public ExtractionPipelinesApi ExtractionPipelines => new(this);

    /// <summary><c>/datasets</c>.</summary>
    public DataSetsApi DataSets => new(this);

    /// <summary><c>/models/views</c>.</summary>
    public ViewsApi Views => new(this);

    /// <summary><c>/sessions</c>.</summary>
    public SessionsApi Sessions => new(this);

    /// <summary><c>/token/inspect</c>.</summary>
    public TokenApi Token => new(this);

    /// <summary>
    /// Sends <paramref name="request"/>, and again where its <see cref="CdfRequest.Repeatable"/> and <see cref="CdfRetryOptions"/> allow it. A slot of the
    /// API's concurrency limit is held while an attempt is in flight, not while waiting.
    /// </summary>
    /// <param name="request">What to send.</param>
    /// <param name="abort">
    /// Drops the request even in flight and throws. What was sent is not undone; prefer <paramref name="stopLaunching"/> for writes.
    /// </param>
    /// <param name="stopLaunching">
    /// Lets the attempt in flight end, and launches no other: the response is then its outcome, or <see cref="CdfErrorKind.Stopped"/>.
    /// </param>
    /// <exception cref="OperationCanceledException">By <paramref name="abort"/>.</exception>
    public async Task<CdfResponse> SendAsync(CdfRequest request, CancellationToken abort, CancellationToken stopLaunching = default)
    {
        using var joined = stopLaunching.CanBeCanceled ? CancellationTokenSource.CreateLinkedTokenSource(abort, stopLaunching) : null;
        var waiting = joined?.Token ?? abort;
        var run = new CdfRetryRun(_http, request);
        try
        {
            string? rejected = null;
            CdfAttempt? attempt = null;
            while (true)
            {
                var token = await _tokens.GetAsync(rejected, waiting);
                if (!token.IsSuccess)
                {
                    return run.End(FromToken(token.Error));
                }

                if (attempt is { Status: 401 } && string.Equals(token.Token, rejected, StringComparison.Ordinal))
                {
                    return run.End(attempt);
                }

                attempt = await AttemptAsync(request, token.Token, waiting, abort);
                run.Count(attempt);
                if (attempt.Status == 401 && rejected is null)
                {
                    rejected = token.Token;
                    continue;
                }

                if (attempt.Error is null || run.NextWait(attempt) is not { } wait)
                {
                    return run.End(attempt);
                }

                Log.Repeats(_http.Logger, request.Api, attempt.Error.Kind, attempt.Status, run.Attempts, wait.TotalSeconds, attempt.RequestId);
                await Task.Delay(wait, _http.Time, waiting);
            }
        }
        catch (OperationCanceledException) when (stopLaunching.IsCancellationRequested && !abort.IsCancellationRequested)
        {
            return run.End(new CdfAttempt
            {
                Error = new CdfError { Kind = CdfErrorKind.Stopped, Message = "the request was not sent again: its statement was cancelled" },
            });
        }
    }

    private async Task<CdfAttempt> AttemptAsync(CdfRequest request, string token, CancellationToken waiting, CancellationToken abort)
    {
        // What is asked outside of a project shares one limit: a project that a stranger names must not cost memory.
        var budget = request.Path.StartsWith('/') ? string.Empty : Project;
        using var slot = await _http.Limiter(budget, request.Api).WaitAsync(waiting);
        var attempt = await _transport.SendAsync(request, token, abort);
        Report(slot, attempt);
        return attempt;
    }

    private static void Report(AdaptiveLimiter.Slot slot, CdfAttempt attempt)
    {
        if (attempt.Error is null)
        {
            slot.Succeeded();
        }
        else if (attempt.Status == 429)
        {
            slot.Throttled(attempt.RetryAfter);
        }
    }

    private static CdfAttempt FromToken(TokenError error) => new()
    {
        Error = new CdfError
        {
            Kind = error.Kind == TokenErrorKind.RefusedByProvider ? CdfErrorKind.TokenRefused : CdfErrorKind.TokenUnavailable,
            Message = error.Message,
        },
    };
}
