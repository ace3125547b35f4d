using Sluice.Cdf.Errors;
using Sluice.Cdf.Resources;

namespace Sluice.Cdf.Tokens;

/// <summary>Tokens of a bound CDF session: the one that came with the binding, then a new one by session id and session key.</summary>
public sealed class SessionTokenSource : CachedTokenSource
{
    private readonly SessionsApi _sessions;
    private readonly long _sessionId;
    private readonly string _sessionKey;
    private readonly Lock _endLock = new();
    private DateTimeOffset? _end;

    /// <summary>A session that was bound before, e.g. in an earlier run.</summary>
    public SessionTokenSource(SessionsApi sessions, long sessionId, string sessionKey, TimeProvider time)
        : base(time)
    {
        _sessions = sessions;
        _sessionId = sessionId;
        _sessionKey = sessionKey;
    }

    /// <summary>A session that has just been bound: its token is used first.</summary>
    public SessionTokenSource(SessionsApi sessions, BoundSession session, TimeProvider time)
        : this(sessions, session.Id, session.SessionKey, time)
    {
        _end = session.End;
        Keep(session.AccessToken, session.Lifetime);
    }

    /// <summary>When the session ends, as CDF has said with its last token.</summary>
    public override DateTimeOffset? End
    {
        get
        {
            lock (_endLock)
            {
                return _end;
            }
        }
    }

    /// <inheritdoc />
    protected override async Task<IssuedToken> FetchAsync(CancellationToken cancellationToken)
    {
        var answer = await _sessions.RefreshAsync(_sessionId, _sessionKey, cancellationToken);
        if (answer.IsSuccess)
        {
            lock (_endLock)
            {
                _end = answer.Value.SessionEnd ?? _end;
            }
        }

        return answer.IsSuccess
            ? IssuedToken.Of(answer.Value.AccessToken, answer.Value.Lifetime)
            : IssuedToken.Failed(new TokenError(Kind(answer.Error), answer.Error.Message, Status: answer.Error.Status));
    }

    private static TokenErrorKind Kind(CdfError error) => error.Kind switch
    {
        CdfErrorKind.BadRequest or CdfErrorKind.Unauthorized or CdfErrorKind.Forbidden or CdfErrorKind.NotFound or CdfErrorKind.Conflict
            or CdfErrorKind.Unprocessable or CdfErrorKind.TokenRefused => TokenErrorKind.RefusedByProvider,
        _ => TokenErrorKind.Unreachable,
    };
}
