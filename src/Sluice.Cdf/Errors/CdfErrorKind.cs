namespace Sluice.Cdf.Errors;

/// <summary>What went wrong with a CDF request, as far as a caller acts on it.</summary>
public enum CdfErrorKind
{
    /// <summary>Any 4xx without a kind of its own, mostly 400: the request does not please CDF.</summary>
    BadRequest,

    /// <summary>401, also after the token was fetched anew.</summary>
    Unauthorized,

    /// <summary>403: a capability is missing.</summary>
    Forbidden,

    /// <summary>404.</summary>
    NotFound,

    /// <summary>409: see <see cref="CdfError.Duplicated"/>.</summary>
    Conflict,

    /// <summary>422: e.g. a key twice in one request, see <see cref="CdfError.Duplicated"/>.</summary>
    Unprocessable,

    /// <summary>429 beyond the patience of <see cref="Http.CdfRetryOptions"/>.</summary>
    Throttled,

    /// <summary>5xx.</summary>
    ServerError,

    /// <summary>The request was never sent: name not resolved, connection refused, TLS not agreed.</summary>
    Unreachable,

    /// <summary>The request was sent, and the connection ended before the answer was complete.</summary>
    OutcomeUnknown,

    /// <summary>No answer within <see cref="Http.CdfRetryOptions.AttemptTimeout"/>, or CDF's own 408.</summary>
    Timeout,

    /// <summary>The identity provider, or CDF's session service, refuses the credentials; nothing was sent.</summary>
    TokenRefused,

    /// <summary>No token could be fetched now; nothing was sent.</summary>
    TokenUnavailable,

    /// <summary>The caller asked not to launch anything more; see <see cref="CdfError.EffectPossible"/> for what was sent before.</summary>
    Stopped,
}
