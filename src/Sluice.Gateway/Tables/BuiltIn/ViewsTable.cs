namespace Sluice.Gateway.Tables.BuiltIn;

/// <summary>CDF views, to be read.</summary>
internal static class ViewsTable
{
    public static TableDefinition Definition { get; } = new()
    {
        Name = "views",
        SinceVersion = 2,
        Kind = TableKind.Views,
        Comment = "CDF views. They can only be read; a table over a view is made by an administrator.",
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
            FixedColumns.Of("filter", ColumnTypes.Json, "Which instances the view has."),
            FixedColumns.Of("implements", ColumnTypes.Json, "The views that it extends, a list of references."),
            FixedColumns.Of("properties", ColumnTypes.Json, "The properties, an object by name."),
            FixedColumns.UsedFor,
            FixedColumns.Of("mapped_containers", ColumnTypes.Json, "The containers that hold the properties, a list of references."),
            FixedColumns.Of("writable", ColumnTypes.Bool, "Whether instances can be written through the view."),
            FixedColumns.Of("queryable", ColumnTypes.Bool, "Whether instances can be read through the view."),
            FixedColumns.IsGlobal,
            FixedColumns.CreatedTime,
            FixedColumns.LastUpdatedTime,
        ],
    };
}
