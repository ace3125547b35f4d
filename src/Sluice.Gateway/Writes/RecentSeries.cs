using System.Collections.Concurrent;
using Sluice.Cdf.Errors;

namespace Sluice.Gateway.Writes;

/// <summary>
/// The external ids of time series that were created a moment ago. CDF may take some time to find a new series when points are written to it,
/// so points for these are tried again before they are refused. Safe for use by many at once.
/// </summary>
public sealed class RecentSeries(TimeProvider time)
{
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(60);

    private readonly ConcurrentDictionary<string, long> _createdAt = new(StringComparer.Ordinal);

    /// <summary>These series have just been created.</summary>
    public void Add(IEnumerable<string> externalIds)
    {
        var now = time.GetTimestamp();
        foreach (var (externalId, createdAt) in _createdAt)
        {
            if (time.GetElapsedTime(createdAt, now) > Memory)
            {
                _createdAt.TryRemove(externalId, out _);
            }
        }

        foreach (var externalId in externalIds)
        {
            _createdAt[externalId] = now;
        }
    }

    /// <summary>All of these series were created within the last minute.</summary>
    public bool HasAll(IReadOnlyList<CdfIdentity> series) => series.Count > 0 && series.All(IsRecent);

    private bool IsRecent(CdfIdentity series) => series.ExternalId is { } externalId
        && _createdAt.TryGetValue(externalId, out var createdAt)
        && time.GetElapsedTime(createdAt) <= Memory;
}
