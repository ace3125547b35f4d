namespace Sluice.Gateway.Tables.BuiltIn;

/// <summary>CDF's systems of units, to be read.</summary>
internal static class UnitSystemsTable
{
    public static TableDefinition Definition { get; } = new()
    {
        Name = "unit_systems",
        SinceVersion = 2,
        Kind = TableKind.UnitSystems,
        Comment = "CDF's systems of units: which unit a quantity has in each. They can only be read.",
        Capabilities = TableCapabilities.ReadOnly(),
        Insert = InsertEffect.None,
        PrimaryKey = ["name"],
        Columns =
        [
            FixedColumns.Key("name", ColumnTypes.Text, "Name of the system: SI."),
            FixedColumns.Of("quantities", ColumnTypes.Json, "The units: [{\"name\":\"Temperature\",\"unitExternalId\":\"temperature:k\"}]."),
        ],
    };
}
