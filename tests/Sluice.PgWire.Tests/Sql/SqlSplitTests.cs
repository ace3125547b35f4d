using System.Text;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Sql;

namespace Sluice.PgWire.Tests.Sql;

public sealed class SqlSplitTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData(" ; ;; -- nothing\n ;", "")]
    [InlineData("select 1", "select 1")]
    [InlineData(" select 1 ; select 2 -- two\n", "select 1|select 2")]
    [InlineData("RELEASE _EXEC_SVP_0x1;SAVEPOINT _EXEC_SVP_0x1;select * from assets", "RELEASE _EXEC_SVP_0x1|SAVEPOINT _EXEC_SVP_0x1|select * from assets")]
    [InlineData("select ';' ; select $$;$$ ; select \";\"", "select ';'|select $$;$$|select \";\"")]
    [InlineData("create rule r as on insert to t do (delete from a; delete from b); select 1", "create rule r as on insert to t do (delete from a; delete from b)|select 1")]
    [InlineData(
        "create or replace function f() returns int begin atomic select case when true then 1 end; select 2; end; select 3",
        "create or replace function f() returns int begin atomic select case when true then 1 end; select 2; end|select 3")]
    [InlineData("begin; insert into t values (1); end; select 1", "begin|insert into t values (1)|end|select 1")]
    public void A_string_is_split_at_top_level_semicolons(string sql, string expected)
    {
        var bytes = Encoding.UTF8.GetBytes(sql);
        var statements = SqlStatements.Split(bytes).Select(span => Encoding.UTF8.GetString(span.Of(bytes)));
        Assert.Equal(expected, string.Join('|', statements));
    }

    [Fact]
    public void A_string_that_never_ends_fails_the_whole_query() =>
        Assert.Equal(SqlState.SyntaxError, Assert.Throws<PgException>(() => SqlStatements.Split("select 1; select 'x"u8)).Error.SqlState);
}
