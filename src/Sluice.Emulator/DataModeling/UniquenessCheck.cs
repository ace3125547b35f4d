using Microsoft.AspNetCore.Http;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.DataModeling;

/// <summary>Checks a request's instances against each other and against what is stored, for all uniqueness constraints.</summary>
internal sealed class UniquenessCheck
{
    private readonly DataModelingStore _store;
    private readonly IReadOnlyDictionary<InstanceKey, Instance?> _changed;
    private readonly List<(ContainerDefinition Container, ContainerConstraint Constraint)> _constraints;
    private readonly Dictionary<(ContainerConstraint Constraint, string Values), InstanceKey> _taken = [];

    public UniquenessCheck(DataModelingStore store, IReadOnlyDictionary<InstanceKey, Instance?> changed)
    {
        _store = store;
        _changed = changed;
        _constraints =
            [.. from container in store.Schema.Containers.All
                from constraint in container.Constraints
                where constraint is { Require: null, Holds: true }
                select (container, constraint)];
    }

    /// <summary>400 if another instance has the same values and keeps them.</summary>
    public void Check(Instance instance)
    {
        foreach (var (container, constraint) in _constraints)
        {
            if (UniqueValues.ValuesOf(container, constraint, instance) is not { } values)
            {
                continue;
            }

            var holder = _store.UniqueValues.Holder(container, constraint, values);
            var keeps = holder is not null && holder != instance.Key && !_changed.ContainsKey(holder);
            if (keeps || !_taken.TryAdd((constraint, values), instance.Key))
            {
                throw new CdfException(
                    StatusCodes.Status400BadRequest,
                    $"'{instance.Key}' violates the uniqueness constraint '{constraint.Identifier}' of container '{container.Key}'");
            }
        }
    }

    /// <summary>Stores who holds what from now on.</summary>
    public void Commit()
    {
        foreach (var (container, constraint) in _constraints)
        {
            foreach (var earlier in _changed.Keys.Select(_store.Instances.Find).OfType<Instance>())
            {
                if (UniqueValues.ValuesOf(container, constraint, earlier) is { } values)
                {
                    _store.UniqueValues.Release(container, constraint, values, earlier.Key);
                }
            }
        }

        foreach (var ((constraint, values), holder) in _taken)
        {
            _store.UniqueValues.Hold(_constraints.Find(c => c.Constraint == constraint).Container, constraint, values, holder);
        }
    }
}
