using System.Text.Json;
using Dapper;
using Npgsql;
using Sluice.Gateway.Engine;
using Sluice.Gateway.Tables;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Users;

/// <summary>The custom tables of the gateway users, in database <c>sluice</c>.</summary>
public sealed class UserTableStore(IEngine engine)
{
    // As the tables API calls them.
    private const string RawRows = "raw_rows";
    private const string View = "view";

    /// <summary>The custom tables of <paramref name="username"/>, by name.</summary>
    public async Task<IReadOnlyList<CustomTable>> ListAsync(string username, CancellationToken cancellationToken)
    {
        await using var connection = await engine.OpenDatabaseAsync(cancellationToken);
        return await ListAsync(connection, username, cancellationToken);
    }

    /// <summary>All CDF tables of <paramref name="username"/>: built-in and custom.</summary>
    public Task<TableCatalog> CatalogAsync(string username, CancellationToken cancellationToken) =>
        ReadLockedAsync(username, static (catalog, _) => Task.FromResult(catalog), cancellationToken);

    /// <summary>Runs <paramref name="use"/> with all CDF tables and the options of <paramref name="username"/>, which nobody changes meanwhile.</summary>
    /// <exception cref="PgException">28000: the user was deleted.</exception>
    public async Task<T> ReadLockedAsync<T>(string username, Func<TableCatalog, UserOptions, Task<T>> use, CancellationToken cancellationToken)
    {
        await using var connection = await engine.OpenDatabaseAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (version, options) = await LockAsync(connection, username, "FOR SHARE", cancellationToken);
        var tables = await ListAsync(connection, username, cancellationToken);
        var result = await use(CatalogOf(version, tables, options), options);
        await transaction.CommitAsync(cancellationToken);
        return result;
    }

