using System.Buffers;
using System.Text;
using Sluice.PgWire.Sql;

namespace Sluice.PgWire.Tests.Sql;

public sealed class UpdateStatementTests
{
    [Theory]
    [InlineData("update t set a = 1", "a=Integer:1")]
    [InlineData("update t set a='x',b = null , \"C d\"=default", "a=String:x b=Null C d=Default")]
    [InlineData("UPDATE t SET A=-1, b=+2.5, c=1e3, d=TRUE", "a=Integer:-1 b=Decimal:+2.5 c=Decimal:1e3 d=Boolean:TRUE")]
    [InlineData("update t set a=$1, b=$2::text, c=cast($3 as bigint), d='1'::float8", "a=$1 b=$2::25 c=$3::20 d=String:1::701")]
    [InlineData("update t set a = E'it\\'s from', b = $q$where returning$q$, c = U&'\\0061'", "a=String:it's from b=String:where returning c=String:a")]
    [InlineData("update t set a = timestamptz '2024-01-01', b = 1 where a = 'from'", "a=String:2024-01-01::1184 b=Integer:1")]
    [InlineData("update t set (a, b) = (1, $2::text)", "a=Integer:1 b=$2::25")]
    [InlineData("update t set (a, b) = row(default, null), c = 3", "a=Default b=Null c=Integer:3")]
    [InlineData("update t set (a) = row(1)", "a=Integer:1")]
    [InlineData("update t set (a) = (1)", "a=expression")]
    [InlineData("update t set (a, b) = (1, 2 + 3), c = 4", "a=expression b=expression c=Integer:4")]
    [InlineData("update t set (a, b) = (1, 2, 3)", "a=expression b=expression")]
    [InlineData("update t set (a, b) = (select 1, x from s where y = 2 returning), c = 1", "a=expression b=expression c=Integer:1")]
    [InlineData("update t set a = (select x from s where s.id = t.id), b = 2", "a=expression b=Integer:2")]
    [InlineData("update t set a = b is distinct from c, d = 1", "a=expression d=Integer:1")]
    [InlineData("update t set a = t.\"from\", b = t.from, c = 1", "a=expression b=expression c=Integer:1")]
    [InlineData("update t set a = case when b = 1 then 'x' else 'y' end", "a=expression")]
    [InlineData("update t set a = f(1, 2), b = array[1, 2], c = x[1]", "a=expression b=expression c=expression")]
    [InlineData("update t set a = a + 1, b = now(), c = 'x' || 'y', d = 'x'::varchar(3)", "a=expression b=expression c=expression d=expression")]
    [InlineData("update t set a = excluded.a", "a=expression")]
    [InlineData("update t set a[1] = 2, b.f = 3, c[1:2].x = 4, d = 5", "a=part b=part c=part d=Integer:5")]
    [InlineData("update t set a = 1, a = 2", "a=Integer:1 a=expression")]
    [InlineData("update t set /* , from */ a -- where\n = /* = */ 1 -- x", "a=Integer:1")]
    [InlineData("update t set a = extract(year from b), c = 1 from s", "a=expression c=Integer:1")]
    [InlineData("update t set \"where\" = 1, \"FROM\" = 2", "where=Integer:1 FROM=Integer:2")]
    [InlineData("update t set timestamp = '2024-01-01', value = 1, text = 'x'", "timestamp=String:2024-01-01 value=Integer:1 text=String:x")]
    public void The_set_list_is_read(string sql, string expected)
    {
        var bytes = Encoding.UTF8.GetBytes(sql);
        var update = Assert.IsType<UpdateStatement>(Analyze(sql));
        Assert.Equal(expected, string.Join(' ', update.Assignments.Select(a => Show(bytes, a))));
        foreach (var assignment in update.Assignments)
        {
            var written = Encoding.UTF8.GetString(assignment.Column.Span.Of(bytes)).Trim('"');
            Assert.Equal(assignment.Column.Name, written, ignoreCase: true);
        }
    }

