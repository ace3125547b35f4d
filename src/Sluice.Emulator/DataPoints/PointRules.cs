using System.Text;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.DataPoints;

/// <summary>What a data point may be.</summary>
internal static class PointRules
{
    /// <summary>1900-01-01</summary>
    public const long MinTimestamp = -2208988800000;

    /// <summary>2099-12-31T23:59:59.999</summary>
    public const long MaxTimestamp = 4102444799999;

    public const int MaxSeries = 10_000;

    public const int MaxPoints = 100_000;

    private const double MaxValue = 1e100;

    private const int MaxTextBytes = 1023;

    public static void CheckTimestamp(long timestamp)
    {
        if (timestamp is < MinTimestamp or > MaxTimestamp)
        {
            throw CdfException.Violation("timestamp", $"must be between {MinTimestamp} and {MaxTimestamp}");
        }
    }

    /// <summary>A bad point may hold any double, or none; all others one within ±1e100.</summary>
    public static void CheckNumber(double value, PointStatus status)
    {
        if (status.IsBad)
        {
            return;
        }

        if (status.IsNull)
        {
            throw CdfException.BadRequest("A data point without a value must have a bad status");
        }

        if (!(Math.Abs(value) <= MaxValue))
        {
            throw CdfException.Violation("value", "must be between -1E100 and 1E100");
        }
    }

    public static void CheckText(string? value, PointStatus status)
    {
        if (value is null && !status.IsBad)
        {
            throw CdfException.BadRequest("A data point without a value must have a bad status");
        }

        if (value is not null && Encoding.UTF8.GetByteCount(value) > MaxTextBytes)
        {
            throw CdfException.Violation("value", $"must not exceed {MaxTextBytes} bytes");
        }
    }

    public static CdfException ExpectedString() => CdfException.BadRequest("Expected string value for datapoint");

    public static CdfException ExpectedNumber() => CdfException.BadRequest("Expected numeric value for datapoint");

    public static void CheckPointCount(long points)
    {
        if (points > MaxPoints)
        {
            throw CdfException.BadRequest($"Too many data points in the request: {points}, the limit is {MaxPoints}");
        }
    }
}
