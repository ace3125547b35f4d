using Microsoft.AspNetCore.Http;
using Sluice.Emulator.Access;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.DataModeling;

/// <summary>What an item's write did.</summary>
internal sealed record WriteResult(Instance Instance, bool WasModified);

/// <summary>
/// All that one request does to instances. Nothing is visible before <see cref="Commit"/>; any error before leaves everything as it was.
/// Used with <see cref="DataModelingStore.Gate"/> held.
/// </summary>
internal sealed class InstanceTransaction(DataModelingStore store, AccessRights rights, WriteOptions options, long now)
{
    private readonly Dictionary<InstanceKey, Instance?> _changed = [];
    private readonly List<(InstanceKey Target, ContainerProperty? Property)> _relations = [];
    private readonly List<InstanceKey> _startNodes = [];
    private readonly List<InstanceKey> _endNodes = [];
    private readonly Grant? _write = rights.Find("dataModelInstancesAcl", "WRITE");
    private readonly Grant? _writeProperties = rights.Find("dataModelInstancesAcl", "WRITE_PROPERTIES");

    /// <summary>The instance as it will be; null if there is none.</summary>
    private Instance? Find(InstanceKey key) => _changed.TryGetValue(key, out var changed) ? changed : store.Instances.Find(key);

    /// <summary>Creates or changes an instance.</summary>
    public WriteResult Write(InstanceWrite write)
    {
        store.Schema.RequireSpaces([write.Key.Space]);
        var earlier = Find(write.Key);
        RequireWrite(write, earlier);
        if (earlier is not null && earlier.IsEdge != write.IsEdge)
        {
            throw CdfException.BadRequest(
                $"Cannot write '{write.Key}' as {(write.IsEdge ? "an edge" : "a node")}: it is the other kind of instance");
        }

        if (IsConflict(earlier, write.ExistingVersion))
        {
            return new WriteResult(earlier!, WasModified: false);
        }

        var rows = ReadRows(write, earlier);
        NoteReferences(write, rows);
        var type = write.Type ?? (options.Replace ? null : earlier?.Type);
        if (earlier is not null && type == earlier.Type && write.StartNode == earlier.StartNode && write.EndNode == earlier.EndNode
            && !rows.Exists(r => r.IsChange()))
        {
            return new WriteResult(earlier, WasModified: false);
        }

        var instance = new Instance
        {
            Key = write.Key,
            Sequence = earlier?.Sequence ?? store.Instances.NextSequence(),
            IsEdge = write.IsEdge,
            Type = type,
            StartNode = write.StartNode,
            EndNode = write.EndNode,
            Version = (earlier?.Version ?? 0) + 1,
            CreatedTime = earlier?.CreatedTime ?? now,
            LastUpdatedTime = now,
            Rows = Merge(earlier, rows),
        };
        _changed[write.Key] = instance;
        return new WriteResult(instance, WasModified: true);
    }

    /// <summary>Deletes an instance, a node with its edges; false if it is not there.</summary>
    public bool Delete(InstanceDeletion deletion)
    {
        if (_write?.CoversSpace(deletion.Key.Space) != true)
        {
            throw CdfException.Forbidden();
        }

        if (Find(deletion.Key) is not { } earlier || earlier.IsEdge != deletion.IsEdge || IsConflict(earlier, deletion.ExistingVersion))
        {
            return false;
        }

        _changed[deletion.Key] = null;
        if (!deletion.IsEdge)
        {
            foreach (var edge in store.Instances.EdgesOf(deletion.Key))
            {
                _changed[edge] = null;
            }
        }

        return true;
    }

    /// <summary>Makes the nodes that may be made, checks all rules that span instances, then stores everything.</summary>
    public void Commit()
    {
        var targets = _relations.Where(r => r.Property?.Type.Target is null).Select(r => r.Target);
        CreateNodes(targets, options.AutoCreateDirectRelations, relations: true);
        CreateNodes(_startNodes, options.AutoCreateStartNodes);
        CreateNodes(_endNodes, options.AutoCreateEndNodes);
        foreach (var (target, property) in _relations)
        {
            RequireTarget(target, property);
        }

        RequireNodes(_startNodes, "start node");
        RequireNodes(_endNodes, "end node");
        var uniqueness = new UniquenessCheck(store, _changed);
        foreach (var instance in _changed.Values.OfType<Instance>())
        {
            RequireOtherContainers(instance);
            uniqueness.Check(instance);
        }

        uniqueness.Commit();
        foreach (var (key, instance) in _changed)
        {
            if (instance is null)
            {
                store.Instances.Remove(key);
            }
            else
            {
                store.Instances.Put(instance);
            }
        }
    }

    private void RequireWrite(InstanceWrite write, Instance? earlier)
    {
        if (_write?.CoversSpace(write.Key.Space) == true)
        {
            return;
        }

        // Whoever may write properties only can neither make an instance nor change what it is.
        if (_writeProperties?.CoversSpace(write.Key.Space) != true || earlier is null || write.StartNode != earlier.StartNode
            || write.EndNode != earlier.EndNode || (write.Type is not null && write.Type != earlier.Type))
        {
            throw CdfException.Forbidden();
        }
    }

