using System.Collections.Concurrent;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Sluice.Emulator.Http;
using Sluice.Emulator.Sessions;

namespace Sluice.Emulator.Identity;

/// <summary>
/// Validates bearer tokens as CDF does: RS256, the key of the JWKS, issuer, audience, times, required claims. Answers are kept per token,
/// because checking a signature costs more than many a request.
/// </summary>
internal sealed class TokenValidator(EmulatorState state)
{
    private const int MaxKept = 10_000;

    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false };
    private readonly ConcurrentDictionary<string, Principal> _known = new(StringComparer.Ordinal);

    /// <summary>The caller of an Authorization header; 401 if it is missing, malformed, forged, expired or of a dead session.</summary>
    public async ValueTask<Principal> ValidateAsync(string? authorization)
    {
        if (authorization is null || !authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
        {
            throw CdfException.Unauthorized();
        }

        var token = authorization["Bearer ".Length..].Trim();
        if (!_known.TryGetValue(token, out var principal))
        {
            principal = await ReadAsync(token);
            if (_known.Count >= MaxKept)
            {
                _known.Clear();
            }

            _known[token] = principal;
        }

        var alive = principal.Expires > state.Clock.GetUtcNow()
            && principal.Session is null or { Status: SessionStatus.Active };
        return alive ? principal : throw CdfException.Unauthorized();
    }

    private async Task<Principal> ReadAsync(string token)
    {
        var result = await _handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            // Issuer and audience are each project's own affair.
            ValidateIssuer = false,
            ValidateAudience = false,
            IssuerSigningKey = SigningKey.Key,
            ValidAlgorithms = [SecurityAlgorithms.RsaSha256],
            RequireExpirationTime = true,
            LifetimeValidator = (notBefore, expires, _, _) =>
            {
                var now = state.Clock.GetUtcNow().UtcDateTime;
                return expires > now && !(notBefore > now);
            },
        });
        if (!result.IsValid || result.SecurityToken is not JsonWebToken jwt || string.IsNullOrEmpty(jwt.Subject) || jwt.IssuedAt == default)
        {
            throw CdfException.Unauthorized();
        }

        Session? session = null;
        if (jwt.TryGetPayloadValue<string>(TokenIssuer.SessionClaim, out var sessionId))
        {
            session = state.FindSession(long.Parse(sessionId)) ?? throw CdfException.Unauthorized();
        }

        return new Principal
        {
            Subject = jwt.Subject,
            Issuer = jwt.Issuer,
            Audiences = [.. jwt.Audiences],
            ClientId = jwt.TryGetPayloadValue<string>("appid", out var clientId) ? clientId : null,
            Groups = [.. jwt.Claims.Where(c => c.Type == "groups").Select(c => c.Value)],
            Roles = [.. jwt.Claims.Where(c => c.Type == "roles").Select(c => c.Value)],
            Session = session,
            Expires = new DateTimeOffset(jwt.ValidTo, TimeSpan.Zero),
        };
    }
}
