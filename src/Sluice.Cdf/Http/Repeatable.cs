namespace Sluice.Cdf.Http;

/// <summary>When a request may be sent again after it did not succeed.</summary>
public enum Repeatable
{
    /// <summary>Changes nothing, so it may always be sent again, and a lost answer leaves nothing in doubt.</summary>
    Read,

    /// <summary>Writes, and has the same effect when sent twice: data points, RAW rows, updates.</summary>
    Always,

    /// <summary>Creates and deletes: a second time fails or does something else, so only after a 429 or on CDF's word, and when it was never sent.</summary>
    WhenThrottledOnly,

    /// <summary>Once, e.g. the redemption of a nonce.</summary>
    Never,
}
