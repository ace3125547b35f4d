using Npgsql;
using Sluice.Gateway.Engine;

namespace Sluice.Gateway.Tests.Engine;

/// <summary>What a gateway user cannot do in the engine.</summary>
public sealed class UserIsolationTests(EngineFixture fixture, UserSession session) : IClassFixture<UserSession>
{
    private NpgsqlConnection User => session.Connection;

    [Theory]
    [InlineData("CREATE TABLE t (a int)")]
    [InlineData("CREATE TABLE public.t (a int)")]
    [InlineData("CREATE SCHEMA s")]
    [InlineData("CREATE VIEW v AS SELECT 1")]
    [InlineData("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'")]
    [InlineData("CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE c AS 'x', 'y'")]
    [InlineData("CREATE EXTENSION pgcrypto")]
    [InlineData("CREATE EXTENSION dblink")]
    [InlineData("CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw")]
    [InlineData("CREATE USER MAPPING FOR CURRENT_USER SERVER sluice_cdf OPTIONS (user 'x')")]
    [InlineData("ALTER USER MAPPING FOR PUBLIC SERVER sluice_cdf OPTIONS (SET user 'x')")]
    [InlineData("DROP USER MAPPING FOR PUBLIC SERVER sluice_cdf")]
    [InlineData("CREATE FOREIGN TABLE pg_temp.f (a int) SERVER sluice_cdf")]
    [InlineData("CREATE ROLE r")]
    [InlineData("CREATE DATABASE d")]
    [InlineData("CREATE SUBSCRIPTION s CONNECTION 'host=/tmp' PUBLICATION p")]
    [InlineData("CREATE PUBLICATION p FOR ALL TABLES")]
    [InlineData("CREATE EVENT TRIGGER e ON ddl_command_start EXECUTE FUNCTION x()")]
    [InlineData("COPY (SELECT 1) TO PROGRAM 'id'")]
    [InlineData("COPY (SELECT 1) TO '/tmp/sluice-must-not-exist'")]
    [InlineData("CREATE TEMP TABLE passwords (a text); COPY passwords FROM '/etc/passwd'")]
    [InlineData("CREATE TEMP TABLE programs (a text); COPY programs FROM PROGRAM 'id'")]
    [InlineData("SELECT pg_read_file('/etc/passwd')")]
    [InlineData("SELECT pg_read_binary_file('PG_VERSION')")]
    [InlineData("SELECT pg_ls_dir('.')")]
    [InlineData("SELECT pg_stat_file('PG_VERSION')")]
    [InlineData("SELECT pg_ls_logdir()")]
    [InlineData("SELECT pg_reload_conf()")]
    [InlineData("SELECT pg_promote()")]
    [InlineData("SELECT lo_import('/etc/passwd')")]
    [InlineData("SELECT lo_create(0)")]
    [InlineData("SELECT lo_from_bytea(0, 'x')")]
    [InlineData("SELECT pg_logical_emit_message(false, 'a', 'b')")]
    [InlineData("SELECT pg_create_physical_replication_slot('a')")]
    [InlineData("SELECT pg_terminate_backend(pg_stat_get_backend_pid(b)) FROM pg_stat_get_backend_idset() b WHERE NOT pg_has_role(pg_stat_get_backend_userid(b), 'USAGE')")]
    [InlineData("SET ROLE sluice")]
    [InlineData("SET ROLE pg_read_all_data")]
    [InlineData("SET SESSION AUTHORIZATION sluice_superuser")]
    [InlineData("SET session_replication_role = replica")]
    [InlineData("SET temp_file_limit = -1")]
    [InlineData("SET log_statement = 'all'")]
    [InlineData("SET log_min_messages = 'debug5'")]
    [InlineData("ALTER ROLE CURRENT_USER CREATEDB")]
    [InlineData("ALTER ROLE CURRENT_USER CONNECTION LIMIT -1")]
    [InlineData("ALTER ROLE CURRENT_USER SUPERUSER")]
    [InlineData("ALTER ROLE sluice PASSWORD 'x'")]
    [InlineData("ALTER SYSTEM SET work_mem = '1GB'")]
    [InlineData("ALTER TABLE assets ADD COLUMN a int")]
    [InlineData("ALTER TABLE assets DISABLE TRIGGER ALL")]
    [InlineData("ALTER TABLE assets RENAME TO a")]
    [InlineData("DROP TABLE assets")]
    [InlineData("DROP SERVER sluice_cdf CASCADE")]
    [InlineData("CREATE INDEX ON assets (name)")]
    [InlineData("CREATE TRIGGER t BEFORE INSERT ON assets EXECUTE FUNCTION suppress_redundant_updates_trigger()")]
    [InlineData("CREATE RULE r AS ON INSERT TO assets DO INSTEAD NOTHING")]
    [InlineData("SELECT * FROM _sluice.scan_1")]
    [InlineData("INSERT INTO _sluice.scan_1 (name) VALUES ('a')")]
    [InlineData("SELECT _sluice.refuse_write()")]
    [InlineData("COMMENT ON TABLE assets IS 'x'")]
    [InlineData("CREATE PROCEDURE pg_catalog.p() LANGUAGE sql AS ''")]
    [InlineData("GRANT sluice TO CURRENT_USER")]
    [InlineData("SELECT * FROM pg_authid")]
    [InlineData("SELECT * FROM pg_hba_file_rules")]
    [InlineData("SELECT umoptions FROM pg_user_mapping")]
    [InlineData("SELECT * FROM _sluice.history_writes")]
    [InlineData("INSERT INTO sluice.writes (kind) VALUES ('x')", "55000")]
    [InlineData("DROP VIEW sluice.writes")]
    [InlineData("CREATE TABLE sluice.t (a int)")]
    [InlineData("CHECKPOINT")]
    public async Task It_is_denied(string sql, string sqlState = "42501")
    {
        var error = await Assert.ThrowsAsync<PostgresException>(() => User.RunAsync(sql));
        Assert.True(error.SqlState == sqlState, $"{error.SqlState} {error.MessageText}");
        Assert.False(File.Exists("/tmp/sluice-must-not-exist"));
    }

