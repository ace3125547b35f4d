using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Sluice.Gateway.Reads.History;
using Sluice.Gateway.Tables;

namespace Sluice.Gateway.Engine;

/// <summary>
/// The SQL that makes CDF tables in a user's database. Each is an ordinary, always empty table in <c>public</c>, which is what clients see,
/// with one inheritance child: a foreign table in <c>_sluice</c>, where the user has no rights, that reads from Sluice; and with a
/// <see cref="SinkView"/>, through which PostgreSQL computes rows that Sluice writes.
/// </summary>
internal static class CatalogSql
{
    /// <summary>The schema of what the user should not see.</summary>
    public const string Schema = "_sluice";

    /// <summary>The foreign server. Nothing in its options is secret, and no place: where to read is in the engine's environment.</summary>
    public const string Server = "sluice_cdf";

    /// <summary>The schema under which the scan endpoint is asked for tables.</summary>
    public const string RemoteSchema = "cdf";

    /// <summary>What is made before the tables. It can be run again in a database that has an older version of it.</summary>
    public static string Preamble { get; } =
        $"""
        CREATE SCHEMA IF NOT EXISTS {Schema};

        -- The last defence against writes that Sluice did not take over: nothing may ever land in the empty parent table, and none may be
        -- sent to the endpoint. Callers need no right to the function.
        CREATE OR REPLACE FUNCTION {Schema}.refuse_write() RETURNS trigger
            LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $function$
        BEGIN
            IF TG_NARGS > 0 THEN
                RAISE EXCEPTION USING
                    ERRCODE = '55000',
                    MESSAGE = format('CDF table "%s" can only be read', TG_TABLE_NAME),
                    SCHEMA = TG_TABLE_SCHEMA,
                    TABLE = TG_TABLE_NAME;
            END IF;
            RAISE EXCEPTION USING
                ERRCODE = '0A000',
                MESSAGE = format('%s of CDF table "%s" is not supported in this form', TG_OP, TG_TABLE_NAME),
                HINT = 'Write with INSERT … VALUES of constants and parameters, or with COPY … FROM STDIN, each as a statement of its own.',
                SCHEMA = TG_TABLE_SCHEMA,
                TABLE = TG_TABLE_NAME;
        END
        $function$;

        -- Only triggers call it, which needs no right.
        REVOKE ALL ON FUNCTION {Schema}.refuse_write() FROM PUBLIC;

        {SinkView.Preamble}
        -- The engine's process id in the application name is how Sluice knows which session reads.
        CREATE SERVER IF NOT EXISTS {Server} FOREIGN DATA WRAPPER postgres_fdw OPTIONS (
            dbname '{RemoteSchema}', application_name 'sluice:%p', use_remote_estimate 'true', async_capable 'true');

        -- What CREATE FOREIGN TABLE names, for clients to see; nothing is behind them in the engine, and nobody has USAGE.
        {string.Join(' ', ForeignServer.All.Select(server => $"CREATE SERVER IF NOT EXISTS {server.Name} FOREIGN DATA WRAPPER postgres_fdw;"))}

        {HistoryTables.Preamble}
        """;

    /// <summary>The preamble, and its mark in the database: the comment of the schema.</summary>
    public static string MarkedPreamble => Preamble + Comment("SCHEMA", Schema, PreambleFingerprint);

    /// <summary>What tells two preambles apart.</summary>
    public static string PreambleFingerprint { get; } = Hash(Preamble);

    /// <summary>The mark of the preamble in this database.</summary>
    public static string PreambleMark { get; } =
        $"SELECT pg_catalog.obj_description('{Schema}'::pg_catalog.regnamespace, 'pg_namespace')";

    /// <summary>
    /// Functions that would let a user fill the disk beyond every limit, taken from PUBLIC in the template: large objects are in no quota,
    /// logical messages go straight into the write-ahead log, and each exported snapshot is a file outside of the database.
    /// </summary>
    public static string Revocations { get; } =
        """
        DO $$
        DECLARE f regprocedure;
        BEGIN
            FOR f IN
                SELECT oid FROM pg_catalog.pg_proc
                WHERE pronamespace = 'pg_catalog'::regnamespace
                  AND (proname LIKE 'lo\_%' OR proname IN ('lowrite', 'loread', 'pg_logical_emit_message', 'pg_export_snapshot'))
            LOOP
                EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
            END LOOP;
        END
        $$
        """;

