using Sluice.Cdf.Errors;

namespace Sluice.Cdf.Http;

/// <summary>The attempts of one request: whether there is another, after what wait, and what they amount to together.</summary>
internal sealed class CdfRetryRun(CdfHttp http, CdfRequest request)
{
    private readonly CdfRetryOptions _options = http.Options.Retry;
    private readonly long _began = http.Time.GetTimestamp();
    private bool _effectPossible;
    private TimeSpan _backedOff;

    public int Attempts { get; private set; }

    public void Count(CdfAttempt attempt)
    {
        Attempts++;
        _effectPossible |= attempt.Error is { } error && MayHaveEffect(error);
    }

    /// <summary>The wait before the next attempt; null if there is none.</summary>
    public TimeSpan? NextWait(CdfAttempt attempt)
    {
        if (!MayRepeat(attempt.Error!))
        {
            return null;
        }

        // Jitter on top of Retry-After, so that those who were refused together do not come back together.
        var wait = _options.Backoff(Attempts, http.NextJitter());
        if (attempt.RetryAfter is { } asked)
        {
            wait = asked + TimeSpan.FromMilliseconds(100 * http.NextJitter());
        }

        if (http.Time.GetElapsedTime(_began) + wait > _options.TotalTime)
        {
            return null;
        }

        _backedOff += wait;
        return wait;
    }

    public CdfResponse End(CdfAttempt last) => new()
    {
        Error = last.Error is { } error ? error with { Attempts = Attempts, EffectPossible = _effectPossible } : null,
        Status = last.Status,
        Body = last.Body,
        RequestId = last.RequestId,
        Attempts = Attempts,
        BackedOff = _backedOff,
    };

    private bool MayRepeat(CdfError error)
    {
        if (request.Repeatable == Repeatable.Never || Attempts >= _options.MaxAttempts)
        {
            return false;
        }

        var harmless = request.Repeatable is Repeatable.Read or Repeatable.Always;
        return error.Kind switch
        {
            CdfErrorKind.Unreachable => Attempts < _options.MaxConnectAttempts,
            CdfErrorKind.OutcomeUnknown => harmless,
            CdfErrorKind.Timeout when error.Status == 0 => harmless,
            _ => error.AutoRetryable || error.Status == 429 || (harmless && _options.Statuses.Contains(error.Status)),
        };
    }

    private bool MayHaveEffect(CdfError error) => request.Repeatable != Repeatable.Read && error.Kind switch
    {
        CdfErrorKind.OutcomeUnknown or CdfErrorKind.Timeout or CdfErrorKind.ServerError => true,
        CdfErrorKind.BadRequest or CdfErrorKind.Conflict or CdfErrorKind.Unprocessable => !request.Atomic,
        _ => false,
    };
}
