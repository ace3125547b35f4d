namespace Sluice.Gateway.Tables.BuiltIn;

/// <summary>Data points of string time series; an INSERT overwrites the value at the same time.</summary>
internal static class StringDatapointsTable
{
    public static TableDefinition Definition { get; } = new()
    {
        Name = "string_datapoints",
        SinceVersion = 2,
        Kind = TableKind.StringDatapoints,
        Comment = "Values of string time series. INSERT overwrites the value of the same series and time.",
        Capabilities = DatapointColumns.Capabilities,
        Insert = InsertEffect.Overwrites,
        RequiredOneOf = ["external_id", "id"],
        NaturalKeys = [["external_id", "timestamp"], ["id", "timestamp"]],
        FetchSize = 10_000,
        Columns =
        [
            DatapointColumns.Value(
                ColumnTypes.Varchar(255),
                new ColumnLimits { MaxCharacters = 255, MaxBytes = 1_023 },
                "The value."),
            DatapointColumns.Timestamp,
            DatapointColumns.ExternalId,
            DatapointColumns.Id,
        ],
    };
}
