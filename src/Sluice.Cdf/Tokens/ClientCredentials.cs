namespace Sluice.Cdf.Tokens;

/// <summary>An OIDC application's credentials (OAuth 2.0, RFC 6749 section 4.4).</summary>
public sealed record ClientCredentials
{
    /// <summary>The provider's token endpoint, e.g. <c>https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token</c>.</summary>
    public required Uri TokenUrl { get; init; }

    /// <summary>Application (client) id.</summary>
    public required string ClientId { get; init; }

    /// <summary>The secret's value (not its id).</summary>
    public required string ClientSecret { get; init; }

    /// <summary>Blank-separated scopes, e.g. <c>https://{cluster}.cognitedata.com/.default</c>; null for none.</summary>
    public string? Scopes { get; init; }

    /// <summary>Audience, which some providers want instead of a scope.</summary>
    public string? Audience { get; init; }

    /// <summary>Never the secret.</summary>
    public override string ToString() => $"{ClientId} at {TokenUrl}";
}
