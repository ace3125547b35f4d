using System.Buffers;
using System.Globalization;
using System.Text;
using Sluice.PgWire.Protocol;

namespace Sluice.PgWire.Startup;

/// <summary>The form of an access token (RFC 6750, 2.1: <c>b64token</c>).</summary>
public static class AccessToken
{
    /// <summary>The longest token that is taken, in bytes.</summary>
    public const int MaximumLength = 16_384;

    private static readonly SearchValues<byte> Characters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/="u8);

    /// <summary>The token in <paramref name="text"/>.</summary>
    /// <exception cref="PgException">FATAL 28000: it is none, or too long.</exception>
    internal static string Read(ReadOnlySpan<byte> text)
    {
        if (text.Length > MaximumLength)
        {
            throw StartupPacket.Fatal(
                SqlState.InvalidAuthorizationSpecification,
                string.Create(CultureInfo.InvariantCulture, $"the access token has {text.Length} bytes, and may have {MaximumLength}"),
                hint: "Ask the identity provider for a token with fewer claims: tokens grow with the groups that are in them.");
        }

        if (text.IsEmpty || text.ContainsAnyExcept(Characters))
        {
            throw StartupPacket.Fatal(
                SqlState.InvalidAuthorizationSpecification,
                "what was sent in place of an access token is none",
                hint: "For this user name the password is an access token of your identity provider.");
        }

        return Encoding.ASCII.GetString(text);
    }
}
