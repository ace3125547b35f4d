using System.Security.Claims;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Sluice.Emulator.Identity;

/// <summary>Signs access tokens with Entra ID's claims.</summary>
internal sealed class TokenIssuer(EmulatorState state)
{
    /// <summary>The claim that ties a token to a CDF session.</summary>
    public const string SessionClaim = "cdf_session";

    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };

    public string Issue(Application application) => Issue(
        application.ObjectId, application.ClientId, state.GroupsOf(application), application.Roles, session: null, state.Settings.TokenLifetime);

    public string IssueForSession(Principal principal, long session, TimeSpan lifetime) =>
        Issue(principal.Subject, principal.ClientId, principal.Groups, principal.Roles, session, lifetime);

    private string Issue(
        string subject, string? clientId, IReadOnlyList<string> groups, IReadOnlyList<string> roles, long? session, TimeSpan lifetime)
    {
        var now = state.Clock.GetUtcNow().UtcDateTime;
        var claims = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            [JwtRegisteredClaimNames.Sub] = subject,
            [JwtRegisteredClaimNames.Jti] = Guid.NewGuid().ToString("N"),
            ["oid"] = subject,
            ["tid"] = state.Options.Tenant,
            ["idtyp"] = "app",
            ["ver"] = "1.0",
        };
        if (clientId is not null)
        {
            claims["appid"] = clientId;
        }

        if (groups.Count > 0)
        {
            claims["groups"] = groups;
        }

        if (roles.Count > 0)
        {
            claims["roles"] = roles;
        }

        if (session is not null)
        {
            claims[SessionClaim] = session.Value.ToString();
        }

        return _handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = state.Issuer,
            Audience = state.Audience,
            IssuedAt = now,
            NotBefore = now,
            Expires = now + lifetime,
            Claims = claims,
            Subject = new ClaimsIdentity(),
            SigningCredentials = SigningKey.Credentials,
        });
    }
}
