using System.Text.Json;
using Dapper;
using Npgsql;
using Sluice.Gateway.Engine;
using Sluice.PgWire.Startup;

namespace Sluice.Gateway.Users;

/// <summary>The gateway users, in database <c>sluice</c>.</summary>
public sealed class UserStore(IEngine engine)
{
    private const string Columns =
        """
        username AS "Username", name AS "Name", project AS "Project", verifier AS "Verifier", previous_verifier AS "PreviousVerifier",
        previous_valid_until AS "PreviousValidUntil", version AS "Version", created_by AS "CreatedBy", credentials AS "Credentials",
        session_id AS "SessionId", credentials_end AS "CredentialsEnd", gateway_capability AS "HasGatewayCapability",
        options::text AS "Options", created_time AS "CreatedTime", last_updated_time AS "LastUpdatedTime"
        """;

    private const string NameIndex = "gateway_user_name";

    private const string Select = $"SELECT {Columns} FROM sluice.gateway_user";

    // A change is never of the time of the one before, since that time tells whether what is known of a user is out of date.
    private const string Touch = "last_updated_time = greatest(@now, last_updated_time + interval '1 millisecond')";

    /// <summary>Stores a new user.</summary>
    /// <exception cref="UserNameTakenException">Another user of the project has the name.</exception>
    public async Task AddAsync(GatewayUser user, CancellationToken cancellationToken)
    {
        const string Sql =
            """
            INSERT INTO sluice.gateway_user (username, name, project, verifier, previous_verifier, previous_valid_until, version, created_by, credentials, session_id,
                                             credentials_end, gateway_capability, options, created_time, last_updated_time)
            VALUES (@Username, @Name, @Project, @Verifier, @PreviousVerifier, @PreviousValidUntil, @Version, @CreatedBy, @Credentials, @SessionId,
                    @CredentialsEnd, @HasGatewayCapability, @Options::jsonb, @CreatedTime, @LastUpdatedTime)
            """;
        await using var connection = await engine.OpenDatabaseAsync(cancellationToken);
        try
        {
            await connection.ExecuteAsync(new CommandDefinition(Sql, Row.Of(user), cancellationToken: cancellationToken));
        }
        catch (PostgresException e) when (e.ConstraintName == NameIndex)
        {
            throw new UserNameTakenException(user.Project, user.Name!, e);
        }
    }

    /// <summary>Gives a user another name, and returns him as he is then; null if there is no such user any more.</summary>
    /// <exception cref="UserNameTakenException">Another user of the project has it.</exception>
    public async Task<GatewayUser?> SetNameAsync(GatewayUser user, string name, DateTimeOffset now, CancellationToken cancellationToken)
    {
        const string Sql = $"UPDATE sluice.gateway_user SET name = @name, {Touch} WHERE username = @Username RETURNING {Columns}";
        try
        {
            return await SingleAsync(Sql, new { user.Username, name, now = now.UtcDateTime }, cancellationToken);
        }
        catch (PostgresException e) when (e.ConstraintName == NameIndex)
        {
            throw new UserNameTakenException(user.Project, name, e);
        }
    }

    /// <summary>The user called <paramref name="username"/>, in whatever project; null if there is none.</summary>
    public async Task<GatewayUser?> FindAsync(string username, CancellationToken cancellationToken)
    {
        if (username.Contains('\0', StringComparison.Ordinal))
        {
            return null;
        }

        return await SingleAsync($"{Select} WHERE username = @username", new { username }, cancellationToken);
    }

    /// <summary>Those of <paramref name="usernames"/> that are users of <paramref name="project"/>, in no order.</summary>
    public Task<IReadOnlyList<GatewayUser>> FindAsync(string project, IEnumerable<string> usernames, CancellationToken cancellationToken) => QueryAsync(
        $"{Select} WHERE project = @project AND username = ANY (@names)",
        new { project, names = usernames.Where(name => !name.Contains('\0', StringComparison.Ordinal)).ToArray() },
        cancellationToken);

