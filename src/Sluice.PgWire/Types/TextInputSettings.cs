using Sluice.PgWire.Protocol;

namespace Sluice.PgWire.Types;

/// <summary>The order of the numbers in a date such as 1/2/2003 (PostgreSQL manual, 8.5.1.1).</summary>
public enum DateOrder
{
    /// <summary>Month, day, year.</summary>
    Mdy,

    /// <summary>Day, month, year.</summary>
    Dmy,

    /// <summary>Year, month, day.</summary>
    Ymd,
}

/// <summary>What of a session's settings bears on how text is understood. Immutable, safe for any number of threads.</summary>
public sealed record TextInputSettings
{
    /// <summary>UTC; month, day, year; the system's clock.</summary>
    public static TextInputSettings Default { get; } = new();

    /// <summary>The zone of times that say none, and of times that are printed.</summary>
    public SessionTimeZone TimeZone { get; init; } = SessionTimeZone.Utc;

    /// <summary>The order of the numbers in a date.</summary>
    public DateOrder DateOrder { get; init; } = DateOrder.Mdy;

    /// <summary>
    /// What <c>now</c>, <c>today</c>, <c>tomorrow</c> and <c>yesterday</c> go by. PostgreSQL goes by the transaction's start: see
    /// <see cref="At"/>.
    /// </summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>The settings that a server has reported as the parameters DateStyle (e.g. <c>ISO, DMY</c>) and TimeZone.</summary>
    /// <exception cref="PgException">22023: no such time zone is known here.</exception>
    public static TextInputSettings FromParameters(string dateStyle, string timeZone, TimeProvider? clock = null)
    {
        SessionTimeZone zone = SessionTimeZone.Find(timeZone) ?? throw new PgException(
            SqlState.InvalidParameterValue,
            $"time zone \"{timeZone}\" not recognized",
            hint: "Install the time zone database (Debian: package tzdata) where the gateway runs, or set another time zone.");
        DateOrder order = dateStyle.Contains("DMY", StringComparison.OrdinalIgnoreCase) ? DateOrder.Dmy
            : dateStyle.Contains("YMD", StringComparison.OrdinalIgnoreCase) ? DateOrder.Ymd
            : DateOrder.Mdy;
        return new TextInputSettings { TimeZone = zone, DateOrder = order, Clock = clock ?? TimeProvider.System };
    }

    /// <summary>The same settings with the clock stopped at <paramref name="time"/>, the start of a transaction.</summary>
    public TextInputSettings At(DateTimeOffset time) => this with { Clock = new StoppedClock(time) };

    private sealed class StoppedClock(DateTimeOffset time) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => time;
    }
}
