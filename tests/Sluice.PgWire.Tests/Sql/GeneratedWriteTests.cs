using System.Buffers;
using System.Text;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Sql;
using Sluice.PgWire.Tests.Types;

namespace Sluice.PgWire.Tests.Sql;

/// <summary>Statements put together at random, of which PostgreSQL says whether they are any good and what they mean.</summary>
public sealed class GeneratedWriteTests(RealPostgres postgres, ITestOutputHelper output)
{
    private const int Rounds = 1_500;

    private const string Setup = """
        BEGIN;
        SET LOCAL client_min_messages = error;
        CREATE SCHEMA g;
        CREATE TABLE g.assets (id bigint, name text, at timestamptz, "Odd" float8);
        CREATE TABLE g.staging (id bigint, name text, k int);
        INSERT INTO g.assets SELECT n % 7, 'n' || n % 5, '2024-01-01'::timestamptz + n * interval '1 day', n / 2.0 FROM generate_series(1, 40) n;
        INSERT INTO g.staging SELECT n, 'n' || n, n FROM generate_series(1, 5) n;
        CREATE FUNCTION g.pass() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $f$;
        CREATE VIEW g.sink AS SELECT * FROM g.assets;
        CREATE TRIGGER pass INSTEAD OF INSERT OR UPDATE OR DELETE ON g.sink FOR EACH ROW EXECUTE FUNCTION g.pass();
        SET LOCAL search_path = g;
        """;

    private static readonly string[] Columns = ["id", "name", "at", "\"Odd\"", "ID", "assets.id", "g.assets.name", "g.assets.id", "Assets.\"Odd\"", "k", "nope"];

    private static readonly string[] Values =
    [
        "1", "-2", "+3.5", "'n1'", "E'n\\x32'", "$$n3$$", "'4'", "null", "'2024-01-09'", "timestamptz '2024-01-12'", "'5'::bigint", "cast('n4' as text)",
        "true", "2e0", "U&'n\\0031'", "'n''1'", "date '2024-01-20'", "0.5", "'n1'::varchar", "default", "1 + 1", "id", "(2)", "lower('N2')",
    ];

    private static readonly string[] Comparisons = ["=", "=", "=", "<", "<=", ">", ">=", "<>", "is distinct from"];

    [Fact]
    public async Task A_condition_that_is_read_means_to_PostgreSQL_what_was_read()
    {
        var random = new Random(60_221);
        await using var connection = await postgres.OpenAsync();
        await connection.QueryAsync(Setup);
        int compared = 0, valid = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var where = Condition(random, depth: 0);
            var sql = Encoding.UTF8.GetBytes($"delete from g.assets where {where} returning id");
            var delete = Assert.IsType<DeleteStatement>(SqlStatements.AnalyzeSingle(sql));
            var canonical = delete.Where!.Value.Conditions is { } read ? string.Join(" AND ", read.Select(c => Canonical(sql, c))) : null;
            if (await TryAsync(connection, $"SELECT ctid FROM g.assets WHERE {where}") is not { } expected)
            {
                continue;
            }

            valid++;
            if (canonical is not null)
            {
                compared++;
                var actual = await TryAsync(connection, $"SELECT ctid FROM g.assets WHERE {canonical}");
                Assert.True(actual is not null && expected.SequenceEqual(actual), $"{where}\nwas read as\n{canonical}");
            }
        }

