using System.Text;
using Sluice.PgWire.Sql;

namespace Sluice.PgWire.Tests.Sql;

/// <summary>ON CONFLICT, RETURNING, the query of an INSERT, and the relations that a statement mentions.</summary>
public sealed class WriteClauseTests
{
    [Theory]
    [InlineData("do nothing", "Nothing")]
    [InlineData("(id) do nothing", "Nothing on id")]
    [InlineData("(\"Id\", external_id) where a > 0 do nothing", "Nothing on Id,external_id partial")]
    [InlineData("on constraint assets_pkey do nothing", "Nothing constraint assets_pkey")]
    [InlineData("(id) do update set a = excluded.a, B = EXCLUDED.\"b\"", "Update on id set a,b")]
    [InlineData("(id) do update set (a, b) = (excluded.a, excluded.b), c = \"excluded\".c", "Update on id set a,b,c")]
    [InlineData("(id) do update set (a, b) = row(excluded.a, excluded.b)", "Update on id set a,b")]
    [InlineData("(id) do update set (a) = row(excluded.a) where true", "Update on id where a")]
    [InlineData("(id) do update set a = excluded.b", "Update on id needs a:Expression")]
    [InlineData("(id) do update set a = 1, b = excluded.b", "Update on id needs a:Value b:Excluded")]
    [InlineData("(id) do update set a = excluded.a || t.a", "Update on id needs a:Expression")]
    [InlineData("(id) do update set a = coalesce(excluded.a, t.a), b[1] = excluded.b", "Update on id needs a:Expression b:Part")]
    [InlineData("(id) do update set (a, b) = (select 1, 2)", "Update on id needs a:Expression b:Expression")]
    [InlineData("(id) do update set (a, b) = (excluded.b, excluded.a)", "Update on id needs a:Expression b:Expression")]
    [InlineData("(id) do update set a = x.excluded.a", "Update on id needs a:Expression")]
    [InlineData("(id) do update set a = excluded.a.b", "Update on id needs a:Expression")]
    [InlineData("(lower(id), b) do nothing", "Nothing expressions")]
    [InlineData("(id collate \"C\") do nothing", "Nothing expressions")]
    [InlineData("(id) /* do */ do -- x\n nothing", "Nothing on id")]
    [InlineData("(id) do", "Unreadable on id")]
    [InlineData("id do nothing", "Unreadable")]
    [InlineData("(id) do update set", "Unreadable on id")]
    [InlineData("(id) do update set a = excluded.a from s", "Unreadable on id")]
    [InlineData("do nothing nothing", "Unreadable")]
    public void On_conflict_is_read(string clause, string expected)
    {
        foreach (var source in new[] { "values (1)", "select x from s join u on true" })
        {
            foreach (var returning in new[] { string.Empty, " returning id" })
            {
                var sql = Encoding.UTF8.GetBytes($"insert into t {source} on conflict {clause}{returning}");
                var insert = Assert.IsType<InsertStatement>(SqlStatements.AnalyzeSingle(sql));
                Assert.Equal($"on conflict {clause}", Text(sql, insert.OnConflict!.Span));
                Assert.Equal(expected, Show(insert.OnConflict));
                Assert.Equal(returning.Length > 0, insert.Returning is not null);
            }
        }
    }

    [Theory]
    [InlineData("*", "*")]
    [InlineData("t.*", "*")]
    [InlineData("id, t.name as n, created_time \"at\", value val", "id name>n created_time>at value>val")]
    [InlineData("\"Id\" as \"From\", id as from", "Id>From id>from")]
    [InlineData("*, id", "* id")]
    [InlineData("id -- x", "id")]
    [InlineData("id + 1", null)]
    [InlineData("id, lower(name)", null)]
    [InlineData("s.id", null)]
    [InlineData("s.*", null)]
    [InlineData("id::text", null)]
    [InlineData("metadata ->> 'k'", null)]
    [InlineData("(select id from s)", null)]
    [InlineData("tags[1]", null)]
    [InlineData("current_user", null)]
    [InlineData("'*'", null)]
    [InlineData("$1", null)]
    [InlineData("id,", null)]
    [InlineData("with (old as o) o.id", null)]
    public void Returning_is_read(string list, string? expected)
    {
        foreach (var statement in new[] { "insert into t values (1)", "insert into t select 1", "update t set a = 1 where id = 1", "delete from t" })
        {
            var sql = Encoding.UTF8.GetBytes($"{statement} returning {list}");
            var returning = ((RowWriteStatement)SqlStatements.AnalyzeSingle(sql)!).Returning!;
            Assert.Equal(list.Replace(" -- x", string.Empty, StringComparison.Ordinal), Text(sql, returning.List));
            Assert.Equal($"returning {Text(sql, returning.List)}", Text(sql, returning.Span));
            Assert.Equal(expected, returning.Items is { } items ? string.Join(' ', items.Select(Show)) : null);
            Assert.Equal(expected == "*", returning.IsStar);
        }

        static string Show(ReturningItem item) => item.Column is not { } column ? "*" : column.Name == item.Name ? column.Name : $"{column.Name}>{item.Name}";
    }

