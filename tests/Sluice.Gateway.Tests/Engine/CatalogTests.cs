using Npgsql;
using Sluice.Gateway.Tables;
using Sluice.PgWire.Types;

namespace Sluice.Gateway.Tests.Engine;

/// <summary>What clients see of the CDF tables in the catalog.</summary>
public sealed class CatalogTests(EngineFixture fixture, UserSession session) : IClassFixture<UserSession>
{
    private static string ColumnsOf(string table) =>
        $"""
        SELECT a.attname, format_type(a.atttypid, a.atttypmod),
            CASE WHEN a.attnotnull THEN 'not null' END, a.attidentity, a.attgenerated
        FROM pg_attribute a WHERE a.attrelid = '{table}'::regclass AND a.attnum > 0 ORDER BY a.attnum
        """;

    public static TheoryData<string> Names => [.. BuiltInTables.All.Select(t => t.Name)];

    private NpgsqlConnection User => session.Connection;

    [Theory]
    [InlineData(
        "assets",
        "id|bigint|not null|a|",
        "external_id|character varying(255)|||",
        "name|character varying(140)|not null||",
        "parent_id|bigint|||",
        "parent_external_id|character varying(255)|||",
        "description|character varying(500)|||",
        "data_set_id|bigint|||",
        "metadata|json|||",
        "source|character varying(128)|||",
        "labels|json|||",
        "geo_location|json|||",
        "root_id|bigint|||s",
        "created_time|timestamp with time zone|||s",
        "last_updated_time|timestamp with time zone|||s")]
    [InlineData(
        "events",
        "id|bigint|not null|a|",
        "external_id|character varying(255)|||",
        "data_set_id|bigint|||",
        "start_time|timestamp with time zone|||",
        "end_time|timestamp with time zone|||",
        "type|character varying(64)|||",
        "subtype|character varying(64)|||",
        "description|character varying(500)|||",
        "metadata|json|||",
        "asset_ids|bigint[]|||",
        "source|character varying(128)|||",
        "created_time|timestamp with time zone|||s",
        "last_updated_time|timestamp with time zone|||s")]
    [InlineData(
        "files",
        "id|bigint|not null|a|",
        "external_id|character varying(255)|||",
        "name|character varying(256)|not null||",
        "directory|character varying(512)|||",
        "source|character varying(128)|||",
        "mime_type|character varying(256)|||",
        "metadata|json|||",
        "asset_ids|bigint[]|||",
        "data_set_id|bigint|||",
        "source_created_time|timestamp with time zone|||",
        "source_modified_time|timestamp with time zone|||",
        "security_categories|bigint[]|||",
        "labels|json|||",
        "geo_location|json|||",
        "uploaded|boolean|||s",
        "uploaded_time|timestamp with time zone|||s",
        "created_time|timestamp with time zone|||s",
        "last_updated_time|timestamp with time zone|||s")]
    [InlineData(
        "labels",
        "external_id|character varying(255)|not null||",
        "name|character varying(140)|not null||",
        "description|character varying(500)|||",
        "data_set_id|bigint[]|||",
        "created_time|timestamp with time zone|||s")]
    [InlineData(
        "relationships",
        "external_id|character varying(255)|not null||",
        "source_external_id|character varying(255)|not null||",
        "source_type|character varying(32)|not null||",
        "target_external_id|character varying(255)|not null||",
        "target_type|character varying(32)|not null||",
        "start_time|timestamp with time zone|||",
        "end_time|timestamp with time zone|||",
        "confidence|double precision|||",
        "data_set_id|bigint|||",
        "labels|json|||",
        "created_time|timestamp with time zone|||s",
        "last_updated_time|timestamp with time zone|||s")]
    [InlineData(
        "sequences",
        "id|bigint|not null|a|",
        "external_id|character varying(255)|||",
        "name|character varying(255)|||",
        "description|character varying(1000)|||",
        "asset_id|bigint|||",
        "metadata|json|||",
        "columns|json|not null||",
        "data_set_id|bigint|||",
        "created_time|timestamp with time zone|||s",
        "last_updated_time|timestamp with time zone|||s")]
    [InlineData(
        "sequence_rows",
        "external_id|character varying(255)|||",
        "id|bigint|||",
        "row_number|bigint|not null||",
        "columns|text[]|not null||",
        "values|json|not null||")]
    [InlineData(
        "extraction_pipelines",
        "id|bigint|not null|a|",
        "external_id|character varying(255)|not null||",
        "name|character varying(140)|not null||",
        "description|character varying(500)|||",
        "data_set_id|bigint|||",
        "raw_tables|json|||",
        "schedule|text|||",
        "contacts|json|||",
        "metadata|json|||",
        "source|character varying(255)|||",
        "documentation|character varying(10000)|||",
        "notification_config|json|||",
        "created_by|character varying(255)|||",
        "last_success|timestamp with time zone|||s",
        "last_failure|timestamp with time zone|||s",
        "last_seen|timestamp with time zone|||s",
        "last_message|text|||s",
        "created_time|timestamp with time zone|||s",
        "last_updated_time|timestamp with time zone|||s")]
    [InlineData(
        "extraction_pipeline_runs",
        "id|bigint|not null|a|",
        "external_id|character varying(255)|not null||",
        "status|character varying(32)|not null||",
        "message|character varying(1000)|||",
        "created_time|timestamp with time zone|||")]
    [InlineData(
        "units",
        "external_id|text|not null||",
        "name|text|||",
        "long_name|text|||",
        "symbol|text|||",
        "alias_names|text[]|||",
        "quantity|text|||",
        "conversion|json|||",
        "source|text|||",
        "source_reference|text|||")]
    [InlineData(
        "data_models",
        "space|character varying(43)|not null||",
        "external_id|character varying(255)|not null||",
        "version|character varying(43)|not null||",
        "name|character varying(255)|||",
        "description|character varying(1024)|||",
        "views|json|||",
        "is_global|boolean|||",
        "created_time|timestamp with time zone|||",
        "last_updated_time|timestamp with time zone|||")]
    [InlineData(
        "views",
        "space|character varying(43)|not null||",
        "external_id|character varying(255)|not null||",
        "version|character varying(43)|not null||",
        "name|character varying(255)|||",
        "description|character varying(1024)|||",
        "filter|json|||",
        "implements|json|||",
        "properties|json|||",
        "used_for|character varying(32)|||",
        "mapped_containers|json|||",
        "writable|boolean|||",
        "queryable|boolean|||",
        "is_global|boolean|||",
        "created_time|timestamp with time zone|||",
        "last_updated_time|timestamp with time zone|||")]
    [InlineData(
        "containers",
        "space|character varying(43)|not null||",
        "external_id|character varying(255)|not null||",
        "name|character varying(255)|||",
        "description|character varying(1024)|||",
        "used_for|character varying(32)|||",
        "properties|json|||",
        "constraints|json|||",
        "indexes|json|||",
        "is_global|boolean|||",
        "created_time|timestamp with time zone|||",
        "last_updated_time|timestamp with time zone|||")]
    [InlineData("unit_systems", "name|text|not null||", "quantities|json|||")]
    [InlineData(
        "time_series",
        "id|bigint|not null|a|",
        "external_id|character varying(255)|||",
        "name|character varying(255)|||",
        "is_string|boolean|||",
        "metadata|json|||",
        "unit|character varying(32)|||",
        "unit_external_id|character varying(64)|||",
        "asset_id|bigint|||",
        "is_step|boolean|||",
        "description|character varying(1000)|||",
        "security_categories|bigint[]|||",
        "data_set_id|bigint|||",
        "created_time|timestamp with time zone|||s",
        "last_updated_time|timestamp with time zone|||s")]
    [InlineData(
        "double_datapoints",
        "value|double precision|||",
        "timestamp|timestamp with time zone|not null||",
        "external_id|character varying(255)|||",
        "id|bigint|||")]
    [InlineData(
        "string_datapoints",
        "value|character varying(255)|||",
        "timestamp|timestamp with time zone|not null||",
        "external_id|character varying(255)|||",
        "id|bigint|||")]
    [InlineData(
        "raw_rows",
        "_raw_database|character varying(32)|not null||",
        "_raw_table|character varying(64)|not null||",
        "_raw_key|text|not null||",
        "_raw_columns|json|not null||",
        "_raw_last_updated_time|timestamp with time zone|||s")]
    public async Task Columns_have_their_names_types_and_makers(string table, params string[] columns) =>
        Assert.Equal(columns, await User.RowsAsync(ColumnsOf(table)));

