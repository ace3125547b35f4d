using Sluice.EndToEnd.Tests.Wire;

namespace Sluice.EndToEnd.Tests.Attacks;

/// <summary>Statements with which a user would leave his database. Each is refused, in whatever way it is sent, and nothing of it happens.</summary>
public sealed class ForbiddenStatementTests(AttackedGateway gateway) : IClassFixture<AttackedGateway>
{
    private const string Escape = "/tmp/sluice-attack-must-not-exist";

    public static TheoryData<string, string> Statements { get; } = new()
    {
        // Files and programs of the machine.
        { $"copy (select 1) to program 'touch {Escape}'", "42501" },
        { $"copy (select 1) to '{Escape}'", "42501" },
        { $"copy assets to '{Escape}'", "42501" },
        { "create temp table lines (x text); copy lines from program 'id'", "42501" },
        { "create temp table lines (x text); copy lines from '/etc/passwd'", "42501" },
        { "select pg_read_file('/etc/passwd')", "42501" },
        { "select pg_read_binary_file('pg_hba.conf')", "42501" },
        { "select pg_ls_dir('/')", "42501" },
        { "select pg_ls_logdir()", "42501" },
        { "select pg_ls_waldir()", "42501" },
        { "select pg_ls_tmpdir()", "42501" },
        { "select pg_stat_file('/etc/passwd')", "42501" },
        { "select pg_current_logfile()", "42501" },
        { "load '/tmp/x.so'", "42501" },
        { "create function f() returns int language c as '/tmp/x.so', 'f'", "42501" },
        { "create function f() returns int language internal as 'pg_read_file'", "42501" },
        { "create function f() returns int language plpythonu as 'x'", "42704" },
        { "create extension dblink", "42501" },
        { "create extension file_fdw", "42501" },
        { "create extension pg_trgm", "42501" },
        { "select dblink('host=/tmp', 'select 1')", "42883" },
        { "create tablespace t location '/tmp'", "42501" },

        // Large objects are in no quota.
        { "select lo_import('/etc/passwd')", "42501" },
        { $"select lo_export(1, '{Escape}')", "42501" },
        { "select lo_create(0)", "42501" },
        { "select lo_creat(-1) from generate_series(1, 1000000)", "42501" },
        { "select lo_from_bytea(0, 'x')", "42501" },

        // Other servers, and the way on which CDF is read.
        { "create server s foreign data wrapper postgres_fdw options (host '127.0.0.1')", "42501" },
        { "create foreign data wrapper w", "42501" },
        { "alter server sluice_cdf options (add host '127.0.0.1')", "42501" },
        { "create user mapping for current_user server sluice_cdf options (user '{victim}')", "42501" },
        { "alter user mapping for public server sluice_cdf options (set user '{victim}')", "42501" },
        { "drop user mapping for public server sluice_cdf", "42501" },
        { "alter server raw options (add host '127.0.0.1')", "42501" },
        { "create user mapping for current_user server raw options (user '{victim}')", "42501" },
        { "drop server data_models cascade", "42501" },
        { "create foreign table f (a int) server sluice_cdf", "42704" },
        { "create foreign table pg_temp.f (a int) server sluice_cdf", "0A000" },
        { "alter foreign table _sluice.scan_1 options (set table_name 'events')", "42501" },
        { "import foreign schema cdf from server sluice_cdf into public", "42704" },
        { "select * from _sluice.scan_1", "42501" },
        { "create subscription s connection 'host=127.0.0.1' publication p", "42501" },
        { "create publication p for all tables", "42501" },

        // Other roles, and more rights.
        { "set role sluice", "42501" },
        { "set role sluice_superuser", "42501" },
        { "set role {victim}", "42501" },
        { "set session authorization sluice_superuser", "42501" },
        { "set session authorization {victim}", "42501" },
        { "select set_config('role', 'sluice', false)", "42501" },
        { "alter role {me} superuser", "42501" },
        { "alter role {me} createdb createrole", "42501" },
        { "alter role {me} connection limit -1", "42501" },
        { "alter role {me} bypassrls", "42501" },
        { "alter role {me} replication", "42501" },
        { "alter role {victim} password 'x'", "42501" },
        { "alter role {victim} set statement_timeout = 1", "42501" },
        { "alter role all set statement_timeout = 1", "42501" },
        { "alter role sluice password 'x'", "42501" },
        { "alter role sluice set search_path = public", "42501" },
        { "alter role {me} set session_preload_libraries = 'x'", "42501" },
        { "alter database {me} set work_mem = '1GB'", "42501" },
        { "alter database {me} connection limit -1", "42501" },
        { "alter database {me} rename to other", "42501" },
        { "alter database {victim} set work_mem = '1GB'", "42501" },
        { "alter system set work_mem = '1GB'", "42501" },
        { "create role r", "42501" },
        { "drop role {victim}", "42501" },
        { "create database d", "42501" },
        { "create database d template {victim}", "42501" },
        { "drop database {victim}", "42501" },
        { "drop database {me}", "42501" },
        { "grant sluice to {me}", "42501" },
        { "grant pg_read_server_files to {me}", "42501" },
        { "grant {victim} to {me}", "42501" },
        { "grant connect on database {victim} to {me}", "42501" },
        { "reassign owned by sluice to {me}", "42501" },
        { "reassign owned by {me} to {victim}", "42501" },
        { "drop owned by sluice", "42501" },
        { "alter default privileges for role sluice grant all on tables to {me}", "42501" },
        { "create event trigger e on ddl_command_start execute function pg_catalog.suppress_redundant_updates_trigger()", "42501" },
        { "alter schema public owner to {me}", "42501" },
        { "create schema s", "42501" },
        { "alter function _sluice.refuse_write() owner to {me}", "42501" },
        { "create or replace function _sluice.refuse_write() returns trigger language plpgsql as 'begin return new; end'", "42501" },
        { "create or replace function pg_catalog.current_setting(text) returns text language sql as 'select 1::text'", "42501" },
        { "create table pg_catalog.t (a int)", "42501" },
        { "update pg_class set relowner = 0", "42501" },
        { "delete from pg_authid", "42501" },
        { "insert into pg_db_role_setting values (0, 0, '{}')", "42501" },

        // Others' secrets.
        { "select * from pg_authid", "42501" },
        { "select * from pg_shadow", "42501" },
        { "select * from pg_user_mapping", "42501" },
        { "select * from pg_hba_file_rules", "42501" },
        { "select * from pg_file_settings", "42501" },
        { "select * from pg_config", "42501" },
        { "select * from pg_shmem_allocations", "42501" },
        { "select * from pg_backend_memory_contexts", "42501" },
        { "select pg_log_backend_memory_contexts({pid})", "42501" },
        { "show data_directory", "42501" },
        { "show hba_file", "42501" },
        { "show unix_socket_directories", "42501" },
        { "select * from pg_statistic", "42501" },
        { "select pg_database_size('{victim}')", "42501" },

        // Other sessions, and the server.
        { "select pg_terminate_backend({pid})", "42501" },
        { "select pg_cancel_backend({pid})", "42501" },
        { "select pg_terminate_backend(pg_stat_get_backend_pid(b)) from pg_stat_get_backend_idset() b where pg_stat_get_backend_userid(b) = 'sluice'::regrole", "42501" },
        { "select pg_stat_get_activity(null)", "42501" },
        { "select pg_reload_conf()", "42501" },
        { "select pg_rotate_logfile()", "42501" },
        { "select pg_promote()", "42501" },
        { "select pg_switch_wal()", "42501" },
        { "select pg_create_restore_point('x')", "42501" },
        { "select pg_backup_start('x')", "42501" },
        { "select pg_stat_reset_shared('bgwriter')", "42501" },
        { "checkpoint", "42501" },
        { "select pg_create_physical_replication_slot('a')", "42501" },
        { "select pg_create_logical_replication_slot('a', 'pgoutput')", "42501" },
        { "select pg_logical_emit_message(false, 'a', repeat('x', 1000))", "42501" },
        { "select pg_export_snapshot()", "42501" },
        { "select pg_replication_origin_create('x')", "42501" },
        { "begin; prepare transaction 'x'", "55000" },
        { "select pg_catalog.sluice_pg_advisory_lock(1)", "42501" },

        // Settings.
        { "set session_replication_role = replica", "42501" },
        { "set temp_file_limit = -1", "42501" },
        { "set log_statement = 'all'", "42501" },
        { "set log_min_messages = 'debug5'", "42501" },
        { "set log_min_duration_statement = 0", "42501" },
        { "set log_min_error_statement = 'debug5'", "42501" },
        { "set lc_messages = 'C'", "42501" },
        { "set allow_system_table_mods = on", "42501" },
        { "set zero_damaged_pages = on", "42501" },
        { "set ignore_system_indexes = on", "55P02" },
        { "set dynamic_library_path = '/tmp'", "42501" },
        { "set session_preload_libraries = 'x'", "42501" },
        { "set max_stack_depth = '1GB'", "42501" },
        { "set deadlock_timeout = '1h'", "42501" },
        { "set max_connections = 1000", "55P02" },
        { "set shared_preload_libraries = 'x'", "55P02" },
        { "set archive_command = 'id'", "55P02" },
        { "select set_config('log_statement', 'all', false)", "42501" },

        // What only a replication connection may say.
        { "IDENTIFY_SYSTEM", "42601" },
        { "START_REPLICATION PHYSICAL 0/0", "42601" },
        { "BASE_BACKUP", "42601" },
        { "CREATE_REPLICATION_SLOT s PHYSICAL", "42601" },
    };

