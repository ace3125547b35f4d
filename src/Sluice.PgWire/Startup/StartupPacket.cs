using Sluice.PgWire.Protocol;

namespace Sluice.PgWire.Startup;

/// <summary>The untyped packets with which a connection starts (PostgreSQL manual, 55.7: StartupMessage, SSLRequest, GSSENCRequest, CancelRequest).</summary>
internal static class StartupPacket
{
    /// <summary>PostgreSQL's own bound (<c>MAX_STARTUP_PACKET_LENGTH</c>), the length field included.</summary>
    public const int MaximumLength = 10_000;

    /// <summary>The length field and the code.</summary>
    public const int MinimumLength = 8;

    /// <summary>Code of a CancelRequest.</summary>
    public const int CancelRequest = (1234 << 16) | 5678;

    /// <summary>Code of an SSLRequest.</summary>
    public const int SslRequest = (1234 << 16) | 5679;

    /// <summary>Code of a GSSENCRequest.</summary>
    public const int GssEncRequest = (1234 << 16) | 5680;

    /// <summary>Protocol 3.0, the version that Sluice speaks.</summary>
    public const int Version30 = 3 << 16;

    /// <summary>First byte of a TLS record that holds a handshake message: a client that starts TLS without asking.</summary>
    public const byte TlsHandshakeRecord = 0x16;

    /// <summary>Checks the length that a packet declares, before anything is kept for it.</summary>
    /// <exception cref="PgException">08P01 FATAL.</exception>
    public static void CheckLength(int length)
    {
        if (length is < MinimumLength or > MaximumLength)
        {
            throw Fatal(SqlState.ProtocolViolation, "invalid length of startup packet");
        }
    }

    /// <summary>Parses the names and values of a StartupMessage, after its version.</summary>
    /// <exception cref="PgException">08P01, 22021 FATAL.</exception>
    public static List<KeyValuePair<string, string>> ParseOptions(ReadOnlySpan<byte> body)
    {
        var options = new List<KeyValuePair<string, string>>();
        var reader = new PayloadReader(body);
        while (true)
        {
            if (reader.Remaining == 0)
            {
                throw Layout();
            }

            string name = reader.String();
            if (name.Length == 0)
            {
                return reader.Remaining == 0 ? options : throw Layout();
            }

            if (reader.Remaining == 0)
            {
                throw Layout();
            }

            options.Add(new KeyValuePair<string, string>(name, reader.String()));
        }
    }

    /// <summary>A failure that ends the connection.</summary>
    public static PgException Fatal(string sqlState, string message, string? detail = null, string? hint = null) => new(new PgError
    {
        Severity = PgSeverity.Fatal,
        SqlState = sqlState,
        Message = message,
        Detail = detail,
        Hint = hint,
    });

    private static PgException Layout() =>
        Fatal(SqlState.ProtocolViolation, "invalid startup packet layout: expected terminator as last byte");
}
