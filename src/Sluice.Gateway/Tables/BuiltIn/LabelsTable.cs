namespace Sluice.Gateway.Tables.BuiltIn;

/// <summary>CDF labels; an INSERT creates, an external id that exists is 23505. CDF cannot change a label.</summary>
internal static class LabelsTable
{
    public static TableDefinition Definition { get; } = new()
    {
        Name = "labels",
        Kind = TableKind.Labels,
        Comment = "CDF labels. INSERT creates; an external_id that exists is refused. CDF cannot change labels.",
        Capabilities = TableCapabilities.Items(CdfAcl.Labels) with { Upsert = null, Update = null },
        Insert = InsertEffect.Creates,
        PrimaryKey = ["external_id"],
        Columns =
        [
            CommonColumns.RequiredExternalId with { Updatable = false },
            CommonColumns.Text("name", 140, "Name of the label.") with
            {
                RequiredOnInsert = true,
                AlwaysReturned = true,
                Updatable = false,
                Limits = new ColumnLimits { MinCharacters = 1, MaxCharacters = 140 },
            },
            CommonColumns.Text("description", 500, "Description of the label.") with { Updatable = false },
            CommonColumns.DataSetId with
            {
                Type = ColumnTypes.BigIntArray,
                Shape = ColumnShape.LoneElement,
                SinceVersion = 2,
                Limits = new ColumnLimits { MaxItems = 1 },
                Updatable = false,
                Description = "Internal id of the data set that the label belongs to, as 7 or {7}.",
            },
            CommonColumns.CreatedTime with { SinceVersion = 2 },
        ],
    };
}
