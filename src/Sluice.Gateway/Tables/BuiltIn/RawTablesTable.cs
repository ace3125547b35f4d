namespace Sluice.Gateway.Tables.BuiltIn;

/// <summary>RAW tables; an INSERT creates the table, and its database if it is missing. One that exists is 23505.</summary>
internal static class RawTablesTable
{
    public static TableDefinition Definition { get; } = new()
    {
        Name = "raw_tables",
        SinceVersion = 2,
        Kind = TableKind.RawTables,
        Comment = "RAW tables. INSERT creates the table, and its database if it is missing; one that exists is refused. DELETE takes its rows, too.",
        Capabilities = new TableCapabilities
        {
            Select = [CdfAcl.Raw.List],
            Insert = [CdfAcl.Raw.Write],
            InsertMissing = [CdfAcl.Raw.Write],
            Delete = [CdfAcl.Raw.Read, CdfAcl.Raw.Write],
            Truncate = [CdfAcl.Raw.List, CdfAcl.Raw.Read, CdfAcl.Raw.Write],
            ByKey = [CdfAcl.Raw.Read],
        },
        Insert = InsertEffect.Creates,
        PrimaryKey = ["_raw_database", "_raw_table"],
        Columns = [RawColumns.Database, RawColumns.Table],
    };
}
