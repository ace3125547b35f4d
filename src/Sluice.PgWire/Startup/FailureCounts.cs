using System.Runtime.InteropServices;

namespace Sluice.PgWire.Startup;

/// <summary>
/// Counts failures by key: so many at once, and then again as many in each <paramref name="window"/>, evenly. Keeps at most
/// <paramref name="capacity"/> keys; beyond, those that failed longest ago are forgotten. Not thread safe.
/// </summary>
internal sealed class FailureCounts(int limit, TimeSpan window, int capacity, TimeProvider time)
{
    private readonly Dictionary<UInt128, LinkedListNode<Bucket>> _buckets = [];
    private readonly LinkedList<Bucket> _byUse = [];

    /// <summary>How many keys are remembered.</summary>
    public int Count => _buckets.Count;

    /// <summary>How long <paramref name="key"/> has to wait until one more is allowed; zero if it is now.</summary>
    public TimeSpan Wait(UInt128 key)
    {
        double excess = Level(key) + 1 - limit;

        // Rounding must not make somebody wait who has waited.
        return excess <= 1e-6 ? TimeSpan.Zero : window * (excess / limit);
    }

    /// <summary>Counts one.</summary>
    public void Add(UInt128 key)
    {
        double level = Math.Min(Level(key) + 1, limit);
        if (!_buckets.TryGetValue(key, out LinkedListNode<Bucket>? node))
        {
            if (_buckets.Count == capacity)
            {
                _buckets.Remove(_byUse.First!.Value.Key);
                _byUse.RemoveFirst();
            }

            _buckets.Add(key, node = new LinkedListNode<Bucket>(default));
        }
        else
        {
            _byUse.Remove(node);
        }

        node.Value = new Bucket(key, level, time.GetTimestamp());
        _byUse.AddLast(node);
    }

    /// <summary>Takes one back that was none.</summary>
    public void Remove(UInt128 key)
    {
        if (_buckets.TryGetValue(key, out LinkedListNode<Bucket>? node))
        {
            node.Value = new Bucket(key, Math.Max(Level(key) - 1, 0), time.GetTimestamp());
        }
    }

    private double Level(UInt128 key) => _buckets.TryGetValue(key, out LinkedListNode<Bucket>? node)
        ? Math.Max(node.Value.Level - (limit * (time.GetElapsedTime(node.Value.Updated) / window)), 0)
        : 0;

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Bucket(UInt128 Key, double Level, long Updated);
}
