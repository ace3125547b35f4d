namespace Sluice.Emulator.DataPoints;

/// <summary>The decoded points of one series in an insert request, in the request's order.</summary>
internal sealed class PointBatch<T>(int capacity)
{
    private int _count;

    public long[] Timestamps { get; } = new long[capacity];

    public T?[] Values { get; } = new T?[capacity];

    /// <summary>The statuses that are not Good, by position; null if there are none.</summary>
    public Dictionary<int, PointStatus>? Statuses { get; private set; }

    public int Count => _count;

    public void Add(long timestamp, T? value, PointStatus status)
    {
        Timestamps[_count] = timestamp;
        Values[_count] = value;
        if (status != PointStatus.Good)
        {
            (Statuses ??= [])[_count] = status;
        }

        _count++;
    }
}
