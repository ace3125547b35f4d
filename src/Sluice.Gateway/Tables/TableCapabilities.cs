namespace Sluice.Gateway.Tables;

/// <summary>
/// The CDF capability that each verb needs, in the manual's spelling, e.g. <c>assets:write</c>; <see langword="null"/> where CDF has no call for the verb.
/// </summary>
public sealed record TableCapabilities
{
    /// <summary>Reading; empty if every user of the project may.</summary>
    public required string Select { get; init; }

    /// <summary>INSERT and COPY FROM.</summary>
    public string? Insert { get; init; }

    /// <summary>UPDATE.</summary>
    public string? Update { get; init; }

    /// <summary>DELETE.</summary>
    public string? Delete { get; init; }

    /// <summary>A resource with <c>read</c> and <c>write</c>, of which all verbs exist.</summary>
    public static TableCapabilities ReadWrite(string resource) => new()
    {
        Select = $"{resource}:read",
        Insert = $"{resource}:write",
        Update = $"{resource}:write",
        Delete = $"{resource}:write",
    };

    /// <summary>A resource that can only be read.</summary>
    public static TableCapabilities ReadOnly(string capability) => new() { Select = capability };
}
