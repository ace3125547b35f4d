using System.Text;
using Sluice.PgWire.Sql;

namespace Sluice.PgWire.Tests.Sql;

public sealed class StatementKindTests
{
    [Theory]
    [InlineData("insert into assets(id,name) values(1,'n1')", SqlStatementKind.Insert)]
    [InlineData("with a as (select 1) insert into t select * from a", SqlStatementKind.Insert)]
    [InlineData("with a as (select 1), b(x) as materialized (select 2) update t set x = 1", SqlStatementKind.Update)]
    [InlineData("with recursive a as (select 1) search depth first by x, y set o cycle x set c to 1 default 0 using p, b as (select 1) delete from t", SqlStatementKind.Delete)]
    [InlineData("with insert as (select 1) select * from insert", SqlStatementKind.Select)]
    [InlineData("merge into t using s on true when matched then do nothing", SqlStatementKind.Merge)]
    [InlineData("TRUNCATE TABLE a, b", SqlStatementKind.Truncate)]
    [InlineData("select 1", SqlStatementKind.Select)]
    [InlineData("(select 1) union (select 2)", SqlStatementKind.Select)]
    [InlineData("((with a as (select 1) select 1))", SqlStatementKind.Select)]
    [InlineData("values (1)", SqlStatementKind.Select)]
    [InlineData("table assets", SqlStatementKind.Select)]
    [InlineData("BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED", SqlStatementKind.Begin)]
    [InlineData("start transaction", SqlStatementKind.Begin)]
    [InlineData("COMMIT WORK", SqlStatementKind.Commit)]
    [InlineData("end", SqlStatementKind.Commit)]
    [InlineData("commit prepared 'x'", SqlStatementKind.FinishPrepared)]
    [InlineData("abort", SqlStatementKind.Rollback)]
    [InlineData("rollback to savepoint a", SqlStatementKind.RollbackTo)]
    [InlineData("rollback work to a", SqlStatementKind.RollbackTo)]
    [InlineData("prepare transaction 'x'", SqlStatementKind.PrepareTransaction)]
    [InlineData("prepare p as select 1", SqlStatementKind.Prepare)]
    [InlineData("execute p(1)", SqlStatementKind.Execute)]
    [InlineData("DEALLOCATE \"_PLAN0x1706a850\"", SqlStatementKind.Deallocate)]
    [InlineData("explain select 1", SqlStatementKind.Explain)]
    [InlineData("SET extra_float_digits = 3", SqlStatementKind.Set)]
    [InlineData("reset all", SqlStatementKind.Reset)]
    [InlineData("DISCARD ALL", SqlStatementKind.Discard)]
    [InlineData("show search_path", SqlStatementKind.Show)]
    [InlineData("declare c cursor for select 1", SqlStatementKind.Declare)]
    [InlineData("fetch all in c", SqlStatementKind.Fetch)]
    [InlineData("move 5 in c", SqlStatementKind.Fetch)]
    [InlineData("close c", SqlStatementKind.Close)]
    [InlineData("create foreign table t (a text) server raw", SqlStatementKind.CreateForeignTable)]
    [InlineData("import foreign schema s from server x into public", SqlStatementKind.ImportForeignSchema)]
    [InlineData("drop foreign table if exists t", SqlStatementKind.DropTable)]
    [InlineData("create table t (a int)", SqlStatementKind.Other)]
    [InlineData("create foreign data wrapper w", SqlStatementKind.Other)]
    [InlineData("lock table t", SqlStatementKind.Other)]
    [InlineData("copy (select ')' as a) to stdout", SqlStatementKind.CopyTo)]
    [InlineData("COPY  dp FROM STDIN ", SqlStatementKind.CopyFrom)]
    [InlineData("copy t to", SqlStatementKind.Other)]
    [InlineData("with a as (", SqlStatementKind.Other)]
    [InlineData("'x'", SqlStatementKind.Other)]
    [InlineData("insert into", SqlStatementKind.Insert)]
    public void The_kind_is_found(string sql, SqlStatementKind kind) => Assert.Equal(kind, Analyze(sql).Kind);

    [Theory]
    [InlineData("update assets set x = 1", "assets", "assets", null, false)]
    [InlineData("update only public.\"Assets\" as a set x = 1", "public.\"Assets\"", "public.\"Assets\"", "a", true)]
    [InlineData("update only (assets) b set x = 1", "assets", "assets", "b", true)]
    [InlineData("update ASSETS * c set x = 1", "assets", "ASSETS", "c", false)]
    [InlineData("delete from p . t using s where true", "p.t", "p . t", null, false)]
    [InlineData("delete from t d where true", "t", "t", "d", false)]
    [InlineData("merge into t m using s on true when matched then delete", "t", "t", "m", false)]
    [InlineData("with x as (select 1) delete from db.p.t", "p.t", "db.p.t", null, false)]
    public void The_target_is_found_with_its_tokens(string sql, string name, string tokens, string? alias, bool only)
    {
        var target = Analyze(sql) switch
        {
            RowWriteStatement write => write.Target,
            var other => Assert.Single(Assert.IsType<TargetedStatement>(other).Targets),
        };
        Assert.Equal(name, target.Name.ToString());
        Assert.Equal(tokens, Encoding.UTF8.GetString(target.Span.Of(Encoding.UTF8.GetBytes(sql))));
        Assert.Equal(alias, target.Alias);
        Assert.Equal(only, target.Only);
    }

