namespace Sluice.Emulator.DataPoints;

/// <summary>The points of one series: what both kinds have in common. Lock the object while using it.</summary>
internal abstract class PointSeries
{
    private readonly Dictionary<long, PointStatus> _statuses = [];

    public int Count { get; protected set; }

    protected long[] Times { get; set; } = [];

    /// <summary>The first position whose timestamp is not below this one.</summary>
    public int Position(long timestamp)
    {
        var at = Array.BinarySearch(Times, 0, Count, timestamp);
        return at < 0 ? ~at : at;
    }

    public long Timestamp(int position) => Times[position];

    public PointStatus Status(int position) =>
        _statuses.Count == 0 ? PointStatus.Good : _statuses.GetValueOrDefault(Times[position]);

    /// <summary>Removes the points from start (included) to end (excluded).</summary>
    public void Delete(long start, long end)
    {
        var from = Position(start);
        var to = Position(end);
        for (var i = from; i < to && _statuses.Count > 0; i++)
        {
            _statuses.Remove(Times[i]);
        }

        RemoveRange(from, to);
    }

    protected abstract void RemoveRange(int from, int to);

    protected void SetStatus(long timestamp, PointStatus status)
    {
        if (status != PointStatus.Good)
        {
            _statuses[timestamp] = status;
        }
        else if (_statuses.Count > 0)
        {
            _statuses.Remove(timestamp);
        }
    }
}

/// <summary>The points of one series as two arrays in the order of time. A timestamp occurs once; the last write wins.</summary>
internal sealed class PointSeries<T> : PointSeries
{
    private T?[] _values = [];

    public T? Value(int position) => _values[position];

    public void Insert(PointBatch<T> batch)
    {
        var order = Order(batch);
        foreach (var i in order)
        {
            SetStatus(batch.Timestamps[i], batch.Statuses is { } statuses ? statuses.GetValueOrDefault(i) : PointStatus.Good);
        }

        if (order.Length == 0)
        {
            return;
        }

        if (Count == 0 || batch.Timestamps[order[0]] > Times[Count - 1])
        {
            Append(batch, order);
        }
        else
        {
            Merge(batch, order);
        }
    }

    protected override void RemoveRange(int from, int to)
    {
        Array.Copy(Times, to, Times, from, Count - to);
        Array.Copy(_values, to, _values, from, Count - to);
        Array.Clear(_values, Count - (to - from), to - from);
        Count -= to - from;
    }

    /// <summary>The batch's positions by ascending time; of equal times only the last.</summary>
    private static int[] Order(PointBatch<T> batch)
    {
        var order = new int[batch.Count];
        var ascending = true;
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = i;
            ascending &= i == 0 || batch.Timestamps[i - 1] < batch.Timestamps[i];
        }

        if (ascending)
        {
            return order;
        }

        var times = batch.Timestamps;
        Array.Sort(order, (a, b) => times[a] != times[b] ? times[a].CompareTo(times[b]) : a.CompareTo(b));
        return [.. order.Where((position, i) => i == order.Length - 1 || times[position] != times[order[i + 1]])];
    }

    private void Append(PointBatch<T> batch, int[] order)
    {
        if (Times.Length < Count + order.Length)
        {
            var capacity = Math.Max(Count + order.Length, Times.Length * 2);
            var times = Times;
            Array.Resize(ref times, capacity);
            Times = times;
            Array.Resize(ref _values, capacity);
        }

        foreach (var i in order)
        {
            Times[Count] = batch.Timestamps[i];
            _values[Count++] = batch.Values[i];
        }
    }

    private void Merge(PointBatch<T> batch, int[] order)
    {
        var times = new long[Count + order.Length];
        var values = new T?[times.Length];
        var count = 0;
        for (int old = 0, added = 0; old < Count || added < order.Length; count++)
        {
            var takeAdded = added < order.Length && (old == Count || batch.Timestamps[order[added]] <= Times[old]);
            if (takeAdded && old < Count && batch.Timestamps[order[added]] == Times[old])
            {
                old++;
            }

            times[count] = takeAdded ? batch.Timestamps[order[added]] : Times[old];
            values[count] = takeAdded ? batch.Values[order[added++]] : _values[old++];
        }

        Times = times;
        _values = values;
        Count = count;
    }
}
