using Sluice.PgWire.Types;

namespace Sluice.Gateway.Tables.BuiltIn;

/// <summary>The columns of both data point tables, in the documented order.</summary>
internal static class DatapointColumns
{
    /// <summary>What both tables need: CDF says neither which points exist nor how many it deletes, so they are read.</summary>
    public static TableCapabilities Capabilities { get; } = new()
    {
        Select = [CdfAcl.TimeSeries.Read],
        Insert = [CdfAcl.TimeSeries.Write],
        Upsert = [CdfAcl.TimeSeries.Write],
        InsertMissing = [CdfAcl.TimeSeries.Read, CdfAcl.TimeSeries.Write],
        Update = [CdfAcl.TimeSeries.Read, CdfAcl.TimeSeries.Write],
        Delete = [CdfAcl.TimeSeries.Read, CdfAcl.TimeSeries.Write],
    };

    public static ColumnDefinition Value(ColumnType type, ColumnLimits limits, string description) => new()
    {
        Name = "value",
        Type = type,
        RequiredOnInsert = true,
        Clearable = false,
        Limits = limits,
        Description = description,
    };

    public static ColumnDefinition Timestamp { get; } = new()
    {
        Name = "timestamp",
        Type = ColumnTypes.TimestampTz,
        RequiredOnInsert = true,
        AlwaysReturned = true,
        Updatable = false,
        Description = "Time of the value, 1900 to 2099. Milliseconds are kept.",
    };

    public static ColumnDefinition ExternalId { get; } = CommonColumns.ExternalId with
    {
        Updatable = false,
        Description = "External id of the time series. Give this or id.",
    };

    public static ColumnDefinition Id { get; } = new()
    {
        Name = "id",
        Type = ColumnTypes.BigInt,
        AlwaysReturned = true,
        Updatable = false,
        Description = "Internal id of the time series. Give this or external_id.",
    };
}
