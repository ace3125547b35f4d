using Sluice.Gateway.Tables;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Types;

namespace Sluice.Gateway.Tests.Tables;

public sealed class CustomRawTableTests
{
    private static readonly ColumnType Text = new(PgType.Text);

    [Fact]
    public void The_primary_key_column_is_the_key_and_stays_where_it_was_declared()
    {
        var table = CustomRawTable.Define("movies", "db", "t", "title", [new("year", new(PgType.Timestamptz)), new("title", Text)]);

        Assert.Equal(["year", "title"], table.Columns.Select(c => c.Name));
        Assert.Equal(["title"], table.PrimaryKey);
        Assert.Equal("title", table.RawPrimaryKey);
        Assert.True(table.FindColumn("title")!.NotNull);
        Assert.Equal("title", table.FindColumn("title")!.CdfField);
        Assert.Equal(1, table.OrdinalOf("title"));
        Assert.Equal(-1, table.OrdinalOf("Title"));
        Assert.True(table.IsCustom);
    }

    [Fact]
    public void Without_a_primary_key_a_key_column_comes_first()
    {
        var table = CustomRawTable.Define("movies", "db", "t", null, [new("title", Text)]);

        Assert.Equal(["_raw_key", "title"], table.Columns.Select(c => c.Name));
        Assert.Equal(["_raw_key"], table.PrimaryKey);
        Assert.Equal("key", table.FindColumn("_raw_key")!.CdfField);
        Assert.Null(table.RawPrimaryKey);
    }

    [Fact]
    public void A_declared_key_column_is_not_added_twice()
    {
        var table = CustomRawTable.Define("movies", "db", "t", null, [new("title", Text), new("_raw_key", Text)]);

        Assert.Equal(["title", "_raw_key"], table.Columns.Select(c => c.Name));
    }

    [Theory]
    [InlineData("assets", "42939")]
    [InlineData("views", "42939")]
    [InlineData("", "42602")]
    [InlineData("a\0b", "42602")]
    [InlineData("1234567890123456789012345678901234567890123456789012345678901", "42622")]
    [InlineData("ääääääääääääääääääääääääääääääääääää", "42622")]
    public void A_bad_table_name_is_refused(string name, string sqlState)
    {
        var error = Assert.Throws<PgException>(() => CustomRawTable.Define(name, "db", "t", null, [new("title", Text)]));
        Assert.Equal(sqlState, error.Error.SqlState);
    }

    [Theory]
    [InlineData("title", "title", "42701")]
    [InlineData("title", "ctid", "42701")]
    [InlineData("title", "", "42602")]
    public void A_bad_column_name_is_refused(string first, string second, string sqlState)
    {
        var error = Assert.Throws<PgException>(() => CustomRawTable.Define("m", "db", "t", null, [new(first, Text), new(second, Text)]));
        Assert.Equal(sqlState, error.Error.SqlState);
    }

    [Fact]
    public void An_unknown_primary_key_is_42703()
    {
        var error = Assert.Throws<PgException>(() => CustomRawTable.Define("m", "db", "t", "nope", [new("title", Text)]));
        Assert.Equal("42703", error.Error.SqlState);
    }

    [Fact]
    public void A_key_without_order_is_42P16()
    {
        var error = Assert.Throws<PgException>(() => CustomRawTable.Define("m", "db", "t", "j", [new("j", new(PgType.Json))]));
        Assert.Equal("42P16", error.Error.SqlState);
    }

    [Fact]
    public void The_api_has_sixteen_types_and_each_name_reads_back()
    {
        Assert.Equal(16, CustomColumnTypes.Names.Distinct(StringComparer.Ordinal).Count());
        foreach (var name in CustomColumnTypes.Names)
        {
            Assert.True(CustomColumnTypes.TryParse(name, out var type));
            Assert.Equal(name, CustomColumnTypes.NameOf(type));
        }

        Assert.False(CustomColumnTypes.TryParse("text", out _));
        Assert.False(CustomColumnTypes.TryParse("DATE", out _));
    }
}