    [Fact]
    public async Task A_custom_table_may_have_each_of_the_types_of_the_api()
    {
        var columns = CustomColumnTypes.Names.Select((name, i) => KeyValuePair.Create(
            $"c{i}", CustomColumnTypes.TryParse(name, out var type) ? type : throw new InvalidOperationException(name)));
        await using var user = await fixture.ConnectAsNewUserAsync(CustomRawTable.Define("all_types", "db", "t", null, columns));

        Assert.Equal(
            [
                "_raw_key|text|not null||", "c0|text|||", "c1|character varying|||", "c2|boolean|||", "c3|bigint|||", "c4|double precision|||", "c5|real|||",
                "c6|timestamp with time zone|||", "c7|json|||", "c8|text[]|||", "c9|character varying[]|||", "c10|boolean[]|||",
                "c11|bigint[]|||", "c12|double precision[]|||", "c13|real[]|||", "c14|json[]|||", "c15|bytea|||",
            ],
            await user.RowsAsync(ColumnsOf("all_types")));
        Assert.Empty(await user.RowsAsync("SELECT * FROM all_types LIMIT 0"));
    }

    [Theory]
    [InlineData("assets", "p:id", "u:external_id")]
    [InlineData("events", "p:id", "u:external_id")]
    [InlineData("files", "p:id", "u:external_id")]
    [InlineData("labels", "p:external_id")]
    [InlineData("relationships", "p:external_id")]
    [InlineData("sequences", "p:id", "u:external_id")]
    [InlineData("sequence_rows", "u:external_id,row_number", "u:id,row_number")]
    [InlineData("extraction_pipelines", "p:id", "u:external_id")]
    [InlineData("extraction_pipeline_runs", "p:id")]
    [InlineData("raw_tables", "p:_raw_database,_raw_table")]
    [InlineData("data_models", "p:space,external_id,version")]
    [InlineData("views", "p:space,external_id,version")]
    [InlineData("containers", "p:space,external_id")]
    [InlineData("units", "p:external_id")]
    [InlineData("unit_systems", "p:name")]
    [InlineData("time_series", "p:id", "u:external_id")]
    [InlineData("double_datapoints")]
    [InlineData("string_datapoints")]
    [InlineData("raw_rows", "p:_raw_database,_raw_table,_raw_key")]
    public async Task Keys_are_those_of_cdf(string table, params string[] keys) => Assert.Equal(
        keys,
        await User.RowsAsync(
            $"""
            SELECT contype::text || ':' || string_agg(attname, ',' ORDER BY ordinality)
            FROM pg_constraint CROSS JOIN unnest(conkey) WITH ORDINALITY JOIN pg_attribute ON attrelid = conrelid AND attnum = unnest
            WHERE conrelid = '{table}'::regclass GROUP BY oid, contype ORDER BY contype, oid
            """));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_table_is_an_ordinary_one_with_comments_and_just_the_rights_it_needs(string table)
    {
        Assert.Equal(["r"], await User.RowsAsync($"SELECT relkind FROM pg_class WHERE oid = '{table}'::regclass"));
        Assert.Equal(
            ["BASE TABLE|YES"],
            await User.RowsAsync($"SELECT table_type, is_insertable_into FROM information_schema.tables WHERE table_schema = 'public' AND table_name = '{table}'"));
        Assert.Equal(
            ["0"],
            await User.RowsAsync(
                $"SELECT count(*) FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attnum > 0 AND col_description(attrelid, attnum) IS NULL"));
        Assert.Equal([BuiltInTables.Find(table)!.Comment], await User.RowsAsync($"SELECT obj_description('{table}'::regclass)"));
        Assert.Equal(
            ["t|t|t|t|t|f|f"],
            await User.RowsAsync("SELECT " + string.Join(", ",
                ((string[])["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"])
                .Select(right => $"has_table_privilege('{table}', '{right}')"))));
    }

