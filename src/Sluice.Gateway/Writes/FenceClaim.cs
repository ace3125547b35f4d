namespace Sluice.Gateway.Writes;

/// <summary>How the requests of a claim name what they write to: the same thing may have a name of each kind.</summary>
public enum KeyKind
{
    /// <summary>Keys of one kind only, for which no other name exists (RAW rows).</summary>
    Natural,

    /// <summary>External ids.</summary>
    ExternalId,

    /// <summary>Internal ids.</summary>
    Id,
}

/// <summary>
/// The keys that a request holds while it is in flight: hashes, each with the range of time that is written under it (data points), or with
/// all of it. Two claims conflict if they have a key with overlapping ranges, or name keys in different ways.
/// </summary>
/// <param name="Scope">Cluster, project and kind of resource.</param>
/// <param name="Kind">How keys are named.</param>
/// <param name="Keys">Hashes of the keys, each once.</param>
/// <param name="From">First millisecond of each key's range; empty if keys are taken as a whole.</param>
/// <param name="To">Last millisecond of each key's range.</param>
public sealed record FenceClaim(string Scope, KeyKind Kind, ulong[] Keys, long[] From, long[] To)
{
    /// <summary>
    /// Hashes of keys that are only referred to, each once: the claim waits for those who write to them, not for others who refer to them.
    /// </summary>
    public ulong[] References { get; init; } = [];

    /// <summary>A claim of whole keys.</summary>
    public static FenceClaim Whole(string scope, KeyKind kind, ulong[] keys) => new(scope, kind, keys, [], []);
}
