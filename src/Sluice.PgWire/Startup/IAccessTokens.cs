using Sluice.PgWire.Protocol;

namespace Sluice.PgWire.Startup;

/// <summary>Lets people in who bring an access token of their identity provider in place of a password. Asked over TLS only.</summary>
public interface IAccessTokens
{
    /// <summary>What a client without a token is told about where to get one.</summary>
    TokenDiscovery Discovery { get; }

    /// <summary>
    /// How the client is to bring its token; <see langword="null"/> if it is to prove a password (SCRAM). Must not depend on which users there are, since
    /// strangers see the answer.
    /// </summary>
    /// <exception cref="PgException">What the client asks for cannot be; it gets it as FATAL.</exception>
    TokenMethod? MethodFor(StartupParameters parameters);

    /// <summary>Checks a token of at most <see cref="AccessToken.MaximumLength"/> characters, which has the form of one.</summary>
    /// <returns>Who it is, as <see cref="PgClientConnection.Principal"/> of the session.</returns>
    /// <exception cref="PgException">28000: the token is refused; another code: it cannot be checked. The client gets it as FATAL.</exception>
    ValueTask<object> AuthenticateAsync(StartupParameters parameters, string token, CancellationToken cancellationToken);
}

/// <summary>How a token gets here.</summary>
public enum TokenMethod
{
    /// <summary>As a password in the clear, inside TLS (AuthenticationCleartextPassword), which every client can.</summary>
    Password,

    /// <summary>By SASL mechanism OAUTHBEARER (RFC 7628), as PostgreSQL's libpq can since version 18.</summary>
    OAuthBearer,
}

/// <summary>Where a client gets a token (RFC 7628, 3.2.2).</summary>
/// <param name="Scope">The scope to ask for; blank-separated.</param>
/// <param name="OpenIdConfiguration">URL of the identity provider's discovery document, if it is known.</param>
public sealed record TokenDiscovery(string Scope, string? OpenIdConfiguration = null);
