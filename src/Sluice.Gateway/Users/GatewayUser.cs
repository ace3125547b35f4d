using System.Collections.Immutable;
using Sluice.Gateway.Tables;
using Sluice.PgWire.Startup;

namespace Sluice.Gateway.Users;

/// <summary>A login for SQL in one CDF project. Its name is also the name of its database.</summary>
public sealed record GatewayUser
{
    /// <summary>Made by Sluice: lower-case letters and digits, so that it needs no quotes, and telling nothing.</summary>
    public required string Username { get; init; }

    /// <summary>What an administrator calls the user, as no other of the project is called; null if he was given no name.</summary>
    public string? Name { get; init; }

    /// <summary>Url name of the CDF project.</summary>
    public required string Project { get; init; }

    /// <summary>What is kept of the password.</summary>
    public required ScramVerifier Verifier { get; init; }

    /// <summary>The verifier of the password before the last change, with the salt of <see cref="Verifier"/>.</summary>
    public ScramVerifier? PreviousVerifier { get; init; }

    /// <summary>Until when the password before the last change is good.</summary>
    public DateTimeOffset? PreviousValidUntil { get; init; }

    /// <summary>The gateway's version, 1 or 2, whose tables and columns the user sees.</summary>
    public int Version { get; init; } = 2;

    /// <summary>Whether he sees the tables of version 1.</summary>
    public bool IsOfVersion1 => Version == 1;

    /// <summary>The tables that all users of his version have.</summary>
    public ImmutableArray<TableDefinition> BuiltInTables => IsOfVersion1 ? Version1Tables.All : Tables.BuiltInTables.All;

    /// <summary>Who made the user: the subject of the caller's token; null for users of before it was kept.</summary>
    public string? CreatedBy { get; init; }

    /// <summary>Encrypted; <see cref="CredentialProtector"/> opens them.</summary>
    public required ProtectedCredentials Credentials { get; init; }

    /// <summary>The CDF session that was bound, 1 to 2^53-1; null for client credentials.</summary>
    public long? SessionId { get; init; }

    /// <summary>When the client secret or the CDF session ends, as far as it was known when the credentials were given.</summary>
    public DateTimeOffset? CredentialsEnd { get; init; }

    /// <summary>The credentials have been seen with the capability <c>postgresGateway</c>; who has never had it cannot lose it.</summary>
    public bool HasGatewayCapability { get; init; }

    /// <summary>What an administrator has decided for the user.</summary>
    public UserOptions Options { get; init; } = UserOptions.Default;

    /// <summary>To the millisecond, as CDF has it.</summary>
    public required DateTimeOffset CreatedTime { get; init; }

    /// <summary>When anything but the tables changed, to the millisecond; a client that was made for an earlier time is out of date.</summary>
    public required DateTimeOffset LastUpdatedTime { get; init; }
}
