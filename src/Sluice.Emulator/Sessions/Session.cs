using Sluice.Emulator.Identity;

namespace Sluice.Emulator.Sessions;

/// <summary>A session's state, in CDF's words.</summary>
internal enum SessionStatus
{
    Ready,
    Active,
    Cancelled,
    Expired,
    Revoked,
    AccessLost,
}

/// <summary>How a session was made.</summary>
internal enum SessionType
{
    ClientCredentials,
    TokenExchange,
    OneshotTokenExchange,
}

/// <summary>
/// Lets a service act for somebody: made with credentials or a token, bound by a nonce that lives a minute and works once.
/// </summary>
internal sealed class Session
{
    private int _status = (int)SessionStatus.Ready;

    public required long Id { get; init; }

    public required SessionType Type { get; init; }

    /// <summary>For whom it acts.</summary>
    public required Principal Principal { get; init; }

    public string? ClientId { get; init; }

    public required long CreationTime { get; init; }

    public required DateTimeOffset Expires { get; init; }

    public required string Nonce { get; init; }

    public required DateTimeOffset NonceExpires { get; set; }

    /// <summary>What refreshing asks for.</summary>
    public required string Key { get; init; }

    public SessionStatus Status
    {
        get => (SessionStatus)Volatile.Read(ref _status);
        set => Volatile.Write(ref _status, (int)value);
    }

    public string StatusName => Status switch
    {
        SessionStatus.AccessLost => "ACCESS_LOST",
        var other => other.ToString().ToUpperInvariant(),
    };

    public string TypeName => Type switch
    {
        SessionType.ClientCredentials => "CLIENT_CREDENTIALS",
        SessionType.TokenExchange => "TOKEN_EXCHANGE",
        _ => "ONESHOT_TOKEN_EXCHANGE",
    };
}
