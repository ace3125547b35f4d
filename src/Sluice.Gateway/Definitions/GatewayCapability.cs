using Sluice.Cdf.Resources;

namespace Sluice.Gateway.Definitions;

/// <summary>What a token may do with gateway users and their tables: capability <c>postgresGatewayAcl</c>.</summary>
/// <param name="Usernames">The users that it is for; null for all of the project.</param>
internal sealed record GatewayCapability(IReadOnlySet<string>? Usernames)
{
    public const string Read = "READ";
    public const string Write = "WRITE";
    public const string UsersScope = "usersScope";
    private const string Acl = "postgresGatewayAcl";

    /// <summary>The capability for <paramref name="action"/> in <paramref name="project"/>; <see langword="null"/> if the token does not have it.</summary>
    public static GatewayCapability? Of(TokenInspection inspection, string action, string project)
    {
        var grants = inspection.Capabilities.Where(capability => capability.Grants(Acl, action, project)).ToList();
        return grants.Count == 0 ? null : new GatewayCapability(
            grants.TrueForAll(grant => grant.HasScope(UsersScope))
                ? grants.SelectMany(grant => grant.ScopeValues).ToHashSet(StringComparer.Ordinal)
                : null);
    }

    /// <summary>Whether a token has it in <paramref name="project"/>, for whatever action and users.</summary>
    public static bool IsHeld(TokenInspection inspection, string project) => Of(inspection, Read, project) is not null || Of(inspection, Write, project) is not null;

    /// <summary>Whether it is for <paramref name="username"/>.</summary>
    public bool Covers(string username) => Usernames is null || Usernames.Contains(username);
}
