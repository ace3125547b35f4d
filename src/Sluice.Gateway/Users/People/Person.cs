namespace Sluice.Gateway.Users.People;

/// <summary>Somebody who has signed in with an access token of their own, and is no registered user.</summary>
/// <param name="Project">Url name of the CDF project that they work in.</param>
/// <param name="Issuer">Who has issued the token.</param>
/// <param name="Subject">Whom CDF takes the token for.</param>
/// <param name="Token">The token. Secret: kept in memory alone, for as long as the session.</param>
/// <param name="Expires">When the token ends, and the session with it.</param>
public sealed record Person(string Project, string Issuer, string Subject, string Token, DateTimeOffset Expires)
{
    /// <summary>Neither the token nor whose it is.</summary>
    public override string ToString() => $"person of project {Project}";
}