    [Theory]
    [InlineData("a = 1", "a=[Integer:1]")]
    [InlineData("external_id = $1", "external_id=[$1]")]
    [InlineData("t.a = 'x' AND \"t\".b = $2::text", "a=[String:x] b=[$2::25]")]
    [InlineData("((t.a) = 1)", null)]
    [InlineData("(((\"t\".\"a\" = 1)) and (b = 2 and (c = 3)))", "a=[Integer:1] b=[Integer:2] c=[Integer:3]")]
    [InlineData("'x' = a and $1 = b", "a=[String:x] b=[$1]")]
    [InlineData("a in (1)", "a in[Integer:1]")]
    [InlineData("a IN ('x', $1, null)", "a in[String:x,$1,Null]")]
    [InlineData("a = any($1)", "a any[$1]")]
    [InlineData("a = ANY ($1::text[])", "a any[$1::1009]")]
    [InlineData("a = any('{x,y}')", "a any[String:{x,y}]")]
    [InlineData("a = some('{x,y}'::bigint[])", "a any[String:{x,y}::1016]")]
    [InlineData("a = any(cast($1 as text[]))", "a any[$1::1009]")]
    [InlineData("a = any(array['x', $1::text])", "a anyelement[String:x,$1::25]")]
    [InlineData("a = any(array['1']::bigint[])", "a anyelement[String:1]::1016")]
    [InlineData("a >= '2024-01-01' and a < $1", "a>=[String:2024-01-01] a<[$1]")]
    [InlineData("a between 1 and 2 and b = 3", "a>=[Integer:1] a<=[Integer:2] b=[Integer:3]")]
    [InlineData("1 < a and 5 >= a", "a>[Integer:1] a<=[Integer:5]")]
    [InlineData("a=-1", "a=[Integer:-1]")]
    [InlineData("timestamp > timestamptz '2024-01-01' and value = 1", "timestamp>[String:2024-01-01::1184] value=[Integer:1]")]
    [InlineData("a = 'or' /* or b = 1 */ and c = $$ or $$", "a=[String:or] c=[String: or ]")]
    [InlineData("a = true", "a=[Boolean:true]")]
    [InlineData("a = null", "a=[Null]")]
    [InlineData("\"or\" = 1", "or=[Integer:1]")]
    [InlineData("a = 1 or b = 2", null)]
    [InlineData("not a = 1", null)]
    [InlineData("a = 1 and not b = 2", null)]
    [InlineData("a <> 1", null)]
    [InlineData("a is null", null)]
    [InlineData("a not in (1)", null)]
    [InlineData("a in (select 1)", null)]
    [InlineData("a in ()", null)]
    [InlineData("a = any(select x from s)", null)]
    [InlineData("a = any(array(select x from s))", null)]
    [InlineData("a = any(array[]::text[])", null)]
    [InlineData("a = any(b)", null)]
    [InlineData("a = any(5)", null)]
    [InlineData("a > any($1)", null)]
    [InlineData("a = all($1)", null)]
    [InlineData("a = b", null)]
    [InlineData("a = 1 + 1", null)]
    [InlineData("a = 'x' collate \"C\"", null)]
    [InlineData("a = 'x' || 'y'", null)]
    [InlineData("a = 1 = true", null)]
    [InlineData("a::text = 'x'", null)]
    [InlineData("lower(a) = 'x'", null)]
    [InlineData("1 = 1", null)]
    [InlineData("true", null)]
    [InlineData("current_date = '2024-01-01'", null)]
    [InlineData("user = 'x'", null)]
    [InlineData("s.a = 1", null)]
    [InlineData("public.t.a = 1", null)]
    [InlineData("(a, b) = (1, 2)", null)]
    [InlineData("a between symmetric 1 and 2", null)]
    [InlineData("a = default", null)]
    [InlineData("a[1] = 1", null)]
    [InlineData("a ->> 'k' = 'v'", null)]
    [InlineData("current of c", null)]
    [InlineData("exists (select 1)", null)]
    [InlineData("a = 1 and", null)]
    [InlineData("a = 'x'::varchar(2)", null)]
    [InlineData("a = 1 and (b = 2", "unreadable")]
    [InlineData("a = 1) and (b = 2", "unreadable")]
    public void A_condition_on_keys_is_told_from_all_others(string where, string? expected)
    {
        foreach (var verb in new[] { "update t set x = 1 where ", "delete from t where " })
        {
            foreach (var tail in new[] { string.Empty, " returning a, b" })
            {
                var sql = verb + where + tail;
                var bytes = Encoding.UTF8.GetBytes(sql);
                var statement = Analyze(sql);
                if (expected is "unreadable")
                {
                    Assert.IsType<SqlStatement>(statement);
                    continue;
                }

                var read = (statement is UpdateStatement update ? update.Where : Assert.IsType<DeleteStatement>(statement).Where)!.Value;
                Assert.Equal($"where {where}", Encoding.UTF8.GetString(read.Span.Of(bytes)));
                Assert.Equal(expected, read.Conditions is { } conditions ? string.Join(' ', conditions.Select(c => Show(bytes, c))) : null);
                Assert.Equal(tail.Length > 0, ((RowWriteStatement)statement).Returning is not null);
            }
        }
    }

