namespace Sluice.Gateway.Tables.BuiltIn;

/// <summary>CDF extraction pipelines; an INSERT creates, an external id that exists is 23505.</summary>
internal static class ExtractionPipelinesTable
{
    public static TableDefinition Definition { get; } = new()
    {
        Name = "extraction_pipelines",
        Kind = TableKind.ExtractionPipelines,
        Comment = "CDF extraction pipelines. INSERT creates; an external_id that exists is refused. DELETE takes their runs, too.",
        Capabilities = TableCapabilities.Items(CdfAcl.ExtractionPipelines, [CdfAcl.ExtractionPipelines.Write, CdfAcl.DataSets.Read]),
        Insert = InsertEffect.Creates,
        PrimaryKey = ["id"],
        UniqueKeys = [["external_id"]],
        Columns =
        [
            CommonColumns.Id,
            CommonColumns.RequiredExternalId with { Clearable = false },
            CommonColumns.Text("name", 140, "Name of the pipeline.") with
            {
                RequiredOnInsert = true,
                AlwaysReturned = true,
                Clearable = false,
                Limits = new ColumnLimits { MinCharacters = 1, MaxCharacters = 140 },
            },
            CommonColumns.Text("description", 500, "Description of the pipeline.") with { ClearedBySet = true },
            CommonColumns.DataSetId with
            {
                HasUserDefault = true,
                AlwaysReturned = true,
                Clearable = false,
                Description = "Internal id of the data set that the pipeline belongs to. Required, unless the user has a default data set.",
            },
            List("raw_tables", "RAW tables that the pipeline writes: [{\"dbName\":\"a\",\"tableName\":\"b\"}].") with { SinceVersion = 2 },
            CommonColumns.UnboundedText("schedule", "When it runs: On trigger, Continuous, or a cron expression.") with { ClearedBySet = true },
            List("contacts", "Whom to ask: [{\"name\":\"a\",\"email\":\"a@b.example\",\"role\":\"c\",\"sendNotification\":true}].") with { SinceVersion = 2 },
            CommonColumns.Metadata(maxValueBytes: 10_240, maxBytes: 10_240),
            CommonColumns.Text("source", 255, "Where the data come from.") with { ClearedBySet = true },
            CommonColumns.Text("documentation", 10_000, "Documentation, in Markdown.") with { ClearedBySet = true, SinceVersion = 2 },
            new()
            {
                Name = "notification_config",
                Type = ColumnTypes.Json,
                Shape = ColumnShape.Object,
                Clearable = false,
                Description = "When to raise the alarm: {\"allowedNotSeenRangeInMinutes\":60}.",
            },
            CommonColumns.Text("created_by", 255, "Who made the pipeline. Cannot be changed.") with { Updatable = false, SinceVersion = 2 },
            Generated("last_success", ColumnTypes.TimestampTz, "When a run last succeeded."),
            Generated("last_failure", ColumnTypes.TimestampTz, "When a run last failed."),
            Generated("last_seen", ColumnTypes.TimestampTz, "When the pipeline was last seen."),
            Generated("last_message", ColumnTypes.Text, "Message of the last run that failed."),
            CommonColumns.CreatedTime,
            CommonColumns.LastUpdatedTime with { SinceVersion = 2 },
        ],
    };

    private static ColumnDefinition List(string name, string description) => new()
    {
        Name = name,
        Type = ColumnTypes.Json,
        Shape = ColumnShape.List,
        Description = description,
    };

    private static ColumnDefinition Generated(string name, PgWire.Types.ColumnType type, string description) => new()
    {
        Name = name,
        Type = type,
        Role = ColumnRole.Generated,
        Updatable = false,
        Description = description,
    };
}
