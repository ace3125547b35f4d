using System.Text.Json;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.DataPoints;

/// <summary>What one item of a list request asks for, after what it takes over from the request.</summary>
internal sealed record DataPointQuery
{
    public const int MaxRawPoints = 100_000;
    public const int MaxAggregatePoints = 10_000;

    private const int DefaultLimit = 100;

    public required ItemKey Key { get; init; }

    public required long Start { get; init; }

    public required long End { get; init; }

    public required int Limit { get; init; }

    public IReadOnlyList<string> Aggregates { get; init; } = [];

    public Granularity? Granularity { get; init; }

    public bool IncludeOutsidePoints { get; init; }

    public bool IncludeStatus { get; init; }

    public bool IgnoreBad { get; init; }

    public bool TreatUncertainAsBad { get; init; }

    public string? Cursor { get; init; }

    public static DataPointQuery Read(JsonElement item, JsonElement request, long now)
    {
        JsonElement? Of(string name) => item.Optional(name) ?? request.Optional(name);
        if (Of("targetUnit") is not null || Of("targetUnitSystem") is not null)
        {
            throw CdfException.BadRequest("The emulator does not convert units");
        }

        var start = Of("start") is { } from ? TimeExpression.Read(from, "start", now) : 0;
        var end = Of("end") is { } to ? TimeExpression.Read(to, "end", now) : now;
        if (start >= end)
        {
            throw CdfException.BadRequest($"Invalid time range, start >= end: {start} >= {end}");
        }

        var aggregates = Of("aggregates") is { } names ? Aggregator.ReadNames(names) : [];
        var granularity = Of("granularity") is { } text ? JsonChecks.String(text, "granularity") : null;
        if (aggregates.Count > 0 != granularity is not null)
        {
            throw CdfException.BadRequest("aggregates and granularity must be given together");
        }

        var zone = Of("timeZone") is { } zoneElement ? JsonChecks.String(zoneElement, "timeZone") : "UTC";
        var outside = Of("includeOutsidePoints") is { } flag && JsonChecks.Boolean(flag, "includeOutsidePoints");
        if (outside && aggregates.Count > 0)
        {
            throw CdfException.BadRequest("includeOutsidePoints cannot be used with aggregates");
        }

        var max = aggregates.Count > 0 ? MaxAggregatePoints : MaxRawPoints;
        return new DataPointQuery
        {
            Key = ItemKey.Read(item, instances: true),
            Start = start,
            End = end,
            Limit = Of("limit") is { } limit ? (int)JsonChecks.Integer(limit, "limit", 0, max) : DefaultLimit,
            Aggregates = aggregates,
            Granularity = granularity is null ? null : Granularity.Read(granularity, zone),
            IncludeOutsidePoints = outside,
            IncludeStatus = item.Flag("includeStatus"),
            IgnoreBad = item.Optional("ignoreBadDataPoints") is not { } bad || JsonChecks.Boolean(bad, "ignoreBadDataPoints"),
            TreatUncertainAsBad = item.Optional("treatUncertainAsBad") is not { } uncertain
                || JsonChecks.Boolean(uncertain, "treatUncertainAsBad"),
            Cursor = item.Optional("cursor") is { } cursor ? JsonChecks.String(cursor, "cursor") : null,
        };
    }

    /// <summary>Whether a reader sees a point of this status.</summary>
    public bool Sees(PointStatus status) => !IgnoreBad || IsUsable(status);

    /// <summary>Whether a point of this status counts as good.</summary>
    public bool IsUsable(PointStatus status) => !status.IsBad && !(status.IsUncertain && TreatUncertainAsBad);

    /// <summary>What must stay equal while a cursor is used.</summary>
    public ulong Digest(long seriesId) => Http.Cursor.Digest(
        $"points\n{seriesId}\n{string.Join(',', Aggregates)}\n{Granularity?.Text}\n{IgnoreBad}\n{TreatUncertainAsBad}");
}
