using Sluice.Emulator.Sessions;

namespace Sluice.Emulator.Identity;

/// <summary>Who calls: what CDF takes from a validated token.</summary>
internal sealed record Principal
{
    public required string Subject { get; init; }

    public required string Issuer { get; init; }

    public IReadOnlyList<string> Audiences { get; init; } = [];

    /// <summary>The <c>appid</c> claim.</summary>
    public string? ClientId { get; init; }

    public IReadOnlyList<string> Groups { get; init; } = [];

    public IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary>The session that the token was made for; null for a token of the identity provider.</summary>
    public Session? Session { get; init; }

    public required DateTimeOffset Expires { get; init; }

    /// <summary>The values of one of the project's access claims.</summary>
    public IReadOnlyList<string> ClaimValues(string claim) => claim switch
    {
        "groups" => Groups,
        "roles" => Roles,
        _ => [],
    };
}