    /// <summary>Users of <paramref name="project"/>, the oldest first.</summary>
    /// <param name="project">Url name of the CDF project.</param>
    /// <param name="usernames">Only these; null for all.</param>
    /// <param name="after">Where the page before has ended; null for the first.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public Task<IReadOnlyList<GatewayUser>> ListAsync(
        string project,
        IReadOnlyCollection<string>? usernames,
        UserPosition? after,
        int limit,
        CancellationToken cancellationToken)
    {
        const string Sql =
            $"""
            {Select}
            WHERE project = @project
              AND (@names::text[] IS NULL OR username = ANY (@names::text[]))
              AND (@time::timestamptz IS NULL OR (created_time, username) > (@time::timestamptz, @name))
            ORDER BY created_time, username LIMIT @limit
            """;
        return QueryAsync(
            Sql,
            new { project, names = usernames?.ToArray(), time = after?.CreatedTime.UtcDateTime, name = after?.Username, limit },
            cancellationToken);
    }

    /// <summary>Gives a user other credentials, and returns him as he is then; null if there is no such user any more.</summary>
    public Task<GatewayUser?> SetCredentialsAsync(
        string username,
        ProtectedCredentials credentials,
        long? sessionId,
        DateTimeOffset? end,
        bool hasGatewayCapability,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        const string Sql =
            $"""
            UPDATE sluice.gateway_user
            SET credentials = @Bytes, session_id = @sessionId, credentials_end = @end, gateway_capability = @hasGatewayCapability, {Touch}
            WHERE username = @username RETURNING {Columns}
            """;
        return SingleAsync(
            Sql,
            new { username, credentials.Bytes, sessionId, end = end?.UtcDateTime, hasGatewayCapability, now = now.UtcDateTime },
            cancellationToken);
    }

    /// <summary>Keeps that the credentials of <paramref name="user"/> have the capability <c>postgresGateway</c>, unless they are others by now.</summary>
    public async Task SetGatewayCapabilityAsync(GatewayUser user, CancellationToken cancellationToken)
    {
        const string Sql = "UPDATE sluice.gateway_user SET gateway_capability = true WHERE username = @Username AND credentials = @Bytes";
        await using var connection = await engine.OpenDatabaseAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(Sql, new { user.Username, user.Credentials.Bytes }, cancellationToken: cancellationToken));
    }

    /// <summary>Users whose client secret or CDF session ends before <paramref name="time"/>, the first to end first.</summary>
    public Task<IReadOnlyList<GatewayUser>> WithCredentialsEndingBeforeAsync(DateTimeOffset time, CancellationToken cancellationToken) =>
        QueryAsync($"{Select} WHERE credentials_end < @time ORDER BY credentials_end, username", new { time = time.UtcDateTime }, cancellationToken);

    /// <summary>
    /// Gives a user another password; the one before stays good until <paramref name="previousValidUntil"/>, if that is given. Null if there is no such user any
    /// more, or if he got another password meanwhile.
    /// </summary>
    public Task<GatewayUser?> SetPasswordAsync(
        GatewayUser user,
        ScramVerifier verifier,
        DateTimeOffset? previousValidUntil,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        const string Sql =
            $"""
            UPDATE sluice.gateway_user
            SET verifier = @next, previous_verifier = @previous, previous_valid_until = @until, {Touch}
            WHERE username = @Username AND verifier = @expected RETURNING {Columns}
            """;
        var expected = user.Verifier.Format();
        var parameters = new
        {
            user.Username,
            expected,
            next = verifier.Format(),
            previous = previousValidUntil is null ? null : expected,
            until = previousValidUntil?.UtcDateTime,
            now = now.UtcDateTime,
        };
        return SingleAsync(Sql, parameters, cancellationToken);
    }

    /// <summary>
    /// Removes a user with his tables' definitions and the history of his writes; null if there is no such user any more. <paramref name="removeDatabase"/>
    /// runs first, while nobody logs in as him or changes his tables; should it fail, he stays.
    /// </summary>
    public async Task<GatewayUser?> DeleteAsync(string username, Func<CancellationToken, Task> removeDatabase, CancellationToken cancellationToken)
    {
        const string Sql =
            """
            DELETE FROM sluice.write_history WHERE username = @username;
            DELETE FROM sluice.rejected_row WHERE username = @username;
            DELETE FROM sluice.gateway_user WHERE username = @username;
            """;
        await using var connection = await engine.OpenDatabaseAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var row = await connection.QuerySingleOrDefaultAsync<Row>(
            new CommandDefinition($"{Select} WHERE username = @username FOR UPDATE", new { username }, cancellationToken: cancellationToken));
        if (row is null)
        {
            return null;
        }

        await removeDatabase(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(Sql, new { username }, cancellationToken: cancellationToken));
        await transaction.CommitAsync(cancellationToken);
        return row.ToUser();
    }

    /// <summary>All users, in the order of their creation.</summary>
    public Task<IReadOnlyList<GatewayUser>> ListAsync(CancellationToken cancellationToken) =>
        QueryAsync($"{Select} ORDER BY created_time, username", new { }, cancellationToken);

    /// <summary>Changes the options of a user; sessions that begin afterwards are bound by them.</summary>
    /// <param name="username">Who.</param>
    /// <param name="change">Makes the new options of the old, which nobody else changes meanwhile; <see langword="null"/> leaves them.</param>
    /// <param name="now">The time of the change.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The new options; <see langword="null"/> if there is no such user, or nothing was changed.</returns>
    public async Task<UserOptions?> ChangeOptionsAsync(
        string username,
        Func<UserOptions, UserOptions?> change,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        if (username.Contains('\0', StringComparison.Ordinal))
        {
            return null;
        }

        await using var connection = await engine.OpenDatabaseAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var row = await connection.QuerySingleOrDefaultAsync<Row>(
            new CommandDefinition($"{Select} WHERE username = @username FOR UPDATE", new { username }, cancellationToken: cancellationToken));
        if (row is null || change(row.ToUser().Options) is not { } options)
        {
            return null;
        }

        const string Sql = $"UPDATE sluice.gateway_user SET options = @Options::jsonb, {Touch} WHERE username = @username";
        var values = new { username, Options = JsonSerializer.Serialize(options, UsersJson.Default.UserOptions), now = now.UtcDateTime };
        await connection.ExecuteAsync(new CommandDefinition(Sql, values, cancellationToken: cancellationToken));
        await transaction.CommitAsync(cancellationToken);
        return options;
    }

    private async Task<GatewayUser?> SingleAsync(string sql, object parameters, CancellationToken cancellationToken)
    {
        await using var connection = await engine.OpenDatabaseAsync(cancellationToken);
        var row = await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken));
        return row?.ToUser();
    }

    private async Task<IReadOnlyList<GatewayUser>> QueryAsync(string sql, object parameters, CancellationToken cancellationToken)
    {
        await using var connection = await engine.OpenDatabaseAsync(cancellationToken);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(sql, parameters, cancellationToken: cancellationToken));
        return [.. rows.Select(row => row.ToUser())];
    }

    private sealed class Row
    {
        public required string Username { get; init; }

        public string? Name { get; init; }

        public required string Project { get; init; }

        public required string Verifier { get; init; }

        public string? PreviousVerifier { get; init; }

        public DateTime? PreviousValidUntil { get; init; }

        public short Version { get; init; }

        public string? CreatedBy { get; init; }

        public required byte[] Credentials { get; init; }

        public long? SessionId { get; init; }

        public DateTime? CredentialsEnd { get; init; }

        public bool HasGatewayCapability { get; init; }

        public required string Options { get; init; }

        public DateTime CreatedTime { get; init; }

        public DateTime LastUpdatedTime { get; init; }

        public static Row Of(GatewayUser user) => new()
        {
            Username = user.Username,
            Name = user.Name,
            Project = user.Project,
            Verifier = user.Verifier.Format(),
            PreviousVerifier = user.PreviousVerifier?.Format(),
            PreviousValidUntil = user.PreviousValidUntil?.UtcDateTime,
            Version = (short)user.Version,
            CreatedBy = user.CreatedBy,
            Credentials = user.Credentials.Bytes,
            SessionId = user.SessionId,
            CredentialsEnd = user.CredentialsEnd?.UtcDateTime,
            HasGatewayCapability = user.HasGatewayCapability,
            Options = JsonSerializer.Serialize(user.Options, UsersJson.Default.UserOptions),
            CreatedTime = user.CreatedTime.UtcDateTime,
            LastUpdatedTime = user.LastUpdatedTime.UtcDateTime,
        };

        public GatewayUser ToUser() => new()
        {
            Username = Username,
            Name = Name,
            Project = Project,
            Verifier = ScramVerifier.Parse(Verifier),
            PreviousVerifier = PreviousVerifier is null ? null : ScramVerifier.Parse(PreviousVerifier),
            PreviousValidUntil = PreviousValidUntil is { } until ? new DateTimeOffset(until) : null,
            Version = Version,
            CreatedBy = CreatedBy,
            Credentials = new ProtectedCredentials(Credentials),
            SessionId = SessionId,
            CredentialsEnd = CredentialsEnd is { } end ? new DateTimeOffset(end) : null,
            HasGatewayCapability = HasGatewayCapability,
            Options = JsonSerializer.Deserialize(Options, UsersJson.Default.UserOptions)!,
            CreatedTime = new DateTimeOffset(CreatedTime),
            LastUpdatedTime = new DateTimeOffset(LastUpdatedTime),
        };
    }
}
