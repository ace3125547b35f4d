using System.Text;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Sql;
using Sluice.PgWire.Tests.Types;

namespace Sluice.PgWire.Tests.Sql;

/// <summary>PostgreSQL itself says whether a rewritten statement still means what the original did.</summary>
public sealed class SinkRewriteTests(RealPostgres postgres)
{
    private const string Sink = "s.sink_assets";

    private const string Setup = """
        BEGIN;
        SET LOCAL client_min_messages = error;
        CREATE SCHEMA s;
        CREATE SCHEMA p;
        CREATE SCHEMA other;
        CREATE TYPE p.pair AS (f int, g text);
        CREATE TABLE p.assets (id bigint, external_id varchar(255) UNIQUE, name varchar(10), tags text[], pair p.pair, metadata jsonb, at timestamptz);
        CREATE TABLE p."Odd Name" (LIKE p.assets);
        CREATE TABLE p."user" (LIKE p.assets);
        CREATE TABLE other.assets (LIKE p.assets);
        CREATE TABLE p.staging (external_id text, name text, n int, conflict boolean);
        INSERT INTO p.assets (id, external_id, name, tags) VALUES (1, 'a', 'one', '{x,y}'), (2, 'b', 'two', '{}'), (3, 'c', 'three', NULL);
        INSERT INTO p."Odd Name" SELECT * FROM p.assets;
        INSERT INTO p."user" SELECT * FROM p.assets;
        INSERT INTO other.assets SELECT id, external_id, 'other' FROM p.assets;
        CREATE TABLE p.fresh AS SELECT id + 9 AS id, external_id || 'f' AS external_id, name, tags FROM p.assets;
        INSERT INTO p.staging VALUES ('b', 'zwei', 2, true), ('c', 'drei', 3, true), ('d', 'vier', 4, true);
        CREATE FUNCTION s.pass() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $f$;
        CREATE VIEW s.sink_assets AS SELECT * FROM p.assets;
        CREATE TRIGGER pass INSTEAD OF INSERT OR UPDATE OR DELETE ON s.sink_assets FOR EACH ROW EXECUTE FUNCTION s.pass();
        SET LOCAL search_path = p;
        """;

    public static TheoryData<string> Accepted { get; } =
    [
        "insert into assets (external_id, name) values ('x', 'y')",
        "insert into assets (external_id, name) values ('x', upper('y')), (lower('Z'), null)",
        "INSERT INTO p.assets AS a (external_id) VALUES ('x' || 'y') ON CONFLICT (external_id) DO UPDATE SET name = EXCLUDED.name || a.name RETURNING a.*",
        "insert into assets(external_id) select external_id || 'x' from staging on conflict do nothing",
        "insert into assets(external_id) (select external_id || 'x' from staging) on conflict (external_id) do nothing returning *",
        "insert into assets (select 9, 'x')",
        "insert into assets (values (9, 'x'))",
        "insert into assets ((select 9, 'x'))",
        "insert into assets (external_id) (with q as (select 'x' as e) select e from q)",
        "insert into assets table fresh on conflict (external_id) do update set (id, name) = (excluded.id, excluded.name)",
        "insert into assets select * from p.\"Odd Name\" where false",
        "with q (e) as (select 'x' union all select 'y') insert into assets (external_id) select e from q",
        "with q as (select 'on conflict do nothing returning 1' as e) insert into p . assets (external_id) with r as (select e from q) select e from r -- returning x",
        "with recursive q(n) as (select 1 union all select n + 1 from q where n < 3) insert into assets (id) select n from q returning id",
        "insert into assets (external_id, name) overriding system value select 'x', 'y' on conflict on constraint assets_external_id_key do nothing",
        "insert into assets (external_id) select a.external_id || 'q' from assets a join staging s on s.conflict and s.external_id = a.external_id on conflict do nothing",
        "insert into assets (external_id) select s.external_id || a.external_id from staging s join assets a on conflict",
        "insert into assets (external_id, tags[1], tags[2], pair.f) select 'x', 'y', 'z', 1",
        "insert into assets (external_id, name) select E'it\\'s', $q$'(return$q$ /* ( on conflict */ on conflict /* x */ (external_id) where id > 0 do nothing",
        "insert into assets default values",
        "insert into assets (id, external_id) select 7, 'x' as returning returning id as from_",
        "insert into \"assets\" (\"external_id\") select 'æøå' || external_id from staging",
        "insert into assets (id) select id from other.assets returning p.assets.id, (select name from staging where n = p.assets.id)",
        "update assets set name = upper(name)",
        "update assets set name = upper(name) where external_id = 'a'",
        "update assets a set name = s.name from staging s where a.external_id = s.external_id returning a.name, s.n",
        "update assets as set set name = 'x' where set.id = 1",
        "update only assets set name = upper(name)",
        "update only (assets) set name = upper(name) where assets.id = 1",
        "update assets * set name = upper(assets.name)",
        "update only (p.assets) a set name = upper(a.name)",
        "update p.assets set name = upper(p.assets.name) where p.assets.id > 1 returning p.assets.*",
        "update assets set name = upper(p.assets.name) where p . assets . id = 1",
        "update postgres.p.assets set name = postgres.p.assets.name || 'x'",
        "update p.assets set (name, id) = (select s.name, s.n from staging s where s.external_id = p.assets.external_id)",
        "update assets set (name, id) = row(default, id + 1), tags = default",
        "update assets set tags[2] = 'w', pair.f = 3 where tags is not null",
        "update assets set name = (select 'from where' from staging where n = 2) from (select 1 as \"from\") f where f.\"from\" = 1",
        "update assets set name = case when assets.name is distinct from 'one' then 'x' else 'y' end from staging where staging.external_id = assets.external_id",
        "with q as (select p.assets.id from p.assets where name = 'two') update assets set name = 'x' from q where q.id = assets.id",
        "update assets set name = o.name from other.assets o where o.id = assets.id",
        "update assets set name = (select assets.name from other.assets where assets.id = 1)",
        "update assets set name = (select other.assets.name from other.assets where other.assets.id = 1) where id = 2",
        "update assets set metadata = jsonb_build_object('k', name), at = '2024-01-01'::date where tags @> array['x']",
        "update assets set name = $$x$$ /* where */ -- returning\nwhere id = 1 -- x",
        "delete from assets",
        "delete from only assets where lower(external_id) = 'a'",
        "delete from assets using staging s where s.external_id = assets.external_id returning assets.name, assets.id",
        "delete from p.assets using (staging s join other.assets o using (external_id)) where s.external_id = p.assets.external_id",
        "delete from assets d where exists (select from staging where staging.external_id = d.external_id) returning d.id as using",
        "with q as (select id from assets where id < 3) delete from assets where id in (select id from q) returning (select count(*) from q)",
        "delete from assets where id in (select id from assets where name = 'two' and 'returning' <> '')",
    ];

