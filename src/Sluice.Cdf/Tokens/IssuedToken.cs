using System.Diagnostics.CodeAnalysis;

namespace Sluice.Cdf.Tokens;

/// <summary>A token with its lifetime as the provider stated it, or why there is none.</summary>
public readonly struct IssuedToken
{
    private IssuedToken(string? token, TimeSpan lifetime, TokenError? error)
    {
        Token = token;
        Lifetime = lifetime;
        Error = error;
    }

    /// <summary>The token.</summary>
    public string? Token { get; }

    /// <summary>How long it is good from now.</summary>
    public TimeSpan Lifetime { get; }

    /// <summary>Null if there is a token.</summary>
    public TokenError? Error { get; }

    /// <summary>There is a token.</summary>
    [MemberNotNullWhen(true, nameof(Token))]
    [MemberNotNullWhen(false, nameof(Error))]
    public bool IsSuccess => Error is null && Token is not null;

    /// <summary>A token that is good for <paramref name="lifetime"/>.</summary>
    public static IssuedToken Of(string token, TimeSpan lifetime) => new(token, lifetime, null);

    /// <summary>A failure.</summary>
    public static IssuedToken Failed(TokenError error) => new(null, default, error);
}