    [Theory]
    [InlineData("update assets as a set x = 1 where a.id = 1", true)]
    [InlineData("update assets a set x = 1 where id = 1", true)]
    [InlineData("update assets a set x = 1 where assets.id = 1", false)]
    [InlineData("update public.assets set x = 1 where assets.id = 1", true)]
    [InlineData("update public.assets set x = 1 where public.assets.id = 1", true)]
    [InlineData("update public.assets a set x = 1 where public.assets.id = 1", false)]
    [InlineData("update public.assets set x = 1 where other.assets.id = 1", false)]
    [InlineData("update \"Assets\" set x = 1 where \"Assets\".id = 1", true)]
    [InlineData("update \"Assets\" set x = 1 where assets.id = 1", false)]
    [InlineData("update assets set x = 1 where ASSETS.ID = 1", true)]
    public void A_qualifier_must_be_the_targets(string sql, bool isKey) =>
        Assert.Equal(isKey, Assert.IsType<UpdateStatement>(Analyze(sql)).Where!.Value.Conditions is not null);

    [Theory]
    [InlineData("update t set a = 1", true)]
    [InlineData("update t set a = $1 where id = 1 returning *", true)]
    [InlineData("update t set a = b where id = 1", false)]
    [InlineData("update t set a[1] = 1 where id = 1", false)]
    [InlineData("update t set a = 1 where id > b", false)]
    [InlineData("update t set a = 1 from s where t.id = 1", false)]
    [InlineData("with s as (select 1) update t set a = 1 where id = 1", false)]
    public void Plain_updates_need_no_engine(string sql, bool plain) => Assert.Equal(plain, Assert.IsType<UpdateStatement>(Analyze(sql)).IsPlain);

    [Theory]
    [InlineData("delete from t", true, false)]
    [InlineData("delete from t where id = any($1)", true, true)]
    [InlineData("delete from t using s where t.id = 1", false, true)]
    [InlineData("with s as (select 1) delete from t where id = 1", false, true)]
    [InlineData("delete from t where id in (select id from s)", false, true)]
    public void Plain_deletes_need_no_engine(string sql, bool plain, bool hasWhere)
    {
        var delete = Assert.IsType<DeleteStatement>(Analyze(sql));
        Assert.Equal((plain, hasWhere), (delete.IsPlain, delete.Where is not null));
    }

    [Fact]
    public void From_using_and_with_are_noted()
    {
        var update = Assert.IsType<UpdateStatement>(Analyze("with x as (select 1 from y) update only (t) set a = x.a from x, z where t.id = x.id"));
        Assert.True(update.HasWith && update.HasFrom && update.Target.Only);
        Assert.Null(update.Where!.Value.Conditions);

        update = Assert.IsType<UpdateStatement>(Analyze("update t set a = (select 1 from x)"));
        Assert.False(update.HasFrom);

        var delete = Assert.IsType<DeleteStatement>(Analyze("delete from t as d using s join u using (id) where d.id = s.id returning d.*"));
        Assert.True(delete is { HasUsing: true, HasWith: false, Target.Alias: "d", Returning.IsStar: true });
    }

