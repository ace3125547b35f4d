namespace Sluice.Cdf.Tokens;

/// <summary>
/// Keeps a token until shortly before it ends and fetches the next one once, however many requests ask. While a provider is unreachable the old token serves
/// as long as it is good; a refusal is remembered for a few seconds, so that a wrong secret does not become a flood of attempts.
/// </summary>
public abstract class CachedTokenSource : ITokenSource
{
    private static readonly TimeSpan _leeway = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan _refusalMemory = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _fetchTimeout = TimeSpan.FromSeconds(60);

    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private string? _token;
    private DateTimeOffset _keptAt;
    private DateTimeOffset _refreshAt;
    private DateTimeOffset _endsAt;
    private TokenError? _refusal;
    private DateTimeOffset _refusedUntil;
    private Task<IssuedToken>? _fetch;

    /// <summary>An empty cache.</summary>
    protected CachedTokenSource(TimeProvider time) => _time = time;

    /// <inheritdoc />
    public virtual DateTimeOffset? End => null;

    /// <inheritdoc />
    public ValueTask<TokenResult> GetAsync(string? rejected, CancellationToken cancellationToken)
    {
        Task<IssuedToken> fetch;
        lock (_lock)
        {
            var now = _time.GetUtcNow();
            if (rejected is not null && string.Equals(_token, rejected, StringComparison.Ordinal))
            {
                _token = null;
            }

            if (_token is not null && now < _refreshAt)
            {
                return ValueTask.FromResult(TokenResult.Of(_token));
            }

            if (_refusal is not null && now < _refusedUntil)
            {
                return ValueTask.FromResult(TokenResult.Failed(_refusal));
            }

            fetch = _fetch ??= Task.Run(FetchAndKeepAsync, CancellationToken.None);
        }

        return new ValueTask<TokenResult>(OldTokenServesAsync(fetch, cancellationToken));
    }

    /// <inheritdoc />
    public async ValueTask<TokenResult> RenewAsync(TimeSpan maxAge, CancellationToken cancellationToken)
    {
        Task<IssuedToken> fetch;
        lock (_lock)
        {
            if (_token is not null && _time.GetUtcNow() < _keptAt + maxAge)
            {
                return TokenResult.Of(_token);
            }

            fetch = _fetch ??= Task.Run(FetchAndKeepAsync, CancellationToken.None);
        }

        return Result(await fetch.WaitAsync(cancellationToken));
    }

    /// <summary>Keeps a token that was issued elsewhere, e.g. with the session itself.</summary>
    protected void Keep(string token, TimeSpan lifetime)
    {
        lock (_lock)
        {
            var now = _time.GetUtcNow();
            var leeway = lifetime > 4 * _leeway ? _leeway : lifetime / 4;
            _token = token;
            _keptAt = now;
            _endsAt = now + lifetime;
            _refreshAt = _endsAt - leeway;
            _refusal = null;
        }
    }

    /// <summary>Asks the provider; failures are values.</summary>
    /// <exception cref="OperationCanceledException">Only by <paramref name="cancellationToken"/>, which is the time limit.</exception>
    protected abstract Task<IssuedToken> FetchAsync(CancellationToken cancellationToken);

    private async Task<IssuedToken> FetchAndKeepAsync()
    {
        try
        {
            var issued = await FetchWithinTimeLimitAsync();
            if (issued.IsSuccess)
            {
                Keep(issued.Token, issued.Lifetime);
            }
            else if (issued.Error.Kind == TokenErrorKind.RefusedByProvider)
            {
                KeepRefusal(issued.Error);
            }

            return issued;
        }
        finally
        {
            lock (_lock)
            {
                _fetch = null;
            }
        }
    }

    private async Task<IssuedToken> FetchWithinTimeLimitAsync()
    {
        using var limit = new CancellationTokenSource(_fetchTimeout, _time);
        try
        {
            return await FetchAsync(limit.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return IssuedToken.Failed(new TokenError(
                TokenErrorKind.Unreachable,
                $"no token within {_fetchTimeout.TotalSeconds} s"));
        }
    }

    private void KeepRefusal(TokenError error)
    {
        lock (_lock)
        {
            _refusal = error;
            _refusedUntil = _time.GetUtcNow() + _refusalMemory;
        }
    }

    private async Task<TokenResult> OldTokenServesAsync(Task<IssuedToken> fetch, CancellationToken cancellationToken)
    {
        var issued = await fetch.WaitAsync(cancellationToken);
        if (issued is { IsSuccess: false, Error.Kind: not TokenErrorKind.RefusedByProvider })
        {
            lock (_lock)
            {
                if (_token is not null && _time.GetUtcNow() < _endsAt)
                {
                    return TokenResult.Of(_token);
                }
            }
        }

        return Result(issued);
    }

    private static TokenResult Result(IssuedToken issued) => issued.IsSuccess ? TokenResult.Of(issued.Token) : TokenResult.Failed(issued.Error);
}
