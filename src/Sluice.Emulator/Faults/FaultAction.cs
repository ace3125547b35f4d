namespace Sluice.Emulator.Faults;

/// <summary>What a fault rule does to a request.</summary>
internal enum FaultAction
{
    /// <summary>429 that speaks of the rate of requests.</summary>
    RateLimit,

    /// <summary>429 that speaks of concurrent requests.</summary>
    ConcurrencyLimit,

    /// <summary>429 that speaks of a conflicting request.</summary>
    Conflict,

    /// <summary>Any status, e.g. 500, 502, 503.</summary>
    Status,

    /// <summary>Waits, then goes on.</summary>
    Latency,

    /// <summary>Waits until the rule is deleted, then goes on; for tests that need a request in flight without guessing at times.</summary>
    Hold,

    /// <summary>Cuts the connection without an answer.</summary>
    Drop,

    /// <summary>Stores the first rows of a RAW insert, then answers with the status.</summary>
    PartialRaw,

    /// <summary>401, as for a token that has just expired.</summary>
    ExpiredToken,

    /// <summary>Leaves <c>missing</c> and/or <c>duplicated</c> out of error answers.</summary>
    Withhold,
}
