using Sluice.Emulator.Resources;

namespace Sluice.Emulator.DataModeling;

/// <summary>A project's nodes and edges. Whoever uses it holds <see cref="DataModelingStore.Gate"/>.</summary>
internal sealed class InstanceStore
{
    private readonly Dictionary<InstanceKey, Instance> _byKey = [];
    private readonly Dictionary<long, Instance> _bySequence = [];
    private readonly SortedIndex<long> _order = new(Comparer<long>.Default);
    private readonly Dictionary<InstanceKey, HashSet<InstanceKey>> _edges = [];
    private long _lastSequence;

    public IEnumerable<Instance> All => _byKey.Values;

    public long NextSequence() => ++_lastSequence;

    public Instance? Find(InstanceKey key) => _byKey.GetValueOrDefault(key);

    /// <summary>Instances in the order of their creation, those after a sequence number.</summary>
    public IEnumerable<Instance> After(long sequence) =>
        _order.After(sequence).Select(s => _bySequence.GetValueOrDefault(s)).OfType<Instance>();

    /// <summary>The edges that start or end at a node.</summary>
    public IReadOnlyCollection<InstanceKey> EdgesOf(InstanceKey node) => _edges.TryGetValue(node, out var edges) ? [.. edges] : [];

    public void Put(Instance instance)
    {
        if (_byKey.TryGetValue(instance.Key, out var earlier) && earlier.Sequence == instance.Sequence)
        {
            Unlink(earlier);
        }
        else
        {
            Remove(instance.Key);
            _order.Add(instance.Sequence);
        }

        _byKey[instance.Key] = instance;
        _bySequence[instance.Sequence] = instance;
        Link(instance, instance.StartNode);
        Link(instance, instance.EndNode);
    }

    public void Remove(InstanceKey key)
    {
        if (_byKey.Remove(key, out var instance))
        {
            Unlink(instance);
            _bySequence.Remove(instance.Sequence);
            _order.Removed(_bySequence.ContainsKey);
        }
    }

    private void Link(Instance edge, InstanceKey? node)
    {
        if (node is null)
        {
            return;
        }

        if (!_edges.TryGetValue(node, out var edges))
        {
            edges = [];
            _edges.Add(node, edges);
        }

        edges.Add(edge.Key);
    }

    private void Unlink(Instance edge)
    {
        foreach (var node in new[] { edge.StartNode, edge.EndNode }.OfType<InstanceKey>())
        {
            if (_edges.TryGetValue(node, out var edges) && edges.Remove(edge.Key) && edges.Count == 0)
            {
                _edges.Remove(node);
            }
        }
    }
}
