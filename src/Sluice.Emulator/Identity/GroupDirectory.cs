using System.Collections.Concurrent;

namespace Sluice.Emulator.Identity;

/// <summary>The groups of the identity provider, by object id.</summary>
internal sealed class GroupDirectory
{
    private readonly ConcurrentDictionary<string, DirectoryGroup> _groups = new(StringComparer.OrdinalIgnoreCase);

    public IEnumerable<DirectoryGroup> All => _groups.Values;

    public DirectoryGroup? Find(string objectId) => _groups.GetValueOrDefault(objectId);

    public void Put(DirectoryGroup group) => _groups[group.ObjectId] = group;

    public bool Remove(string objectId) => _groups.TryRemove(objectId, out _);

    /// <summary>The object ids of all groups that somebody is a member of, by way of other groups too, as tokens list them.</summary>
    public IReadOnlySet<string> Of(string member)
    {
        var found = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var open = new Stack<string>([member]);
        while (open.TryPop(out var next))
        {
            foreach (var group in _groups.Values.Where(g => g.Members.Contains(next, StringComparer.OrdinalIgnoreCase) && found.Add(g.ObjectId)))
            {
                open.Push(group.ObjectId);
            }
        }

        return found;
    }
}
