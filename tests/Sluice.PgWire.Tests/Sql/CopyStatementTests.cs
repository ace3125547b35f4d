using System.Text;
using Sluice.PgWire.Sql;

namespace Sluice.PgWire.Tests.Sql;

public sealed class CopyStatementTests
{
    [Theory]
    [InlineData("COPY  dp FROM STDIN ", "dp", "")]
    [InlineData("COPY assets(id,name) FROM STDIN WITH (FORMAT csv)", "assets(id,name)", "format=csv")]
    [InlineData("copy assets(id,name) from stdin (format binary)", "assets(id,name)", "format=binary")]
    [InlineData("copy assets(id,name) from stdin with csv", "assets(id,name)", "format=csv")]
    [InlineData("COPY  dp ( external_id,ts,value ) FROM STDIN with (format csv)", "dp(external_id,ts,value)", "format=csv")]
    [InlineData("copy binary t from stdin", "t", "format=binary")]
    [InlineData("copy binary from stdin", "binary", "")]
    [InlineData("copy t from stdout", "t", "")]
    [InlineData("copy t from stdin using delimiters '|' with null as 'N'", "t", "delimiter=| null=N")]
    [InlineData(
        "copy t from stdin csv header delimiter as ';' null '' quote '\"' escape E'\\\\' force not null a, b encoding 'UTF8'",
        "t",
        "format=csv header=true delimiter=; null= quote=\" escape=\\ force_not_null=a,b encoding=UTF8")]
    [InlineData("copy t from stdin with csv force null * freeze", "t", "format=csv force_null=* freeze=true")]
    [InlineData(
        "copy t from stdin (format 'csv', HEADER match, null '', force_null (a, \"B\"), force_not_null *, on_error ignore, reject_limit 5, log_verbosity verbose, freeze)",
        "t",
        "format=csv header=match null= force_null=a,B force_not_null=* on_error=ignore reject_limit=5 log_verbosity=verbose freeze")]
    public void Copy_from_the_client_is_read_in_both_syntaxes(string sql, string table, string options)
    {
        var copy = Analyze(sql);
        Assert.Equal((SqlStatementKind.CopyFrom, CopyEndpoint.Client), (copy.Kind, copy.Endpoint));
        var columns = copy.Columns is null ? string.Empty : $"({string.Join(',', copy.Columns.Select(column => column.Name))})";
        Assert.Equal(table, copy.Target!.Name + columns);
        Assert.Equal(options, string.Join(' ', copy.Options.Select(Describe)));
        Assert.False(copy.HasWhere);
    }

    [Fact]
    public void A_where_clause_is_seen()
    {
        Assert.True(Analyze("copy t from stdin where a > 1").HasWhere);
        Assert.True(Analyze("copy t from stdin with (format csv) where a > 1").HasWhere);
        Assert.True(Analyze("copy t from stdin csv where a > 1").HasWhere);
    }

    [Fact]
    public void Files_programs_and_queries_are_told_apart()
    {
        Assert.Equal(CopyEndpoint.File, Analyze("copy t from '/tmp/x'").Endpoint);
        Assert.Equal(CopyEndpoint.Program, Analyze("copy t from program 'ls'").Endpoint);

        const string Sql = "copy (select ')' from t where (a)) to stdout (format csv)";
        var copy = Analyze(Sql);
        Assert.Null(copy.Target);
        Assert.Equal("select ')' from t where (a)", Sql[copy.Query!.Value.Start..copy.Query.Value.End]);
        Assert.Equal("assets", Analyze("copy assets to stdout").Target!.Name.Name);
    }

    [Fact]
    public void Options_know_their_position() =>
        Assert.Equal([27, 39], Analyze("copy \"æ\" from stdin with (format csv, delimiter ',')").Options.Select(option => option.Position));

    [Theory]
    [InlineData("copy t from")]
    [InlineData("copy t from stdin with (format csv")]
    [InlineData("copy t from stdin nonsense")]
    [InlineData("copy t from stdin force")]
    [InlineData("copy t (a from stdin")]
    [InlineData("copy (select 1 to stdout")]
    public void What_is_no_copy_is_the_engines(string sql)
    {
        var bytes = Encoding.UTF8.GetBytes(sql);
        Assert.Equal(SqlStatementKind.Other, SqlStatements.Analyze(bytes, new SqlSpan(0, bytes.Length)).Kind);
    }

    private static string Describe(CopyOption option)
    {
        var value = option.AllColumns ? "*" : option.Columns is null ? option.Value : string.Join(',', option.Columns);
        return value is null ? option.Name : $"{option.Name}={value}";
    }

    private static CopyStatement Analyze(string sql)
    {
        var bytes = Encoding.UTF8.GetBytes(sql);
        return Assert.IsType<CopyStatement>(SqlStatements.Analyze(bytes, SqlStatements.Split(bytes).Single()));
    }
}
