using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using Npgsql;
using Sluice.Gateway.Tables;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Engine;

/// <summary>
/// One database and one role for each gateway user, both of the user's name, made at the first login from a template and rebuildable at any
/// time. All methods may be called at the same time, for one user too.
/// </summary>
public sealed partial class UserDatabases
{
    /// <summary>PostgreSQL cuts longer names.</summary>
    private const int MaxNameBytes = 63;

    private readonly IEngine _engine;
    private readonly ScanSecrets _secrets;
    private readonly EngineOptions _options;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<string, UserState> _users = new(StringComparer.Ordinal);

    private UserDatabases(IEngine engine, ScanSecrets secrets, EngineOptions options, ILogger logger)
    {
        _engine = engine;
        _secrets = secrets;
        _options = options;
        _logger = logger;
    }

    /// <summary>The passwords of the foreign tables, for the endpoint that they read from.</summary>
    public ScanSecrets Secrets => _secrets;

    /// <summary>Prepares the template. The engine must have been started.</summary>
    /// <exception cref="EngineException">The engine lacks something; the message says what.</exception>
    public static async Task<UserDatabases> CreateAsync(
        IEngine engine,
        EngineOptions options,
        ILogger<UserDatabases> logger,
        CancellationToken cancellationToken)
    {
        await UserTemplate.PrepareAsync(engine, logger, cancellationToken);
        return new UserDatabases(engine, await ScanSecrets.LoadAsync(engine.Database, cancellationToken), options, logger);
    }

    /// <summary>Whether no gateway user can be called <paramref name="username"/>, because PostgreSQL or Sluice uses the name.</summary>
    public static bool IsReserved(string username) => EngineRoles.IsReserved(username);

    /// <summary>
    /// Makes the user's role and database if they do not exist, and brings the CDF tables in it to what the built-in tables and
    /// <paramref name="userTables"/> are: missing ones are made, those of another definition are made anew. None is dropped for not being
    /// named, since it may have been added after <paramref name="userTables"/> was read. Costs next to nothing if it was done before in this
    /// process with the same tables and rights.
    /// </summary>
    /// <param name="username">Who.</param>
    /// <param name="userTables">The user's own tables, and built-in tables that are not as other users have them.</param>
    /// <param name="rights">What the user may do in his database.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="PgException">
    /// The engine's error: 57P03 while it restarts, 55P03 if a session of the user holds a table that must go, 2BP01 if something of his depends on it.
    /// </exception>
    /// <exception cref="ArgumentException">A reserved name, or one of more than 63 bytes.</exception>
    public Task<EngineLogin> EnsureAsync(
        string username,
        IReadOnlyCollection<TableDefinition> userTables,
        DatabaseRights rights,
        CancellationToken cancellationToken) =>
        EnsureAsync(username, BuiltInTables.All, userTables, rights, cancellationToken);

    /// <summary>The same for a user who has <paramref name="builtInTables"/>, all of his version; what he has of the other version is dropped.</summary>
    public async Task<EngineLogin> EnsureAsync(
        string username,
        ImmutableArray<TableDefinition> builtInTables,
        IReadOnlyCollection<TableDefinition> userTables,
        DatabaseRights rights,
        CancellationToken cancellationToken)
    {
        var login = LoginOf(username);
        var user = _users.GetOrAdd(username, _ => new UserState());
        var wanted = Fingerprints(userTables);
        if (user.Has(builtInTables, wanted, rights))
        {
            if (await MayConnectAsync(username, cancellationToken))
            {
                return login;
            }

            user.Tables = null;
        }

        await user.Gate.WaitAsync(cancellationToken);
        try
        {
            if (!user.Has(builtInTables, wanted, rights))
            {
                await BuildAsync(username, builtInTables, userTables, rights, cancellationToken);
                user.BuiltInTables = builtInTables;
                user.Rights = rights;
                user.Tables = wanted;
            }
        }
        finally
        {
            user.Gate.Release();
        }

        return login;
    }

    /// <summary>The same for a user without special rights.</summary>
    public Task<EngineLogin> EnsureAsync(string username, IReadOnlyCollection<TableDefinition> userTables, CancellationToken cancellationToken) =>
        EnsureAsync(username, userTables, DatabaseRights.Default, cancellationToken);

