namespace Sluice.Gateway.Tables.BuiltIn;

/// <summary>Data points of numeric time series; an INSERT overwrites the value at the same time.</summary>
internal static class DoubleDatapointsTable
{
    public static TableDefinition Definition { get; } = new()
    {
        Name = "double_datapoints",
        NameInVersion1 = "datapoints",
        Kind = TableKind.DoubleDatapoints,
        Comment = "Values of numeric time series. INSERT overwrites the value of the same series and time.",
        Capabilities = DatapointColumns.Capabilities,
        Insert = InsertEffect.Overwrites,
        RequiredOneOf = ["external_id", "id"],
        NaturalKeys = [["external_id", "timestamp"], ["id", "timestamp"]],
        FetchSize = 10_000,
        Columns =
        [
            DatapointColumns.Value(ColumnTypes.DoublePrecision, ColumnLimits.None, "The value, between -1e100 and 1e100."),
            DatapointColumns.Timestamp,
            DatapointColumns.ExternalId,
            DatapointColumns.Id,
        ],
    };
}
