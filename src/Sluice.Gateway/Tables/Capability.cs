namespace Sluice.Gateway.Tables;

/// <summary>What a CDF group grants: an action of an access control list.</summary>
/// <param name="Acl">The list.</param>
/// <param name="Action">As the API has it, e.g. <c>READ</c>.</param>
public sealed record Capability(CdfAcl Acl, string Action)
{
    /// <summary>As the API has it: <c>assetsAcl:READ</c>.</summary>
    public string ApiName => $"{Acl.Name}:{Action}";

    /// <summary>As the manual has it: <c>assets:read</c>.</summary>
    public override string ToString() => $"{Acl.Manual}:{Action.ToLowerInvariant()}";

    /// <summary>Several: <c>raw:read and raw:write</c>.</summary>
    public static string Format(IReadOnlyList<Capability> capabilities) => capabilities.Count switch
    {
        0 => "none",
        1 => capabilities[0].ToString(),
        var count => $"{string.Join(", ", capabilities.Take(count - 1))} and {capabilities[count - 1]}",
    };

    /// <summary>What to do where CDF refuses for want of some of them.</summary>
    public static string Hint(IReadOnlyList<Capability> capabilities) =>
        $"The user's credentials need the {(capabilities.Count == 1 ? "capability" : "capabilities")} {Format(capabilities)} for these rows. "
        + "An administrator adds what is missing to their CDF group, under Access management, Groups.";
}
