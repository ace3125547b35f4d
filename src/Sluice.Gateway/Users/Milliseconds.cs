namespace Sluice.Gateway.Users;

/// <summary>CDF counts time in milliseconds.</summary>
internal static class Milliseconds
{
    /// <summary>Now, without the rest below a millisecond, so that what is stored equals what is told.</summary>
    public static DateTimeOffset NowInMilliseconds(this TimeProvider time) =>
        DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());
}