    [Fact]
    public void Truncate_names_several_tables()
    {
        var truncate = Assert.IsType<TruncateStatement>(Analyze("truncate only a, s.b * restart identity"));
        Assert.Equal(["a", "s.b"], truncate.Targets.Select(target => target.Name.ToString()));
    }

    [Theory]
    [InlineData("savepoint \"A b\"", SqlStatementKind.Savepoint, "A b", false)]
    [InlineData("release savepoint X", SqlStatementKind.Release, "x", false)]
    [InlineData("release savepoint", SqlStatementKind.Release, "savepoint", false)]
    [InlineData("RELEASE _per_query_svp_", SqlStatementKind.Release, "_per_query_svp_", false)]
    [InlineData("rollback transaction to savepoint x", SqlStatementKind.RollbackTo, "x", false)]
    [InlineData("commit and chain", SqlStatementKind.Commit, null, true)]
    [InlineData("rollback work and no chain", SqlStatementKind.Rollback, null, false)]
    public void Transaction_verbs_have_their_savepoint_and_chain(string sql, SqlStatementKind kind, string? name, bool chain)
    {
        var statement = Assert.IsType<TransactionStatement>(Analyze(sql));
        Assert.Equal((kind, name, chain), (statement.Kind, statement.Name, statement.Chain));
    }

    [Fact]
    public void Prepare_has_its_types_and_its_statement()
    {
        const string Sql = "PREPARE p(bigint, text[], varchar(10), double precision, my.type) AS insert into t values ($1)";
        var prepare = Assert.IsType<PrepareStatement>(Analyze(Sql));
        Assert.Equal("p", prepare.Name);
        Assert.Equal([20u, 1009u, 0u, 701u, 0u], prepare.Types);
        Assert.Equal("insert into t values ($1)", Sql[prepare.Inner.Start..prepare.Inner.End]);
        Assert.Null(Assert.IsType<PrepareStatement>(Analyze("prepare p as select 1")).Types);
    }

    [Theory]
    [InlineData("execute p", 0, true)]
    [InlineData("execute p(1, 'a', null)", 3, true)]
    [InlineData("execute p(1 + 1, 'a')", 1, false)]
    public void Execute_tells_whether_its_arguments_are_native(string sql, int count, bool native)
    {
        var execute = Assert.IsType<ExecuteStatement>(Analyze(sql));
        Assert.Equal(("p", native), (execute.Name, execute.IsNative));
        if (native)
        {
            Assert.Equal(count, execute.ArgumentCount);
        }
    }

    [Theory]
    [InlineData("deallocate prepare p", "p")]
    [InlineData("deallocate all", null)]
    [InlineData("deallocate prepare all", null)]
    [InlineData("deallocate prepare", "prepare")]
    public void Deallocate_names_a_statement_or_all(string sql, string? name) =>
        Assert.Equal(name, Assert.IsType<DeallocateStatement>(Analyze(sql)).Name);

    [Theory]
    [InlineData("explain insert into t values (1)", false, "insert into t values (1)")]
    [InlineData("explain analyze verbose update t set a = 1", true, "update t set a = 1")]
    [InlineData("explain (analyze, format json) delete from t", true, "delete from t")]
    [InlineData("explain (analyze off, costs) delete from t", false, "delete from t")]
    [InlineData("explain (select 1)", false, "(select 1)")]
    public void Explain_has_its_statement(string sql, bool analyze, string inner)
    {
        var explain = Assert.IsType<ExplainStatement>(Analyze(sql));
        Assert.Equal(analyze, explain.Analyze);
        Assert.Equal(inner, sql[explain.Inner.Start..explain.Inner.End]);
    }

    [Theory]
    [InlineData("SET application_name = 'PostgreSQL JDBC Driver'", "application_name", "PostgreSQL JDBC Driver", false)]
    [InlineData("set local Sluice.On_Conflict to UPDATE", "sluice.on_conflict", "update", true)]
    [InlineData("set session x = 5", "x", "5", false)]
    [InlineData("set search_path = a, b", "search_path", null, false)]
    [InlineData("set x to default", "x", null, false)]
    public void Set_has_name_and_value(string sql, string name, string? value, bool local)
    {
        var setting = Assert.IsType<SettingStatement>(Analyze(sql));
        Assert.Equal((name, value, local), (setting.Name, setting.Value, setting.Local));
    }

    [Fact]
    public void A_parse_message_holds_one_statement_or_is_the_engines()
    {
        Assert.Null(SqlStatements.AnalyzeSingle(" ; "u8));
        Assert.Equal(SqlStatementKind.Select, SqlStatements.AnalyzeSingle("select 1;"u8)!.Kind);
        Assert.Equal(SqlStatementKind.Other, SqlStatements.AnalyzeSingle("select 1; select 2"u8)!.Kind);
    }

    private static SqlStatement Analyze(string sql)
    {
        var bytes = Encoding.UTF8.GetBytes(sql);
        return SqlStatements.Analyze(bytes, SqlStatements.Split(bytes).Single());
    }
}
