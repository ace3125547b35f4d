namespace Sluice.PgWire.Protocol;

/// <summary>
/// Which message types a peer may send, and how long each may be. The bound is checked against the length that the header declares,
/// before any memory is taken for the body. Lengths are those on the wire: they count their own four bytes but not the type byte.
/// </summary>
public sealed class MessageLimits
{
    /// <summary>What PostgreSQL allows for messages that can be long: 1 GiB - 2 (<c>PQ_LARGE_MESSAGE_LIMIT</c>).</summary>
    public const int PostgresLarge = 0x3FFFFFFE;

    /// <summary>What PostgreSQL allows for messages of a few fields (<c>PQ_SMALL_MESSAGE_LIMIT</c>).</summary>
    public const int PostgresSmall = 10_000;

    /// <summary>What PostgreSQL allows for one SASL message (<c>PG_MAX_SASL_MESSAGE_LENGTH</c>).</summary>
    public const int PostgresSasl = 1_024;

    /// <summary>What PostgreSQL allows for other messages with which a client proves who it is (<c>PG_MAX_AUTH_TOKEN_LENGTH</c>).</summary>
    public const int PostgresAuthentication = 65_535;

    private readonly int[] _maximum = new int[256];
    private readonly string? _awaited;

    private MessageLimits(string peer, string? awaited = null)
    {
        Peer = peer;
        _awaited = awaited;
    }

    /// <summary>The limits of PostgreSQL itself for a client's messages.</summary>
    public static MessageLimits Frontend { get; } = ForFrontend(PostgresLarge);

    /// <summary>Any message of a server, up to PostgreSQL's own bound.</summary>
    public static MessageLimits Backend { get; } = ForBackend(PostgresLarge);

    /// <summary>While a client authenticates: SASL messages only.</summary>
    public static MessageLimits Sasl { get; } = ForPassword("SASL", PostgresSasl);

    /// <summary>While a client brings an access token, as a password or by SASL, which PostgreSQL bounds higher then.</summary>
    public static MessageLimits AccessToken { get; } = ForPassword("password", PostgresAuthentication);

    internal string Peer { get; }

    /// <summary>A client's messages, the long kinds bounded by <paramref name="large"/> bytes.</summary>
    public static MessageLimits ForFrontend(int large)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(large, PostgresSmall);
        var limits = new MessageLimits("frontend");
        foreach (byte type in (ReadOnlySpan<byte>)"QPBdF"u8)
        {
            limits._maximum[type] = large;
        }

        foreach (byte type in (ReadOnlySpan<byte>)"CDEHScfX"u8)
        {
            limits._maximum[type] = PostgresSmall;
        }

        return limits;
    }

    /// <summary>A server's messages, bounded by <paramref name="large"/> bytes each.</summary>
    public static MessageLimits ForBackend(int large)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(large, PostgresSmall);
        var limits = new MessageLimits("backend");
        foreach (byte type in (ReadOnlySpan<byte>)"RK23CWdcGHDIEVvnNAtS1sZT"u8)
        {
            limits._maximum[type] = large;
        }

        return limits;
    }

    /// <summary>Checks what a header declares.</summary>
    /// <exception cref="PgException">08P01 FATAL: the type is unknown or the length out of bounds; the stream cannot be followed further.</exception>
    internal void Check(byte type, int length)
    {
        int maximum = _maximum[type];
        if (maximum == 0)
        {
            throw Fatal(_awaited is null ? $"invalid {Peer} message type {type}" : $"expected {_awaited} response, got message type {type}");
        }

        if (length < sizeof(int) || length > maximum)
        {
            throw Fatal($"invalid message length {length} for message type \"{(char)type}\", the maximum is {maximum}");
        }
    }

    private static PgException Fatal(string message) => new(new PgError
    {
        Severity = PgSeverity.Fatal,
        SqlState = SqlState.ProtocolViolation,
        Message = message,
    });

    private static MessageLimits ForPassword(string awaited, int maximum)
    {
        var limits = new MessageLimits("frontend", awaited);
        limits._maximum[FrontendMessage.Password] = maximum;
        return limits;
    }
}
