using System.Text.Json;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.DataModeling;

/// <summary>The data of one instance in one container while a request writes it.</summary>
internal sealed class RowChange
{
    private readonly ContainerDefinition _container;
    private readonly IReadOnlyDictionary<string, object>? _earlier;
    private readonly Dictionary<string, object> _values;
    private readonly HashSet<string> _given = new(StringComparer.Ordinal);

    public RowChange(ContainerDefinition container, IReadOnlyDictionary<string, object>? earlier, bool replace)
    {
        _container = container;
        _earlier = earlier;
        _values = earlier is null || replace
            ? new Dictionary<string, object>(StringComparer.Ordinal)
            : new Dictionary<string, object>(earlier, StringComparer.Ordinal);
        IsNew = earlier is null || replace;
    }

    public ContainerDefinition Container => _container;

    public IReadOnlyDictionary<string, object> Values => _values;

    /// <summary>Whether properties that are not given get their default.</summary>
    private bool IsNew { get; }

    public void Set(ContainerProperty property, JsonElement value, string name)
    {
        if (!_given.Add(property.Identifier))
        {
            throw CdfException.BadRequest(
                $"Property '{property.Identifier}' of container '{_container.Key}' is given more than once for one instance");
        }

        if (value.ValueKind == JsonValueKind.Null)
        {
            _values.Remove(property.Identifier);
        }
        else
        {
            _values[property.Identifier] = PropertyValue.Read(property.Type, value, name);
        }
    }

    /// <summary>Fills in defaults, then checks what may be null and what may change.</summary>
    public void Complete()
    {
        foreach (var (identifier, property) in _container.Properties)
        {
            if (IsNew && !_given.Contains(identifier))
            {
                FillIn(property);
            }

            var value = _values.GetValueOrDefault(identifier);
            if (!property.Nullable && value is null)
            {
                throw CdfException.BadRequest($"Invalid value for non-nullable property '{identifier}'. Value cannot be null.");
            }

            if (property.Immutable && _earlier?.GetValueOrDefault(identifier) is { } before && !PropertyValue.Same(before, value))
            {
                throw CdfException.BadRequest($"Cannot update immutable property '{identifier}'.");
            }
        }
    }

    /// <summary>Whether anything differs from what was there.</summary>
    public bool IsChange() => _earlier is null || _earlier.Count != _values.Count
        || _values.Any(v => !PropertyValue.Same(v.Value, _earlier.GetValueOrDefault(v.Key)));

    /// <summary>The nodes to which direct relations that the request gave point.</summary>
    public IEnumerable<(ContainerProperty Property, InstanceKey Target)> GivenRelations() =>
        from identifier in _given
        let property = _container.Properties[identifier]
        where property.Type.Kind == PropertyKind.Direct && _values.ContainsKey(identifier)
        from target in _values[identifier] is object[] list ? list.Cast<InstanceKey>() : [(InstanceKey)_values[identifier]]
        select (property, target);

    private void FillIn(ContainerProperty property)
    {
        if (property.Default is not null)
        {
            _values[property.Identifier] = property.Default;
        }
        else if (property.AutoIncrement)
        {
            _values[property.Identifier] = _earlier?.GetValueOrDefault(property.Identifier) ?? _container.NextNumber(property.Identifier);
        }
    }
}