    /// <summary>Adds a table to the user's database, for his sessions to see at once; does nothing if there is no database yet.</summary>
    /// <exception cref="PgException">42P07: the user has a table of that name; 55P03: locks were held for too long.</exception>
    public Task AddTableAsync(string username, TableDefinition table, CancellationToken cancellationToken) =>
        ChangeAsync(username, async (sql, existing) =>
        {
            if (existing.TryGetValue(table.Name, out var old))
            {
                if (old.Fingerprint == CatalogSql.Fingerprint(table))
                {
                    return;
                }

                throw new PgException(SqlState.DuplicateTable, $"relation \"{table.Name}\" already exists");
            }

            await sql.ExecuteAsync(
                Bounded(CatalogSql.CreateMarkedTable(table, UserTemplate.Child(NextChild(existing)))), cancellationToken);
        }, cancellationToken);

    /// <summary>Drops a user's own table; does nothing if it or the database is not there. CDF keeps its rows.</summary>
    /// <exception cref="PgException">As <see cref="DropTablesAsync"/>.</exception>
    public Task DropTableAsync(string username, string table, CancellationToken cancellationToken) =>
        DropTablesAsync(username, [table], cascade: false, cancellationToken);

    /// <summary>Drops tables of a user's own, all or none; those that are not there are no error. CDF keeps their rows.</summary>
    /// <param name="username">The user.</param>
    /// <param name="tables">The names.</param>
    /// <param name="cascade">What the user has made that depends on them goes, too.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="PgException">55P03: a session of the user holds a table for too long; 2BP01: something of his depends on it.</exception>
    public Task DropTablesAsync(string username, IReadOnlyCollection<string> tables, bool cascade, CancellationToken cancellationToken) =>
        ChangeAsync(username, async (sql, existing) =>
        {
            var statements = tables
                .Where(table => existing.ContainsKey(table) && BuiltInTables.Find(table) is null)
                .Select(table => CatalogSql.DropTable(table, existing[table].Child, cascade))
                .ToList();
            if (statements.Count > 0)
            {
                await sql.ExecuteAsync(Bounded(string.Concat(statements)), cancellationToken);
            }
        }, cancellationToken);

    /// <summary>Puts tables in the place of others of the user's own, all or none; does nothing if there is no database yet.</summary>
    /// <param name="username">The user.</param>
    /// <param name="replacements">The names of tables, which need not be there, and what is to be in their places, under the same name or another.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="PgException">As <see cref="DropTablesAsync"/>; 42P07: the user has a table of a new name.</exception>
    public Task ReplaceTablesAsync(
        string username,
        IReadOnlyCollection<(string Name, TableDefinition Table)> replacements,
        CancellationToken cancellationToken) =>
        ChangeAsync(username, async (sql, existing) =>
        {
            var next = NextChild(existing);
            var drops = replacements
                .Where(replacement => existing.ContainsKey(replacement.Name) && BuiltInTables.Find(replacement.Name) is null)
                .Select(replacement => CatalogSql.DropTable(replacement.Name, existing[replacement.Name].Child));
            var creations = replacements.Select((replacement, i) => CatalogSql.CreateMarkedTable(replacement.Table, UserTemplate.Child(next + i)));
            await sql.ExecuteAsync(Bounded(string.Concat(drops.Concat(creations))), cancellationToken);
        }, cancellationToken);

    /// <summary>Ends the user's sessions and removes his database and role; nothing happens if they are not there. CDF keeps its rows.</summary>
    public async Task DropAsync(string username, CancellationToken cancellationToken)
    {
        _ = LoginOf(username);
        var user = _users.GetOrAdd(username, _ => new UserState());
        await user.Gate.WaitAsync(cancellationToken);
        try
        {
            user.Tables = null;
            await using var sql = await OpenOwnAsync(cancellationToken);
            if (await ExistsAsync(sql, username, cancellationToken))
            {
                // No new session can begin while the old ones are ended. An open transaction of his that changes the same rights would be waited for.
                await sql.ExecuteAsync(
                    $"SELECT pg_catalog.pg_terminate_backend(pid, 5000) FROM pg_catalog.pg_stat_activity WHERE datname = {SqlText.Literal(username)}",
                    cancellationToken);
                await sql.ExecuteAsync(
                    Bounded($"REVOKE CONNECT ON DATABASE {SqlText.Identifier(username)} FROM {SqlText.Identifier(username)}"), cancellationToken);
                await sql.ExecuteAsync($"DROP DATABASE {SqlText.Identifier(username)} WITH (FORCE)", cancellationToken);
            }

            await sql.ExecuteAsync($"DROP ROLE IF EXISTS {SqlText.Identifier(username)}", cancellationToken);
            LogDropped(_logger, username);
        }
        finally
        {
            user.Gate.Release();
        }
    }

