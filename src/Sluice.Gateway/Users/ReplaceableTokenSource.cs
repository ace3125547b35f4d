using Sluice.Cdf.Tokens;

namespace Sluice.Gateway.Users;

/// <summary>The tokens of one user, whose credentials may change while his sessions are open.</summary>
internal sealed class ReplaceableTokenSource(DateTimeOffset version, ITokenSource tokens) : ITokenSource
{
    private volatile Versioned _current = new(version, tokens);

    /// <summary>When the user was last changed, as far as is known here.</summary>
    public DateTimeOffset Version => _current.Version;

    /// <summary>Goes on with <paramref name="tokens"/>, unless those of a later version are known.</summary>
    public void Replace(DateTimeOffset version, ITokenSource tokens)
    {
        var next = new Versioned(version, tokens);
        for (var current = _current; current.Version < version; current = _current)
        {
            if (Interlocked.CompareExchange(ref _current, next, current) == current)
            {
                return;
            }
        }
    }

    public DateTimeOffset? End => _current.Tokens.End;

    public ValueTask<TokenResult> GetAsync(string? rejected, CancellationToken cancellationToken) => _current.Tokens.GetAsync(rejected, cancellationToken);

    public ValueTask<TokenResult> RenewAsync(TimeSpan maxAge, CancellationToken cancellationToken) => _current.Tokens.RenewAsync(maxAge, cancellationToken);

    private sealed record Versioned(DateTimeOffset Version, ITokenSource Tokens);
}
