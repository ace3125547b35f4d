using Sluice.PgWire.Protocol;
using Sluice.PgWire.Sql;

namespace Sluice.PgWire.Tests.Fuzz;

/// <summary>SQL text that is broken in all ways: it is split and analysed without end neither of time nor of memory, or refused with a position in it.</summary>
public sealed class SqlTextFuzzTests
{
    private static readonly string[] Corpus =
    [
        "insert into t (a, b) values (1, 'x'), ($1, E'\\u00e6'::text), (default, null) on conflict do nothing returning *",
        "copy public.t (a, b) from stdin with (format csv, header match, force_null (a), delimiter ';', null '')",
        "with a as (select 1), b as not materialized (select 2) insert into \"T\" select * from a join b on true on conflict (k) do update set c = excluded.c",
        "update only (s.t) set (a, b) = (1, $2), c = 'x' from u where s.t.a = any(array[1]) and b between 1 and 2 returning s.t.*, u.d as e",
        "delete from t as x using u where x.a in ('a', 'b') and (1 < b) returning *; begin; savepoint a; rollback to a; commit and chain",
        "prepare p (int, text) as insert into t values ($1, $2); execute p (1, 'a'); deallocate all; explain (analyze, verbose) insert into t values (1)",
        "create function f() returns int language sql begin atomic select case when true then 1 end; select 2; end; select 1",
        "set local sluice.on_conflict = 'update'; set search_path to a, \"B\"; truncate table a, only b restart identity cascade",
        "select $a$ x ' $b$ y $a$ || U&'d\\0061t\\+000061' uescape '!' || n'x' || x'1f' || 1.5e-3::numeric(3, 2) || interval '1' day /* a /* b */ c */ -- d\n",
        "merge into t using s on t.a = s.a when matched then update set b = 1; copy (select 1) to stdout; copy t from '/x'; copy t to program 'x'",
    ];

    private static readonly string[] Tokens =
    [
        "(", ")", "((", "))", "[", "]", ",", ";", "::", ".", "*", "$1", "$$", "$a$", "'", "''", "\"", "E'", "U&'", "U&\"", "/*", "*/", "--", "\n", "\\", "\0",
        " insert into t values ", " select ", " from ", " where ", " returning ", " on conflict ", " do update set ", " with ", " as ", " update ", " set ", " begin atomic ",
        " end ", " case ", " copy ", " between ", " and ", " in ", " any ", " array", " cast(", " uescape '", "99999999999999999999", "1e", "0x", "\u00c3\u00a6", "\u00ff",
    ];

    [Fact]
    public void Statements()
    {
        var fuzzer = new Fuzzer(40_000, Corpus, Tokens) { AllocationPerByte = 4_096 };
        fuzzer.Run((input, random) => Sql.SqlFuzzTests.Run(input, random.Next(2) == 0));
    }

    [Theory]
    [InlineData("(", "")]
    [InlineData("select (", "")]
    [InlineData("insert into t values (1),", "(1)")]
    [InlineData("insert into t values (", "((((1")]
    [InlineData("insert into t values (1) on conflict (a", ", a")]
    [InlineData("/*", "/*")]
    [InlineData("", "-")]
    [InlineData("", "'a' ")]
    [InlineData("", "'a'\n")]
    [InlineData("", "$a$")]
    [InlineData("", "$a")]
    [InlineData("", "U&'a' uescape ")]
    [InlineData("", ";;;")]
    [InlineData("", "select 1;")]
    [InlineData("", "with a as (")]
    [InlineData("with a as (select 1)", ", a as (select 1)")]
    [InlineData("update t set a = 1", ", a = 1")]
    [InlineData("update t set a = (", "(a, ")]
    [InlineData("delete from t where a = 1", " and a = 1")]
    [InlineData("delete from t where ", "(((")]
    [InlineData("delete from t where a in (1", ", 1")]
    [InlineData("create function f() begin atomic ", "begin case ")]
    [InlineData("select ", "a.")]
    [InlineData("select 1::", "int[]::")]
    [InlineData("select * from a", " join a on true")]
    [InlineData("copy t from stdin (", "format csv, ")]
    [InlineData("explain ", "explain ")]
    [InlineData("insert into t values (1) returning a", ", (a)")]
    public void A_megabyte_of_repetition_takes_no_longer_than_its_length(string start, string repeated)
    {
        string text = start + string.Concat(Enumerable.Repeat(repeated.Length == 0 ? "(" : repeated, 1_000_000 / Math.Max(repeated.Length, 1)));
        byte[] sql = System.Text.Encoding.UTF8.GetBytes(text);
        var fuzzer = new Fuzzer(1, [string.Empty], [" "]) { AllocationBase = 128L * sql.Length };
        fuzzer.Run((_, _) => Analyze(sql));
    }

    /// <summary>Without the checks of single positions, which take their own time.</summary>
    private static void Analyze(byte[] sql)
    {
        try
        {
            foreach (SqlSpan span in SqlStatements.Split(sql))
            {
                SqlStatement statement = SqlStatements.Analyze(sql, span);
                SqlRelations.Find(sql, span, standardConformingStrings: true);
                if (statement is InsertStatement { Source: InsertSource.Values } insert)
                {
                    SqlValuesReader reader = insert.ReadValues(sql);
                    while (reader.ReadRow())
                    {
                        while (reader.ReadValue(out _))
                        {
                        }
                    }
                }

                if (statement is RowWriteStatement write)
                {
                    SinkRewrite rewrite = SinkRewrite.Statement(sql, write, "s.sink", "1");
                    Assert.InRange(rewrite.OriginalPosition(rewrite.Text.Length), 1, sql.Length + 1);
                }
            }
        }
        catch (PgException e)
        {
            Assert.Equal(5, e.Error.SqlState.Length);
        }
    }
}
