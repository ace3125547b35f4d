namespace Sluice.Gateway.Admin;

/// <summary>Credentials as an administrator gives them, for <see cref="CredentialCheck"/> to try. Secret: never in a log, an answer or a message.</summary>
public abstract record GivenCredentials;

/// <summary>The nonce of a CDF session, which works once and for about a minute.</summary>
/// <param name="Nonce">As <c>POST /sessions</c> has given it.</param>
public sealed record GivenNonce(string Nonce) : GivenCredentials
{
    /// <summary>Never the nonce.</summary>
    public override string ToString() => "a nonce";
}

/// <summary>An application of the identity provider.</summary>
/// <param name="TokenUrl">Token endpoint; only hosts of <see cref="AdminOptions.TokenUrlHosts"/> are asked.</param>
/// <param name="ClientId">Application (client) id.</param>
/// <param name="ClientSecret">The secret's value.</param>
/// <param name="Scopes">Blank-separated; null for none.</param>
public sealed record GivenApplication(string TokenUrl, string ClientId, string ClientSecret, string? Scopes) : GivenCredentials
{
    /// <summary>When the secret ends, in milliseconds since 1970, if whoever gives it says so.</summary>
    public long? ExpirationTime { get; init; }

    /// <summary>Never the secret.</summary>
    public override string ToString() => $"application {ClientId}";
}
