using System.Buffers;
using System.Text;
using System.Text.Json;
using Sluice.PgWire.Protocol;

namespace Sluice.PgWire.Startup;

/// <summary>The messages of SASL mechanism OAUTHBEARER on the server's side (RFC 7628; PostgreSQL manual, 55.3.2), in PostgreSQL's words where they fail.</summary>
internal static class OAuthBearerExchange
{
    public const string Mechanism = "OAUTHBEARER";

    /// <summary>Between and behind the key-value pairs.</summary>
    private const byte Separator = 1;

    private static readonly SearchValues<byte> KeyCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8);

    private static readonly SearchValues<byte> ValueCharacters =
        SearchValues.Create([(byte)'\t', (byte)'\r', (byte)'\n', .. Enumerable.Range(' ', '~' - ' ' + 1).Select(character => (byte)character)]);

    private static ReadOnlySpan<byte> Scheme => "Bearer "u8;

    /// <summary>The token of an initial client response, unchecked; empty if the client asks where to get one.</summary>
    /// <exception cref="PgException">FATAL: the message is not to be understood, or asks for what is not there.</exception>
    public static ReadOnlySpan<byte> Token(string mechanism, ReadOnlySpan<byte> response)
    {
        if (!mechanism.Equals(Mechanism, StringComparison.Ordinal))
        {
            throw StartupPacket.Fatal(SqlState.ProtocolViolation, "client selected an invalid SASL authentication mechanism");
        }

        ReadOnlySpan<byte> pairs = AfterHeader(response);
        ReadOnlySpan<byte> authorization = Authorization(pairs);
        if (authorization.IsEmpty)
        {
            return [];
        }

        if (authorization.Length < Scheme.Length || !Ascii.EqualsIgnoreCase(authorization[..Scheme.Length], Scheme))
        {
            throw Malformed("Only the scheme \"Bearer\" is supported.");
        }

        ReadOnlySpan<byte> token = authorization[Scheme.Length..].TrimStart((byte)' ');
        return token.IsEmpty ? throw Malformed("Bearer token is empty.") : token;
    }

    /// <summary>What a client is told whose token is missing or refused; its answer is one <see cref="Separator"/> (<see cref="CheckDummy"/>).</summary>
    public static string Failure(TokenDiscovery discovery)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("status", "invalid_token");
            json.WriteString("scope", discovery.Scope);
            if (discovery.OpenIdConfiguration is { } document)
            {
                json.WriteString("openid-configuration", document);
            }

            json.WriteEndObject();
        }

        return Encoding.ASCII.GetString(stream.GetBuffer().AsSpan(0, (int)stream.Length));
    }

    /// <summary>Checks the answer to <see cref="Failure"/>, which says nothing.</summary>
    /// <exception cref="PgException">FATAL: it does.</exception>
    public static void CheckDummy(ReadOnlySpan<byte> response)
    {
        if (response is not [Separator])
        {
            throw Malformed("Client did not send a kvsep response.");
        }
    }

    /// <summary>The key-value pairs, behind the GS2 header (RFC 5801, 4) and its separator.</summary>
    private static ReadOnlySpan<byte> AfterHeader(ReadOnlySpan<byte> response)
    {
        if (response.IsEmpty || response.Contains((byte)0))
        {
            throw Malformed(response.IsEmpty ? "The message is empty." : "Message length does not match input length.");
        }

        switch (response[0])
        {
            case (byte)'n' or (byte)'y':
                break;
            case (byte)'p':
                throw Malformed("The server does not support channel binding for OAuth, but the client message includes channel binding data.");
            default:
                throw Malformed("Unexpected channel-binding flag.");
        }

        if (response.Length < 2 || response[1] != ',')
        {
            throw Malformed("Comma expected behind the channel-binding flag.");
        }

        ReadOnlySpan<byte> rest = response[2..];
        if (rest.StartsWith("a="u8))
        {
            throw StartupPacket.Fatal(SqlState.FeatureNotSupported, "client uses authorization identity, but it is not supported");
        }

        if (rest is not [(byte)',', Separator, ..])
        {
            throw Malformed(rest is [(byte)',', ..] ? "Key-value separator expected." : "Unexpected attribute in client-first-message.");
        }

        return rest[2..];
    }

    /// <summary>The value of <c>auth</c>; other keys are for other servers (RFC 7628, 3.1).</summary>
    private static ReadOnlySpan<byte> Authorization(ReadOnlySpan<byte> pairs)
    {
        ReadOnlySpan<byte> found = default;
        bool isFound = false;
        while (true)
        {
            int end = pairs.IndexOf(Separator);
            if (end < 0)
            {
                throw Malformed("Message did not contain a final terminator.");
            }

            ReadOnlySpan<byte> pair = pairs[..end];
            pairs = pairs[(end + 1)..];
            if (pair.IsEmpty)
            {
                break;
            }

            int equals = pair.IndexOf((byte)'=');
            if (equals <= 0 || pair[..equals].ContainsAnyExcept(KeyCharacters) || pair[(equals + 1)..].ContainsAnyExcept(ValueCharacters))
            {
                throw Malformed("Message contains a key-value pair that is none.");
            }

            if (pair.StartsWith("auth="u8))
            {
                if (isFound)
                {
                    throw Malformed("Message contains multiple auth values.");
                }

                isFound = true;
                found = pair[(equals + 1)..];
            }
        }

        if (!pairs.IsEmpty)
        {
            throw Malformed("Message contains additional data after the final terminator.");
        }

        return isFound ? found : throw Malformed("Message does not contain an auth value.");
    }

    private static PgException Malformed(string detail) =>
        StartupPacket.Fatal(SqlState.ProtocolViolation, "malformed OAUTHBEARER message", detail);
}
