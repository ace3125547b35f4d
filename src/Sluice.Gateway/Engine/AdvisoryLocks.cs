using System.Globalization;

namespace Sluice.Gateway.Engine;

/// <summary>
/// Bounds the advisory locks of a session. PostgreSQL keeps all locks of all databases in one table of fixed size, and one statement can fill it
/// with advisory locks within a tenth of a second, sooner than anybody who watches could end it; then nobody else can lock, which is to say read, a table.
/// </summary>
/// <remarks>
/// The functions that take such locks are renamed in the template and closed to users; functions in PL/pgSQL of their names and signatures count the session's
/// locks first. PostgreSQL finds its own functions by their number, so those cannot be replaced in place.
/// </remarks>
internal static class AdvisoryLocks
{
    /// <summary>Advisory locks that one session may hold at a time.</summary>
    public const int MaxPerSession = 100;

    /// <summary>The statements that do it, for a superuser in the template.</summary>
    public static string Bounds { get; } = string.Create(
        CultureInfo.InvariantCulture,
        $$"""
        DO $do$
        DECLARE
            f record;
            original text;
            call text;
        BEGIN
            FOR f IN
                SELECT p.oid::regprocedure AS signature, p.proname AS name, pg_catalog.pg_get_function_arguments(p.oid) AS arguments,
                    p.pronargs AS arity, pg_catalog.pg_get_function_result(p.oid) AS result
                FROM pg_catalog.pg_proc p
                WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.proname ~ '^pg_(try_)?advisory_(xact_)?lock'
            LOOP
                original := 'sluice_' || f.name;
                call := format('pg_catalog.%I(%s)', original, CASE f.arity WHEN 1 THEN '$1' ELSE '$1, $2' END);
                EXECUTE format('ALTER FUNCTION %s RENAME TO %I', f.signature, original);
                EXECUTE format('REVOKE ALL ON FUNCTION pg_catalog.%I(%s) FROM PUBLIC', original, f.arguments);
                EXECUTE format('GRANT EXECUTE ON FUNCTION pg_catalog.%I(%s) TO {{EngineRoles.Owner}}', original, f.arguments);
                EXECUTE format(
                    $f$
                    CREATE FUNCTION pg_catalog.%I(%s) RETURNS %s LANGUAGE plpgsql STRICT VOLATILE PARALLEL RESTRICTED
                        SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
                    BEGIN
                        IF (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()) >= {{MaxPerSession}} THEN
                            RAISE EXCEPTION USING
                                ERRCODE = '53400',
                                MESSAGE = 'a session may hold {{MaxPerSession}} advisory locks',
                                HINT = 'Release some with pg_advisory_unlock, or take them in shorter transactions.';
                        END IF;
                        %s;
                    END
                    $body$
                    $f$,
                    f.name, f.arguments, f.result, CASE f.result WHEN 'void' THEN 'PERFORM ' ELSE 'RETURN ' END || call);
                EXECUTE format('ALTER FUNCTION pg_catalog.%I(%s) OWNER TO {{EngineRoles.Owner}}', f.name, f.arguments);
            END LOOP;
        END
        $do$
        """);
}
