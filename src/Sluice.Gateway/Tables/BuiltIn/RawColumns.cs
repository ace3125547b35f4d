namespace Sluice.Gateway.Tables.BuiltIn;

/// <summary>The columns that say where in RAW a row is.</summary>
internal static class RawColumns
{
    /// <summary>What rows of RAW tables need. CDF replaces whole rows, so those that are changed are read and merged.</summary>
    public static TableCapabilities Capabilities { get; } = new()
    {
        Select = [CdfAcl.Raw.Read],
        Insert = [CdfAcl.Raw.Write],
        Upsert = [CdfAcl.Raw.Read, CdfAcl.Raw.Write],
        InsertMissing = [CdfAcl.Raw.Read, CdfAcl.Raw.Write],
        Update = [CdfAcl.Raw.Read, CdfAcl.Raw.Write],
        Delete = [CdfAcl.Raw.Read, CdfAcl.Raw.Write],
        Truncate = [CdfAcl.Raw.Read, CdfAcl.Raw.Write],
    };

    public static ColumnDefinition Database { get; } = CommonColumns.Text("_raw_database", 32, "Name of the RAW database.") with
    {
        CdfField = "database",
        RequiredOnInsert = true,
        AlwaysReturned = true,
        Updatable = false,
        Limits = new ColumnLimits { MinCharacters = 1, MaxCharacters = 32 },
    };

    public static ColumnDefinition Table { get; } = CommonColumns.Text("_raw_table", 64, "Name of the RAW table.") with
    {
        CdfField = "table",
        RequiredOnInsert = true,
        AlwaysReturned = true,
        Updatable = false,
        Limits = new ColumnLimits { MinCharacters = 1, MaxCharacters = 64 },
    };
}
