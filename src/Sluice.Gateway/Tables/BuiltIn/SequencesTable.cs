namespace Sluice.Gateway.Tables.BuiltIn;

/// <summary>CDF sequences; an INSERT creates, an external id that exists is 23505.</summary>
internal static class SequencesTable
{
    public static TableDefinition Definition { get; } = new()
    {
        Name = "sequences",
        Kind = TableKind.Sequences,
        Comment = "CDF sequences. INSERT creates; an external_id that exists is refused. Their rows: sequence_rows.",
        Capabilities = TableCapabilities.Items(CdfAcl.Sequences),
        Insert = InsertEffect.Creates,
        PrimaryKey = ["id"],
        UniqueKeys = [["external_id"]],
        Columns =
        [
            CommonColumns.Id,
            CommonColumns.ExternalId,
            CommonColumns.Text("name", 255, "Name of the sequence."),
            CommonColumns.Text("description", 1_000, "Description of the sequence."),
            new() { Name = "asset_id", Type = ColumnTypes.BigInt, Description = "Internal id of the asset that the sequence belongs to." },
            CommonColumns.Metadata(maxValueBytes: null, maxBytes: 10_000),
            new()
            {
                Name = "columns",
                Type = ColumnTypes.Json,
                Shape = ColumnShape.List,
                RequiredOnInsert = true,
                AlwaysReturned = true,
                Updatable = false,
                Limits = new ColumnLimits { MinItems = 1, MaxItems = 400 },
                Description = "The columns: [{\"externalId\":\"a\",\"valueType\":\"DOUBLE\"}], with valueType STRING, DOUBLE or LONG, and name, description, "
                    + "metadata if wanted. At most 200 of type STRING. Cannot be replaced.",
            },
            CommonColumns.DataSetId,
            CommonColumns.CreatedTime with { SinceVersion = 2 },
            CommonColumns.LastUpdatedTime,
        ],
    };
}
