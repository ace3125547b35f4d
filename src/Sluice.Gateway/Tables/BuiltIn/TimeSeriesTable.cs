namespace Sluice.Gateway.Tables.BuiltIn;

/// <summary>CDF time series; an INSERT creates, an external id that exists is 23505.</summary>
internal static class TimeSeriesTable
{
    public static TableDefinition Definition { get; } = new()
    {
        Name = "time_series",
        NameInVersion1 = "timeseries",
        Kind = TableKind.TimeSeries,
        Comment = "CDF time series. INSERT creates; an external_id that exists is refused. Values: double_datapoints, string_datapoints.",
        Capabilities = TableCapabilities.Items(CdfAcl.TimeSeries),
        Insert = InsertEffect.Creates,
        PrimaryKey = ["id"],
        UniqueKeys = [["external_id"]],
        ColumnsOfVersion1 =
        [
            CommonColumns.Text("legacy_name", 255, "Taken and dropped: CDF has no such field any more.") with
            {
                Shape = ColumnShape.Ignored,
            },
        ],
        Columns =
        [
            CommonColumns.Id,
            CommonColumns.ExternalId,
            CommonColumns.Text("name", 255, "Name of the time series."),
            new()
            {
                Name = "is_string",
                Type = ColumnTypes.Bool,
                AlwaysReturned = true,
                Updatable = false,
                Description = "Whether the values are strings; false if not given. Cannot be changed.",
            },
            CommonColumns.Metadata(maxValueBytes: null, maxBytes: 10_000),
            CommonColumns.Text("unit", 32, "The physical unit, as free text."),
            CommonColumns.Text("unit_external_id", 64, "External id of the physical unit in the unit catalog; numeric series only."),
            new() { Name = "asset_id", Type = ColumnTypes.BigInt, Description = "Internal id of the asset that the series belongs to." },
            new()
            {
                Name = "is_step",
                Type = ColumnTypes.Bool,
                AlwaysReturned = true,
                Clearable = false,
                Description = "Whether a value holds until the next one; false if not given.",
            },
            CommonColumns.Text("description", 1_000, "Description of the time series."),
            new()
            {
                Name = "security_categories",
                Type = ColumnTypes.BigIntArray,
                Description = "Ids of the security categories that a reader must have.",
            },
            CommonColumns.DataSetId,
            CommonColumns.CreatedTime,
            CommonColumns.LastUpdatedTime,
        ],
    };
}
