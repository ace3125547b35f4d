namespace Sluice.Gateway.Engine;

/// <summary>
/// Makes <c>pg_stat_activity</c> of a user's database show the user's own sessions. PostgreSQL's shows those of all, their <c>application_name</c> included, which may
/// name another customer's machines.
/// </summary>
internal static class OwnActivity
{
    /// <summary>
    /// The statements that do it, for a superuser in the template. The view keeps the columns that this version of PostgreSQL gives it; the function is the superuser's,
    /// since PostgreSQL's definition reads <c>pg_authid</c>.
    /// </summary>
    public static string Restriction { get; } =
        """
        SET allow_system_table_mods = on;
        DO $do$
        BEGIN
            EXECUTE format(
                'CREATE FUNCTION pg_catalog.sluice_activity() RETURNS SETOF pg_catalog.pg_stat_activity LANGUAGE sql STABLE SECURITY DEFINER '
                'SET search_path = pg_catalog, pg_temp AS %L',
                format(
                    'SELECT * FROM (%s) a WHERE a.usename = session_user AND a.datname = current_database()',
                    rtrim(pg_catalog.pg_get_viewdef('pg_catalog.pg_stat_activity'::regclass), ';')));
        END
        $do$;
        CREATE OR REPLACE VIEW pg_catalog.pg_stat_activity AS SELECT * FROM pg_catalog.sluice_activity();
        REVOKE ALL ON FUNCTION pg_catalog.pg_stat_get_activity(integer) FROM PUBLIC;
        """;
}
