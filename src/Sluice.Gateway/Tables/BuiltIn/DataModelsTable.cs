namespace Sluice.Gateway.Tables.BuiltIn;

/// <summary>CDF data models, to be read.</summary>
internal static class DataModelsTable
{
    public static TableDefinition Definition { get; } = new()
    {
        Name = "data_models",
        SinceVersion = 2,
        Kind = TableKind.DataModels,
        Comment = "CDF data models. They can only be read.",
        Capabilities = TableCapabilities.ReadOnly(CdfAcl.DataModels.Read),
        Insert = InsertEffect.None,
        PrimaryKey = ["space", "external_id", "version"],
        Columns =
        [
            FixedColumns.Space,
            FixedColumns.ExternalId,
            FixedColumns.Version,
            FixedColumns.Name,
            FixedColumns.Description,
            FixedColumns.Of("views", ColumnTypes.Json, "The views of the model: [{\"type\":\"view\",\"space\":…,\"externalId\":…,\"version\":…}]."),
            FixedColumns.IsGlobal,
            FixedColumns.CreatedTime,
            FixedColumns.LastUpdatedTime,
        ],
    };
}
