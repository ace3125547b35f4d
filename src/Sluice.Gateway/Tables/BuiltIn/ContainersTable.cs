namespace Sluice.Gateway.Tables.BuiltIn;

/// <summary>CDF containers, to be read.</summary>
internal static class ContainersTable
{
    public static TableDefinition Definition { get; } = new()
    {
        Name = "containers",
        SinceVersion = 2,
        Kind = TableKind.Containers,
        Comment = "CDF containers. They can only be read.",
        Capabilities = TableCapabilities.ReadOnly(CdfAcl.DataModels.Read),
        Insert = InsertEffect.None,
        PrimaryKey = ["space", "external_id"],
        Columns =
        [
            FixedColumns.Space,
            FixedColumns.ExternalId,
            FixedColumns.Name,
            FixedColumns.Description,
            FixedColumns.UsedFor,
            FixedColumns.Of("properties", ColumnTypes.Json, "The properties, an object by name."),
            FixedColumns.Of("constraints", ColumnTypes.Json, "The constraints, an object by name."),
            FixedColumns.Of("indexes", ColumnTypes.Json, "The indexes, an object by name."),
            FixedColumns.IsGlobal,
            FixedColumns.CreatedTime,
            FixedColumns.LastUpdatedTime,
        ],
    };
}
