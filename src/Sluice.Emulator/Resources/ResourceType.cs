using Microsoft.AspNetCore.Http;

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

    public int DefaultLimit { get; init; } = 100;

    /// <summary>Whether items have an internal id that callers see.</summary>
    public bool HasId { get; init; } = true;

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
        for (var i = 0; i < Fields.Count; i++)
        {
            Fields[i].Ordinal = i;
        }

        return this;
    }
}

/// <summary>The words in which CDF refuses, per resource.</summary>
internal sealed record ResourceErrors
{
    public required string MissingId { get; init; }

    /// <summary>If any of the unknown keys is an external id.</summary>
    public required string MissingExternalId { get; init; }

    /// <summary>One item twice in a request.</summary>
    public required string Duplicate { get; init; }

    public int DuplicateStatus { get; init; } = StatusCodes.Status409Conflict;

    /// <summary>The external id is taken.</summary>
    public required string Conflict { get; init; }

    /// <summary>An id and an external id of one item in a request, where that is another error than a duplicate.</summary>
    public string? Alias { get; init; }

    /// <summary>Whether <c>missing</c> comes in another order than the request's.</summary>
    public bool ShufflesMissing { get; init; }
}
