using System.Runtime.CompilerServices;

namespace Sluice.Cdf.DataPoints;

/// <summary>How a column's 64-bit numbers tell time. A type parameter, so that the conversion is compiled into the encoder's loop.</summary>
public interface ITimestampUnit
{
    /// <summary><paramref name="value"/> in CDF's unit: milliseconds since 1970-01-01 UTC.</summary>
    static abstract long ToUnixMilliseconds(long value);
}

/// <summary>CDF's own unit.</summary>
public readonly struct UnixMilliseconds : ITimestampUnit
{
    /// <inheritdoc />
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long ToUnixMilliseconds(long value) => value;
}

/// <summary>Microseconds since 2000-01-01 UTC, rounded down to milliseconds, before 1970 too. Exact for the years 1900 to 2099, CDF's range.</summary>
public readonly struct MicrosecondsSince2000 : ITimestampUnit
{
    private const long MillisecondsFrom1970To2000 = 946_684_800_000;

    // Makes every value of the range positive, so that the division rounds down.
    private const long MillisecondsBelow2000 = 200L * 366 * 86_400_000;

    /// <inheritdoc />
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long ToUnixMilliseconds(long value) =>
        (long)((ulong)(value + (MillisecondsBelow2000 * 1000)) / 1000) - MillisecondsBelow2000 + MillisecondsFrom1970To2000;
}