    [Fact]
    public async Task The_information_schema_says_what_cdf_makes()
    {
        Assert.Equal(
            ["id|YES|NEVER", "root_id|NO|ALWAYS", "created_time|NO|ALWAYS", "last_updated_time|NO|ALWAYS"],
            await User.RowsAsync(
                """
                SELECT column_name, is_identity, is_generated FROM information_schema.columns
                WHERE table_name = 'assets' AND (is_identity = 'YES' OR is_generated = 'ALWAYS') ORDER BY ordinal_position
                """));
        await User.FailsAsync("428C9", "INSERT INTO assets (id, name) VALUES (1, 'a')");
        await User.FailsAsync("428C9", "INSERT INTO assets (name, created_time) VALUES ('a', now())");
    }

    [Theory]
    [InlineData("INSERT INTO views (space, external_id, version) VALUES ('s', 'v', '1')")]
    [InlineData("INSERT INTO views SELECT * FROM views")]
    [InlineData("UPDATE units SET name = upper(name)")]
    [InlineData("DELETE FROM data_models")]
    [InlineData("TRUNCATE containers")]
    [InlineData("WITH w AS (INSERT INTO unit_systems (name) VALUES ('x')) SELECT 1")]
    public async Task A_table_that_can_only_be_read_refuses_every_write_with_55000(string sql) => await User.FailsAsync("55000", sql);

