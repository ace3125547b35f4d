using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace Sluice.Emulator.Identity;

/// <summary>The RS256 key. One per process: making one takes long, and the issuer keeps the tokens of several emulators apart.</summary>
internal static class SigningKey
{
    private static readonly Lazy<RsaSecurityKey> s_key = new(() =>
        new RsaSecurityKey(RSA.Create(2048)) { KeyId = Guid.NewGuid().ToString("N") });

    public static RsaSecurityKey Key => s_key.Value;

    public static SigningCredentials Credentials => new(Key, SecurityAlgorithms.RsaSha256);

    public static RSAParameters PublicParameters => Key.Rsa.ExportParameters(includePrivateParameters: false);
}
