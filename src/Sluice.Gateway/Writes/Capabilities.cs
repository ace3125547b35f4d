using Sluice.Gateway.Tables;

namespace Sluice.Gateway.Writes;

/// <summary>The capability that a CDF group must have for rows of a table to be written.</summary>
internal static class Capabilities
{
    /// <summary>In the manual's spelling, e.g. <c>assets:write</c>.</summary>
    public static string ToWrite(TableKind kind) => kind switch
    {
        TableKind.Assets => "assets:write",
        TableKind.Events => "events:write",
        TableKind.TimeSeries or TableKind.DoubleDatapoints or TableKind.StringDatapoints => "timeseries:write",
        TableKind.RawRows or TableKind.CustomRawRows => "raw:write",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "The kind has no capability."),
    };
}
