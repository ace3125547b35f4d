namespace Sluice.Gateway.Sessions;

/// <summary>
/// The settings that are Sluice's. The engine keeps them, so that SET, SET LOCAL, RESET, rollback and DISCARD ALL work on them as on any
/// other; the defaults are given when the backend starts.
/// </summary>
internal static class SluiceSettings
{
    /// <summary>What to do with a value that CDF takes only with status Bad: <c>error</c> or <c>status</c>.</summary>
    public const string BadValues = "sluice.bad_values";

    /// <summary>What happens to points that become one for lack of microseconds: <c>collapse</c> or <c>error</c>.</summary>
    public const string SubMillisecond = "sluice.sub_millisecond";

    /// <summary>
    /// After so long without a word to a client that waits for CDF, one is said (rules.md P3): a number with <c>ms</c>, <c>s</c> or <c>min</c>.
    /// </summary>
    public const string Keepalive = "sluice.keepalive";

    /// <summary>Each setting and its default.</summary>
    public static IReadOnlyDictionary<string, string> Defaults { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [BadValues] = "error",
        [SubMillisecond] = "collapse",
        [Keepalive] = "10s",
    };
}
