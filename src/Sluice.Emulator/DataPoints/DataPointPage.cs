using Sluice.Emulator.Classic;
using Sluice.Emulator.Http;
using Sluice.Emulator.Resources;

namespace Sluice.Emulator.DataPoints;

/// <summary>The points that answer one item of a list request, and where the next page begins.</summary>
internal sealed record DataPointPage
{
    public required Record Series { get; init; }

    public required DataPointQuery Query { get; init; }

    /// <summary>The positions of raw points in <see cref="Points"/>.</summary>
    public IReadOnlyList<int> Positions { get; init; } = [];

    public PointSeries? Points { get; init; }

    public IReadOnlyList<Aggregate> Aggregates { get; init; } = [];

    public string? NextCursor { get; init; }

    public int Count => Positions.Count + Aggregates.Count;

    /// <summary>Collects a page of at most so many points. The series must be locked.</summary>
    public static DataPointPage Read(Record series, PointSeries? points, DataPointQuery query, int limit)
    {
        var digest = query.Digest(series.Id);
        var start = query.Cursor is { } cursor ? long.Parse(Cursor.Read(digest, cursor)) : query.Start;
        var page = new DataPointPage { Series = series, Query = query, Points = points };
        if (points is null)
        {
            return page;
        }

        if (query.Granularity is { } granularity)
        {
            var aggregates = TimeSeries.IsString(series)
                ? Aggregator.Texts((PointSeries<string>)points, query, start, limit + 1)
                : Aggregator.Numbers((PointSeries<double>)points, query, start, limit + 1, TimeSeries.IsStep(series));
            return page with
            {
                Aggregates = [.. aggregates.Take(limit)],
                NextCursor = aggregates.Count > limit ? Cursor.Make(digest, aggregates[limit].Timestamp.ToString()) : null,
            };
        }

        var positions = new List<int>();
        var from = points.Position(start);
        if (query.IncludeOutsidePoints && query.Cursor is null)
        {
            AddOutside(points, query, positions, from - 1, step: -1);
        }

        string? next = null;
        var position = from;
        for (; position < points.Count && points.Timestamp(position) < query.End; position++)
        {
            if (!query.Sees(points.Status(position)))
            {
                continue;
            }

            if (positions.Count >= limit)
            {
                next = Cursor.Make(digest, points.Timestamp(position).ToString());
                break;
            }

            positions.Add(position);
        }

        if (query.IncludeOutsidePoints && next is null)
        {
            AddOutside(points, query, positions, position, step: 1);
        }

        return page with { Positions = positions, NextCursor = next };
    }

    private static void AddOutside(PointSeries points, DataPointQuery query, List<int> positions, int position, int step)
    {
        for (var i = position; i >= 0 && i < points.Count; i += step)
        {
            if (query.Sees(points.Status(i)))
            {
                positions.Add(i);
                return;
            }
        }
    }
}
