namespace Sluice.Gateway.Tables.BuiltIn;

/// <summary>CDF events; an INSERT creates, an external id that exists is 23505.</summary>
internal static class EventsTable
{
    public static TableDefinition Definition { get; } = new()
    {
        Name = "events",
        Kind = TableKind.Events,
        Comment = "CDF events. INSERT creates; an external_id that exists is refused.",
        Capabilities = TableCapabilities.Items(CdfAcl.Events),
        Insert = InsertEffect.Creates,
        PrimaryKey = ["id"],
        UniqueKeys = [["external_id"]],
        Columns =
        [
            CommonColumns.Id,
            CommonColumns.ExternalId,
            CommonColumns.DataSetId,
            new() { Name = "start_time", Type = ColumnTypes.TimestampTz, Description = "When the event began. Milliseconds are kept." },
            new() { Name = "end_time", Type = ColumnTypes.TimestampTz, Description = "When the event ended; not before start_time." },
            CommonColumns.Text("type", 64, "Type of the event."),
            CommonColumns.Text("subtype", 64, "Subtype of the event."),
            CommonColumns.Text("description", 500, "Description of the event."),
            CommonColumns.Metadata(maxValueBytes: 128_000, maxBytes: 200_000),
            new()
            {
                Name = "asset_ids",
                Type = ColumnTypes.BigIntArray,
                Limits = new ColumnLimits { MaxItems = 10_000 },
                Description = "Internal ids of the assets that the event is about. They must exist.",
            },
            CommonColumns.Text("source", 128, "Where the event comes from."),
            CommonColumns.CreatedTime with { SinceVersion = 2 },
            CommonColumns.LastUpdatedTime with { SinceVersion = 2 },
        ],
    };
}
