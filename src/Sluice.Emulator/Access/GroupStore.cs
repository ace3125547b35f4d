using System.Collections.Concurrent;
using Sluice.Emulator.Identity;
using Sluice.Emulator.Resources;

namespace Sluice.Emulator.Access;

/// <summary>A project's groups, and what they add up to for a caller.</summary>
internal sealed class GroupStore(IdSequence ids)
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<long, Group> _groups = [];

    // Rights are worked out once per caller and thrown away whenever a group changes.
    private ConcurrentDictionary<Principal, AccessRights> _rights = new(ReferenceEqualityComparer.Instance);

    public IReadOnlyList<Group> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _groups.Values];
            }
        }
    }

    public Group Add(Group group)
    {
        var stored = group with { Id = ids.Next() };
        lock (_gate)
        {
            _groups.Add(stored.Id, stored);
            _rights = new ConcurrentDictionary<Principal, AccessRights>(ReferenceEqualityComparer.Instance);
        }

        return stored;
    }

    /// <summary>Removes all groups of these ids, or none if one is unknown; returns the unknown ones.</summary>
    public IReadOnlyList<long> Remove(IReadOnlyCollection<long> groupIds)
    {
        lock (_gate)
        {
            var unknown = groupIds.Where(id => !_groups.ContainsKey(id)).ToList();
            if (unknown.Count == 0)
            {
                foreach (var id in groupIds)
                {
                    _groups.Remove(id);
                }

                _rights = new ConcurrentDictionary<Principal, AccessRights>(ReferenceEqualityComparer.Instance);
            }

            return unknown;
        }
    }

    /// <summary>The caller's rights; null if the caller is in no group.</summary>
    public AccessRights? RightsOf(Principal principal, IReadOnlyList<string> accessClaims)
    {
        var cache = _rights;
        if (!cache.TryGetValue(principal, out var rights))
        {
            var claims = accessClaims.SelectMany(principal.ClaimValues).ToHashSet(StringComparer.Ordinal);
            rights = new AccessRights([.. All.Where(g => IsMember(g, principal, claims))]);
            cache[principal] = rights;
        }

        return rights.Groups.Count == 0 ? null : rights;
    }

    private static bool IsMember(Group group, Principal principal, HashSet<string> claims)
    {
        if (group.ApplicationIds is { } applications && !applications.Contains(principal.ClientId ?? "", StringComparer.OrdinalIgnoreCase))
        {
            return false;
        }

        return (group.SourceId is { } sourceId && claims.Contains(sourceId))
            || (group.Members is { } members && members.Contains(principal.Subject, StringComparer.Ordinal));
    }
}
