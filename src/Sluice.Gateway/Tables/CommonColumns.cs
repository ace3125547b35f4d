using System.Collections.Immutable;

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
        Description = "Internal id, made by CDF.",
    };

    public static ColumnDefinition ExternalId { get; } = new()
    {
        Name = "external_id",
        Type = ColumnTypes.Varchar(255),
        Limits = new ColumnLimits { MaxCharacters = 255 },
        Description = "External id, unique in the project for this resource type.",
    };

    /// <summary>The external id of a resource that cannot be without.</summary>
    public static ColumnDefinition RequiredExternalId { get; } = ExternalId with
    {
        RequiredOnInsert = true,
        AlwaysReturned = true,
        Limits = new ColumnLimits { MinCharacters = 1, MaxCharacters = 255 },
    };

    public static ColumnDefinition DataSetId { get; } = new()
    {
        Name = "data_set_id",
        Type = ColumnTypes.BigInt,
        Description = "Internal id of the data set that the row belongs to.",
    };

    public static ColumnDefinition CreatedTime { get; } = new()
    {
        Name = "created_time",
        Type = ColumnTypes.TimestampTz,
        Role = ColumnRole.Generated,
        AlwaysReturned = true,
        Updatable = false,
        Description = "When the row was created; set by CDF.",
    };

    public static ColumnDefinition LastUpdatedTime { get; } = new()
    {
        Name = "last_updated_time",
        Type = ColumnTypes.TimestampTz,
        Role = ColumnRole.Generated,
        AlwaysReturned = true,
        Updatable = false,
        Description = "When the row was last changed; set by CDF.",
    };

    public static ColumnDefinition Text(string name, int maxCharacters, string description) => new()
    {
        Name = name,
        Type = ColumnTypes.Varchar(maxCharacters),
        Limits = new ColumnLimits { MaxCharacters = maxCharacters },
        Description = description,
    };

    /// <summary>A string of which CDF names no greatest length.</summary>
    public static ColumnDefinition UnboundedText(string name, string description) => new()
    {
        Name = name,
        Type = ColumnTypes.Text,
        Description = description,
    };

    /// <summary>One of a few strings. The type leaves room for longer ones, that CDF may have some day.</summary>
    public static ColumnDefinition Enumeration(string name, ImmutableArray<string> values, string description) => new()
    {
        Name = name,
        Type = ColumnTypes.Varchar(32),
        Limits = new ColumnLimits { Values = values },
        Description = description,
    };

    public static ColumnDefinition GeoLocation { get; } = new()
    {
        Name = "geo_location",
        Type = ColumnTypes.Json,
        Shape = ColumnShape.Object,
        Description = "A GeoJSON feature: {\"type\":\"Feature\",\"geometry\":{\"type\":…,\"coordinates\":…},\"properties\":{…}}.",
    };

    public static ColumnDefinition Metadata(int? maxValueBytes, int maxBytes) => new()
    {
        Name = "metadata",
        Type = ColumnTypes.Json,
        Shape = ColumnShape.Metadata,
        Limits = new ColumnLimits { MaxItems = 256, MaxKeyBytes = 128, MaxValueBytes = maxValueBytes, MaxBytes = maxBytes },
        Description = "A JSON object of strings.",
    };

    public static ColumnDefinition Labels { get; } = new()
    {
        Name = "labels",
        Type = ColumnTypes.Json,
        Shape = ColumnShape.Labels,
        Limits = new ColumnLimits { MaxItems = 10, MaxCharacters = 255 },
        Description = "External ids of labels, as [\"a\"] or [{\"externalId\":\"a\"}]. They must exist.",
    };
}
