using Microsoft.Extensions.Logging;
using Sluice.Gateway.Tables;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Engine;

/// <summary>
/// The closed database that users' databases are copied from: it has the built-in tables, and nothing that a user could spend the disk with.
/// Its name says what is in it, so a Sluice with other tables makes another one.
/// </summary>
internal static partial class UserTemplate
{
    private const string Unfinished = EngineRoles.TemplatePrefix + "unfinished";

    /// <summary>The template's name.</summary>
    public static string Name { get; } = EngineRoles.TemplatePrefix + CatalogSql.Hash(
        CatalogSql.Preamble + CatalogSql.Revocations + AdvisoryLocks.Bounds + OwnActivity.Restriction + LocalTables.Warning + string.Concat(BuiltInTables.All.Select(t => CatalogSql.CreateTable(t, "scan"))));

    /// <summary>Makes the template if there is none, and drops those of other versions.</summary>
    /// <exception cref="EngineException">postgres_fdw is not installed.</exception>
    public static async Task PrepareAsync(IEngine engine, ILogger logger, CancellationToken cancellationToken)
    {
        await using var sql = await EngineSql.OpenAsync(engine, "postgres", EngineRoles.Superuser, cancellationToken);
        var existing = await sql.ExecuteAsync(
            $"SELECT datname FROM pg_catalog.pg_database WHERE starts_with(datname, '{EngineRoles.TemplatePrefix}')", cancellationToken);
        foreach (var name in existing.Select(row => row[0]!).Where(name => name != Name))
        {
            await sql.ExecuteAsync($"ALTER DATABASE {SqlText.Identifier(name)} WITH IS_TEMPLATE false", cancellationToken);
            await sql.ExecuteAsync($"DROP DATABASE {SqlText.Identifier(name)} WITH (FORCE)", cancellationToken);
        }

        if (existing.Exists(row => row[0] == Name))
        {
            return;
        }

        // Nobody can connect while it is made: pg_hba.conf lets a role into the database of its own name alone.
        await sql.ExecuteAsync($"CREATE DATABASE {Unfinished} OWNER {EngineRoles.Owner} TEMPLATE template0", cancellationToken);
        await FillAsync(engine, cancellationToken);
        await sql.ExecuteAsync($"REVOKE ALL ON DATABASE {Unfinished} FROM PUBLIC", cancellationToken);
        await sql.ExecuteAsync($"ALTER DATABASE {Unfinished} RENAME TO {Name}", cancellationToken);
        await sql.ExecuteAsync($"ALTER DATABASE {Name} WITH ALLOW_CONNECTIONS false IS_TEMPLATE true", cancellationToken);
        LogMade(logger, Name);
    }

    /// <summary>The name of the <paramref name="number"/>th child.</summary>
    public static string Child(int number) => $"scan_{number}";

    private static async Task FillAsync(IEngine engine, CancellationToken cancellationToken)
    {
        await using (var superuser = await EngineSql.OpenAsync(engine, Unfinished, EngineRoles.Superuser, cancellationToken))
        {
            try
            {
                await superuser.ExecuteAsync("CREATE EXTENSION postgres_fdw WITH SCHEMA pg_catalog", cancellationToken);
            }
            catch (PgException e) when (e.Error.SqlState is "0A000" or "58P01")
            {
                throw new EngineException(
                    $"PostgreSQL has no postgres_fdw ({e.Message}). Install its contrib package (RPM: postgresql-contrib; Debian has it in the server's).", e);
            }

            await superuser.ExecuteAsync(
                $"GRANT USAGE ON FOREIGN DATA WRAPPER postgres_fdw TO {EngineRoles.Owner}; ALTER SCHEMA public OWNER TO {EngineRoles.Owner}; "
                + "REVOKE ALL ON SCHEMA public FROM PUBLIC; GRANT USAGE ON SCHEMA public TO PUBLIC",
                cancellationToken);
            await superuser.ExecuteAsync(CatalogSql.Revocations, cancellationToken);
            await superuser.ExecuteAsync(AdvisoryLocks.Bounds, cancellationToken);
            await superuser.ExecuteAsync(OwnActivity.Restriction, cancellationToken);
        }

        await using (var owner = await EngineSql.OpenAsync(engine, Unfinished, EngineRoles.Owner, cancellationToken))
        {
            await owner.ExecuteAsync(CatalogSql.MarkedPreamble, cancellationToken);
            await owner.ExecuteAsync(
                string.Concat(BuiltInTables.All.Select((table, i) => CatalogSql.CreateMarkedTable(table, Child(i + 1)))), cancellationToken);
        }

        await using var last = await EngineSql.OpenAsync(engine, Unfinished, EngineRoles.Superuser, cancellationToken);
        await last.ExecuteAsync(LocalTables.Warning, cancellationToken);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Made the template of users' databases, {Name}")]
    private static partial void LogMade(ILogger logger, string name);
}
