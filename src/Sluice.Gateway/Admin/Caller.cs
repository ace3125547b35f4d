namespace Sluice.Gateway.Admin;

/// <summary>Who calls the administration API.</summary>
/// <param name="Token">The bearer token; null for <see cref="LocalAdministrator"/>, who has none.</param>
/// <param name="Subject">Whom CDF takes the token for.</param>
/// <param name="Usernames">The users that the capability is for; null for all of the project.</param>
internal sealed record Caller(string? Token, string Subject, IReadOnlySet<string>? Usernames)
{
    /// <summary>Who came over the gateway's own socket; for everything, in every project.</summary>
    public static Caller LocalAdministrator { get; } = new(Token: null, "local administrator", Usernames: null);

    /// <summary>Whether the caller may know of <paramref name="username"/>.</summary>
    public bool Covers(string username) => Usernames is null || Usernames.Contains(username);

    /// <summary>Never the token.</summary>
    public override string ToString() => Subject;
}
