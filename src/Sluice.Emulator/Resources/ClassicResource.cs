using System.Text.Json;
using Sluice.Emulator.Access;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.Resources;

/// <summary>
/// A resource in CDF's classic style: items with fields, created, listed, updated and deleted in bulk, each request as a whole or not at
/// all. What is particular to one resource is in its <see cref="ResourceType"/> and in the overrides here.
/// </summary>
internal abstract class ClassicResource(Project project, ResourceType type)
{
    public Project Project { get; } = project;

    public ResourceType Type { get; } = type;

    public ResourceStore Store { get; } = new(type);

    /// <summary>Reads an item of a create request.</summary>
    public Record Read(JsonElement item)
    {
        var record = new Record { Values = FieldList.Read(Type.Fields, JsonChecks.Object(item, "item")) };
        Check(record, creating: true);
        return record;
    }

    /// <summary>Rules between the fields of one item, new or changed.</summary>
    public virtual void Check(Record record, bool creating)
    {
    }

    /// <summary>
    /// Checks and resolves what the new or changed items refer to; the gate is held and nothing is stored yet.
    /// <paramref name="old"/> holds what an update replaces and is empty for a create.
    /// </summary>
    public virtual void Resolve(IReadOnlyList<Record> records, IReadOnlyList<Record> old)
    {
    }

    /// <summary>What goes away with the items of a delete request.</summary>
    public virtual IReadOnlyList<Record> ExpandDelete(IReadOnlyList<Record> records, JsonElement body) => records;

    /// <summary>Called after items were stored (old is null), replaced or removed (changed is null).</summary>
    public virtual void Changed(Record? old, Record? changed)
    {
    }

    /// <summary>Whether a grant covers an item.</summary>
    public virtual bool Covers(Grant grant, Record record) =>
        grant.CoversDataSet(Type.DataSetId is { } field ? record.Number(field) : null);

    /// <summary>The condition of a filter member that no field knows; null if the resource does not know it either.</summary>
    public virtual Func<Record, bool>? Filter(string name, JsonElement value) => null;

    /// <summary>Writes what is worked out from other items.</summary>
    public virtual void WriteDerived(Utf8JsonWriter writer, Record record, ListOptions options)
    {
    }

    public void Write(Utf8JsonWriter writer, Record record, ListOptions options)
    {
        writer.WriteStartObject();
        WriteMembers(writer, record, options);
        writer.WriteEndObject();
    }

    public void WriteMembers(Utf8JsonWriter writer, Record record, ListOptions options)
    {
        if (Type.HasId)
        {
            writer.WriteNumber("id"u8, record.Id);
        }

        foreach (var field in Type.Fields)
        {
            if (options.IncludeMetadata || field is not MetadataField)
            {
                field.Write(writer, record);
            }
        }

        if (record.Instance is { } instance)
        {
            writer.WriteStartObject("instanceId"u8);
            writer.WriteString("space"u8, instance.Space);
            writer.WriteString("externalId"u8, instance.ExternalId);
            writer.WriteEndObject();
        }

        WriteDerived(writer, record, options);
        writer.WriteNumber("createdTime"u8, record.CreatedTime);
        if (Type.HasLastUpdatedTime)
        {
            writer.WriteNumber("lastUpdatedTime"u8, record.LastUpdatedTime);
        }
    }

    /// <summary>
    /// The items of these keys, in their order. All unknown keys are reported together, unless they are to be ignored; so are keys that
    /// name one item twice. Items outside of the grant are unknown.
    /// </summary>
    public List<Record> Find(IReadOnlyList<ItemKey> keys, Grant grant, bool ignoreUnknown)
    {
        RejectRepeated(keys);
        var found = new List<Record>(keys.Count);
        var missing = new List<ItemKey>();
        var seen = new HashSet<long>(keys.Count);
        var aliases = new List<ItemKey>();
        foreach (var key in keys)
        {
            if (Store.Find(key) is not { } record || !Covers(grant, record))
            {
                missing.Add(key);
            }
            else if (seen.Add(record.Id))
            {
                found.Add(record);
            }
            else
            {
                aliases.Add(Type.Errors.Alias is null ? key : new ItemKey(record.Id, record.Get<string>(Type.ExternalId)));
            }
        }

        if (missing.Count > 0 && !ignoreUnknown)
        {
            throw Missing(missing);
        }

        if (aliases.Count > 0)
        {
            throw Type.Errors.OfAliases(aliases);
        }

        return found;
    }

    /// <summary>The error for keys that name nothing.</summary>
    public CdfException Missing(List<ItemKey> missing)
    {
        if (Type.Errors.ShufflesMissing)
        {
            missing.Reverse();
        }

        return Type.Errors.OfMissing(missing);
    }

    /// <summary>Refuses a request that names one key twice, naming all such keys.</summary>
    public void RejectRepeated(IReadOnlyList<ItemKey> keys)
    {
        var repeated = Repeated(keys);
        if (repeated.Count > 0)
        {
            throw Type.Errors.OfRepeated(repeated);
        }
    }

    /// <summary>What new or changed items refer to and what they replace did not: only that must exist.</summary>
    protected static IEnumerable<T> NewReferences<T>(
        IReadOnlyList<Record> records, IReadOnlyList<Record> old, Func<Record, IReadOnlyList<T>> referencesOf) =>
        records.SelectMany((r, i) => old.Count == 0 ? referencesOf(r) : referencesOf(r).Except(referencesOf(old[i])));

    public static List<ItemKey> Repeated(IReadOnlyList<ItemKey> keys)
    {
        var seen = new HashSet<ItemKey>(keys.Count);
        return [.. keys.Where(key => !seen.Add(key)).Distinct()];
    }
}
