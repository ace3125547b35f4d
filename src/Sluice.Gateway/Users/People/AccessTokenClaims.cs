using System.Buffers.Text;
using System.Text.Json;

namespace Sluice.Gateway.Users.People;

/// <summary>What Sluice reads in an access token itself. Nothing here is checked: only what CDF has accepted is to be believed.</summary>
/// <param name="Issuer">Claim <c>iss</c>.</param>
/// <param name="Expires">Claim <c>exp</c>.</param>
internal sealed record AccessTokenClaims(string Issuer, DateTimeOffset Expires)
{
    private const int Parts = 3;

    /// <summary>The claims of a JSON Web Token (RFC 7519); <see langword="null"/> if it is none, or lacks one of them.</summary>
    public static AccessTokenClaims? Read(string token)
    {
        var parts = token.Split('.');
        if (parts.Length != Parts)
        {
            return null;
        }

        try
        {
            using var payload = JsonDocument.Parse(Base64Url.DecodeFromChars(parts[1]));
            return payload.RootElement.ValueKind == JsonValueKind.Object
                && payload.RootElement.TryGetProperty("iss", out var issuer) && issuer.ValueKind == JsonValueKind.String
                && payload.RootElement.TryGetProperty("exp", out var expires) && expires.ValueKind == JsonValueKind.Number
                && expires.TryGetDouble(out var seconds) && seconds > 0 && seconds < DateTimeOffset.MaxValue.ToUnixTimeSeconds()
                    ? new AccessTokenClaims(issuer.GetString()!, DateTimeOffset.FromUnixTimeSeconds((long)seconds))
                    : null;
        }
        catch (Exception e) when (e is FormatException or JsonException or InvalidOperationException)
        {
            // Not base64url, not JSON, or a string that is no text.
            return null;
        }
    }
}
