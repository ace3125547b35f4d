using Sluice.Emulator.Http;

namespace Sluice.Emulator.DataModeling;

/// <summary>The definitions of one kind, in the order of their keys.</summary>
internal sealed class SchemaMap<T>
    where T : SchemaObject
{
    private readonly SortedDictionary<string, T> _items = new(StringComparer.Ordinal);

    public IEnumerable<T> All => _items.Values;

    public T? Find(string key) => _items.GetValueOrDefault(key);

    public void Put(T item) => _items[item.Key] = item;

    public bool Remove(string key) => _items.Remove(key);
}

/// <summary>A project's spaces, containers, views and data models. Whoever uses it holds <see cref="DataModelingStore.Gate"/>.</summary>
internal sealed class Schema
{
    private readonly Dictionary<string, ResolvedSource> _resolved = new(StringComparer.Ordinal);
    private long _lastStorage;

    public SchemaMap<SpaceDefinition> Spaces { get; } = new();

    public SchemaMap<ContainerDefinition> Containers { get; } = new();

    public SchemaMap<ViewDefinition> Views { get; } = new();

    public SchemaMap<DataModelDefinition> DataModels { get; } = new();

    public long NextStorage() => ++_lastStorage;

    /// <summary>To be called when anything of the schema has changed.</summary>
    public void Changed() => _resolved.Clear();

    /// <summary>400 that names the spaces that are not there.</summary>
    public void RequireSpaces(IEnumerable<string> spaces) => RequireAll("spaces", spaces, Spaces);

    /// <summary>400 that names what is not there.</summary>
    public static void RequireAll<T>(string kind, IEnumerable<string> keys, SchemaMap<T> map)
        where T : SchemaObject
    {
        var missing = keys.Where(k => map.Find(k) is null).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        if (missing.Count > 0)
        {
            throw CdfException.BadRequest($"One or more {kind} do not exist: {string.Join(", ", missing.Select(m => $"'{m}'"))}");
        }
    }

    public Column? FindColumn(ContainerId container, string property) =>
        Containers.Find(container.ToString()) is { } definition && definition.Properties.TryGetValue(property, out var stored)
            ? new Column(definition, stored)
            : null;

    /// <summary>The direct relation that a reverse one goes through.</summary>
    public Column? FindThrough(ReverseRelation reverse) => reverse.ThroughSource switch
    {
        ContainerId container => FindColumn(container, reverse.ThroughProperty),
        ViewId view => Views.Find(view.ToString()) is { } definition
            && ResolvedSource.PropertiesOf(definition, this).GetValueOrDefault(reverse.ThroughProperty) is MappedProperty mapped
                ? FindColumn(mapped.Container, mapped.ContainerProperty)
                : null,
        _ => null,
    };

    public ResolvedSource Resolve(ViewDefinition view)
    {
        if (!_resolved.TryGetValue(view.Key, out var resolved))
        {
            resolved = ResolvedSource.Of(view, this);
            _resolved.Add(view.Key, resolved);
        }

        return resolved;
    }

    /// <summary>The view or container, or 400.</summary>
    public ResolvedSource Resolve(SourceId id)
    {
        if (id is ViewId)
        {
            return Resolve(Views.Find(id.ToString()) ?? throw Missing("views", id));
        }

        var key = $"container {id}";
        if (!_resolved.TryGetValue(key, out var resolved))
        {
            resolved = ResolvedSource.Of(Containers.Find(id.ToString()) ?? throw Missing("containers", id));
            _resolved.Add(key, resolved);
        }

        return resolved;
    }

    private static CdfException Missing(string kind, SourceId id) => CdfException.BadRequest($"One or more {kind} do not exist: '{id}'");
}
