using System.Text.Json.Serialization;

namespace Sluice.Gateway.Users;

/// <summary>With what Sluice gets a user's CDF tokens. Secret: never in a log, an answer or a message.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(SessionCredentials), "session")]
[JsonDerivedType(typeof(ApplicationCredentials), "application")]
public abstract record UserCredentials;

/// <summary>A CDF session that was bound from a nonce.</summary>
/// <param name="SessionId">Its id.</param>
/// <param name="SessionKey">The secret that gives its tokens.</param>
public sealed record SessionCredentials(long SessionId, string SessionKey) : UserCredentials
{
    /// <summary>Never the key.</summary>
    public override string ToString() => $"session {SessionId}";
}

/// <summary>An application of the identity provider.</summary>
/// <param name="TokenUrl">Token endpoint.</param>
/// <param name="ClientId">Application (client) id.</param>
/// <param name="ClientSecret">The secret's value.</param>
/// <param name="Scopes">Blank-separated.</param>
public sealed record ApplicationCredentials(Uri TokenUrl, string ClientId, string ClientSecret, string? Scopes) : UserCredentials
{
    /// <summary>Never the secret.</summary>
    public override string ToString() => $"application {ClientId} at {TokenUrl.Host}";
}
