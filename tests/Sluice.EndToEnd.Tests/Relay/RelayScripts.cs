using Sluice.EndToEnd.Tests.Wire;

namespace Sluice.EndToEnd.Tests.Relay;

/// <summary>
/// Conversations that must read the same through Sluice as on PostgreSQL itself. Each step sends what it queues and reads up to ReadyForQuery, once
/// for each Query and Sync in it.
/// </summary>
internal static class RelayScripts
{
    public static IReadOnlyDictionary<string, Step[]> All { get; } = new Dictionary<string, Step[]>
    {
        ["one query"] = [Q("select 1 as a, 'x' as b, null as c")],
        ["an empty query"] = [Q(""), Q(" ; ; "), Q("-- nothing")],
        ["several statements in one string"] = [Q("select 1; select 2; create temp table t(a int); insert into t values (1),(2); table t")],
        ["an error in the middle of a string undoes what came before"] =
        [
            Q("create temp table t(a int)"),
            Q("insert into t values (1); select 1/0; insert into t values (2)"),
            Q("select count(*) from t"),
        ],
        ["a syntax error"] = [Q("selec 1"), Q("select 'unterminated"), Q("select 1")],
        ["transaction status"] =
        [
            Q("begin"), Q("select 1"), Q("select nonsense"), Q("select 1"), Q("commit"),
            Q("begin; savepoint a; select 1/0"), Q("rollback to a"), Q("select 2"), Q("commit"),
            Q("begin transaction isolation level serializable read only"), Q("create temp table x(a int)"), Q("rollback"),
            Q("commit"), Q("begin"), Q("begin"), Q("rollback and chain"), Q("rollback"),
        ],
        ["notices, and a raised error with all its fields"] =
        [
            Q("do $$ begin raise notice 'hello %', 1; raise warning 'careful' using detail='d', hint='h'; end $$"),
            Q("do $$ begin raise exception 'no' using errcode='22012', detail='d', hint='h', column='c', table='t', constraint='k'; end $$"),
        ],
        ["settings are reported, and rolled back"] =
        [
            Q("set timezone='Europe/Oslo'"), Q("begin"), Q("set local datestyle='SQL, DMY'"), Q("rollback"), Q("show timezone"),
            Q("set application_name='me'"), Q("discard all"), Q("reset timezone"),
        ],
        ["notifications"] =
        [
            Q("listen ch"), Q("notify ch, 'one'"), Q("begin"), Q("notify ch, 'two'"), Q("notify ch, 'three'"), Q("commit"), Q("unlisten *"),
        ],
        ["cursors"] =
        [
            Q("begin; declare c scroll cursor for select generate_series(1,10)"), Q("fetch 3 from c"), Q("move 2 in c"), Q("fetch backward 2 from c"),
            Q("close c; commit"),
        ],
        ["SQL's PREPARE"] =
        [
            Q("prepare p(int) as select $1 + 1"), Q("execute p(2)"), Q("prepare p as select 1"), Q("deallocate p"), Q("execute p(2)"),
            Q("prepare q as select 1; execute q; deallocate all"),
        ],
        ["COPY from and to a temporary table"] =
        [
            Q("create temp table t(a int, b text)"),
            new Step(c => c.Query("copy t from stdin").CopyData("1\tone\n2\tt").CopyData("wo\n").CopyDone(), 1),
            Q("copy t to stdout"), Q("copy (select a from t) to stdout with (format csv, header)"),
            new Step(c => c.Query("copy t from stdin with csv").CopyData("3,\"three\"\n").CopyDone(), 1),
            new Step(c => c.Query("copy t from stdin; select count(*) from t").CopyData("4\tfour\n").CopyDone(), 1),
        ],
        ["COPY that fails"] =
        [
            Q("create temp table t(a int, b text)"),
            new Step(c => c.Query("copy t from stdin").CopyData("x\tone\n").CopyData("2\ttwo\n").CopyDone(), 1),
            new Step(c => c.Query("copy t from stdin").CopyData("1\tone\n").CopyFail("changed my mind"), 1),
            new Step(c => c.Query("copy t from stdin").CopyDone(), 1),
            Q("copy t from '/etc/passwd'"), Q("copy t from program 'true'"), Q("select * from t"),
            new Step(c => c.CopyData("stray").CopyDone().Query("select 1"), 1),
        ],
        ["COPY in the extended protocol"] =
        [
            Q("create temp table t(a int)"),
            new Step(c => c.Parse("", "copy t from stdin").Bind("", "").Execute("").Sync().CopyData("7\n").CopyDone().Sync(), 1),
            new Step(c => c.Parse("", "copy t to stdout").Bind("", "").Describe('P', "").Execute("").Sync(), 1),
        ],
        ["parse, bind, describe, execute"] =
        [
            new Step(c => c.Parse("", "select $1::int + $2 as n", 23, 23).Bind("", "", "1", "2").Describe('P', "").Execute("").Sync(), 1),
            new Step(c => c.Parse("s1", "select $1::text").Describe('S', "s1").Sync(), 1),
            new Step(c => c.Bind("", "s1", "x").Execute("").Bind("", "s1", (string?)null).Execute("").Sync(), 1),
            new Step(c => c.Parse("s1", "select 1").Sync(), 1),
            new Step(c => c.Close('S', "s1").Close('S', "never was").Bind("", "s1", "x").Execute("").Sync(), 1),
            new Step(c => c.Parse("", "").Bind("", "").Describe('P', "").Execute("").Sync(), 1),
            new Step(c => c.Parse("", "select 1; select 2").Sync(), 1),
        ],
        ["an error is followed by silence until Sync"] =
        [
            new Step(c => c.Parse("", "select 1/0").Bind("", "").Execute("").Parse("", "select 2").Bind("", "").Execute("").Sync(), 1),
            new Step(c => c.Parse("", "selec").Query("select 3").Sync().Query("select 4"), 2),
        ],
        ["portals with a row limit"] =
        [
            Q("begin"),
            new Step(c => c.Parse("", "select generate_series(1,5)").Bind("p", "").Execute("p", 2).Sync(), 1),
            new Step(c => c.Execute("p", 2).Execute("p", 2).Execute("p", 2).Sync(), 1),
            new Step(c => c.Close('P', "p").Execute("p").Sync(), 1),
            Q("rollback"),
            new Step(c => c.Parse("", "select generate_series(1,5)").Bind("p", "").Execute("p", 2).Sync().Execute("p", 2).Sync(), 2),
        ],
        ["a pipeline is one implicit transaction"] =
        [
            Q("create temp table t(a int primary key)"),
            new Step(
                c => c.Parse("i", "insert into t values ($1)").Bind("", "i", "1").Execute("").Bind("", "i", "2").Execute("").Bind("", "i", "1").Execute("").Sync(),
                1),
            Q("select count(*) from t"),
            new Step(c => c.Bind("", "i", "1").Execute("").Sync().Bind("", "i", "1").Execute("").Sync().Bind("", "i", "2").Execute("").Sync(), 3),
            Q("table t"),
        ],
        ["flush brings what there is"] =
        [
            new Step(c => c.Parse("", "select 1").Bind("", "").Execute("").Flush(), 0, 'C'),
            new Step(c => c.Sync(), 1),
        ],
        ["a deferred constraint fails at Sync"] =
        [
            Q("create temp table t(a int unique deferrable initially deferred)"),
            new Step(c => c.Parse("", "insert into t values (1),(1)").Bind("", "").Execute("").Sync(), 1),
            Q("insert into t values (1),(1)"),
        ],
        ["rows that are larger than any buffer"] = [Q("select repeat('x', 300000) from generate_series(1,3)"), Q("select * from generate_series(1,20000)")],
        ["who am I"] = [Q("select current_user = current_database(), session_user = current_user, inet_server_addr()")],
        ["large objects and files are out of reach"] =
        [
            Q("select lo_create(0)"), Q("select pg_read_file('/etc/passwd')"), Q("create table x(a int)"), Q("set role postgres"),
            Q("create extension dblink"), Q("create server s foreign data wrapper postgres_fdw"),
        ],
    };

    private static Step Q(string sql) => new(c => c.Query(sql), 1);

    /// <summary>One step of a conversation.</summary>
    /// <param name="Send">Queues the messages.</param>
    /// <param name="Replies">How many ReadyForQuery will come.</param>
    /// <param name="Until">Where there is none: the last message.</param>
    internal sealed record Step(Func<WireClient, WireClient> Send, int Replies, char Until = 'Z');
}
