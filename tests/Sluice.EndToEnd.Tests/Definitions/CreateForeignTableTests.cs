using System.Text.Json.Nodes;
using Npgsql;
using Sluice.EndToEnd.Tests.Servers;

namespace Sluice.EndToEnd.Tests.Definitions;

/// <summary>CREATE FOREIGN TABLE: the same tables as the REST API makes.</summary>
public sealed class CreateForeignTableTests(GatewayServer server) : DefinitionTest(server)
{
    [Fact]
    public async Task A_table_over_RAW_takes_rows_at_once_by_insert_and_by_copy()
    {
        Assert.Equal(-1, await ExecuteAsync(Create("movies", "title text, year timestamptz NOT NULL, tags text[]")));
        Assert.Equal(1, await ExecuteAsync("INSERT INTO movies (title, year, tags) VALUES ('Alien', '1979-05-25Z', '{a,b}')"));
        var copy = await Connection.BeginTextImportAsync("COPY movies (title, year) FROM STDIN", TestContext.Current.CancellationToken);
        await using (copy.ConfigureAwait(false))
        {
            await copy.WriteAsync("Aliens\t1986-07-18Z\n");
        }

        var rows = (await Server.Cdf.GetAsync($"raw/dbs/{Database}/tables/movies/rows"))["items"]!.AsArray();
        Assert.Equal(["Alien", "Aliens"], rows.Select(row => (string?)row!["key"]).Order(StringComparer.Ordinal));
        Assert.Equal("""["a","b"]""", rows.Single(row => (string?)row!["key"] == "Alien")!["columns"]!["tags"]!.ToJsonString());
        Assert.Equal(new DateTime(1979, 5, 25, 0, 0, 0, DateTimeKind.Utc), await ScalarAsync("SELECT year FROM movies WHERE title = 'Alien'"));
    }

    [Fact]
    public async Task A_column_that_is_NOT_NULL_needs_a_value_in_writes_and_promises_nothing_to_reads()
    {
        await ExecuteAsync(Create("movies", "title text, year timestamptz NOT NULL"));
        Assert.Equal("23502", (await FailsAsync("INSERT INTO movies (title) VALUES ('Alien')")).SqlState);
        Assert.Equal("23502", (await FailsAsync("INSERT INTO movies (title, year) VALUES ('Alien', NULL)")).SqlState);
        await Server.Cdf.PostAsync($"raw/dbs/{Database}/tables/movies/rows?ensureParent=true", new { items = new[] { new { key = "Alien", columns = new { } } } });

        Assert.Equal(1L, await ScalarAsync("SELECT count(*) FROM movies WHERE title = 'Alien' AND year IS NULL"));
        Assert.Equal("23502", (await FailsAsync("UPDATE movies SET year = NULL WHERE title = 'Alien'")).SqlState);
    }

