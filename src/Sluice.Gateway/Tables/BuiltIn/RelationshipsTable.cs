namespace Sluice.Gateway.Tables.BuiltIn;

/// <summary>CDF relationships; an INSERT creates, an external id that exists is 23505. Source and target need not exist.</summary>
internal static class RelationshipsTable
{
    public static TableDefinition Definition { get; } = new()
    {
        Name = "relationships",
        Kind = TableKind.Relationships,
        Comment = "CDF relationships. INSERT creates; an external_id that exists is refused. Source and target need not exist.",
        Capabilities = TableCapabilities.Items(CdfAcl.Relationships) with
        {
            Upsert = [CdfAcl.Relationships.Read, CdfAcl.Relationships.Write],
            Update = [CdfAcl.Relationships.Read, CdfAcl.Relationships.Write],
        },
        Insert = InsertEffect.Creates,
        PrimaryKey = ["external_id"],
        Columns =
        [
            CommonColumns.RequiredExternalId with { Updatable = false },
            EndExternalId("source_external_id", "External id of what the relationship begins at."),
            EndType("source_type", "Resource type of what the relationship begins at."),
            EndExternalId("target_external_id", "External id of what the relationship leads to."),
            EndType("target_type", "Resource type of what the relationship leads to."),
            new() { Name = "start_time", Type = ColumnTypes.TimestampTz, Description = "From when the relationship holds." },
            new() { Name = "end_time", Type = ColumnTypes.TimestampTz, Description = "Until when the relationship holds; after start_time." },
            new()
            {
                Name = "confidence",
                Type = ColumnTypes.DoublePrecision,
                Limits = new ColumnLimits { MinNumber = 0, MaxNumber = 1 },
                Description = "How sure the relationship is. CDF keeps about 7 digits.",
            },
            CommonColumns.DataSetId,
            CommonColumns.Labels,
            CommonColumns.CreatedTime,
            CommonColumns.LastUpdatedTime,
        ],
    };

    private static ColumnDefinition EndExternalId(string name, string description) => CommonColumns.Text(name, 255, description) with
    {
        RequiredOnInsert = true,
        AlwaysReturned = true,
        Clearable = false,
        Limits = new ColumnLimits { MinCharacters = 1, MaxCharacters = 255 },
    };

    private static ColumnDefinition EndType(string name, string description) =>
        CommonColumns.Enumeration(name, ["asset", "timeSeries", "file", "event", "sequence"], description) with
        {
            RequiredOnInsert = true,
            AlwaysReturned = true,
            Clearable = false,
        };
}
