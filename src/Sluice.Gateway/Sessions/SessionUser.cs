using Sluice.Gateway.Engine;
using Sluice.Gateway.Reads.History;
using Sluice.Gateway.Tables;
using Sluice.Gateway.Users.Access;
using Sluice.Gateway.Writes;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Sessions;

/// <summary>What a session has to know of its user.</summary>
public sealed class SessionUser
{
    /// <summary>The username, which is also the name of the database.</summary>
    public required string Username { get; init; }

    /// <summary>The way to the user's database.</summary>
    public required EngineLogin Login { get; init; }

    /// <summary>Fires when the user is deleted, which ends his sessions: 57P01.</summary>
    public CancellationToken Ended { get; init; }

    /// <summary>The user's CDF tables as they are now; a table made meanwhile is there at the next statement.</summary>
    public required Func<TableCatalog> Tables { get; init; }

    /// <summary>Makes and drops the user's own CDF tables.</summary>
    public required ITableDefinitions Definitions { get; init; }

    /// <summary>Keeps what statements write and set aside, if anybody does.</summary>
    public (WriteHistory Writes, RejectedRows Rows)? History { get; init; }

    /// <summary>What the engine session begins with instead of the defaults of <see cref="SluiceSettings"/>.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Settings { get; init; } = [];

    /// <summary>Why the engine was told to end the session of a backend, given its process id; <see langword="null"/> if it was not.</summary>
    public Func<int, PgError?> EndReason { get; init; } = static _ => null;

    /// <summary>What the client is told before anything else.</summary>
    public IReadOnlyList<PgError> Notices { get; init; } = [];

    /// <summary>The session's share in the user's access to CDF, to be disposed with the session; <see langword="null"/> if nobody watches it.</summary>
    public AccessLease? Access { get; init; }

    /// <summary>
    /// When the credentials end, which are the session's own then and not those of all sessions of the user; <see langword="null"/> if they are not known to end.
    /// </summary>
    public DateTimeOffset? CredentialsExpire { get; init; }

    /// <summary>The way to CDF with the user's credentials.</summary>
    public required WriteContext Writes { get; init; }
}

/// <summary>Knows the gateway users whose password has been checked.</summary>
public interface ISessionUsers
{
    /// <summary>Everything for a session of <paramref name="username"/>; makes the user's database at the first login.</summary>
    /// <exception cref="Sluice.PgWire.Protocol.PgException">
    /// 28000: the user's access to CDF is gone, with the identity provider's or CDF's own words; 57P03: the engine is not ready.
    /// </exception>
    ValueTask<SessionUser> OpenAsync(string username, CancellationToken cancellationToken);
}
