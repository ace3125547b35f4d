using System.Text.Json;

namespace Sluice.Emulator.DataModeling;

/// <summary>A property that instances hold, and the container that stores it.</summary>
internal sealed record Column(ContainerDefinition Container, ContainerProperty Property);

/// <summary>A view with its inherited properties, or a container: what names the properties of an instance in requests.</summary>
internal sealed class ResolvedSource
{
    private readonly Dictionary<string, bool> _targetsList;

    private ResolvedSource(
        SourceId id,
        Usage usedFor,
        OrderedDictionary<string, ViewProperty> viewProperties,
        OrderedDictionary<string, Column> columns,
        Dictionary<string, bool> targetsList)
    {
        Id = id;
        UsedFor = usedFor;
        ViewProperties = viewProperties;
        Columns = columns;
        _targetsList = targetsList;
        Containers = [.. columns.Values.Select(c => c.Container).Distinct()];
    }

    public SourceId Id { get; }

    public Usage UsedFor { get; }

    /// <summary>The properties of a view, those of its parents first.</summary>
    public OrderedDictionary<string, ViewProperty> ViewProperties { get; }

    /// <summary>The properties that can be written, by their name here.</summary>
    public OrderedDictionary<string, Column> Columns { get; }

    public IReadOnlyList<ContainerDefinition> Containers { get; }

    /// <summary>Whether everything that the view maps exists, and it maps something.</summary>
    public bool Queryable =>
        Containers.Count > 0 && ViewProperties.Values.OfType<MappedProperty>().All(p => Columns.ContainsKey(p.Identifier));

    /// <summary>Whether every value that must be given can be given through the view.</summary>
    public bool Writable => Queryable && Containers.All(container => container.Properties.Values
        .Where(p => p is { Nullable: false, AutoIncrement: false, Default: null })
        .All(p => Columns.Values.Any(c => c.Container == container && c.Property == p)));

    public static ResolvedSource Of(ContainerDefinition container)
    {
        var columns = new OrderedDictionary<string, Column>(StringComparer.Ordinal);
        foreach (var (identifier, property) in container.Properties)
        {
            columns.Add(identifier, new Column(container, property));
        }

        return new ResolvedSource(container.Id, container.UsedFor, [], columns, []);
    }

    /// <summary>A view as the schema is now; properties whose container is gone are left out.</summary>
    public static ResolvedSource Of(ViewDefinition view, Schema schema)
    {
        var properties = PropertiesOf(view, schema);
        var columns = new OrderedDictionary<string, Column>(StringComparer.Ordinal);
        var targetsList = new Dictionary<string, bool>(StringComparer.Ordinal);
        foreach (var (identifier, property) in properties)
        {
            if (property is MappedProperty mapped && schema.FindColumn(mapped.Container, mapped.ContainerProperty) is { } column)
            {
                columns.Add(identifier, column);
            }
            else if (property is ReverseRelation reverse)
            {
                targetsList[identifier] = schema.FindThrough(reverse)?.Property.Type.List == true;
            }
        }

        var usedFor = columns.Values.Aggregate(Usage.All, (usage, column) => usage & column.Container.UsedFor);
        return new ResolvedSource(view.Id, usedFor, properties, columns, targetsList);
    }

    /// <summary>The properties of a view and of all that it implements; what comes later wins.</summary>
    public static OrderedDictionary<string, ViewProperty> PropertiesOf(ViewDefinition view, Schema schema)
    {
        var properties = new OrderedDictionary<string, ViewProperty>(StringComparer.Ordinal);
        Collect(view, schema, properties, []);
        return properties;
    }

    /// <summary>Whether the instance has data in every container.</summary>
    public bool HasData(Instance instance) => Containers.Count > 0 && Containers.All(c => instance.Row(c) is not null);

    /// <summary>A property of the view with its name; one that maps a container that is gone is not written.</summary>
    public void WriteProperty(Utf8JsonWriter writer, ViewProperty property)
    {
        if (property is MappedProperty mapped)
        {
            if (Columns.TryGetValue(property.Identifier, out var column))
            {
                writer.WritePropertyName(property.Identifier);
                mapped.Write(writer, column.Property);
            }

            return;
        }

        writer.WritePropertyName(property.Identifier);
        if (property is ReverseRelation reverse)
        {
            reverse.Write(writer, _targetsList[property.Identifier]);
        }
        else
        {
            property.WriteDefinition(writer);
        }
    }

    private static void Collect(ViewDefinition view, Schema schema, OrderedDictionary<string, ViewProperty> into, HashSet<ViewId> visited)
    {
        if (!visited.Add(view.Id))
        {
            return;
        }

        foreach (var parent in view.Implements)
        {
            if (schema.Views.Find(parent.ToString()) is { } definition)
            {
                Collect(definition, schema, into, visited);
            }
        }

        foreach (var (identifier, property) in view.Properties)
        {
            into[identifier] = property;
        }
    }
}
