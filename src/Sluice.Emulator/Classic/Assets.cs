using System.Text.Json;
using Sluice.Emulator.Http;
using Sluice.Emulator.Resources;

namespace Sluice.Emulator.Classic;

/// <summary>Assets: trees of named things. A parent may be in the same request as its children.</summary>
internal sealed class Assets(Project project) : ClassicResource(project, s_type)
{
    private static readonly TextField s_externalId = new("externalId", 255);
    private static readonly IdField s_parentId = new("parentId") { NoSetNull = true };
    private static readonly TextField s_parentExternalId = new("parentExternalId", 255) { NoSetNull = true, Hidden = true };
    private static readonly IdField s_dataSetId = new("dataSetId");
    private static readonly LabelsField s_labels = new("labels") { Filterable = true };

    private static readonly ResourceType s_type = new ResourceType
    {
        Name = "assets",
        Acl = "assetsAcl",
        ExternalId = s_externalId,
        DataSetId = s_dataSetId,
        RejectsManyPartitions = true,
        MaxFilterDataSets = 1000,
        CountsOnly = true,
        Fields =
        [
            s_externalId,
            new TextField("name", 140, 1) { Required = true, Filterable = true },
            s_parentId,
            s_parentExternalId,
            new TextField("description", 500),
            s_dataSetId,
            new MetadataField("metadata", new MetadataLimits(256, 128, 10_240, 10_240))
            {
                Absent = new Dictionary<string, string>(StringComparer.Ordinal), Filterable = true,
            },
            new TextField("source", 128) { Filterable = true },
            s_labels,
            new JsonField("geoLocation", GeoLocation.Check),
        ],
        Errors = new ResourceErrors
        {
            MissingId = "Asset id not found",
            MissingExternalId = "External id not found",
            Duplicate = "Asset id duplicated",
            Conflict = "Asset id duplicated",
            ShufflesMissing = true,
        },
    }.Numbered();

    private readonly Dictionary<long, HashSet<long>> _children = [];

    public long? ParentOf(Record asset) => asset.Number(s_parentId);

    /// <summary>Whether one of these assets is the asset itself or above it.</summary>
    public bool IsWithin(Record asset, HashSet<long> ancestors) => Path(asset).Any(a => ancestors.Contains(a.Id));

    public long RootOf(Record asset) => Path(asset).Last().Id;

    /// <summary>The ids of <c>[{"id"}|{"externalId"}]</c>; unknown ones name nothing.</summary>
    public HashSet<long> FindKeys(JsonElement keys) =>
        [.. keys.EnumerateArray().Select(k => Store.Find(ItemKey.Read(k))).OfType<Record>().Select(a => a.Id)];

    public override void Check(Record record, bool creating)
    {
        if (creating)
        {
            RejectTwoParents(record, null);
        }
    }

    public override void Resolve(IReadOnlyList<Record> records, IReadOnlyList<Record> old)
    {
        LabelReferences.Require(Project, NewReferences(records, old, s_labels.Of));
        CheckParentsExist(records, old.Count == 0);
        if (old.Count == 0)
        {
            CheckNoCycleWithin(records);
            return;
        }

        for (var i = 0; i < records.Count; i++)
        {
            RejectTwoParents(records[i], ParentOf(old[i]));
            ResolveParent(records[i]);
            if (ParentOf(records[i]) is null != ParentOf(old[i]) is null)
            {
                throw CdfException.BadRequest("Changing from/to being root is not allowed");
            }
        }

        CheckNoCycleAfter(records);
    }

    public override IReadOnlyList<Record> ExpandDelete(IReadOnlyList<Record> records, JsonElement body)
    {
        var doomed = records.Select(r => r.Id).ToHashSet();
        var all = new List<Record>(records);
        var recursive = body.Flag("recursive");
        for (var i = 0; i < all.Count; i++)
        {
            foreach (var child in _children.GetValueOrDefault(all[i].Id) ?? [])
            {
                if (!recursive && !doomed.Contains(child))
                {
                    throw CdfException.BadRequest(
                        $"Asset {all[i].Id} has children that are not in the request; delete them too or set recursive");
                }

                if (doomed.Add(child))
                {
                    all.Add(Store.Find(child)!);
                }
            }
        }

        return all;
    }

    public override void Changed(Record? old, Record? changed)
    {
        // A new asset's parent may be in the same request and come later; by now it is stored or never will be.
        if (changed is not null)
        {
            ResolveParent(changed);
        }

        if (old is not null && ParentOf(old) is { } oldParent && _children.TryGetValue(oldParent, out var siblings))
        {
            siblings.Remove(old.Id);
        }

        if (changed is not null && ParentOf(changed) is { } parent)
        {
            if (!_children.TryGetValue(parent, out var children))
            {
                _children.Add(parent, children = []);
            }

            children.Add(changed.Id);
        }

        if (changed is null)
        {
            _children.Remove(old!.Id);
        }
    }

    public override void WriteDerived(Utf8JsonWriter writer, Record record, ListOptions options)
    {
        if (ParentOf(record) is { } parent && Store.Find(parent)?.Get<string>(s_externalId) is { } parentExternalId)
        {
            writer.WriteString("parentExternalId"u8, parentExternalId);
        }

        writer.WriteNumber("rootId"u8, RootOf(record));
        if (options.AggregatedProperties.Count > 0)
        {
            WriteAggregates(writer, record, options.AggregatedProperties);
        }
    }