    [Theory]
    [MemberData(nameof(Accepted))]
    public async Task What_PostgreSQL_accepts_it_accepts_rewritten_with_the_same_rows(string sql)
    {
        var bytes = Encoding.UTF8.GetBytes(sql);
        var statement = Assert.IsType<RowWriteStatement>(SqlStatements.AnalyzeSingle(bytes), exactMatch: false);
        var name = SqlIdentifier.AlwaysQuote(statement.Target.VisibleName);
        var returning = $"{name}.id, {name}.external_id, {name}.name, {name}.tags, {name}.pair";
        var rewrite = SinkRewrite.Statement(bytes, statement, Sink, returning);

        await using var connection = await postgres.OpenAsync();
        await connection.QueryAsync(Setup);
        var expected = await AllowedAsync(connection, $"{sql[..CharsOf(bytes, statement.Returning?.Span.Start ?? statement.Span.End)]} RETURNING {returning}");
        var before = await connection.QueryAsync("SELECT * FROM assets ORDER BY 1");
        var rewritten = Encoding.UTF8.GetString(rewrite.Text.Span);
        var actual = await AllowedAsync(connection, rewritten);
        Assert.Equal(expected, actual);
        Assert.Equal(before, await connection.QueryAsync("SELECT * FROM assets ORDER BY 1"));

        // Its own RETURNING list may stay, or be all that goes.
        var own = await AllowedAsync(connection, sql);
        var kept = await AllowedAsync(connection, Text(SinkRewrite.Statement(bytes, statement, Sink, "1", keepReturning: true)));
        Assert.Equal(expected.Count, kept.Count);
        Assert.Equal(own.FirstOrDefault()?.Length ?? 0, kept.Count == 0 || own.Count == 0 ? 0 : kept[0].Length - 1);
        Assert.Empty(await AllowedAsync(connection, Text(SinkRewrite.Statement(bytes, statement, Sink, returning: null))));

        if (statement is InsertStatement { Query: not null } insert)
        {
            Assert.Equal(expected.Count, (await AllowedAsync(connection, Text(SinkRewrite.BareQuery(bytes, insert)))).Count);
        }
    }

