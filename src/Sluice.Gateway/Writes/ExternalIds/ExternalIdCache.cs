using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Sluice.Gateway.Tables;

namespace Sluice.Gateway.Writes.ExternalIds;

/// <summary>
/// Internal ids that a user's sessions have looked up by external ids. What is remembered is forgotten after a minute, since a resource may be deleted
/// and made anew; what was not found is not remembered. Safe for use by many at once.
/// </summary>
public sealed class ExternalIdCache(TimeProvider time)
{
    private const int Capacity = 200_000;

    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(60);

    private readonly ConcurrentDictionary<string, Entry> _assets = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Entry> _dataSets = new(StringComparer.Ordinal);

    /// <summary>The internal id, if it was looked up within the last minute.</summary>
    public bool TryGet(ReferredResource resource, ReadOnlySpan<char> externalId, out long id)
    {
        var known = Of(resource).GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(externalId, out var entry)
            && time.GetElapsedTime(entry.FoundAt) <= Memory;
        id = entry.Id;
        return known;
    }

    /// <summary>Remembers what was found.</summary>
    public void Add(ReferredResource resource, string externalId, long id)
    {
        var entries = Of(resource);
        if (entries.Count >= Capacity)
        {
            entries.Clear();
        }

        entries[externalId] = new Entry(id, time.GetTimestamp());
    }

    /// <summary>Forgets everything: CDF has said that something is not there.</summary>
    public void Clear()
    {
        _assets.Clear();
        _dataSets.Clear();
    }

    private ConcurrentDictionary<string, Entry> Of(ReferredResource resource) => resource == ReferredResource.Assets ? _assets : _dataSets;

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Entry(long Id, long FoundAt);
}