    [Theory]
    [MemberData(nameof(Statements))]
    public async Task It_is_refused(string sql, string sqlState)
    {
        await using var client = await gateway.AttackAsync();
        Assert.Equal(sqlState, await SqlStateAsync(client.Query(gateway.Fill(sql))));
        Assert.False(File.Exists(Escape));
    }

    [Fact]
    public async Task They_are_refused_in_a_DO_block_too()
    {
        await using var client = await gateway.AttackAsync();
        foreach (var (sql, sqlState) in Statements.Select(row => row.Data))
        {
            // Of EXECUTE a SELECT has no effect unless its rows are read.
            var block = $"do $do$ begin execute $x$ {gateway.Fill(sql)} $x$; end $do$";
            var answer = await SqlStateAsync(client.Query(block));
            Assert.True(answer is "42501" || answer == sqlState || answer is "0A000" or "25001" or "42601" or "2D000", $"{answer}: {sql}");
            await client.Query("rollback").TalkAsync();
        }

        Assert.False(File.Exists(Escape));
        await gateway.VictimIsServedAsync();
    }

    [Theory]
    [InlineData("select pg_terminate_backend({pid})")]
    [InlineData("copy (select 1) to program 'id'")]
    [InlineData("select pg_read_file('/etc/passwd')")]
    public async Task They_are_refused_in_the_extended_protocol_too(string sql)
    {
        await using var client = await gateway.AttackAsync();
        Assert.Equal("42501", await SqlStateAsync(client.Parse("", gateway.Fill(sql)).Bind("", "").Execute("").Sync()));
    }

    private static async Task<string?> SqlStateAsync(WireClient client) =>
        (await client.TalkAsync()).LastOrDefault(message => message.Type == 'E')?.Field('C');
}
