using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.Resources;

/// <summary>What is particular to a resource: names, limits, statuses, fields, and the texts of its errors.</summary>
internal sealed class ResourceType
{
    /// <summary>As in the path, e.g. <c>assets</c>.</summary>
    public required string Name { get; init; }

    public required string Acl { get; init; }

    /// <summary>The fields in the order in which they are written.</summary>
    public required IReadOnlyList<Field> Fields { get; init; }

    public required TextField ExternalId { get; init; }

    /// <summary>The field that ties an item to a data set; null for what has none.</summary>
    public IdField? DataSetId { get; init; }

    public required ResourceErrors Errors { get; init; }

    public int CreateMax { get; init; } = 1000;

    public int CreatedStatus { get; init; } = StatusCodes.Status201Created;

    public int UpdateMax { get; init; } = 1000;

    public int DeletedStatus { get; init; } = StatusCodes.Status200OK;

    /// <summary>The limit of a GET list that names none; that of a POST list is 100.</summary>
    public int GetLimit { get; init; } = 100;

    /// <summary>What a create needs besides <see cref="Acl"/> WRITE.</summary>
    public IReadOnlyList<RequiredAction> CreateAlsoNeeds { get; init; } = [];

    /// <summary>What an update needs besides <see cref="Acl"/> WRITE.</summary>
    public IReadOnlyList<RequiredAction> UpdateAlsoNeeds { get; init; } = [];

    /// <summary>What a delete needs besides <see cref="Acl"/> WRITE.</summary>
    public IReadOnlyList<RequiredAction> DeleteAlsoNeeds { get; init; } = [];

    /// <summary>Whether a delete may ignore unknown keys.</summary>
    public bool DeleteCanIgnoreUnknown { get; init; } = true;

    /// <summary>Whether items have an internal id that callers see; otherwise they are named by external id only.</summary>
    public bool HasId { get; init; } = true;

    public bool HasLastUpdatedTime { get; init; } = true;

    public bool HasPartitions { get; init; } = true;

    /// <summary>Whether items can be named by the data model instance that they belong to.</summary>
    public bool HasInstances { get; init; }

    /// <summary>More than ten partitions are an error, not silently ten.</summary>
    public bool RejectsManyPartitions { get; init; }

    /// <summary>The most data sets that a filter can name.</summary>
    public int MaxFilterDataSets { get; init; } = 100;

    /// <summary>In counting mode items are counted and not stored.</summary>
    public bool CountsOnly { get; init; }

    /// <summary>Numbers the fields; to be called once, when the type is made.</summary>
    public ResourceType Numbered()
    {
        FieldList.Number(Fields);
        return this;
    }

    public Partition ReadPartition(string text) => HasPartitions
        ? Partition.Read(text, RejectsManyPartitions)
        : throw CdfException.BadRequest($"{Name} has no partitions");

    /// <summary>The key of an item that a request names.</summary>
    public ItemKey ReadKey(JsonElement item, bool instances) => HasId
        ? ItemKey.Read(item, instances && HasInstances)
        : ItemKey.OfExternalId(JsonChecks.Text(JsonChecks.Object(item, "item").Required("externalId"), "externalId", 1, 255));
}

/// <summary>An action that a caller must have a capability for.</summary>
internal sealed record RequiredAction(string Acl, string Action);
