using System.Text;

namespace Sluice.Gateway.Engine;

/// <summary>
/// The view <c>_sluice.sink_&lt;table&gt;</c> of a CDF table: what a user's statement writes to after Sluice has put this name in the place of its target's.
/// PostgreSQL types, assigns and checks the rows as it would for the table; triggers hand them back by RETURNING and store nothing.
/// </summary>
/// <remarks>
/// A user has rights to the view, so that his own statements run with his own rights, but only Sluice may use it: a statement is refused with 0A000
/// unless <see cref="Setting"/> has, in its transaction, the value that the session was started with as <see cref="KeySetting"/>. That keeps rows from
/// being lost by mistake; there is nothing to gain from it.
/// </remarks>
internal static class SinkView
{
    /// <summary>The setting that Sluice gives, as a startup option, a value of its own to in each session.</summary>
    public const string KeySetting = "sluice.sink_key";

    /// <summary>The setting that must have the value of <see cref="KeySetting"/> while a statement uses a sink; set it local to the transaction.</summary>
    public const string Setting = "sluice.sink";

    private const string Prefix = "sink_";

    /// <summary>PostgreSQL cuts longer names.</summary>
    private const int MaxNameBytes = 63;

    private const int HashLength = 16;

    /// <summary>The functions behind all sinks, and the way to them; can be run again.</summary>
    public static string Preamble { get; } =
        $"""
        CREATE OR REPLACE FUNCTION {CatalogSql.Schema}.guard_sink() RETURNS trigger
            LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $function$
        BEGIN
            IF coalesce(current_setting('{KeySetting}', true), '') = ''
                OR current_setting('{Setting}', true) IS DISTINCT FROM current_setting('{KeySetting}', true)
            THEN
                RAISE EXCEPTION USING
                    ERRCODE = '0A000',
                    MESSAGE = format('view "%s" is not for use by clients: it stores nothing', TG_TABLE_NAME),
                    HINT = format('Write to table "%s".', TG_ARGV[0]),
                    SCHEMA = TG_TABLE_SCHEMA,
                    TABLE = TG_TABLE_NAME;
            END IF;
            RETURN NULL;
        END
        $function$;

        CREATE OR REPLACE FUNCTION {CatalogSql.Schema}.pass_new() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
        CREATE OR REPLACE FUNCTION {CatalogSql.Schema}.pass_old() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END';
        REVOKE ALL ON FUNCTION {CatalogSql.Schema}.guard_sink(), {CatalogSql.Schema}.pass_new(), {CatalogSql.Schema}.pass_old() FROM PUBLIC;
        GRANT USAGE ON SCHEMA {CatalogSql.Schema} TO PUBLIC;

        """;

    /// <summary>The view's name in <see cref="CatalogSql.Schema"/>, without quotes; one that would be too long ends in a hash.</summary>
    public static string NameOf(string table)
    {
        var name = Prefix + table;
        if (Encoding.UTF8.GetByteCount(name) <= MaxNameBytes)
        {
            return name;
        }

        var length = name.Length;
        while (Encoding.UTF8.GetByteCount(name.AsSpan(0, length)) > MaxNameBytes - HashLength - 1 || char.IsLowSurrogate(name[length]))
        {
            length--;
        }

        return $"{name[..length]}_{CatalogSql.Hash(table)}";
    }

    /// <summary>The view as SQL names it: <c>_sluice."sink_assets"</c>.</summary>
    public static string QualifiedNameOf(string table) => $"{CatalogSql.Schema}.{SqlText.Identifier(NameOf(table))}";

    /// <summary>
    /// The statements that make the sink of <paramref name="table"/>. The view reads with the rights of who asks, so that the scan is that user's.
    /// </summary>
    public static string Create(string table)
    {
        var view = QualifiedNameOf(table);
        return $"""
            CREATE VIEW {view} WITH (security_invoker = true) AS SELECT * FROM public.{SqlText.Identifier(table)};
            CREATE TRIGGER guard BEFORE INSERT OR UPDATE OR DELETE ON {view}
                FOR EACH STATEMENT EXECUTE FUNCTION {CatalogSql.Schema}.guard_sink({SqlText.Literal(table)});
            CREATE TRIGGER pass_new INSTEAD OF INSERT OR UPDATE ON {view} FOR EACH ROW EXECUTE FUNCTION {CatalogSql.Schema}.pass_new();
            CREATE TRIGGER pass_old INSTEAD OF DELETE ON {view} FOR EACH ROW EXECUTE FUNCTION {CatalogSql.Schema}.pass_old();
            GRANT SELECT, INSERT, UPDATE, DELETE ON {view} TO PUBLIC;
            """;
    }

    /// <summary>The statement that removes the sink of <paramref name="table"/>, if there is one.</summary>
    public static string Drop(string table) => $"DROP VIEW IF EXISTS {QualifiedNameOf(table)};";
}
