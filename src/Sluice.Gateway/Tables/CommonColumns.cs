namespace Sluice.Gateway.Tables;

/// <summary>Columns that many CDF resource types have alike.</summary>
internal static class CommonColumns
{
    public static ColumnDefinition Id { get; } = new()
    {
        Name = "id",
        Type = ColumnTypes.BigInt,
        Role = ColumnRole.Identity,
        AlwaysReturned = true,
        Updatable = false,
        Comment = "Internal id, made by CDF.",
    };

    public static ColumnDefinition ExternalId { get; } = new()
    {
        Name = "external_id",
        Type = ColumnTypes.Varchar(255),
        Limits = new ColumnLimits { MaxCharacters = 255 },
        Comment = "External id, unique in the project for this resource type. At most 255 characters.",
    };

    public static ColumnDefinition DataSetId { get; } = new()
    {
        Name = "data_set_id",
        Type = ColumnTypes.BigInt,
        Comment = "Internal id of the data set that the row belongs to.",
    };

    public static ColumnDefinition CreatedTime { get; } = new()
    {
        Name = "created_time",
        Type = ColumnTypes.TimestampTz,
        Role = ColumnRole.Generated,
        AlwaysReturned = true,
        Updatable = false,
        Comment = "When the row was created; set by CDF.",
    };

    public static ColumnDefinition LastUpdatedTime { get; } = new()
    {
        Name = "last_updated_time",
        Type = ColumnTypes.TimestampTz,
        Role = ColumnRole.Generated,
        AlwaysReturned = true,
        Updatable = false,
        Comment = "When the row was last changed; set by CDF.",
    };

    public static ColumnDefinition Text(string name, int maxCharacters, string comment) => new()
    {
        Name = name,
        Type = ColumnTypes.Varchar(maxCharacters),
        Limits = new ColumnLimits { MaxCharacters = maxCharacters },
        Comment = $"{comment} At most {maxCharacters} characters.",
    };

    public static ColumnDefinition Metadata(int? maxValueBytes, int maxBytes) => new()
    {
        Name = "metadata",
        Type = ColumnTypes.Json,
        Shape = ColumnShape.Metadata,
        Limits = new ColumnLimits { MaxItems = 256, MaxKeyBytes = 128, MaxValueBytes = maxValueBytes, MaxBytes = maxBytes },
        Comment = string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"A JSON object of strings. At most 256 pairs, keys of 128 bytes, {maxBytes:N0} bytes in all."),
    };

    public static ColumnDefinition Labels { get; } = new()
    {
        Name = "labels",
        Type = ColumnTypes.Json,
        Shape = ColumnShape.Labels,
        Limits = new ColumnLimits { MaxItems = 10, MaxCharacters = 255 },
        Comment = "External ids of labels, as [\"a\"] or [{\"externalId\":\"a\"}]. At most 10; the labels must exist.",
    };
}