    /// <summary>Whether the item is to be left out because it is newer than its writer knows; 409 if that is not to be ignored.</summary>
    private bool IsConflict(Instance? earlier, long? existingVersion)
    {
        if (earlier is null || existingVersion is not { } known || earlier.Version <= known)
        {
            return false;
        }

        return options.SkipOnVersionConflict
            ? true
            : throw new CdfException(StatusCodes.Status409Conflict, "A version conflict caused the ingest to fail.");
    }

    private List<RowChange> ReadRows(InstanceWrite write, Instance? earlier)
    {
        var rows = new List<RowChange>();
        foreach (var (id, properties) in write.Sources)
        {
            var source = ResolveFor(write, id);
            foreach (var given in properties?.EnumerateObject() ?? default)
            {
                var column = ColumnOf(source, given.Name);
                var row = rows.Find(r => r.Container == column.Container);
                if (row is null)
                {
                    row = new RowChange(column.Container, earlier?.Row(column.Container), options.Replace);
                    rows.Add(row);
                }

                row.Set(column.Property, given.Value, given.Name);
            }
        }

        rows.ForEach(r => r.Complete());
        return rows;
    }

    private ResolvedSource ResolveFor(InstanceWrite write, SourceId id)
    {
        if (rights.Find("dataModelsAcl", "READ")?.CoversSpace(id.Space) != true)
        {
            throw CdfException.Forbidden();
        }

        var source = store.Schema.Resolve(id);
        return source.UsedFor.HasFlag(write.IsEdge ? Usage.Edge : Usage.Node)
            ? source
            : throw CdfException.BadRequest($"'{id}' cannot be used for {(write.IsEdge ? "edges" : "nodes")}");
    }

    private static Column ColumnOf(ResolvedSource source, string name)
    {
        if (source.Columns.TryGetValue(name, out var column))
        {
            return column;
        }

        throw source.ViewProperties.ContainsKey(name)
            ? CdfException.BadRequest($"Property '{name}' of '{source.Id}' cannot be written: it is a connection, or its container is gone")
            : CdfException.BadRequest($"Unknown property '{name}' in '{source.Id}'");
    }

    private void NoteReferences(InstanceWrite write, List<RowChange> rows)
    {
        if (write.Type is not null)
        {
            _relations.Add((write.Type, null));
        }

        foreach (var (property, target) in rows.SelectMany(r => r.GivenRelations()))
        {
            _relations.Add((target, property));
        }

        if (write.IsEdge)
        {
            _startNodes.Add(write.StartNode!);
            _endNodes.Add(write.EndNode!);
        }
    }

    private static Dictionary<long, IReadOnlyDictionary<string, object>> Merge(Instance? earlier, List<RowChange> rows)
    {
        var merged = earlier is null ? [] : new Dictionary<long, IReadOnlyDictionary<string, object>>(earlier.Rows);
        foreach (var row in rows)
        {
            merged[row.Container.Storage] = row.Values;
        }

        return merged;
    }

    private void CreateNodes(IEnumerable<InstanceKey> keys, bool allowed, bool relations = false)
    {
        if (!allowed)
        {
            return;
        }

        foreach (var key in keys)
        {
            // CDF wants the right to make the target of a direct relation even if the target is there.
            var missing = Find(key) is null;
            if ((missing || relations) && _write?.CoversSpace(key.Space) != true)
            {
                throw CdfException.Forbidden();
            }

            if (missing)
            {
                store.Schema.RequireSpaces([key.Space]);
                _changed[key] = new Instance
                {
                    Key = key,
                    Sequence = store.Instances.NextSequence(),
                    IsEdge = false,
                    Version = 1,
                    CreatedTime = now,
                    LastUpdatedTime = now,
                    Rows = new Dictionary<long, IReadOnlyDictionary<string, object>>(),
                };
            }
        }
    }

    private void RequireTarget(InstanceKey target, ContainerProperty? property)
    {
        if (Find(target) is not { IsEdge: false } node)
        {
            throw CdfException.BadRequest(
                $"Node with external id '{target.ExternalId}' was referenced as the target of a direct relation, but it does not exist.");
        }

        if (property?.Type.Target is { } container
            && (store.Schema.Containers.Find(container.ToString()) is not { } definition || node.Row(definition) is null))
        {
            throw CdfException.BadRequest(
                $"Node with external id '{target.ExternalId}' was referenced as the target of the direct relation '{property.Identifier}', "
                + $"but it has no data in container '{container}'.");
        }
    }

    private void RequireNodes(List<InstanceKey> nodes, string role)
    {
        foreach (var key in nodes)
        {
            if (Find(key) is not { IsEdge: false })
            {
                throw CdfException.BadRequest(
                    $"Node with external id '{key.ExternalId}' was referenced as the {role} of an edge, but it does not exist.");
            }
        }
    }

    private void RequireOtherContainers(Instance instance)
    {
        foreach (var container in store.Schema.Containers.All)
        {
            if (instance.Row(container) is null)
            {
                continue;
            }

            foreach (var constraint in container.Constraints)
            {
                if (constraint.Require is { } required
                    && (store.Schema.Containers.Find(required.ToString()) is not { } other || instance.Row(other) is null))
                {
                    throw CdfException.BadRequest(
                        $"'{instance.Key}' has data in container '{container.Key}', which requires data in container '{required}'");
                }
            }
        }
    }
}
