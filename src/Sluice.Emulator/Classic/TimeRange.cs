using Sluice.Emulator.Resources;

namespace Sluice.Emulator.Classic;

/// <summary>The time from <c>startTime</c> to <c>endTime</c>, as events and relationships have it.</summary>
internal static class TimeRange
{
    /// <summary>
    /// The filter <c>activeAtTime</c>: the item has begun by the end of the range and not ended before it; what has no end is active still.
    /// </summary>
    public static Func<Record, bool> Active(NumberRange range, IntegerField startTime, IntegerField endTime) =>
        r => r.Number(startTime) is { } start && start <= range.Max && (r.Number(endTime) ?? long.MaxValue) >= range.Min;
}