    [Fact]
    public async Task The_REST_API_lists_and_deletes_it()
    {
        await ExecuteAsync(Create("movies", "title text, year timestamp with time zone, tags varchar[]"));
        var listed = (await Server.Cdf.TablesAsync(User)).Single()!;
        var deleted = await Server.Cdf.GatewayAsync($"tables/{User.Username}/delete", """{"items":[{"tablename":"movies"}]}""");

        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse(
                $$$$"""
                {"type":"raw_rows","tablename":"movies","options":{"database":"{{{{Database}}}}","table":"movies","primaryKey":"title"},
                 "columns":{"title":{"type":"TEXT"},"year":{"type":"TIMESTAMPTZ"},"tags":{"type":"VARCHAR[]"}}}
                """),
            listed), listed.ToJsonString());
        Assert.Equal("{}", deleted.Body);
        Assert.Equal("42P01", (await FailsAsync("INSERT INTO movies (title) VALUES ('Alien')")).SqlState);
    }

    [Fact]
    public async Task All_types_of_the_REST_API_are_taken_in_PostgreSQLs_spellings()
    {
        await ExecuteAsync(Create(
            "movies",
            "title text, a varchar, b boolean, c int8, d float8, e real, f timestamp with time zone, g json, h text[], i character varying array, j bool[], "
            + "k bigint[3], l double precision[], m float4[], n json[], o bytea"));
        var columns = (await Server.Cdf.TablesAsync(User)).Single()!["columns"]!.AsObject();

        Assert.Equal(
            [
                "TEXT", "VARCHAR", "BOOL", "BIGINT", "DOUBLE PRECISION", "REAL", "TIMESTAMPTZ", "JSON", "TEXT[]", "VARCHAR[]", "BOOL[]",
                "BIGINT[]", "DOUBLE PRECISION[]", "REAL[]", "JSON[]", "BYTEA",
            ],
            columns.Select(column => (string)column.Value!["type"]!));
    }

    [Theory]
    [InlineData("CREATE FOREIGN TABLE t (a integer) SERVER raw OPTIONS (database 'd', table 't')", "0A000", "type integer of column \"a\" is not supported", 27)]
    [InlineData("CREATE FOREIGN TABLE t (a varchar(10)) SERVER raw OPTIONS (database 'd', table 't')", "0A000", "type varchar(10) of column \"a\" is not supported", 27)]
    [InlineData("CREATE FOREIGN TABLE t (a citext) SERVER raw OPTIONS (database 'd', table 't')", "42704", "type \"citext\" does not exist, or is not supported", 27)]
    [InlineData("CREATE FOREIGN TABLE t (a text) SERVER other OPTIONS (database 'd', table 't')", "42704", "server \"other\" does not exist", 0)]
    [InlineData("CREATE FOREIGN TABLE t (a text) SERVER raw OPTIONS (database 'd', table 't', color 'x')", "HV00D", "invalid option \"color\"", 0)]
    [InlineData("CREATE FOREIGN TABLE t (a text) SERVER raw OPTIONS (database 'd', database 'e', table 't')", "42710", "option \"database\" provided more than once", 0)]
    [InlineData("CREATE FOREIGN TABLE t (a text) SERVER raw", "HV002", "option \"database\" is required for tables of server \"raw\"", 0)]
    [InlineData("CREATE FOREIGN TABLE t (a text) SERVER raw OPTIONS (database 'd', table '')", "42602", "RAW table name \"\" is not valid", 0)]
    [InlineData("CREATE FOREIGN TABLE t (a text) SERVER raw OPTIONS (database 'd', table 't', primary_key 'b')", "42703", "primary key column \"b\" is not a column of table \"t\"", 0)]
    [InlineData("CREATE FOREIGN TABLE t (a text, a text) SERVER raw OPTIONS (database 'd', table 't')", "42701", "column \"a\" specified more than once", 0)]
    [InlineData("CREATE FOREIGN TABLE t (xmin text) SERVER raw OPTIONS (database 'd', table 't')", "42701", "column name \"xmin\" conflicts with a system column name", 0)]
    [InlineData("CREATE FOREIGN TABLE a123456789a123456789a123456789a123456789a123456789a123456789a (a text) SERVER raw OPTIONS (database 'd', table 't')", "42622", "table name \"a123456789a123456789a123456789a123456789a123456789a123456789a\" is longer than 60 characters", 0)]
    [InlineData("CREATE FOREIGN TABLE t (a text PRIMARY KEY) SERVER raw OPTIONS (database 'd', table 't')", "0A000", "primary key constraints are not supported on foreign tables", 32)]
    [InlineData("CREATE FOREIGN TABLE t (a text, UNIQUE (a)) SERVER raw OPTIONS (database 'd', table 't')", "0A000", "unique constraints are not supported on foreign tables", 33)]
    [InlineData("CREATE FOREIGN TABLE t (a text DEFAULT 'x') SERVER raw OPTIONS (database 'd', table 't')", "0A000", "DEFAULT is not supported for columns of CDF tables", 32)]
    [InlineData("CREATE FOREIGN TABLE t (a text CHECK (a > '')) SERVER raw OPTIONS (database 'd', table 't')", "0A000", "CHECK is not supported for CDF tables", 32)]
    [InlineData("CREATE FOREIGN TABLE t (a text) INHERITS (assets) SERVER raw OPTIONS (database 'd', table 't')", "0A000", "INHERITS is not supported for CDF tables", 33)]
    [InlineData("CREATE FOREIGN TABLE t PARTITION OF assets DEFAULT SERVER raw", "0A000", "PARTITION OF is not supported for CDF tables", 24)]
    [InlineData("CREATE FOREIGN TABLE pg_temp.t (a text) SERVER raw OPTIONS (database 'd', table 't')", "0A000", "CDF tables in schema \"pg_temp\" are not supported", 0)]
    [InlineData("CREATE FOREIGN TABLE t SERVER raw OPTIONS (database 'd', table 't')", "42601", "syntax error at or near \"SERVER\"", 24)]
    [InlineData("CREATE FOREIGN TABLE t (a text) SERVER data_models OPTIONS (space 's', external_id 'v')", "0A000", "table \"t\" takes its columns from the view", 0)]
    [InlineData("CREATE FOREIGN TABLE t () SERVER data_models OPTIONS (space 's', external_id 'v', instance_type 'x')", "22023", "invalid value for option \"instance_type\": \"x\"", 0)]
    [InlineData("CREATE FOREIGN TABLE t () SERVER data_models OPTIONS (space 's')", "HV002", "option \"external_id\" is required for tables of server \"data_models\"", 0)]
    [InlineData("CREATE FOREIGN TABLE assets () SERVER raw OPTIONS (database 'd', table 't')", "42P07", "relation \"assets\" already exists", 0)]
    public async Task What_is_wrong_is_said_as_PostgreSQL_says_it_in_both_protocols_and_nothing_is_made(string sql, string sqlState, string message, int position)
    {
        await using var client = await ConnectAsync();
        var simple = (await client.Query(sql).TalkAsync()).Single(reply => reply.Type == 'E');
        var extended = (await client.Parse("", sql).Bind("", "").Execute("").Sync().TalkAsync()).Single(reply => reply.Type == 'E');

        foreach (var error in new[] { simple, extended })
        {
            Assert.Equal(
                (sqlState, message, position == 0 ? null : position.ToString(System.Globalization.CultureInfo.InvariantCulture)),
                (error.Field('C'), error.Field('M'), error.Field('P')));
        }

        Assert.Empty(await TablesAsync());
    }

    [Fact]
    public async Task The_name_of_any_relation_in_public_is_taken_and_IF_NOT_EXISTS_leaves_it()
    {
        var login = await Server.RegisterAsync(new() { StagingTables = true });
        await using var client = await Server.ConnectAsync(login);
        await client.Query("create table local (a int); create temp table movies (a int)").TalkAsync();
        var first = await client.Query(Create("movies")).TalkAsync();
        var second = await client.Query(Create("movies")).TalkAsync();
        var third = await client.Query(Create("IF NOT EXISTS movies")).TalkAsync();
        var local = await client.Query(Create("local")).TalkAsync();
        var kept = await client.Query(Create("if not exists public.local")).TalkAsync();
        var builtIn = await client.Parse("", Create("if not exists events")).Bind("", "").Execute("").Sync().TalkAsync();

        Assert.Equal(["CREATE FOREIGN TABLE"], Outcome(first));
        Assert.Equal(["42P07 relation \"movies\" already exists"], Outcome(second));
        Assert.Equal(["42P07 relation \"movies\" already exists, skipping", "CREATE FOREIGN TABLE"], Outcome(third));
        Assert.Equal("NOTICE", third.Single(message => message.Type == 'N').Field('S'));
        Assert.Equal(["42P07 relation \"local\" already exists"], Outcome(local));
        Assert.Equal(["42P07 relation \"local\" already exists, skipping", "CREATE FOREIGN TABLE"], Outcome(kept));
        Assert.Equal(["42P07 relation \"events\" already exists, skipping", "CREATE FOREIGN TABLE"], Outcome(builtIn));
    }

    [Fact]
    public async Task A_session_that_is_open_sees_it_at_its_next_statement_even_inside_a_transaction()
    {
        await using var other = await Server.OpenAsync(User);
        await using var transaction = await other.BeginTransactionAsync();
        await using var command = new NpgsqlCommand("SELECT count(*) FROM events WHERE external_id = 'x'", other);
        await command.ExecuteScalarAsync();
        await ExecuteAsync(Create("movies"));
        command.CommandText = "INSERT INTO movies (title) VALUES ('Alien')";

        Assert.Equal(1, await command.ExecuteNonQueryAsync());
        await transaction.CommitAsync();
        Assert.Equal(["Alien"], await KeysAsync("movies"));
    }

    [Fact]
    public async Task The_catalog_shows_tables_and_servers_and_lets_nobody_use_the_servers()
    {
        await ExecuteAsync(Create("movies"));

        Assert.Equal("title", await ScalarAsync("SELECT attname::text FROM pg_attribute WHERE attrelid = 'movies'::regclass AND attnum = 1"));
        Assert.Equal("data_models raw", await ScalarAsync("SELECT string_agg(srvname, ' ' ORDER BY srvname) FROM pg_foreign_server WHERE srvname <> 'sluice_cdf'"));
        Assert.Equal("42501", (await FailsAsync("CREATE USER MAPPING FOR current_user SERVER raw")).SqlState);
        Assert.Equal("42501", (await FailsAsync($"DO $do$ BEGIN EXECUTE $$ {Create("books")} $$; END $do$")).SqlState);
    }
}
