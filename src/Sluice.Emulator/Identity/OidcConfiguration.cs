namespace Sluice.Emulator.Identity;

/// <summary>A project's OIDC configuration: which tokens it trusts and which of their claims give access.</summary>
internal sealed record OidcConfiguration
{
    public required string JwksUrl { get; init; }

    public required string TokenUrl { get; init; }

    public required string Issuer { get; init; }

    public required string Audience { get; init; }

    public long SkewMs { get; init; }

    public IReadOnlyList<string> AccessClaims { get; init; } = ["groups", "roles"];

    public IReadOnlyList<string> ScopeClaims { get; init; } = ["scp"];

    public IReadOnlyList<string> LogClaims { get; init; } = ["appid"];

    public bool IsGroupCallbackEnabled { get; init; }
}
