using Sluice.Emulator.Http;

namespace Sluice.Emulator.Resources;

/// <summary>The keys under which classic items are claimed while a request modifies them.</summary>
internal static class ClassicClaims
{
    public static IReadOnlyCollection<(string Resource, string Key)> OfNew(ClassicResource resource, IEnumerable<ItemKey> keys) =>
        resource.Project.State.Settings.DetectConflicts
            ? [.. keys.Select(k => (resource.Type.Name, $"x:{k.ExternalId}")).Distinct()]
            : [];

    /// <summary>Claims existing items by internal and external id, so that both names conflict.</summary>
    public static IReadOnlyCollection<(string Resource, string Key)> Of(ClassicResource resource, IReadOnlyList<ItemKey> keys)
    {
        if (!resource.Project.State.Settings.DetectConflicts)
        {
            return [];
        }

        var claims = new HashSet<(string, string)>();
        lock (resource.Project.Gate)
        {
            foreach (var record in keys.Select(resource.Store.Find).OfType<Record>())
            {
                claims.Add((resource.Type.Name, $"i:{record.Id}"));
                if (record.Get<string>(resource.Type.ExternalId) is { } externalId)
                {
                    claims.Add((resource.Type.Name, $"x:{externalId}"));
                }
            }
        }

        return claims;
    }
}
