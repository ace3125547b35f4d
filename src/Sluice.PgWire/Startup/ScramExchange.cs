using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Sluice.PgWire.Protocol;

namespace Sluice.PgWire.Startup;

/// <summary>
/// One SCRAM-SHA-256 or SCRAM-SHA-256-PLUS exchange on the server's side (RFC 5802, RFC 7677; PostgreSQL manual, 55.3).
/// It does the same work for a user that does not exist, given a mock verifier and <c>doomed</c>.
/// </summary>
internal sealed class ScramExchange
{
    public const string Plain = "SCRAM-SHA-256";
    public const string Plus = "SCRAM-SHA-256-PLUS";

    /// <summary>Length of the server's part of the nonce before base64, as PostgreSQL's.</summary>
    private const int NonceLength = 18;

    private readonly ScramVerifier _verifier;
    private readonly bool _doomed;
    private readonly byte[]? _endPointBinding;
    private string _clientFirstBare = "";
    private string _serverFirst = "";
    private string _nonce = "";
    private byte[] _expectedBinding = [];

    /// <summary>Starts an exchange.</summary>
    /// <param name="verifier">The user's, or a mock.</param>
    /// <param name="doomed">The exchange is to fail whatever the client proves.</param>
    /// <param name="endPointBinding">The certificate's hash (tls-server-end-point, RFC 5929); <see langword="null"/> without TLS.</param>
    public ScramExchange(ScramVerifier verifier, bool doomed, byte[]? endPointBinding)
    {
        _verifier = verifier;
        _doomed = doomed;
        _endPointBinding = endPointBinding;
    }

    /// <summary>The mechanisms to offer, the better one first.</summary>
    public static IReadOnlyList<string> Mechanisms(bool channelBinding) => channelBinding ? [Plus, Plain] : [Plain];

    /// <summary>Takes client-first-message and gives server-first-message.</summary>
    /// <exception cref="PgException">FATAL: the message is not to be understood, or asks for what is not there.</exception>
    public string Challenge(string mechanism, ReadOnlySpan<byte> clientFirst)
    {
        bool plus = mechanism.Equals(Plus, StringComparison.Ordinal) && _endPointBinding is not null;
        if (!plus && !mechanism.Equals(Plain, StringComparison.Ordinal))
        {
            throw Malformed("client selected an invalid SASL authentication mechanism");
        }

        string message = Text(clientFirst);
        string[] parts = message.Split(',', 3);
        if (parts.Length < 3)
        {
            throw Malformed("malformed SCRAM message", "Comma expected, but found end of message.");
        }

        _expectedBinding = ExpectedBinding(parts[0], plus);
        if (parts[1].Length > 0)
        {
            throw StartupPacket.Fatal(
                SqlState.FeatureNotSupported,
                "client uses authorization identity, but it is not supported");
        }

        _clientFirstBare = parts[2];
        if (_clientFirstBare.StartsWith("m=", StringComparison.Ordinal))
        {
            throw StartupPacket.Fatal(SqlState.FeatureNotSupported, "client requires an unsupported SCRAM extension");
        }

        // The user is that of the startup message; the name here is sent empty by most clients and is ignored, as in PostgreSQL.
        string[] attributes = _clientFirstBare.Split(',');
        if (attributes.Length < 2
            || !attributes[0].StartsWith("n=", StringComparison.Ordinal)
            || !attributes[1].StartsWith("r=", StringComparison.Ordinal))
        {
            throw Malformed("malformed SCRAM message", "Attributes \"n\" and \"r\" expected.");
        }

        string clientNonce = attributes[1][2..];
        if (clientNonce.Length == 0 || clientNonce.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            throw Malformed("non-printable characters in SCRAM nonce");
        }

        _nonce = clientNonce + Convert.ToBase64String(RandomNumberGenerator.GetBytes(NonceLength));
        _serverFirst = string.Create(
            CultureInfo.InvariantCulture,
            $"r={_nonce},s={Convert.ToBase64String(_verifier.Salt)},i={_verifier.Iterations}");
        return _serverFirst;
    }