    /// <summary>
    /// Makes a user of version 1 one of version 2. <paramref name="apply"/> gives his database the tables that he has then; should it fail, he stays what he is.
    /// </summary>
    /// <exception cref="PgException">28000: there is no such user; 55000: he is of version 2.</exception>
    public async Task ToVersion2Async(
        string username,
        DateTimeOffset now,
        Func<TableCatalog, UserOptions, Task> apply,
        CancellationToken cancellationToken)
    {
        const string Sql =
            """
            UPDATE sluice.gateway_user SET version = 2, last_updated_time = greatest(@now, last_updated_time + interval '1 millisecond') WHERE username = @username
            """;
        await using var connection = await engine.OpenDatabaseAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (version, options) = await LockAsync(connection, username, "FOR UPDATE", cancellationToken);
        if (version != 1)
        {
            throw new PgException(SqlState.ObjectNotInPrerequisiteState, $"user \"{username}\" is of version {version} already");
        }

        await connection.ExecuteAsync(new CommandDefinition(Sql, new { username, now = now.UtcDateTime }, cancellationToken: cancellationToken));
        await apply(CatalogOf(version: 2, await ListAsync(connection, username, cancellationToken), options), options);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>
    /// Adds those of <paramref name="declarations"/> that are not there, all or none, and returns all as stored. <paramref name="apply"/> makes them in the
    /// user's database; should it fail, nothing is stored. Others who change this user's tables wait.
    /// </summary>
    /// <exception cref="PgException">28000: the user was deleted; 42939: a reserved name.</exception>
    /// <exception cref="TableExistsException">One has the name of a table that is declared otherwise.</exception>
    public async Task<IReadOnlyList<CustomTable>> AddAsync(
        string username,
        IReadOnlyList<TableDeclaration> declarations,
        DateTimeOffset now,
        Func<IReadOnlyList<TableDefinition>, CancellationToken, Task> apply,
        CancellationToken cancellationToken)
    {
        await using var connection = await engine.OpenDatabaseAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (version, _) = await LockAsync(connection, username, "FOR UPDATE", cancellationToken);
        CheckNames(version, declarations);
        var existing = (await ListAsync(connection, username, cancellationToken)).ToDictionary(NameOf, StringComparer.Ordinal);
        var added = new List<TableDeclaration>();
        foreach (var declaration in declarations)
        {
            if (!existing.TryGetValue(declaration.Tablename, out var table))
            {
                existing.Add(declaration.Tablename, new CustomTable(declaration, now));
                added.Add(declaration);
            }
            else if (!table.Declaration.Equals(declaration))
            {
                throw new TableExistsException(declaration.Tablename);
            }
        }

        if (added.Count > 0)
        {
            await InsertAsync(connection, username, added, now, cancellationToken);
            await apply([.. added.Select(declaration => declaration.ToDefinition())], cancellationToken);
            existing = (await ListAsync(connection, username, cancellationToken)).ToDictionary(NameOf, StringComparer.Ordinal);
            await transaction.CommitAsync(cancellationToken);
        }

        return [.. declarations.Select(declaration => existing[declaration.Tablename])];
    }

    /// <summary>
    /// Removes the tables called <paramref name="tablenames"/>, all or none, and returns those that are not there: none is removed then, unless
    /// <paramref name="ignoreUnknown"/>. <paramref name="apply"/> drops them in the user's database; should it fail, they stay.
    /// </summary>
    /// <exception cref="PgException">28000: the user was deleted.</exception>
    public async Task<IReadOnlyList<string>> RemoveAsync(
        string username,
        IReadOnlyList<string> tablenames,
        bool ignoreUnknown,
        Func<IReadOnlyCollection<string>, CancellationToken, Task> apply,
        CancellationToken cancellationToken)
    {
        const string Sql = "DELETE FROM sluice.user_table WHERE username = @username AND tablename = ANY (@removed)";
        await using var connection = await engine.OpenDatabaseAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await LockAsync(connection, username, "FOR UPDATE", cancellationToken);
        var existing = (await ListAsync(connection, username, cancellationToken)).Select(NameOf).ToHashSet(StringComparer.Ordinal);
        var removed = tablenames.Where(existing.Contains).ToArray();
        var missing = tablenames.Where(name => !existing.Contains(name)).ToList();
        if (removed.Length > 0 && (missing.Count == 0 || ignoreUnknown))
        {
            await connection.ExecuteAsync(new CommandDefinition(Sql, new { username, removed }, cancellationToken: cancellationToken));
            await apply(removed, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        return missing;
    }

    /// <summary>
    /// Declares tables otherwise, all or none, and returns them as stored. <paramref name="changes"/> says what to change, given what there is;
    /// <paramref name="apply"/> does it in the user's database. Others who change this user's tables wait.
    /// </summary>
    /// <exception cref="PgException">28000: the user was deleted; 42939: a reserved name.</exception>
    public async Task<IReadOnlyList<CustomTable>> ChangeAsync(
        string username,
        Func<IReadOnlyList<CustomTable>, IReadOnlyList<TableChange>> changes,
        Func<IReadOnlyCollection<(string Name, TableDefinition Table)>, CancellationToken, Task> apply,
        CancellationToken cancellationToken)
    {
        const string Sql =
            "UPDATE sluice.user_table SET tablename = @NewName, definition = @Definition::json WHERE username = @username AND tablename = @Tablename";
        await using var connection = await engine.OpenDatabaseAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var (version, _) = await LockAsync(connection, username, "FOR UPDATE", cancellationToken);
        var wanted = changes(await ListAsync(connection, username, cancellationToken));
        CheckNames(version, wanted.Select(change => change.Declaration));
        var rows = wanted.Select(change => new { username, change.Tablename, NewName = change.Declaration.Tablename, Definition = Serialize(change.Declaration) });
        await connection.ExecuteAsync(new CommandDefinition(Sql, rows, cancellationToken: cancellationToken));
        await apply([.. wanted.Select(change => (change.Tablename, change.Declaration.ToDefinition()))], cancellationToken);
        var stored = (await ListAsync(connection, username, cancellationToken)).ToDictionary(NameOf, StringComparer.Ordinal);
        await transaction.CommitAsync(cancellationToken);
        return [.. wanted.Select(change => stored[change.Declaration.Tablename])];
    }

    private static string Serialize(TableDeclaration declaration) => declaration is ViewTableDeclaration view
        ? JsonSerializer.Serialize(view, UsersJson.Default.ViewTableDeclaration)
        : JsonSerializer.Serialize((RawTableDeclaration)declaration, UsersJson.Default.RawTableDeclaration);

    private static TableCatalog CatalogOf(int version, IEnumerable<CustomTable> tables, UserOptions options)
    {
        var custom = tables.Select(table => table.Declaration.ToDefinition());
        var variants = TableVariants.Of(options);
        return version == 1 ? TableCatalog.OfVersion1(custom, variants) : TableCatalog.Of(custom, variants);
    }

    /// <summary>The names of version 2's tables are nobody's; those of version 1's are taken for its users only.</summary>
    private static void CheckNames(int version, IEnumerable<TableDeclaration> declarations)
    {
        if (version == 1 && declarations.FirstOrDefault(declaration => Version1Tables.Find(declaration.Tablename) is not null) is { } reserved)
        {
            throw CustomNames.Reserved(reserved.Tablename);
        }
    }

    private static string NameOf(CustomTable table) => table.Declaration.Tablename;

    private static async Task<(int Version, UserOptions Options)> LockAsync(
        NpgsqlConnection connection,
        string username,
        string strength,
        CancellationToken cancellationToken)
    {
        var sql = $"SELECT version::int AS \"Version\", options::text AS \"Options\" FROM sluice.gateway_user WHERE username = @username {strength}";
        var user = await connection.QuerySingleOrDefaultAsync<LockedUser>(new CommandDefinition(sql, new { username }, cancellationToken: cancellationToken))
            ?? throw new PgException(new PgError
            {
                Severity = PgSeverity.Fatal,
                SqlState = SqlState.InvalidAuthorizationSpecification,
                Message = $"user \"{username}\" was deleted",
            });
        return (user.Version, JsonSerializer.Deserialize(user.Options, UsersJson.Default.UserOptions)!);
    }

    private static async Task<IReadOnlyList<CustomTable>> ListAsync(
        NpgsqlConnection connection,
        string username,
        CancellationToken cancellationToken)
    {
        const string Sql =
            """
            SELECT id AS "Id", type AS "Type", definition::text AS "Definition", created_time AS "CreatedTime"
            FROM sluice.user_table WHERE username = @username ORDER BY tablename
            """;
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(Sql, new { username }, cancellationToken: cancellationToken));
        return [.. rows.Select(row => row.ToTable())];
    }

    private static async Task InsertAsync(
        NpgsqlConnection connection,
        string username,
        IEnumerable<TableDeclaration> declarations,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        const string Sql =
            """
            INSERT INTO sluice.user_table (username, tablename, type, definition, created_time)
            VALUES (@username, @Tablename, @Type, @Definition::json, @CreatedTime)
            """;
        var rows = declarations.Select(declaration => new
        {
            username,
            declaration.Tablename,
            Type = declaration is ViewTableDeclaration ? View : RawRows,
            Definition = Serialize(declaration),
            CreatedTime = now.UtcDateTime,
        });
        await connection.ExecuteAsync(new CommandDefinition(Sql, rows, cancellationToken: cancellationToken));
    }

    private sealed class LockedUser
    {
        public int Version { get; init; }

        public required string Options { get; init; }
    }

    private sealed class Row
    {
        public long Id { get; init; }

        public required string Type { get; init; }

        public required string Definition { get; init; }

        public DateTime CreatedTime { get; init; }

        public CustomTable ToTable() => new(
            Type == View
                ? JsonSerializer.Deserialize(Definition, UsersJson.Default.ViewTableDeclaration)!
                : JsonSerializer.Deserialize(Definition, UsersJson.Default.RawTableDeclaration)!,
            new DateTimeOffset(CreatedTime),
            Id);
    }
}
