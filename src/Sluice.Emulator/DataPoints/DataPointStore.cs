using System.Collections.Concurrent;

namespace Sluice.Emulator.DataPoints;

/// <summary>A project's data points, by the internal id of their series.</summary>
internal sealed class DataPointStore
{
    private readonly ConcurrentDictionary<long, PointSeries> _series = new();

    public PointSeries<T> Of<T>(long seriesId) => (PointSeries<T>)_series.GetOrAdd(seriesId, static _ => new PointSeries<T>());

    public PointSeries? Find(long seriesId) => _series.GetValueOrDefault(seriesId);

    public void Forget(long seriesId) => _series.TryRemove(seriesId, out _);
}