    /// <summary>What tells two definitions apart for PostgreSQL; it is kept as the comment of the child.</summary>
    public static string Fingerprint(TableDefinition table) =>
        Hash(CreateTable(table, "scan"));

    /// <summary>The statements that make <paramref name="table"/>; <paramref name="child"/> is the name of its foreign table.</summary>
    public static string CreateTable(TableDefinition table, string child)
    {
        var name = $"public.{SqlText.Identifier(table.Name)}";
        var sql = new StringBuilder();
        sql.Append("CREATE TABLE ").Append(name).Append(" (\n");
        sql.AppendJoin(",\n", table.Columns.Select(Column).Concat(Keys(table)));
        sql.Append(");\n");
        sql.Append(Comment("TABLE", name, table.Comment));
        foreach (var column in table.Columns)
        {
            sql.Append(Comment("COLUMN", $"{name}.{SqlText.Identifier(column.Name)}", column.Comment));
        }

        // Only the user can connect to his database, so PUBLIC is he. No REFERENCES: a foreign key to an empty table always fails.
        return sql.Append(CultureInfo.InvariantCulture,
            $"""
            CREATE TRIGGER sluice_refuse_write BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON {name}
                FOR EACH STATEMENT EXECUTE FUNCTION {Schema}.refuse_write({(table.IsReadOnly ? "'read-only'" : string.Empty)});
            GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON {name} TO PUBLIC;
            CREATE FOREIGN TABLE {Schema}.{SqlText.Identifier(child)} () INHERITS ({name}) SERVER {Server} OPTIONS (
                schema_name '{RemoteSchema}', table_name {SqlText.Literal(table.Name)}, fetch_size '{table.FetchSize}');
            {SinkView.Create(table.Name)}

            """).ToString();
    }

    /// <summary>The statements that make <paramref name="table"/> and leave its fingerprint on the child.</summary>
    public static string CreateMarkedTable(TableDefinition table, string child) =>
        CreateTable(table, child)
        + Comment("FOREIGN TABLE", $"{Schema}.{SqlText.Identifier(child)}", Fingerprint(table));

    /// <summary>The statements that remove a table, its child and its sink; with <paramref name="cascade"/> also what depends on the table.</summary>
    public static string DropTable(string table, string child, bool cascade = false) =>
        $"{SinkView.Drop(table)} DROP FOREIGN TABLE {Schema}.{SqlText.Identifier(child)}; "
        + $"DROP TABLE public.{SqlText.Identifier(table)}{(cascade ? " CASCADE" : string.Empty)};\n";

    /// <summary>The CDF tables of the database: name, child, fingerprint.</summary>
    public static string ListTables { get; } =
        $"""
        SELECT p.relname, c.relname, d.description
        FROM pg_catalog.pg_class c
        JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace AND n.nspname = '{Schema}'
        JOIN pg_catalog.pg_inherits i ON i.inhrelid = c.oid
        JOIN pg_catalog.pg_class p ON p.oid = i.inhparent
        LEFT JOIN pg_catalog.pg_description d ON d.objoid = c.oid AND d.classoid = 'pg_catalog.pg_class'::regclass AND d.objsubid = 0
        WHERE c.relkind = 'f'
        """;

    /// <summary>A short hash of <paramref name="sql"/>.</summary>
    public static string Hash(string sql) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql)))[..16];

    private static string Column(ColumnDefinition column)
    {
        var type = column.Type.DisplayName;
        var rest = column.Role switch
        {
            ColumnRole.Identity => " GENERATED ALWAYS AS IDENTITY",
            ColumnRole.Generated => $" GENERATED ALWAYS AS (NULL::{type}) STORED",
            _ => column.NotNull ? " NOT NULL" : "",
        };
        return $"    {SqlText.Identifier(column.Name)} {type}{rest}";
    }

    private static IEnumerable<string> Keys(TableDefinition table)
    {
        if (!table.PrimaryKey.IsEmpty)
        {
            yield return $"    PRIMARY KEY ({List(table.PrimaryKey)})";
        }

        foreach (var key in table.UniqueKeys)
        {
            yield return $"    UNIQUE ({List(key)})";
        }
    }

    private static string List(IEnumerable<string> columns) => string.Join(", ", columns.Select(SqlText.Identifier));

    private static string Comment(string kind, string name, string text) => $"COMMENT ON {kind} {name} IS {SqlText.Literal(text)};\n";
}
