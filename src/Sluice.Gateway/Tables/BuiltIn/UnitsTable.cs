namespace Sluice.Gateway.Tables.BuiltIn;

/// <summary>CDF's catalog of units, to be read.</summary>
internal static class UnitsTable
{
    public static TableDefinition Definition { get; } = new()
    {
        Name = "units",
        SinceVersion = 2,
        Kind = TableKind.Units,
        Comment = "CDF's catalog of units. They can only be read.",
        Capabilities = TableCapabilities.ReadOnly(),
        Insert = InsertEffect.None,
        PrimaryKey = ["external_id"],
        Columns =
        [
            FixedColumns.Key("external_id", ColumnTypes.Text, "External id, as in time_series.unit_external_id: temperature:deg_c."),
            FixedColumns.Of("name", ColumnTypes.Text, "Short name."),
            FixedColumns.Of("long_name", ColumnTypes.Text, "Name in words."),
            FixedColumns.Of("symbol", ColumnTypes.Text, "Symbol."),
            FixedColumns.Of("alias_names", ColumnTypes.TextArray, "Other names."),
            FixedColumns.Of("quantity", ColumnTypes.Text, "What is measured in it."),
            FixedColumns.Of("conversion", ColumnTypes.Json, "The way to the quantity's base unit: {\"multiplier\":1,\"offset\":273.15}."),
            FixedColumns.Of("source", ColumnTypes.Text, "Where the definition comes from."),
            FixedColumns.Of("source_reference", ColumnTypes.Text, "Where to read about it there."),
        ],
    };
}
