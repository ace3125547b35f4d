using System.Buffers;
using System.Text;
using System.Text.Json;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.DataModeling;

/// <summary>Which instance holds which combination of values under a uniqueness constraint.</summary>
internal sealed class UniqueValues
{
    private readonly Dictionary<(long Storage, string Constraint), Dictionary<string, InstanceKey>> _holders = [];

    /// <summary>Who holds the values; null if nobody does.</summary>
    public InstanceKey? Holder(ContainerDefinition container, ContainerConstraint constraint, string values) =>
        _holders.TryGetValue((container.Storage, constraint.Identifier), out var holders) ? holders.GetValueOrDefault(values) : null;

    public void Hold(ContainerDefinition container, ContainerConstraint constraint, string values, InstanceKey holder)
    {
        var key = (container.Storage, constraint.Identifier);
        if (!_holders.TryGetValue(key, out var holders))
        {
            holders = new Dictionary<string, InstanceKey>(StringComparer.Ordinal);
            _holders.Add(key, holders);
        }

        holders[values] = holder;
    }

    public void Release(ContainerDefinition container, ContainerConstraint constraint, string values, InstanceKey holder)
    {
        if (Holder(container, constraint, values) == holder)
        {
            _holders[(container.Storage, constraint.Identifier)].Remove(values);
        }
    }

    /// <summary>Reads all that is stored under the constraints of a new definition; one that does not hold is not enforced.</summary>
    public void Rebuild(ContainerDefinition container, IEnumerable<Instance> instances)
    {
        foreach (var key in _holders.Keys.Where(k => k.Storage == container.Storage).ToList())
        {
            _holders.Remove(key);
        }

        foreach (var instance in instances.Where(i => i.Row(container) is not null))
        {
            foreach (var constraint in container.Constraints)
            {
                if (ValuesOf(container, constraint, instance) is { } values)
                {
                    constraint.Holds &= Holder(container, constraint, values) is null;
                    Hold(container, constraint, values, instance.Key);
                }
            }
        }
    }

    /// <summary>The instance's values as one text; null if the constraint says nothing of them.</summary>
    public static string? ValuesOf(ContainerDefinition container, ContainerConstraint constraint, Instance instance)
    {
        if (constraint.Require is not null || instance.Row(container) is not { } row)
        {
            return null;
        }

        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, JsonFormat.Writer))
        {
            writer.WriteStartArray();
            if (constraint.BySpace)
            {
                writer.WriteStringValue(instance.Key.Space);
            }

            foreach (var property in constraint.Properties)
            {
                if (!row.TryGetValue(property, out var value))
                {
                    return null;
                }

                PropertyValue.Write(writer, value);
            }

            writer.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
