using System.Collections.Immutable;
using System.Text.Json;
using Dapper;
using Sluice.Gateway.Engine;
using Sluice.PgWire.Startup;

namespace Sluice.Gateway.Users;

/// <summary>The gateway users, in database <c>sluice</c>.</summary>
public sealed class UserStore(IEngine engine)
{
    private const string Select =
        """
        SELECT username AS "Username", project AS "Project", verifier AS "Verifier", credentials AS "Credentials", session_id AS "SessionId",
               options::text AS "Options", created_time AS "CreatedTime", last_updated_time AS "LastUpdatedTime"
        FROM sluice.gateway_user
        """;

    /// <summary>Stores a new user.</summary>
    public async Task AddAsync(GatewayUser user, CancellationToken cancellationToken)
    {
        const string Sql =
            """
            INSERT INTO sluice.gateway_user (username, project, verifier, credentials, session_id, options, created_time, last_updated_time)
            VALUES (@Username, @Project, @Verifier, @Credentials, @SessionId, @Options::jsonb, @CreatedTime, @LastUpdatedTime)
            """;
        await using var connection = await engine.OpenDatabaseAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(Sql, Row.Of(user), cancellationToken: cancellationToken));
    }

    /// <summary>The user called <paramref name="username"/>, in whatever project; null if there is none.</summary>
    public async Task<GatewayUser?> FindAsync(string username, CancellationToken cancellationToken)
    {
        if (username.Contains('\0', StringComparison.Ordinal))
        {
            return null;
        }

        await using var connection = await engine.OpenDatabaseAsync(cancellationToken);
        var row = await connection.QuerySingleOrDefaultAsync<Row>(
            new CommandDefinition($"{Select} WHERE username = @username", new { username }, cancellationToken: cancellationToken));
        return row?.ToUser();
    }

    private sealed class Row
    {
        public required string Username { get; init; }

        public required string Project { get; init; }

        public required string Verifier { get; init; }

        public required byte[] Credentials { get; init; }

        public long? SessionId { get; init; }

        public required string Options { get; init; }

        public DateTime CreatedTime { get; init; }

        public DateTime LastUpdatedTime { get; init; }

        public static Row Of(GatewayUser user) => new()
        {
            Username = user.Username,
            Project = user.Project,
            Verifier = user.Verifier.Format(),
            Credentials = user.Credentials.Bytes,
            SessionId = user.SessionId,
            Options = JsonSerializer.Serialize(new(user.Options, StringComparer.Ordinal), UsersJson.Default.DictionaryStringString),
            CreatedTime = user.CreatedTime.UtcDateTime,
            LastUpdatedTime = user.LastUpdatedTime.UtcDateTime,
        };

        public GatewayUser ToUser() => new()
        {
            Username = Username,
            Project = Project,
            Verifier = ScramVerifier.Parse(Verifier),
            Credentials = new ProtectedCredentials(Credentials),
            SessionId = SessionId,
            Options = JsonSerializer.Deserialize(Options, UsersJson.Default.DictionaryStringString)!.ToImmutableDictionary(StringComparer.Ordinal),
            CreatedTime = new DateTimeOffset(CreatedTime),
            LastUpdatedTime = new DateTimeOffset(LastUpdatedTime),
        };
    }
}
