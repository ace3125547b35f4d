using System.Text.Json;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.DataPoints;

/// <summary>Works out aggregates from raw points. Periods without points are left out.</summary>
internal static class Aggregator
{
    private static readonly string[] s_names =
    [
        "average", "max", "maxDatapoint", "min", "minDatapoint", "count", "sum", "interpolation", "stepInterpolation",
        "totalVariation", "continuousVariance", "discreteVariance", "countGood", "countUncertain", "countBad",
        "durationGood", "durationUncertain", "durationBad",
    ];

    public static List<string> ReadNames(JsonElement names)
    {
        var read = JsonChecks.Array(names, "aggregates", 1).EnumerateArray().Select(n => JsonChecks.String(n, "aggregates")).ToList();
        if (read.Find(n => !s_names.Contains(n, StringComparer.Ordinal)) is { } unknown)
        {
            throw CdfException.BadRequest($"Unknown aggregate '{unknown}'");
        }

        return read.Distinct(StringComparer.Ordinal).Count() == read.Count
            ? read
            : throw CdfException.Violation("aggregates", "must only contain unique elements");
    }

    /// <summary>Whether the aggregate makes sense for a string series.</summary>
    public static bool AppliesToStrings(string name) =>
        name is "count" || name.StartsWith("count", StringComparison.Ordinal) || name.StartsWith("duration", StringComparison.Ordinal);

    /// <summary>The aggregates of the periods from the one that holds <paramref name="start"/> to the end, at most so many.</summary>
    public static List<Aggregate> Numbers(PointSeries<double> points, DataPointQuery query, long start, int limit, bool isStep) =>
        Periods(points, query, start, limit, (from, to, begin, end) => Measure(points, query, from, to, begin, end, isStep));

    /// <summary>The same for a string series, which can only be counted.</summary>
    public static List<Aggregate> Texts(PointSeries<string> points, DataPointQuery query, long start, int limit) =>
        Periods(points, query, start, limit, (from, to, begin, end) => Count(points, query, from, to, begin, end));

    private static List<Aggregate> Periods(
        PointSeries points, DataPointQuery query, long start, int limit, Func<int, int, long, long, Aggregate> measure)
    {
        var periods = new List<Aggregate>();
        var granularity = query.Granularity!;
        var position = points.Position(granularity.Floor(start));
        while (position < points.Count && points.Timestamp(position) < query.End && periods.Count < limit)
        {
            var begin = granularity.Floor(points.Timestamp(position));
            var end = granularity.Next(begin);
            var to = points.Position(end);
            periods.Add(measure(position, to, begin, end));
            position = to;
        }

        return periods;
    }

    private static Aggregate Measure(
        PointSeries<double> points, DataPointQuery query, int from, int to, long begin, long end, bool isStep)
    {
        var usable = new List<NumericPoint>(to - from);
        for (var i = from; i < to; i++)
        {
            if (query.IsUsable(points.Status(i)) && !points.Status(i).IsNull)
            {
                usable.Add(new NumericPoint(points.Timestamp(i), points.Value(i), points.Status(i)));
            }
        }

        var counted = Count(points, query, from, to, begin, end);
        var before = Neighbour(points, query, from, step: -1);
        var first = usable.Count > 0 ? usable[0] : Neighbour(points, query, to - 1, step: 1);
        var interpolated = counted with
        {
            StepInterpolation = first?.Timestamp == begin ? first.Value.Value : before?.Value,
            Interpolation = Interpolate(before, first, begin, isStep),
        };
        if (usable.Count == 0)
        {
            return interpolated;
        }

        var mean = usable.Average(p => p.Value);
        return interpolated with
        {
            Sum = usable.Sum(p => p.Value),
            Min = usable.MinBy(p => p.Value),
            Max = usable.MaxBy(p => p.Value),
            DiscreteVariance = usable.Average(p => (p.Value - mean) * (p.Value - mean)),
            ContinuousVariance = ContinuousVariance(usable, isStep),
            TotalVariation = usable.Zip(usable.Skip(1), (a, b) => Math.Abs(b.Value - a.Value)).Sum(),
        };
    }

    private static Aggregate Count(PointSeries points, DataPointQuery query, int from, int to, long begin, long end)
    {
        long good = 0, uncertain = 0, bad = 0, usable = 0;
        var durations = new long[3];
        if (from > 0)
        {
            durations[Kind(points.Status(from - 1))] += points.Timestamp(from) - begin;
        }

        for (var i = from; i < to; i++)
        {
            var status = points.Status(i);
            usable += query.IsUsable(status) ? 1 : 0;
            good += status.IsGood ? 1 : 0;
            uncertain += status.IsUncertain ? 1 : 0;
            bad += status.IsBad ? 1 : 0;
            var until = i + 1 < points.Count ? Math.Min(points.Timestamp(i + 1), end) : end;
            durations[Kind(status)] += until - points.Timestamp(i);
        }

        return new Aggregate
        {
            Timestamp = begin,
            Count = usable,
            CountGood = good,
            CountUncertain = uncertain,
            CountBad = bad,
            DurationGood = durations[0],
            DurationUncertain = durations[1],
            DurationBad = durations[2],
        };
    }

    private static int Kind(PointStatus status) => status.IsBad ? 2 : status.IsUncertain ? 1 : 0;

    private static NumericPoint? Neighbour(PointSeries<double> points, DataPointQuery query, int position, int step)
    {
        for (var i = position + step; i >= 0 && i < points.Count; i += step)
        {
            var status = points.Status(i);
            if (query.IsUsable(status) && !status.IsNull)
            {
                return new NumericPoint(points.Timestamp(i), points.Value(i), status);
            }
        }

        return null;
    }

    private static double? Interpolate(NumericPoint? before, NumericPoint? after, long at, bool isStep)
    {
        if (after?.Timestamp == at)
        {
            return after.Value.Value;
        }

        if (before is not { } a || after is not { } b)
        {
            return null;
        }

        return isStep ? a.Value : a.Value + ((b.Value - a.Value) * (at - a.Timestamp) / (b.Timestamp - a.Timestamp));
    }

    /// <summary>The variance over time of the line (or steps) through the points.</summary>
    private static double ContinuousVariance(List<NumericPoint> points, bool isStep)
    {
        double time = 0, integral = 0, squares = 0;
        for (var i = 1; i < points.Count; i++)
        {
            double dt = points[i].Timestamp - points[i - 1].Timestamp;
            var a = points[i - 1].Value;
            var b = isStep ? a : points[i].Value;
            time += dt;
            integral += dt * (a + b) / 2;
            squares += dt * ((a * a) + (a * b) + (b * b)) / 3;
        }

        return time == 0 ? 0 : Math.Max(0, (squares / time) - (integral / time * (integral / time)));
    }
}
