using System.Diagnostics.CodeAnalysis;

namespace Sluice.Cdf.Tokens;

/// <summary>A token, or why there is none.</summary>
public readonly struct TokenResult
{
    private TokenResult(string? token, TokenError? error)
    {
        Token = token;
        Error = error;
    }

    /// <summary>The token; empty for a service that needs none.</summary>
    public string? Token { get; }

    /// <summary>Null if there is a token.</summary>
    public TokenError? Error { get; }

    /// <summary>There is a token.</summary>
    [MemberNotNullWhen(true, nameof(Token))]
    [MemberNotNullWhen(false, nameof(Error))]
    public bool IsSuccess => Error is null && Token is not null;

    /// <summary>A token.</summary>
    public static TokenResult Of(string token) => new(token, null);

    /// <summary>A failure.</summary>
    public static TokenResult Failed(TokenError error) => new(null, error);
}