    /// <summary>Takes client-final-message; gives server-final-message, or <see langword="null"/> if the proof is wrong.</summary>
    /// <exception cref="PgException">FATAL: the message is not to be understood, or belongs to another exchange.</exception>
    public string? Verify(ReadOnlySpan<byte> clientFinal)
    {
        string message = Text(clientFinal);
        int proofStart = message.LastIndexOf(",p=", StringComparison.Ordinal);
        string[] attributes = proofStart < 0 ? [] : message[..proofStart].Split(',');
        if (attributes.Length < 2
            || !attributes[0].StartsWith("c=", StringComparison.Ordinal)
            || !attributes[1].StartsWith("r=", StringComparison.Ordinal))
        {
            throw Malformed("malformed SCRAM message", "Attributes \"c\", \"r\" and \"p\" expected.");
        }

        if (!Decode(attributes[0][2..]).AsSpan().SequenceEqual(_expectedBinding))
        {
            throw _expectedBinding is [(byte)'p', ..]
                ? StartupPacket.Fatal(SqlState.InvalidAuthorizationSpecification, "SCRAM channel binding check failed")
                : Malformed("unexpected SCRAM channel-binding attribute in client-final-message");
        }

        if (!CryptographicOperations.FixedTimeEquals(Encoding.Latin1.GetBytes(attributes[1][2..]), Encoding.Latin1.GetBytes(_nonce)))
        {
            throw Malformed("invalid SCRAM response", "Nonce does not match.");
        }

        byte[] proof = Decode(message[(proofStart + 3)..]);
        if (proof.Length != ScramVerifier.KeyLength)
        {
            throw Malformed("malformed SCRAM message", "Malformed proof in client-final-message.");
        }

        byte[] authMessage = Encoding.Latin1.GetBytes($"{_clientFirstBare},{_serverFirst},{message[..proofStart]}");
        string? accepted = ServerSignature(_verifier, proof, authMessage);
        if (_verifier.Alternative is { } alternative)
        {
            accepted ??= ServerSignature(alternative, proof, authMessage);
        }

        return _doomed ? null : accepted;
    }

    /// <summary>The server's last message if <paramref name="proof"/> is of the password of <paramref name="verifier"/>.</summary>
    private static string? ServerSignature(ScramVerifier verifier, ReadOnlySpan<byte> proof, byte[] authMessage)
    {
        byte[] clientKey = HMACSHA256.HashData(verifier.StoredKey, authMessage);
        for (int i = 0; i < clientKey.Length; i++)
        {
            clientKey[i] ^= proof[i];
        }

        // Both are computed before either is looked at, so that a failure takes as long as a success.
        bool matches = CryptographicOperations.FixedTimeEquals(SHA256.HashData(clientKey), verifier.StoredKey);
        string signature = $"v={Convert.ToBase64String(HMACSHA256.HashData(verifier.ServerKey, authMessage))}";
        return matches ? signature : null;
    }

    private byte[] ExpectedBinding(string flag, bool plus)
    {
        switch (flag)
        {
            case "n" when !plus:
                return "n,,"u8.ToArray();

            // The client could bind and believes that the server cannot: if it was offered, somebody took the offer away.
            case "y" when !plus && _endPointBinding is null:
                return "y,,"u8.ToArray();
            case "y" when !plus:
                throw StartupPacket.Fatal(
                    SqlState.InvalidAuthorizationSpecification,
                    "SCRAM channel binding negotiation error",
                    "The client supports SCRAM channel binding but thinks the server does not.  However, this server does support channel binding.");
            case "p=tls-server-end-point" when plus:
                return [.. "p=tls-server-end-point,,"u8, .. _endPointBinding!];
            case var _ when plus:
                throw Malformed("malformed SCRAM message", "The client selected SCRAM-SHA-256-PLUS, but does not use tls-server-end-point.");
            case var _ when flag.StartsWith("p=", StringComparison.Ordinal):
                throw Malformed("malformed SCRAM message", "The client selected SCRAM-SHA-256 without channel binding, but the message includes it.");
            default:
                throw Malformed("malformed SCRAM message", "Unexpected channel-binding flag.");
        }
    }

    /// <summary>As characters of one byte each, so that the bytes of a name in any encoding survive into the signed text.</summary>
    private static string Text(ReadOnlySpan<byte> message) =>
        message.IsEmpty || message.ContainsAnyInRange((byte)0, (byte)0x1F)
            ? throw Malformed("malformed SCRAM message", message.IsEmpty ? "The message is empty." : "The message has control characters.")
            : Encoding.Latin1.GetString(message);

    private static byte[] Decode(string base64)
    {
        try
        {
            return Convert.FromBase64String(base64);
        }
        catch (FormatException)
        {
            throw Malformed("malformed SCRAM message", "Base64 expected.");
        }
    }

    private static PgException Malformed(string message, string? detail = null) =>
        StartupPacket.Fatal(SqlState.ProtocolViolation, message, detail);
}
