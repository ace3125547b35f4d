namespace Sluice.Gateway.Engine;

/// <summary>Brings a cluster to where the rest can be done without a superuser. Each step may have been done before.</summary>
internal static class EngineBootstrap
{
    /// <summary>Makes the owner role and database <c>sluice</c>, and closes every database to everybody else.</summary>
    public static async Task RunAsync(IEngine engine, CancellationToken cancellationToken)
    {
        await using var sql = await EngineSql.OpenAsync(engine, "postgres", EngineRoles.Superuser, cancellationToken);
        await sql.ExecuteAsync(
            $"""
            DO $$
            BEGIN
                IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = '{EngineRoles.Owner}') THEN
                    CREATE ROLE {EngineRoles.Owner} LOGIN CREATEDB CREATEROLE;
                    GRANT pg_signal_backend TO {EngineRoles.Owner};
                END IF;
            END
            $$;

            -- Who watches over the sessions sees when their statements began.
            GRANT pg_read_all_stats TO {EngineRoles.Owner};
            """,
            cancellationToken);
        var exists = await sql.ExecuteAsync(
            $"SELECT FROM pg_catalog.pg_database WHERE datname = '{EngineRoles.Database}'", cancellationToken);
        if (exists.Count == 0)
        {
            await sql.ExecuteAsync($"CREATE DATABASE {EngineRoles.Database} OWNER {EngineRoles.Owner}", cancellationToken);
        }

        foreach (var database in (string[])["postgres", "template1", EngineRoles.Database])
        {
            await sql.ExecuteAsync($"REVOKE ALL ON DATABASE {database} FROM PUBLIC", cancellationToken);
        }
    }
}
