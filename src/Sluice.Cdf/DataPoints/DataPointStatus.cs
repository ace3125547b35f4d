namespace Sluice.Cdf.DataPoints;

/// <summary>Status codes of data points, after OPC UA (CDF API, "Data points", status codes).</summary>
public static class DataPointStatus
{
    /// <summary>Good; never sent, since it is what a point without a status has.</summary>
    public const uint Good = 0;

    /// <summary>Uncertain.</summary>
    public const uint Uncertain = 0x4000_0000;

    /// <summary>Bad; the only severity whose value may be NaN, infinite or missing.</summary>
    public const uint Bad = 0x8000_0000;
}
