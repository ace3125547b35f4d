using Sluice.Gateway.Writes;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Tests.Writes;

public sealed class WritePlanTests
{
    [Fact]
    public void A_statement_without_a_list_has_all_columns_and_copy_leaves_out_generated_ones()
    {
        var assets = WriteTestContext.Table("assets");
        var insert = WritePlan.Create(assets, columns: null, WriteVerb.Insert);
        Assert.Equal(assets.Columns.Select(column => column.Name), insert.Columns.Select(column => column.Name));
        var copy = WritePlan.Create(assets, columns: null, WriteVerb.Copy);
        Assert.DoesNotContain("created_time", copy.Columns.Select(column => column.Name));
        Assert.Contains("id", copy.Columns.Select(column => column.Name));
    }

    [Fact]
    public void Fewer_values_than_columns_are_for_the_first_columns()
    {
        var plan = WritePlan.Create(WriteTestContext.Table("assets"), columns: null, WriteVerb.Insert, valueCount: 3);
        Assert.Equal(["id", "external_id", "name"], plan.Columns.Select(column => column.Name));
        Assert.Equal((2, -1, -1), (plan.IndexOf("name"), plan.IndexOf("source"), plan.IndexOf("nonsense")));
    }

    [Fact]
    public void An_unknown_column_is_42703_with_its_position()
    {
        var error = Refused("assets", ["name", "nonsense"]);
        Assert.Equal((SqlState.UndefinedColumn, 110), (error.SqlState, error.Position));
        Assert.Equal("column \"nonsense\" of relation \"assets\" does not exist", error.Message);
    }

    [Fact]
    public void A_column_named_twice_is_42701()
    {
        var error = Refused("assets", ["name", "name"]);
        Assert.Equal(SqlState.DuplicateColumn, error.SqlState);
        Assert.Equal("column \"name\" specified more than once", error.Message);
    }

    [Theory]
    [InlineData(3, "INSERT has more expressions than target columns")]
    [InlineData(1, "INSERT has more target columns than expressions")]
    public void A_wrong_number_of_values_is_42601(int values, string message)
    {
        var error = Refused("assets", ["name", "source"], values);
        Assert.Equal((SqlState.SyntaxError, message), (error.SqlState, error.Message));
    }

    [Theory]
    [InlineData("assets", "external_id", "name")]
    [InlineData("double_datapoints", "external_id,value", "timestamp")]
    [InlineData("double_datapoints", "timestamp,value", "external_id")]
    [InlineData("raw_rows", "_raw_database,_raw_table,_raw_key", "_raw_columns")]
    public void A_required_column_that_is_not_named_is_23502(string table, string columns, string missing)
    {
        var error = Refused(table, columns.Split(','));
        Assert.Equal((SqlState.NotNullViolation, missing), (error.SqlState, error.ColumnName));
    }

    private static PgError Refused(string table, string[] columns, int? values = null) => Assert.Throws<PgException>(
        () => WritePlan.Create(WriteTestContext.Table(table), columns, WriteVerb.Insert, values, index => 100 + (10 * index))).Error;
}
