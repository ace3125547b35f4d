namespace Sluice.Gateway.Tables;

/// <summary>What a table is in CDF; it selects the writer and the reader.</summary>
public enum TableKind
{
    /// <summary><c>/assets</c>.</summary>
    Assets,

    /// <summary><c>/events</c>.</summary>
    Events,

    /// <summary><c>/timeseries</c>.</summary>
    TimeSeries,

    /// <summary><c>/timeseries/data</c> of numeric series.</summary>
    DoubleDatapoints,

    /// <summary><c>/timeseries/data</c> of string series.</summary>
    StringDatapoints,

    /// <summary>Rows of every RAW table, with their columns as one JSON object.</summary>
    RawRows,

    /// <summary>Rows of one RAW table, with declared columns; made by the user.</summary>
    CustomRawRows,
}
