namespace Sluice.Gateway.Tables.BuiltIn;

/// <summary>What CDF knows of files; an INSERT creates, an external id that exists is 23505. Content is uploaded by other means.</summary>
internal static class FilesTable
{
    public static TableDefinition Definition { get; } = new()
    {
        Name = "files",
        Kind = TableKind.Files,
        Comment = "CDF files, without their content. INSERT creates; an external_id that exists is refused. "
            + "CDF deletes a file whose content is not uploaded within a week.",
        Capabilities = TableCapabilities.Items(CdfAcl.Files),
        Insert = InsertEffect.Creates,
        PrimaryKey = ["id"],
        UniqueKeys = [["external_id"]],
        Columns =
        [
            CommonColumns.Id,
            CommonColumns.ExternalId,
            CommonColumns.Text("name", 256, "Name of the file. Cannot be changed.") with
            {
                RequiredOnInsert = true,
                AlwaysReturned = true,
                Updatable = false,
            },
            CommonColumns.Text("directory", 512, "Directory, an absolute Unix path: /a/b.") with { SinceVersion = 2 },
            CommonColumns.Text("source", 128, "Where the file comes from."),
            CommonColumns.Text("mime_type", 256, "Type of the content, e.g. application/pdf."),
            CommonColumns.Metadata(maxValueBytes: 10_240, maxBytes: 10_240),
            new()
            {
                Name = "asset_ids",
                SinceVersion = 2,
                Type = ColumnTypes.BigIntArray,
                Limits = new ColumnLimits { MaxItems = 1_000 },
                Description = "Internal ids of the assets that the file is about. They must exist.",
            },
            CommonColumns.DataSetId,
            new() { Name = "source_created_time", SinceVersion = 2, Type = ColumnTypes.TimestampTz, Description = "When the file was made, as its source says." },
            new() { Name = "source_modified_time", SinceVersion = 2, Type = ColumnTypes.TimestampTz, Description = "When the file was last changed, as its source says." },
            new()
            {
                Name = "security_categories",
                SinceVersion = 2,
                Type = ColumnTypes.BigIntArray,
                Limits = new ColumnLimits { MaxItems = 100 },
                Description = "Ids of the security categories that a reader must have.",
            },
            CommonColumns.Labels,
            CommonColumns.GeoLocation,
            new()
            {
                Name = "uploaded",
                Type = ColumnTypes.Bool,
                Role = ColumnRole.Generated,
                AlwaysReturned = true,
                Updatable = false,
                Description = "Whether CDF has the content.",
            },
            new()
            {
                Name = "uploaded_time",
                Type = ColumnTypes.TimestampTz,
                Role = ColumnRole.Generated,
                Updatable = false,
                Description = "When the content was uploaded.",
            },
            CommonColumns.CreatedTime with { SinceVersion = 2 },
            CommonColumns.LastUpdatedTime with { SinceVersion = 2 },
        ],
    };
}