    [Fact]
    public async Task Npgsql_reads_the_schema_of_the_parent()
    {
        await using var command = new NpgsqlCommand("SELECT * FROM assets", User);
        await using var reader = await command.ExecuteReaderAsync(
            System.Data.CommandBehavior.SchemaOnly | System.Data.CommandBehavior.KeyInfo, TestContext.Current.CancellationToken);
        var columns = await reader.GetColumnSchemaAsync(TestContext.Current.CancellationToken);

        Assert.Equal("assets", columns[0].BaseTableName);
        Assert.True(columns[0].IsIdentity);
        Assert.True(columns[0].IsKey);
        Assert.Equal(140, columns.Single(c => c.ColumnName == "name").ColumnSize);
    }

    [Fact]
    public async Task A_child_is_nowhere_where_the_user_looks_by_the_name_of_the_table()
    {
        Assert.Equal(["public"], await User.RowsAsync("SELECT relnamespace::regnamespace FROM pg_class WHERE relname = 'assets'"));
        Assert.Empty(await User.RowsAsync("SELECT table_name FROM information_schema.tables WHERE table_schema = '_sluice' AND table_type <> 'VIEW'"));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_staging_table_like_it_can_be_made_and_filled(string table)
    {
        var required = BuiltInTables.Find(table)!.Columns.Where(c => c.RequiredOnInsert).Select(c => (Name: $"\"{c.Name}\"", Value: Sample(c.Type))).ToList();
        var names = string.Join(", ", required.Select(c => c.Name));
        var values = string.Join(", ", required.Select(c => c.Value));
        var insert = required.Count == 0 ? "DEFAULT VALUES" : $"({names}) VALUES ({values})";
        foreach (var (staging, definition) in (KeyValuePair<string, string>[])
            [new("like", $"(LIKE {table} INCLUDING ALL)"), new("as", $"AS SELECT * FROM {table} WITH NO DATA"), new("as_false", $"AS SELECT * FROM {table} WHERE false")])
        {
            await User.RunAsync($"CREATE TEMP TABLE staging_{table}_{staging} {definition}; INSERT INTO staging_{table}_{staging} {insert}");
        }
    }

    private static string Sample(ColumnType type) =>
        type.Type == PgType.Json ? "'{}'" : type.Type == PgType.Timestamptz ? "now()" : type.Type == PgType.Float8 || type.Type == PgType.Int8 ? "1" : type.Type.Element is not null ? "'{}'" : "'x'";
}