    public override Func<Record, bool>? Filter(string name, JsonElement value)
    {
        switch (name)
        {
            case "root":
                var root = JsonChecks.Boolean(value, name);
                return r => ParentOf(r) is null == root;
            case "parentIds":
                var ids = JsonChecks.Array(value, name, 1, 100).EnumerateArray().Select(e => JsonChecks.Id(e, name)).ToHashSet();
                return r => ParentOf(r) is { } parent && ids.Contains(parent);
            case "parentExternalIds":
                var parents = JsonChecks.Array(value, name, 1, 100).EnumerateArray()
                    .Select(e => Store.Find(JsonChecks.Text(e, name, 0, 255))).OfType<Record>().Select(a => a.Id).ToHashSet();
                return r => ParentOf(r) is { } parent && parents.Contains(parent);
            case "assetSubtreeIds":
                var subtrees = FindKeys(JsonChecks.Array(value, name, 1, 100));
                return r => IsWithin(r, subtrees);
            case "rootIds":
                var roots = FindKeys(JsonChecks.Array(value, name, 1, 100));
                return r => roots.Contains(RootOf(r));
            default:
                return null;
        }
    }

    private void WriteAggregates(Utf8JsonWriter writer, Record record, IReadOnlyList<string> properties)
    {
        var path = Path(record).Reverse().ToList();
        writer.WriteStartObject("aggregates"u8);
        foreach (var property in properties)
        {
            switch (property)
            {
                case "childCount":
                    writer.WriteNumber("childCount"u8, _children.GetValueOrDefault(record.Id)?.Count ?? 0);
                    break;
                case "depth":
                    writer.WriteNumber("depth"u8, path.Count - 1);
                    break;
                case "path":
                    writer.WriteStartArray("path"u8);
                    foreach (var asset in path)
                    {
                        writer.WriteStartObject();
                        writer.WriteNumber("id"u8, asset.Id);
                        writer.WriteEndObject();
                    }

                    writer.WriteEndArray();
                    break;
                default:
                    throw CdfException.BadRequest($"Unknown aggregated property '{property}'");
            }
        }

        writer.WriteEndObject();
    }

    /// <summary>The asset and everything above it.</summary>
    private IEnumerable<Record> Path(Record asset)
    {
        for (var next = asset; next is not null; next = ParentOf(next) is { } parent ? Store.Find(parent) : null)
        {
            yield return next;
        }
    }

    /// <summary>Refuses an asset that names its parent by external id and by another id than it had.</summary>
    private void RejectTwoParents(Record record, long? oldParent)
    {
        if (record.Get<string>(s_parentExternalId) is not null && ParentOf(record) != oldParent)
        {
            throw CdfException.BadRequest("Only one of parentId and parentExternalId can be given");
        }
    }

    private void ResolveParent(Record record)
    {
        if (record.Get<string>(s_parentExternalId) is { } parent)
        {
            record.Values[s_parentId.Ordinal] = Store.Find(parent)!.Id;
            record.Values[s_parentExternalId.Ordinal] = null;
        }
    }

    private void CheckParentsExist(IReadOnlyList<Record> records, bool creating)
    {
        var together = creating ? records.Select(r => r.Get<string>(s_externalId)).OfType<string>().ToHashSet(StringComparer.Ordinal) : [];
        var unknown = records.Select(r => r.Get<string>(s_parentExternalId)).OfType<string>()
            .Where(x => !together.Contains(x) && Store.Find(x) is null).Distinct(StringComparer.Ordinal).ToList();
        if (unknown.Count > 0)
        {
            throw new CdfException(400, $"Reference to unknown parent with externalId {string.Join(", ", unknown)}")
            {
                Missing = [.. unknown.Select(ItemKey.OfExternalId)],
            };
        }

        var unknownIds = records.Select(ParentOf).OfType<long>().Where(id => Store.Find(id) is null).Distinct().ToList();
        if (unknownIds.Count > 0)
        {
            throw new CdfException(400, $"The given parent ids do not exist: {string.Join(",", unknownIds)}")
            {
                Missing = [.. unknownIds.Select(id => new ItemKey(id))],
            };
        }
    }

    private static void CheckNoCycleWithin(IReadOnlyList<Record> records)
    {
        var parents = records.Where(r => r.Get<string>(s_externalId) is not null)
            .ToDictionary(r => r.Get<string>(s_externalId)!, r => r.Get<string>(s_parentExternalId), StringComparer.Ordinal);
        var safe = new HashSet<string>(StringComparer.Ordinal);
        foreach (var start in parents.Keys)
        {
            var way = new HashSet<string>(StringComparer.Ordinal);
            for (var next = start; next is not null && !safe.Contains(next); next = parents.GetValueOrDefault(next))
            {
                if (!way.Add(next))
                {
                    throw CdfException.BadRequest($"The asset hierarchy has a cycle at externalId {next}");
                }
            }

            safe.UnionWith(way);
        }
    }

    private void CheckNoCycleAfter(IReadOnlyList<Record> changed)
    {
        var parents = changed.ToDictionary(r => r.Id, ParentOf);
        foreach (var record in changed)
        {
            var way = new HashSet<long>();
            for (long? next = record.Id; next is { } id; next = parents.TryGetValue(id, out var p) ? p : ParentOf(Store.Find(id)!))
            {
                if (!way.Add(id))
                {
                    throw CdfException.BadRequest($"The asset hierarchy would have a cycle at id {id}");
                }
            }
        }
    }
}
