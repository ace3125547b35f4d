using System.Security.Cryptography;
using Sluice.PgWire.Protocol;

namespace Sluice.PgWire.Startup;

/// <summary>How the listener treats clients until their session starts.</summary>
public sealed class PgServerOptions
{
    /// <summary>Accepts passwords over unencrypted TCP from other hosts too. Loopback and Unix sockets may always do without TLS.</summary>
    public bool AllowPlaintext { get; set; }

    /// <summary>From the connection's start to the end of authentication; 60 s as PostgreSQL's <c>authentication_timeout</c>.</summary>
    public TimeSpan AuthenticationTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Clients that have logged in, at a time; one more is 53300. The bound is the host's if it has one of its own.</summary>
    public int MaximumConnections { get; set; } = int.MaxValue;

    /// <summary>Of these, those of one address (of one /64 network with IPv6; all local ones together); one more is 53300.</summary>
    public int MaximumConnectionsPerAddress { get; set; } = int.MaxValue;

    /// <summary>
    /// Clients that have not logged in yet, at a time. One more is let in, and in its place the oldest of the address that has the most is dropped.
    /// </summary>
    public int MaximumPendingConnections { get; set; } = 500;

    /// <summary>Failed logins of one user within a minute before more are refused, wherever they come from.</summary>
    public int FailedLoginsPerUser { get; set; } = 10;

    /// <summary>Failed logins from one address within a minute before more are refused, of whatever user.</summary>
    public int FailedLoginsPerAddress { get; set; } = 100;

    /// <summary>Longest message of a client in bytes, CopyData in pieces excepted: PostgreSQL's 1 GiB - 2 unless set lower.</summary>
    public int MaximumMessageLength { get; set; } = MessageLimits.PostgresLarge;

    /// <summary>
    /// From this the challenges for unknown users are derived. Give the same at each start and on each replica, else a user who does not exist is told
    /// apart by a salt that changes. At least 16 bytes; random unless set.
    /// </summary>
    public ReadOnlyMemory<byte> MockSecret { get; set; } = RandomNumberGenerator.GetBytes(32);

    /// <summary>The work factor that unknown users seem to have: that of the real ones.</summary>
    public int ScramIterations { get; set; } = ScramVerifier.DefaultIterations;
}
