using Sluice.Gateway.Tables;

namespace Sluice.Gateway.Tests.Tables;

/// <summary>What users of version 1 see is what the original's migration guide says of version 1.</summary>
public sealed class Version1TablesTests
{
    [Fact]
    public void The_tables_have_the_names_of_version_1_and_no_others_are_there() => Assert.Equal(
        [
            "assets", "datapoints", "events", "extraction_pipeline_runs", "extraction_pipelines", "files", "labels", "raw", "relationships", "sequence_rows",
            "sequences", "timeseries",
        ],
        Version1Tables.All.Select(table => table.Name).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("assets", "created_time last_updated_time")]
    [InlineData("events", "created_time last_updated_time")]
    [InlineData("extraction_pipeline_runs", "id")]
    [InlineData("extraction_pipelines", "contacts raw_tables documentation last_updated_time created_by")]
    [InlineData("files", "directory asset_ids security_categories source_created_time source_modified_time created_time last_updated_time")]
    [InlineData("labels", "data_set_id created_time")]
    [InlineData("sequences", "created_time")]
    [InlineData("relationships", "")]
    public void Columns_that_version_2_added_are_not_there(string name, string added)
    {
        var now = BuiltInTables.Find(name)!.Columns.Select(column => column.Name).ToList();
        var then = Version1Tables.Find(name)!.Columns.Select(column => column.Name).ToList();

        Assert.Equal(now.Except(added.Split(' '), StringComparer.Ordinal), then);
        Assert.All(added.Split(' ', StringSplitOptions.RemoveEmptyEntries), column => Assert.Contains(column, now));
    }

    [Fact]
    public void Renamed_tables_and_columns_have_their_old_names_and_types()
    {
        Assert.Equal(
            ["database character varying", "table character varying", "key character varying(1024)", "columns json"],
            Version1Tables.Find("raw")!.Columns.Select(column => $"{column.Name} {column.Type.DisplayName}"));
        Assert.Equal(["database", "table", "key"], Version1Tables.Find("raw")!.PrimaryKey);
        Assert.Equal("row_values", Version1Tables.Find("sequence_rows")!.Columns[^1].Name);
        Assert.Equal("legacy_name", Version1Tables.Find("timeseries")!.Columns[^1].Name);
        Assert.Equal(["value", "timestamp", "external_id", "id"], Version1Tables.Find("datapoints")!.Columns.Select(column => column.Name));
    }

    [Fact]
    public void What_CDF_knows_them_as_does_not_change()
    {
        Assert.All(Version1Tables.All, table =>
        {
            var now = BuiltInTables.Find(table.NameInVersion2)!;
            Assert.Equal(now.Kind, table.Kind);
            Assert.All(
                table.Columns.Where(column => column.Shape != ColumnShape.Ignored),
                column => Assert.Equal(now.FindColumn(column.NameInVersion2)!.CdfField, column.CdfField));
            Assert.All(table.Columns, column => Assert.Same(column, table.Columns[table.OrdinalOf(column.NameInVersion2)]));
        });
    }

    [Fact]
    public void Statements_find_columns_by_their_old_names_alone()
    {
        Assert.NotNull(Version1Tables.Find("raw")!.FindColumn("key"));
        Assert.Null(Version1Tables.Find("raw")!.FindColumn("_raw_key"));
        Assert.Null(Version1Tables.Find("sequence_rows")!.FindColumn("values"));
    }

    [Fact]
    public void The_manual_says_of_every_table_what_a_job_must_change()
    {
        var page = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "administration-v1.md"));

        Assert.Contains($"<!-- migration -->\n\n```\n{string.Join('\n', Version1Change.All)}\n```", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_catalog_of_version_1_finds_its_own_tables_alone()
    {
        var catalog = TableCatalog.OfVersion1([]);

        Assert.NotNull(catalog.Find("raw"));
        Assert.Null(catalog.Find("raw_rows"));
        Assert.Null(catalog.Find("units"));
        Assert.Equal(Version1Tables.All.Length, catalog.All.Count());
        Assert.Null(TableCatalog.BuiltInOnly.Find("raw"));
    }
}