    [Theory]
    [InlineData("update t set")]
    [InlineData("update t set a")]
    [InlineData("update t set a =")]
    [InlineData("update t set a = 1,")]
    [InlineData("update t set a = , b = 1")]
    [InlineData("update t set a = 1 where")]
    [InlineData("update t set a = 1 where returning a")]
    [InlineData("update t set a = 1 from where a = 1")]
    [InlineData("update t set a = 1 returning")]
    [InlineData("update t set where = 1")]
    [InlineData("update t set a = 1)")]
    [InlineData("update t set (a, b) = 1, 2")]
    [InlineData("update t a b set a = 1")]
    [InlineData("update t where a = 1")]
    [InlineData("delete t")]
    [InlineData("delete from t where")]
    [InlineData("delete from t using")]
    [InlineData("delete from t set a = 1")]
    [InlineData("delete from t returning")]
    [InlineData("(delete from t)")]
    [InlineData("truncate")]
    [InlineData("truncate t u")]
    [InlineData("truncate t restart")]
    [InlineData("truncate t cascade cascade")]
    public void What_does_not_read_as_such_a_statement_has_no_details(string sql) => Assert.Equal(typeof(SqlStatement), Analyze(sql).GetType());

    [Theory]
    [InlineData("truncate t", false, false)]
    [InlineData("truncate table only t, s.u * restart identity cascade", true, true)]
    [InlineData("TRUNCATE TABLE t CONTINUE IDENTITY RESTRICT", false, false)]
    public void Truncate_has_its_flags(string sql, bool restart, bool cascade)
    {
        var truncate = Assert.IsType<TruncateStatement>(Analyze(sql));
        Assert.Equal((restart, cascade), (truncate.RestartIdentity, truncate.Cascade));
    }

    [Theory]
    [InlineData("prepare p (text) as update t set a = $1 where id = 1")]
    [InlineData("explain (analyze, buffers) update t set a = $1 where id = 1")]
    [InlineData("EXPLAIN ANALYZE update t set a = $1 where id = 1")]
    public void A_wrapper_holds_the_statement(string sql)
    {
        var bytes = Encoding.UTF8.GetBytes(sql);
        var inner = Analyze(sql) switch { PrepareStatement prepare => prepare.Inner, ExplainStatement explain => explain.Inner, _ => default };
        var update = Assert.IsType<UpdateStatement>(SqlStatements.Analyze(bytes, inner));
        Assert.True(update.IsPlain);
        Assert.Equal("t", Encoding.UTF8.GetString(update.Target.Span.Of(bytes)));
    }

    private static SqlStatement Analyze(string sql) => SqlStatements.AnalyzeSingle(Encoding.UTF8.GetBytes(sql))!;

    private static string Show(byte[] sql, SqlAssignment assignment) => assignment.Form switch
    {
        SqlAssignmentForm.Value => $"{assignment.Column.Name}={Show(sql, assignment.Value)}",
        var form => $"{assignment.Column.Name}={form.ToString().ToLowerInvariant()}",
    };

    private static string Show(byte[] sql, SqlCondition condition)
    {
        var comparison = condition.Comparison switch
        {
            SqlComparison.Equal => "=",
            SqlComparison.Less => "<",
            SqlComparison.LessOrEqual => "<=",
            SqlComparison.Greater => ">",
            SqlComparison.GreaterOrEqual => ">=",
            var other => $" {other.ToString().ToLowerInvariant()}",
        };
        var cast = condition.ArrayOid == 0 ? string.Empty : $"::{condition.ArrayOid}";
        return $"{condition.Column.Name}{comparison}[{string.Join(',', condition.Values.Select(value => Show(sql, value)))}]{cast}";
    }

    private static string Show(byte[] sql, SqlValue value)
    {
        var cast = value.CastOid == 0 ? string.Empty : $"::{value.CastOid}";
        return value.Kind switch
        {
            SqlValueKinds.Parameter => $"${value.Parameter}{cast}",
            SqlValueKinds.Null or SqlValueKinds.Default => $"{value.Kind}{cast}",
            _ => $"{value.Kind}:{Encoding.UTF8.GetString(value.Text(sql, new ArrayBufferWriter<byte>()))}{cast}",
        };
    }
}
