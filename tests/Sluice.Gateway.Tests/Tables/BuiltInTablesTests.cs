using Sluice.Gateway.Tables;

namespace Sluice.Gateway.Tests.Tables;

public sealed class BuiltInTablesTests
{
    public static TheoryData<string> Names => [.. BuiltInTables.All.Select(t => t.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_key_names_a_column_and_every_name_is_reserved(string name)
    {
        var table = BuiltInTables.Find(name)!;

        Assert.Contains(name, BuiltInTables.ReservedNames.AsEnumerable());
        Assert.All(table.PrimaryKey, column => Assert.True(table.FindColumn(column)!.NotNull));
        Assert.All(table.UniqueKeys.SelectMany(key => key), column => Assert.NotNull(table.FindColumn(column)));
        Assert.All(table.RequiredOneOf, column => Assert.NotNull(table.FindColumn(column)));
    }

    [Fact]
    public void A_field_is_the_camel_case_of_its_column()
    {
        var assets = BuiltInTables.Find("assets")!;

        Assert.Equal("externalId", assets.FindColumn("external_id")!.CdfField);
        Assert.Equal("lastUpdatedTime", assets.FindColumn("last_updated_time")!.CdfField);
        Assert.Equal("id", assets.FindColumn("id")!.CdfField);
        Assert.Equal("lastUpdatedTime", BuiltInTables.Find("raw_rows")!.FindColumn("_raw_last_updated_time")!.CdfField);
    }

    [Fact]
    public void A_staging_copy_of_a_table_does_not_ask_for_what_an_insert_may_leave_out()
    {
        foreach (var column in BuiltInTables.All.SelectMany(t => t.Columns).Where(c => c.NotNull && c.Role == ColumnRole.Writable))
        {
            Assert.True(column.RequiredOnInsert, column.Name);
        }
    }

    [Fact]
    public void A_catalog_finds_built_in_and_own_tables()
    {
        var movies = CustomRawTable.Define("movies", "db", "t", null, []);
        var catalog = TableCatalog.BuiltInOnly.With(movies);

        Assert.Same(movies, catalog.Find("movies"));
        Assert.Same(BuiltInTables.Find("assets"), catalog.Find("assets"));
        Assert.Null(catalog.Find("Movies"));
        Assert.Null(catalog.Without("movies").Find("movies"));
        Assert.Equal(BuiltInTables.All.Length + 1, catalog.All.Count());
    }
}