        output.WriteLine($"{valid} of {Rounds} valid, {compared} read");
        Assert.InRange(compared, Rounds / 20, Rounds);
    }

    [Fact]
    public async Task A_statement_that_PostgreSQL_accepts_it_accepts_rewritten()
    {
        var random = new Random(31_415);
        await using var connection = await postgres.OpenAsync();
        await connection.QueryAsync(Setup);
        var valid = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var text = Statement(random);
            var sql = Encoding.UTF8.GetBytes(text);
            if (await TryAsync(connection, text) is not { } own)
            {
                continue;
            }

            valid++;
            var write = Assert.IsType<RowWriteStatement>(SqlStatements.AnalyzeSingle(sql), exactMatch: false);
            var rewritten = Encoding.UTF8.GetString(SinkRewrite.Statement(sql, write, "g.sink", "1", keepReturning: true).Text.Span);
            var rows = await TryAsync(connection, rewritten);
            Assert.True(rows is not null, $"{text}\nis refused as\n{rewritten}");

            // A view's trigger sees a row once for each row that it is joined with, a table's row is changed once.
            var joins = write is UpdateStatement { HasFrom: true } or DeleteStatement { HasUsing: true };
            Assert.True(write.Returning is null || own.Count == rows.Count || (joins && own.Count < rows.Count), $"{text}\nhas other rows as\n{rewritten}");
        }

        output.WriteLine($"{valid} of {Rounds} valid");
        Assert.InRange(valid, Rounds / 20, Rounds);
    }

    private static string Pick(Random random, params string[] of) => of[random.Next(of.Length)];

    private static string Condition(Random random, int depth)
    {
        if (depth < 3 && random.Next(3) == 0)
        {
            var both = $"{Condition(random, depth + 1)} {Pick(random, "and", "AND", "and /* or */", "or")} {Condition(random, depth + 1)}";
            return random.Next(2) == 0 ? both : $"({both})";
        }

        var column = Pick(random, Columns);
        return random.Next(9) switch
        {
            0 => $"{column} in ({Pick(random, Values)}, {Pick(random, Values)})",
            1 => $"{column} = any(array[{Pick(random, Values)}, {Pick(random, Values)}]{Pick(random, string.Empty, "::bigint[]", "::text[]")})",
            2 => $"{column} = {Pick(random, "any", "some", "all")}({Pick(random, "'{1,2}'", "'{n1,n2}'::text[]", "'{n3}'", "null")})",
            3 => $"{column} between {Pick(random, Values)} and {Pick(random, Values)}",
            4 => $"{Pick(random, Values)} {Pick(random, Comparisons)} {column}",
            5 => $"not {column} {Pick(random, Comparisons)} {Pick(random, Values)}",
            6 => $"({column} {Pick(random, Comparisons)} {Pick(random, Values)})",
            7 => $"{column}{Pick(random, "=", ">=", "<")}{Pick(random, Values)}{Pick(random, string.Empty, "::bigint", " is true", " collate \"C\"")}",
            _ => $"{column} {Pick(random, Comparisons)} {Pick(random, Values)}",
        };
    }

    private static string Statement(Random random)
    {
        var target = Pick(random, "assets", "g.assets", "G . Assets", "only assets", "only (g.assets)", "assets *", "\"assets\"");
        var with = Pick(random, string.Empty, string.Empty, "with w as (select g.assets.id from g.assets), v as (select 'returning' as set) ");
        var returning = Pick(random, string.Empty, string.Empty, " returning *", " returning id as from_", " returning assets.name, (select 1 from staging limit 1)", " returning g.assets.*");
        var value = Pick(random, "1", "null", "default", "k", "(select k from staging where staging.id = assets.id limit 1)", "g.assets.id + 1", "case when true then 1 end");
        switch (random.Next(3))
        {
            case 0:
                var set = Pick(random, $"id = {value}", $"(id, name) = ({value}, 'from')", $"(id, name) = (select k, 'where' from staging limit 1)", $"name = 'x', \"Odd\" = {value}");
                return $"{with}update {target} set {set}{Pick(random, string.Empty, " from staging", " from staging s, w", " from (staging join w using (id))")}{Where(random)}{returning}";
            case 1:
                return $"{with}delete from {target}{Pick(random, string.Empty, " using staging", " using only staging x, lateral (select x.k) y", " using w")}{Where(random)}{returning}";
            default:
                var into = Pick(random, "assets", "g.assets", "g.assets as assets", "\"assets\"") + Pick(random, string.Empty, " (id)", " (\"id\", name)");
                var source = Pick(
                    random, "values (1)", "values (1 + 1, 'x')", "select id from w", "(select 1)", "select id, name from g.assets", "default values",
                    "with w as (select 5) table w", "select s.id from staging s join w on s.id = w.id order by 1", "((select 1) union all (select 2))");
                return $"{with}insert into {into} {source}{Pick(random, string.Empty, " on conflict do nothing", " /* ) */ on -- x\n conflict do nothing")}{returning}";
        }
    }

    private static string Where(Random random) =>
        Pick(random, string.Empty, " where true", " where g.assets.id = 1", " where id = 1 -- returning\n", " where assets.id in (select id from staging where k > 1)", " where assets.id = staging.id");

    private static string Canonical(byte[] sql, SqlCondition condition)
    {
        var column = SqlIdentifier.AlwaysQuote(condition.Column.Name);
        var values = condition.Values.Select(value => Canonical(sql, value)).ToList();
        var array = condition.ArrayOid switch { 0 => string.Empty, 1016 => "::int8[]", 1009 => "::text[]", var oid => throw new ArgumentException($"{oid}", nameof(condition)) };
        return condition.Comparison switch
        {
            SqlComparison.In => $"{column} IN ({string.Join(", ", values)})",
            SqlComparison.AnyElement => $"{column} = ANY(ARRAY[{string.Join(", ", values)}]{array})",
            SqlComparison.Any => $"{column} = ANY({values.Single()})",
            SqlComparison.Equal => $"{column} = {values.Single()}",
            SqlComparison.Less => $"{column} < {values.Single()}",
            SqlComparison.LessOrEqual => $"{column} <= {values.Single()}",
            SqlComparison.Greater => $"{column} > {values.Single()}",
            _ => $"{column} >= {values.Single()}",
        };
    }

    private static string Canonical(byte[] sql, SqlValue value)
    {
        var text = Encoding.UTF8.GetString(value.Text(sql, new ArrayBufferWriter<byte>()));
        text = value.Kind switch
        {
            SqlValueKinds.String => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'",
            SqlValueKinds.Null => "NULL",
            _ => text,
        };
        return value.CastOid switch
        {
            0 => text,
            20 => $"({text})::int8",
            25 => $"({text})::text",
            1009 => $"({text})::text[]",
            1043 => $"({text})::varchar",
            1082 => $"({text})::date",
            1184 => $"({text})::timestamptz",
            var oid => throw new ArgumentException($"{oid}", nameof(value)),
        };
    }

    /// <summary>The rows of a statement, which is undone; <see langword="null"/> if PostgreSQL refuses it.</summary>
    private static async Task<List<string>?> TryAsync(PlainConnection connection, string sql)
    {
        await connection.QueryAsync("SAVEPOINT a");
        try
        {
            return (await connection.QueryAsync(sql)).ConvertAll(row => string.Join('|', row));
        }
        catch (PgException)
        {
            return null;
        }
        finally
        {
            await connection.QueryAsync("ROLLBACK TO a; RELEASE a");
        }
    }
}