    [Theory]
    [InlineData("insert into t (a, b) select 1, 2 from s  on conflict do nothing", "select 1, 2 from s", "a,b")]
    [InlineData("insert into t (select 1) returning a", "(select 1)", null)]
    [InlineData("insert into t (a) ((select 1) union (select 2))", "((select 1) union (select 2))", "a")]
    [InlineData("insert into t (a) overriding user value with x as (select 1) select * from x", "with x as (select 1) select * from x", "a")]
    [InlineData("with x as (select 1) insert into t (a) table x", "table x", "a")]
    [InlineData("insert into t (a) values (now())", null, "a")]
    [InlineData("insert into t (a) values (1)", null, "a")]
    [InlineData("insert into t (values (now()))", null, null)]
    [InlineData("insert into t (values) values (1)", null, "values")]
    [InlineData("insert into t (a[1]) select 1", "select 1", null)]
    [InlineData("insert into t default values", null, null)]
    public void The_query_of_an_insert_is_found(string text, string? query, string? columns)
    {
        var sql = Encoding.UTF8.GetBytes(text);
        var insert = Assert.IsType<InsertStatement>(SqlStatements.AnalyzeSingle(sql));
        Assert.Equal(query, insert.Query is { } span ? Text(sql, span) : null);
        Assert.Equal(columns, insert.Columns is { } list ? string.Join(',', list.Select(column => column.Name)) : null);
        Assert.Equal(text.Contains('[', StringComparison.Ordinal), insert.HasColumnParts);
    }

    [Theory]
    [InlineData("select 1", "")]
    [InlineData("select a, b from t, s.u x, \"V\"", "t s.u V")]
    [InlineData("select * from a join b on a.x = b.x, c left join d using (id, e), f", "a b c d f")]
    [InlineData("select * from a cross join b, c natural left join d, e", "a b c d e")]
    [InlineData("select * from a join b join c on true on true, d", "a b c d")]
    [InlineData("select * from only (a), only b, lateral (select * from c) x, d", "a b c d")]
    [InlineData("select * from (a join (b join c on true) on true), d", "a b c d")]
    [InlineData("select * from unnest($1, x) u, generate_series(1, 2) with ordinality as g, t", "t")]
    [InlineData("select * from (values (1, x), (2, y)) v (p, q), t tablesample system (1), u", "t u")]
    [InlineData("select (select 1 from a where x in (select y from b)), c from d where exists (table e)", "a b d e")]
    [InlineData("select a.from, b as from_, \"from\" from t where a.join = 1 order by x, y limit 1", "t")]
    [InlineData("select * from t as update, u", "t u")]
    [InlineData("select * from t values, set, limits", "t set limits")]
    [InlineData("select 'from x', $$ join y $$ /* from z */ from t for update of t", "t")]
    [InlineData("insert into t (a, b) select a, b from s on conflict (a) do update set x = excluded.x, y = 1", "t! s")]
    [InlineData("insert into events (id, labels) select x, labels from s where true order by 1, 2", "events! s")]
    [InlineData("insert into t values ((select a from b), c)", "t! b")]
    [InlineData("update t set a = 1, b = (select c from d, e), f = g from h, i where j in (select k from l) returning m, n", "t! d e h i l")]
    [InlineData("update only t set a = 1", "t!")]
    [InlineData("delete from t using a, b join c using (id) where d in (select 1 from e)", "t! a b c e")]
    [InlineData("with w as (insert into a select * from b returning *), x (y) as (delete from c) select * from w, x", "a! b c! w x")]
    [InlineData("merge into t using s on t.a = s.a when matched then update set x = 1 when not matched then insert values (1)", "t! s")]
    [InlineData("truncate table only a, s.b *, c cascade", "a! s.b! c!")]
    [InlineData("copy t (a, b) from stdin", "t!")]
    [InlineData("copy (select * from a, b) to stdout", "a b")]
    [InlineData("lock table only a, b in share mode", "a b")]
    [InlineData("table t", "t")]
    [InlineData("explain analyze update t set a = 1 from s", "t! s")]
    [InlineData("prepare p as delete from t using s", "t! s")]
    [InlineData("declare c cursor for select * from t join u on true", "t u")]
    [InlineData("create table x as select * from t", "x t")]
    [InlineData("select * into x from t", "x! t")]
    [InlineData("select * from t where a is distinct from b and c", "t b")]
    public void The_relations_that_may_be_meant_are_listed(string text, string expected)
    {
        var sql = Encoding.UTF8.GetBytes(text);
        var found = SqlRelations.Find(sql, SqlStatements.Split(sql).Single());
        Assert.Equal(expected, string.Join(' ', found.Select(r => $"{(r.Name.Schema is null ? "" : r.Name.Schema + ".")}{r.Name.Name}{(r.IsWritten ? "!" : "")}")));
        Assert.All(found, r => Assert.EndsWith(r.Name.Name, Text(sql, r.Span).Trim('"'), StringComparison.Ordinal));
    }

    private static string Text(byte[] sql, SqlSpan span) => Encoding.UTF8.GetString(span.Of(sql));

    private static string Show(OnConflictClause clause)
    {
        var text = clause.Action.ToString();
        text += clause.Columns is { } columns ? $" on {string.Join(',', columns.Select(column => column.Name))}" : string.Empty;
        text += clause.Constraint is { } constraint ? $" constraint {constraint.Name}" : string.Empty;
        text += clause.HasExpressions ? " expressions" : string.Empty;
        text += clause.HasPredicate ? " partial" : string.Empty;
        if (clause.Action != OnConflictAction.Update)
        {
            return text;
        }

        var names = string.Join(',', clause.Assignments.Select(a => a.Column.Name));
        return clause.SetsExcludedOnly ? $"{text} set {names}"
            : clause.HasWhere ? $"{text} where {names}"
            : $"{text} needs {string.Join(' ', clause.Assignments.Select(a => $"{a.Column.Name}:{a.Form}"))}";
    }
}
