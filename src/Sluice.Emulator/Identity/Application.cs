namespace Sluice.Emulator.Identity;

/// <summary>A secret of an application: the value is what a client sends; the id only looks like it (a classic mistake).</summary>
internal sealed record ApplicationSecret(string Id, string Value, DateTimeOffset? Expires);

/// <summary>An application (service principal) of the identity provider.</summary>
internal sealed class Application
{
    public required string ClientId { get; init; }

    public required string ObjectId { get; init; }

    public required string DisplayName { get; init; }

    public IReadOnlyList<ApplicationSecret> Secrets { get; init; } = [];

    /// <summary>Object ids of groups that it is a member of and that need not be in the directory: a short cut to the token's claim.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>The token's <c>roles</c> claim.</summary>
    public IReadOnlyList<string> Roles { get; init; } = [];
}
