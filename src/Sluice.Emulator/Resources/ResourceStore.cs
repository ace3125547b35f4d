using Sluice.Emulator.Http;

namespace Sluice.Emulator.Resources;

/// <summary>The stored items of one resource, found by id, external id and instance. The project's gate must be held.</summary>
internal sealed class ResourceStore(ResourceType type)
{
    private readonly Dictionary<long, Record> _byId = [];
    private readonly Dictionary<string, long> _byExternalId = new(StringComparer.Ordinal);
    private readonly Dictionary<InstanceId, long> _byInstance = [];
    private readonly SortedIndex<long> _order = new(Comparer<long>.Default);

    public int Count => _byId.Count;

    public Record? Find(long id) => _byId.GetValueOrDefault(id);

    public Record? Find(string externalId) => _byExternalId.TryGetValue(externalId, out var id) ? _byId[id] : null;

    public Record? Find(ItemKey key) => key switch
    {
        { Id: { } id } => type.HasId ? Find(id) : null,
        { ExternalId: { } externalId } => Find(externalId),
        { Instance: { } instance } => _byInstance.TryGetValue(instance, out var id) ? _byId[id] : null,
        _ => null,
    };

    public void Add(Record record)
    {
        _byId.Add(record.Id, record);
        _order.Add(record.Id);
        Index(record);
    }

    public void Replace(Record old, Record changed)
    {
        _byId[changed.Id] = changed;
        Unindex(old);
        Index(changed);
    }

    public void Remove(Record record)
    {
        _byId.Remove(record.Id);
        Unindex(record);
        _order.Removed(_byId.ContainsKey);
    }

    /// <summary>The items with ids above this one, in the order of ids.</summary>
    public IEnumerable<Record> After(long id)
    {
        foreach (var next in _order.After(id))
        {
            if (_byId.TryGetValue(next, out var record))
            {
                yield return record;
            }
        }
    }

    private void Index(Record record)
    {
        if (record.Get<string>(type.ExternalId) is { } externalId)
        {
            _byExternalId[externalId] = record.Id;
        }

        if (record.Instance is { } instance)
        {
            _byInstance[instance] = record.Id;
        }
    }

    private void Unindex(Record record)
    {
        // Another item may have taken the external id in the same update.
        if (record.Get<string>(type.ExternalId) is { } externalId && _byExternalId.GetValueOrDefault(externalId) == record.Id)
        {
            _byExternalId.Remove(externalId);
        }

        if (record.Instance is { } instance)
        {
            _byInstance.Remove(instance);
        }
    }
}
