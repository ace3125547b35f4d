namespace Sluice.Gateway.Engine;

/// <summary>Tables that a user creates in <c>public</c> of his own database, if he may: ordinary tables, of which CDF knows nothing.</summary>
internal static class LocalTables
{
    /// <summary>
    /// The statements that make an event trigger, which warns at each creation of such a table, however it comes about. Only a superuser can make
    /// it, so it is in the template.
    /// </summary>
    public static string Warning { get; } =
        $"""
        CREATE FUNCTION {CatalogSql.Schema}.warn_of_local_table() RETURNS event_trigger
            LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $function$
        DECLARE
            made record;
        BEGIN
            IF current_user = '{EngineRoles.Owner}' THEN
                RETURN;
            END IF;
            FOR made IN
                SELECT object_identity FROM pg_event_trigger_ddl_commands() WHERE object_type = 'table' AND schema_name = 'public'
            LOOP
                RAISE WARNING USING
                    MESSAGE = format('table %s is local to the gateway: its rows are not in CDF', made.object_identity),
                    HINT = 'Rows that are written to the CDF tables, e.g. by INSERT … SELECT from this table, are.';
            END LOOP;
        END
        $function$;
        REVOKE ALL ON FUNCTION {CatalogSql.Schema}.warn_of_local_table() FROM PUBLIC;
        CREATE EVENT TRIGGER sluice_local_table ON ddl_command_end WHEN TAG IN ('CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO')
            EXECUTE FUNCTION {CatalogSql.Schema}.warn_of_local_table();
        """;
}
