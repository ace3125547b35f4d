using Sluice.Cdf.DataPoints;
using Sluice.Cdf.Resources;

namespace Sluice.Gateway.Writes;

/// <summary>PostgreSQL's timestamps, microseconds since 2000-01-01 UTC, against CDF's milliseconds since 1970.</summary>
internal static class PgTime
{
    /// <summary>Microseconds of a millisecond.</summary>
    public const long MicrosecondsPerMillisecond = 1_000;

    /// <summary>Microseconds from 1970-01-01 to 2000-01-01.</summary>
    public const long EpochOffset = 946_684_800_000_000;

    /// <summary>The first microsecond that a data point may have: 1900-01-01.</summary>
    public const long MinDataPoint = (DataPointsApi.MinTimestamp * 1000) - EpochOffset;

    /// <summary>The last microsecond that a data point may have: the end of 2099.</summary>
    public const long MaxDataPoint = (DataPointsApi.MaxTimestamp * 1000) + 999 - EpochOffset;

    /// <summary>The first microsecond that any other timestamp of CDF may have: 1970-01-01.</summary>
    public const long MinTime = -EpochOffset;

    /// <summary>CDF's milliseconds, rounded down. For times within CDF's ranges.</summary>
    public static long ToMilliseconds(long microseconds) => MicrosecondsSince2000.ToUnixMilliseconds(microseconds);

    /// <summary>It is <c>infinity</c> or <c>-infinity</c>.</summary>
    public static bool IsInfinite(long microseconds) => microseconds is long.MaxValue or long.MinValue;
}
