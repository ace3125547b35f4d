using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.IdentityModel.Tokens;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.Identity;

/// <summary>The identity provider's public documents: its configuration and its keys.</summary>
internal static class DiscoveryEndpoints
{
    public static void Map(IEndpointRouteBuilder routes, EmulatorState state)
    {
        routes.MapGet(
            "/{tenant}/v2.0/.well-known/openid-configuration", (HttpContext http) => AdminReply.WriteAsync(http, Configuration(state)));
        routes.MapGet("/{tenant}/discovery/v2.0/keys", (HttpContext http) => AdminReply.WriteAsync(http, Keys()));
    }

    private static Reply Configuration(EmulatorState state) => Reply.Json(StatusCodes.Status200OK, writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("issuer", state.Issuer);
        writer.WriteString("token_endpoint", state.TokenUrl.AbsoluteUri);
        writer.WriteString("jwks_uri", state.JwksUrl);
        WriteList("grant_types_supported", "client_credentials");
        WriteList("token_endpoint_auth_methods_supported", "client_secret_post", "client_secret_basic");
        WriteList("id_token_signing_alg_values_supported", "RS256");
        writer.WriteEndObject();

        void WriteList(string name, params ReadOnlySpan<string> values)
        {
            writer.WriteStartArray(name);
            foreach (var value in values)
            {
                writer.WriteStringValue(value);
            }

            writer.WriteEndArray();
        }
    });

    private static Reply Keys() => Reply.Json(StatusCodes.Status200OK, writer =>
    {
        var key = SigningKey.PublicParameters;
        writer.WriteStartObject();
        writer.WriteStartArray("keys");
        writer.WriteStartObject();
        writer.WriteString("kty", "RSA");
        writer.WriteString("use", "sig");
        writer.WriteString("alg", "RS256");
        writer.WriteString("kid", SigningKey.Key.KeyId);
        writer.WriteString("n", Base64UrlEncoder.Encode(key.Modulus));
        writer.WriteString("e", Base64UrlEncoder.Encode(key.Exponent));
        writer.WriteEndObject();
        writer.WriteEndArray();
        writer.WriteEndObject();
    });
}