    [Theory]
    [InlineData("select 1; insert into assets (external_id, nme) select 'æ', 'x'")]
    [InlineData("insert into assets (external_id) select e from staging on conflict do nothing")]
    [InlineData("/* æøå */ insert into assets (id) select 'x'::text returning id")]
    [InlineData("insert into p.assets as a (id) values (1 + 'y')")]
    [InlineData("with q as (select nothing from staging) insert into assets select 1 from q")]
    [InlineData("insert into assets (id) select 1 from staging wher n = 1 group by")]
    [InlineData("update assets set name = 'ø' || nme where id = 1")]
    [InlineData("update p.assets set name = 'x' where 'æ' = 'ø' and p.assets.nme = 1")]
    [InlineData("update p.assets set nme = 'x'")]
    [InlineData("update assets set name = 5 + 'x' from staging")]
    [InlineData("delete from only (assets) where p.assets.id = 1 and nme = 2 returning id")]
    [InlineData("delete from assets using stagin where true")]
    [InlineData("delete from assets where id = any(select external_id from staging)")]
    public async Task An_error_has_the_place_that_it_has_in_the_original(string sql)
    {
        var bytes = Encoding.UTF8.GetBytes(sql);
        var statement = Assert.IsType<RowWriteStatement>(SqlStatements.Analyze(bytes, SqlStatements.Split(bytes)[^1]), exactMatch: false);
        var rewrite = SinkRewrite.Statement(bytes, statement, Sink, "1");

        await using var connection = await postgres.OpenAsync();
        await connection.QueryAsync(Setup);
        await connection.QueryAsync("SAVEPOINT a");
        var expected = (await Assert.ThrowsAsync<PgException>(() => connection.QueryAsync(sql))).Error;
        await connection.QueryAsync("ROLLBACK TO a");
        var actual = (await Assert.ThrowsAsync<PgException>(() => connection.QueryAsync(Text(rewrite)))).Error;

        Assert.NotEqual(0, expected.Position);
        Assert.Equal((expected.SqlState, expected.Position), (actual.SqlState, rewrite.OriginalPosition(actual.Position)));
    }

    [Theory]
    [InlineData("insert into assets (a) select 1", "insert into s.t AS \"assets\" (a) select 1 RETURNING id")]
    [InlineData("insert into assets as a (b) select 1 on conflict do nothing returning x", "insert into s.t as a (b) select 1   RETURNING id")]
    [InlineData("UPDATE ONLY (p.assets) SET a=1 RETURNING *", "UPDATE ONLY (s.t) AS \"assets\" SET a=1  RETURNING id")]
    [InlineData("update \"user\" set a = \"user\".b", "update s.t AS \"user\" set a = \"user\".b RETURNING id")]
    [InlineData("update P.Assets set a = p.assets.b, c = 'p.assets.b' where x.assets.d = 1 /* p.assets.e */", "update s.t AS \"assets\" set a = assets.b, c = 'p.assets.b' where x.assets.d = 1 RETURNING id")]
    [InlineData("delete from assets * d where d.id = 1", "delete from s.t * d where d.id = 1 RETURNING id")]
    public void Only_the_target_the_conflict_clause_and_returning_change(string sql, string expected)
    {
        var bytes = Encoding.UTF8.GetBytes(sql);
        Assert.Equal(expected, Text(SinkRewrite.Statement(bytes, (RowWriteStatement)SqlStatements.AnalyzeSingle(bytes)!, "s.t", "id")));
    }

    [Theory]
    [InlineData("update p.assets set a = (select p.assets.b from other.assets)", false)]
    [InlineData("update p.assets set a = (select p.assets.b from staging assets)", false)]
    [InlineData("update assets set a = (select p.assets.b from staging as assets)", false)]
    [InlineData("update assets set a = (select p.assets.b from (select 1) assets)", false)]
    [InlineData("update assets set a = (select p.assets.b from other.assets)", false)]
    [InlineData("update p.assets set a = (select p.assets.b from other.assets o)", true)]
    [InlineData("update p.assets set a = (select p.assets.b from p.assets)", true)]
    [InlineData("update assets set a = (select p.assets.b from p.assets)", true)]
    [InlineData("update assets set a = p.assets.b where id in (select id from assets)", true)]
    [InlineData("update assets set a = (select (select p.assets.b from assets) from p.assets)", false)]
    [InlineData("delete from p.assets using staging where p.assets.b = staging.b", true)]
    public void A_namesake_is_not_taken_for_the_target(string sql, bool shortened)
    {
        var bytes = Encoding.UTF8.GetBytes(sql);
        var text = Text(SinkRewrite.Statement(bytes, (RowWriteStatement)SqlStatements.AnalyzeSingle(bytes)!, "s.t", null));
        Assert.Equal(shortened, !text.Contains("p.assets.b", StringComparison.Ordinal));
    }

    private static string Text(SinkRewrite rewrite) => Encoding.UTF8.GetString(rewrite.Text.Span);

    private static int CharsOf(byte[] bytes, int offset) => Encoding.UTF8.GetCharCount(bytes, 0, offset);

    /// <summary>Runs a statement, undoes it, and returns its rows in an order of their own.</summary>
    private static async Task<List<string?[]>> AllowedAsync(PlainConnection connection, string sql)
    {
        await connection.QueryAsync("SAVEPOINT a");
        try
        {
            var rows = await connection.QueryAsync(sql);
            return [.. rows.OrderBy(row => string.Join('|', row), StringComparer.Ordinal)];
        }
        catch (PgException error)
        {
            Assert.Fail($"{error.Error.Message} at {error.Error.Position}: {sql}");
            throw;
        }
        finally
        {
            await connection.QueryAsync("ROLLBACK TO a");
        }
    }
}