    [Fact]
    public async Task No_other_database_can_be_entered()
    {
        await using var other = await fixture.ConnectAsNewUserAsync();
        var mine = User.Database;
        foreach (var database in (string[])[other.Database, "sluice", "postgres", "template1"])
        {
            var login = new EngineLogin(fixture.Engine.SocketDirectory, fixture.Engine.Port, database, mine);
            var error = await Assert.ThrowsAsync<PostgresException>(() => EngineFixture.ConnectAsync(login));
            Assert.Equal("28000", error.SqlState);
        }
    }

    [Fact]
    public async Task No_database_but_his_own_lets_him_connect_or_make_temporary_tables()
    {
        await using var other = await fixture.ConnectAsNewUserAsync();

        Assert.Equal(
            [User.Database],
            await User.RowsAsync(
                $"""
                SELECT datname FROM pg_database
                WHERE (has_database_privilege(oid, 'CONNECT') OR has_database_privilege(oid, 'TEMP'))
                  AND datname <> 'template0' AND (datname NOT LIKE 'User %' OR datname IN (current_database(), {SqlText.Literal(other.Database)}))
                """));
        Assert.Equal(["f"], await User.RowsAsync("SELECT has_database_privilege(current_database(), 'CREATE')"));
    }

    [Fact]
    public async Task The_secret_of_the_scan_endpoint_cannot_be_seen()
    {
        Assert.Equal([""], await User.RowsAsync("SELECT umoptions FROM pg_user_mappings"));
        Assert.DoesNotContain(
            fixture.Users.Secrets.For(User.Database), await User.RowsAsync("SELECT srvoptions::text FROM pg_foreign_server"), StringComparer.Ordinal);
        Assert.Empty(await User.RowsAsync("SELECT option_value FROM information_schema.user_mapping_options WHERE option_value IS NOT NULL"));
        Assert.Equal(["f"], await User.RowsAsync("SELECT has_server_privilege('sluice_cdf', 'USAGE')"));
    }

    [Fact]
    public async Task Temporary_tables_cursors_and_prepared_statements_work()
    {
        await User.RunAsync("CREATE TEMP TABLE t AS SELECT generate_series(1, 10) AS a");
        await User.RunAsync("PREPARE p (int) AS SELECT a FROM t WHERE a = $1");
        Assert.Equal(["7"], await User.RowsAsync("EXECUTE p(7)"));
        await User.RunAsync("BEGIN; DECLARE c CURSOR FOR SELECT a FROM t ORDER BY a");
        Assert.Equal(["1", "2"], await User.RowsAsync("FETCH 2 FROM c"));
        await User.RunAsync("COMMIT");
    }
}
