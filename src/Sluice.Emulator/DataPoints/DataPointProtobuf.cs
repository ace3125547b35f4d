using Com.Cognite.V1.Timeseries.Proto;
using Sluice.Emulator.Classic;

namespace Sluice.Emulator.DataPoints;

/// <summary>Turns pages of data points into the protobuf answer.</summary>
internal static class DataPointProtobuf
{
    public static DataPointListItem Item(DataPointPage page)
    {
        var item = new DataPointListItem
        {
            Id = page.Series.Id,
            ExternalId = TimeSeries.ExternalIdOf(page.Series) ?? "",
            IsString = TimeSeries.IsString(page.Series),
            IsStep = TimeSeries.IsStep(page.Series),
            Unit = TimeSeries.UnitOf(page.Series) ?? "",
            UnitExternalId = TimeSeries.UnitExternalIdOf(page.Series) ?? "",
            NextCursor = page.NextCursor ?? "",
        };
        if (page.Series.Instance is { } instance)
        {
            item.InstanceId = new InstanceId { Space = instance.Space, ExternalId = instance.ExternalId };
        }

        if (page.Query.Granularity is not null)
        {
            item.AggregateDatapoints = new AggregateDatapoints();
            item.AggregateDatapoints.Datapoints.AddRange(page.Aggregates.Select(a => Aggregated(a, page.Query)));
        }
        else if (item.IsString)
        {
            item.StringDatapoints = new StringDatapoints();
            item.StringDatapoints.Datapoints.AddRange(page.Positions.Select(p => Text(page, p)));
        }
        else
        {
            item.NumericDatapoints = new NumericDatapoints();
            item.NumericDatapoints.Datapoints.AddRange(page.Positions.Select(p => Number(page, p)));
        }

        return item;
    }

    private static NumericDatapoint Number(DataPointPage page, int position) => new()
    {
        Timestamp = page.Points!.Timestamp(position),
        Value = ((PointSeries<double>)page.Points).Value(position),
        Status = StatusOf(page.Points.Status(position), page.Query.IncludeStatus),
        NullValue = page.Points.Status(position).IsNull,
    };

    private static StringDatapoint Text(DataPointPage page, int position) => new()
    {
        Timestamp = page.Points!.Timestamp(position),
        Value = ((PointSeries<string>)page.Points).Value(position) ?? "",
        Status = StatusOf(page.Points.Status(position), page.Query.IncludeStatus),
        NullValue = page.Points.Status(position).IsNull,
    };

    private static AggregateDatapoint Aggregated(Aggregate aggregate, DataPointQuery query)
    {
        double Of(string name) => query.Aggregates.Contains(name, StringComparer.Ordinal) ? aggregate.Value(name) ?? 0 : 0;
        NumericDatapoint? Point(string name, NumericPoint? point) =>
            point is { } p && query.Aggregates.Contains(name, StringComparer.Ordinal)
                ? new NumericDatapoint { Timestamp = p.Timestamp, Value = p.Value, Status = StatusOf(p.Status, query.IncludeStatus) }
                : null;
        return new AggregateDatapoint
        {
            Timestamp = aggregate.Timestamp,
            Average = Of("average"),
            Max = Of("max"),
            Min = Of("min"),
            Count = Of("count"),
            Sum = Of("sum"),
            Interpolation = Of("interpolation"),
            StepInterpolation = Of("stepInterpolation"),
            ContinuousVariance = Of("continuousVariance"),
            DiscreteVariance = Of("discreteVariance"),
            TotalVariation = Of("totalVariation"),
            CountGood = Of("countGood"),
            CountUncertain = Of("countUncertain"),
            CountBad = Of("countBad"),
            DurationGood = Of("durationGood"),
            DurationUncertain = Of("durationUncertain"),
            DurationBad = Of("durationBad"),
            MaxDatapoint = Point("maxDatapoint", aggregate.Max),
            MinDatapoint = Point("minDatapoint", aggregate.Min),
        };
    }

    private static Status? StatusOf(PointStatus status, bool includeStatus) => includeStatus && status.Code != 0
        ? new Status { Code = status.Code, Symbol = StatusSymbols.Format(status.Code) }
        : null;
}