    private static Dictionary<string, string> Fingerprints(IEnumerable<TableDefinition> tables) =>
        tables.ToDictionary(table => table.Name, CatalogSql.Fingerprint, StringComparer.Ordinal);

    private static int NextChild(Dictionary<string, ChildTable> existing) =>
        1 + existing.Values.Select(child => int.Parse(child.Child.AsSpan(child.Child.LastIndexOf('_') + 1), CultureInfo.InvariantCulture))
            .DefaultIfEmpty(0)
            .Max();

    private static async Task<Dictionary<string, ChildTable>> ListAsync(EngineSql sql, CancellationToken cancellationToken) =>
        (await sql.ExecuteAsync(CatalogSql.ListTables, cancellationToken))
        .ToDictionary(row => row[0]!, row => new ChildTable(row[1]!, row[2]), StringComparer.Ordinal);

    private static async Task<bool> ExistsAsync(EngineSql sql, string username, CancellationToken cancellationToken) =>
        (await sql.ExecuteAsync($"SELECT FROM pg_catalog.pg_database WHERE datname = {SqlText.Literal(username)}", cancellationToken)).Count > 0;

    /// <summary>A user can give up his own rights (DROP OWNED BY); with the next login he has them again.</summary>
    private async Task<bool> MayConnectAsync(string username, CancellationToken cancellationToken)
    {
        await _engine.WaitUntilReadyAsync(cancellationToken);
        await using var command = _engine.Database.CreateCommand(
            "SELECT pg_catalog.has_database_privilege(r.oid, d.oid, 'CONNECT') FROM pg_catalog.pg_roles r, pg_catalog.pg_database d WHERE r.rolname = $1 AND d.datname = $1");
        command.Parameters.Add(new NpgsqlParameter { Value = username });
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    private EngineLogin LoginOf(string username) => IsReserved(username) || Encoding.UTF8.GetByteCount(username) > MaxNameBytes
        ? throw new ArgumentException($"\"{username}\" is reserved or too long for a name.", nameof(username))
        : new EngineLogin(_engine.SocketDirectory, _engine.Port, username, username);

    private Task<EngineSql> OpenOwnAsync(CancellationToken cancellationToken) =>
        EngineSql.OpenAsync(_engine, EngineRoles.Database, EngineRoles.Owner, cancellationToken);

    /// <summary>A change of tables waits for the user's sessions for a while only: whoever waits for the change would hang with it.</summary>
    private string Bounded(string statements) =>
        string.Create(CultureInfo.InvariantCulture, $"SET lock_timeout = {(long)_options.LockTimeout.TotalMilliseconds};\n{statements}");

    private async Task ChangeAsync(
        string username,
        Func<EngineSql, Dictionary<string, ChildTable>, Task> change,
        CancellationToken cancellationToken)
    {
        _ = LoginOf(username);
        var user = _users.GetOrAdd(username, _ => new UserState());
        await user.Gate.WaitAsync(cancellationToken);
        try
        {
            await using (var own = await OpenOwnAsync(cancellationToken))
            {
                if (!await ExistsAsync(own, username, cancellationToken))
                {
                    return;
                }
            }

            // The next login compares, and finds it right.
            user.Tables = null;
            await using var sql = await EngineSql.OpenAsync(_engine, username, EngineRoles.Owner, cancellationToken);
            await change(sql, await ListAsync(sql, cancellationToken));
        }
        finally
        {
            user.Gate.Release();
        }
    }

    private async Task BuildAsync(
        string username,
        ImmutableArray<TableDefinition> builtInTables,
        IReadOnlyCollection<TableDefinition> userTables,
        DatabaseRights rights,
        CancellationToken cancellationToken)
    {
        var (name, text) = (SqlText.Identifier(username), SqlText.Literal(username));
        await using var own = await OpenOwnAsync(cancellationToken);
        var made = false;
        if ((await own.ExecuteAsync($"SELECT FROM pg_catalog.pg_roles WHERE rolname = {text}", cancellationToken)).Count == 0)
        {
            await own.ExecuteAsync($"CREATE ROLE {name} LOGIN NOINHERIT CONNECTION LIMIT 0", cancellationToken);
        }

        if (!await ExistsAsync(own, username, cancellationToken))
        {
            await own.ExecuteAsync($"CREATE DATABASE {name} TEMPLATE {UserTemplate.Name}", cancellationToken);
            made = true;
        }

        await using (var sql = await EngineSql.OpenAsync(_engine, username, EngineRoles.Owner, cancellationToken))
        {
            await sql.ExecuteAsync(UserMapping(username), cancellationToken);
            await ReconcileAsync(sql, builtInTables, userTables, cancellationToken);
            await sql.ExecuteAsync(
                rights.CreatesTables ? $"GRANT CREATE ON SCHEMA public TO {name}" : $"REVOKE CREATE ON SCHEMA public FROM {name}", cancellationToken);
        }

        // Last, so that a user who can connect finds all that he should.
        var connections = Math.Min(rights.ConnectionLimit ?? _options.MaxConnectionsPerUser, _options.MaxConnectionsPerUser);
        await own.ExecuteAsync(
            Bounded(string.Create(
                CultureInfo.InvariantCulture,
                $"REVOKE ALL ON DATABASE {name} FROM PUBLIC; GRANT CONNECT, TEMPORARY ON DATABASE {name} TO {name}; ALTER ROLE {name} CONNECTION LIMIT {connections}")),
            cancellationToken);
        if (made)
        {
            LogMade(_logger, username);
        }
    }

    /// <summary>
    /// For PUBLIC, who in his database is the user and the owner of the views of schema <c>sluice</c>, who read for him: a mapping of his own the user could
    /// drop (DROP OWNED BY), and see if he ever got USAGE.
    /// </summary>
    private string UserMapping(string username)
    {
        var (name, text) = (SqlText.Identifier(username), SqlText.Literal(username));
        var server = CatalogSql.Server;
        return $"""
            DROP USER MAPPING IF EXISTS FOR {name} SERVER {server};
            DROP USER MAPPING IF EXISTS FOR {EngineRoles.Owner} SERVER {server};
            DROP USER MAPPING IF EXISTS FOR PUBLIC SERVER {server};
            CREATE USER MAPPING FOR PUBLIC SERVER {server} OPTIONS (user {text}, password {SqlText.Literal(_secrets.For(username))});
            """;
    }

    private async Task ReconcileAsync(
        EngineSql sql,
        ImmutableArray<TableDefinition> builtInTables,
        IReadOnlyCollection<TableDefinition> userTables,
        CancellationToken cancellationToken)
    {
        var existing = await ListAsync(sql, cancellationToken);
        var wanted = builtInTables.ToDictionary(table => table.Name, StringComparer.Ordinal);
        foreach (var table in userTables)
        {
            wanted[table.Name] = table;
        }

        var next = NextChild(existing);
        var statements = new StringBuilder();
        if ((await sql.ExecuteAsync(CatalogSql.PreambleMark, cancellationToken))[0][0] != CatalogSql.PreambleFingerprint)
        {
            statements.Append(CatalogSql.MarkedPreamble);
        }

        foreach (var (name, child) in existing)
        {
            if (wanted.TryGetValue(name, out var table))
            {
                if (CatalogSql.Fingerprint(table) == child.Fingerprint)
                {
                    wanted.Remove(name);
                }
                else
                {
                    statements.Append(CatalogSql.DropTable(name, child.Child));
                }
            }
            else if (BuiltInTables.Find(name) is not null || Version1Tables.Find(name) is not null)
            {
                // The template has the tables of version 2, and a user who has become one of that version had those of version 1.
                statements.Append(CatalogSql.DropTable(name, child.Child));
            }
        }

        foreach (var table in wanted.Values)
        {
            statements.Append(CatalogSql.CreateMarkedTable(table, UserTemplate.Child(next++)));
        }

        if (statements.Length > 0)
        {
            await sql.ExecuteAsync(Bounded(statements.ToString()), cancellationToken);
        }
    }

    private sealed record ChildTable(string Child, string? Fingerprint);

    /// <summary>
    /// What is known of a user's database, once it was made or looked at: the tables that all of a version have, the fingerprints of the others, and the rights.
    /// </summary>
    private sealed class UserState
    {
        public SemaphoreSlim Gate { get; } = new(1, 1);

        public volatile Dictionary<string, string>? Tables;

        public volatile DatabaseRights? Rights;

        public ImmutableArray<TableDefinition> BuiltInTables;

        public bool Has(ImmutableArray<TableDefinition> builtInTables, Dictionary<string, string> wanted, DatabaseRights rights) =>
            Tables is { } tables
            && BuiltInTables == builtInTables
            && Rights == rights
            && tables.Count == wanted.Count
            && wanted.All(table => tables.GetValueOrDefault(table.Key) == table.Value);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Made the database of user {Username}")]
    private static partial void LogMade(ILogger logger, string username);

    [LoggerMessage(Level = LogLevel.Information, Message = "Dropped the database of user {Username}")]
    private static partial void LogDropped(ILogger logger, string username);
}
