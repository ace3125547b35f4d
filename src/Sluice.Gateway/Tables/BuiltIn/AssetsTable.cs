namespace Sluice.Gateway.Tables.BuiltIn;

/// <summary>CDF assets; an INSERT creates, an external id that exists is 23505.</summary>
internal static class AssetsTable
{
    public static TableDefinition Definition { get; } = new()
    {
        Name = "assets",
        Kind = TableKind.Assets,
        Comment = "CDF assets. INSERT creates; an external_id that exists is refused.",
        Capabilities = TableCapabilities.Items(CdfAcl.Assets),
        Insert = InsertEffect.Creates,
        PrimaryKey = ["id"],
        UniqueKeys = [["external_id"]],
        Columns =
        [
            CommonColumns.Id,
            CommonColumns.ExternalId,
            CommonColumns.Text("name", 140, "Name of the asset.") with
            {
                RequiredOnInsert = true,
                AlwaysReturned = true,
                Clearable = false,
                Limits = new ColumnLimits { MinCharacters = 1, MaxCharacters = 140 },
            },
            new()
            {
                Name = "parent_id",
                Type = ColumnTypes.BigInt,
                Clearable = false,
                Description = "Internal id of the parent asset. Give this or parent_external_id, not both.",
            },
            CommonColumns.Text("parent_external_id", 255, "External id of the parent asset, which may be in the same statement, before or after the child.") with
            {
                Clearable = false,
            },
            CommonColumns.Text("description", 500, "Description of the asset."),
            CommonColumns.DataSetId,
            CommonColumns.Metadata(maxValueBytes: 10_240, maxBytes: 10_240),
            CommonColumns.Text("source", 128, "Where the asset comes from."),
            CommonColumns.Labels,
            CommonColumns.GeoLocation,
            new()
            {
                Name = "root_id",
                Type = ColumnTypes.BigInt,
                Role = ColumnRole.Generated,
                AlwaysReturned = true,
                Updatable = false,
                Description = "Internal id of the root of the asset's tree; set by CDF.",
            },
            CommonColumns.CreatedTime with { SinceVersion = 2 },
            CommonColumns.LastUpdatedTime with { SinceVersion = 2 },
        ],
    };
}
