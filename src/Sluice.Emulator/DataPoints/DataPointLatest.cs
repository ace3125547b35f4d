using Microsoft.AspNetCore.Http;
using Sluice.Emulator.Http;
using Sluice.Emulator.Resources;

namespace Sluice.Emulator.DataPoints;

/// <summary><c>POST /timeseries/data/latest</c>: the last point before a time, for up to 100 series.</summary>
internal static class DataPointLatest
{
    public static async ValueTask<Reply> HandleAsync(CdfCall call)
    {
        var grant = call.Rights.Require("timeSeriesAcl", "READ");
        var body = await call.ReadJsonAsync();
        var now = call.State.NowMs;
        var items = body.Items(100);
        call.Log.Items = items.GetArrayLength();
        var queries = items.EnumerateArray().Select(item => new DataPointQuery
        {
            Key = ItemKey.Read(item, instances: true),
            Start = long.MinValue,
            End = item.Optional("before") is { } before ? TimeExpression.Read(before, "before", now) : now,
            Limit = 1,
            IncludeStatus = item.Flag("includeStatus"),
            IgnoreBad = item.Optional("ignoreBadDataPoints") is not { } bad || JsonChecks.Boolean(bad, "ignoreBadDataPoints"),
            TreatUncertainAsBad = item.Optional("treatUncertainAsBad") is not { } uncertain
                || JsonChecks.Boolean(uncertain, "treatUncertainAsBad"),
        }).ToList();
        var series = DataPointList.Find(call, queries.ConvertAll(q => q.Key), grant, body.Flag("ignoreUnknownIds"));
        var pages = queries.Zip(series).Where(p => p.Second is not null).Select(p => Latest(call, p.First, p.Second!));
        return Reply.Items(StatusCodes.Status200OK, pages, DataPointJson.Write);
    }

    private static DataPointPage Latest(CdfCall call, DataPointQuery query, Record series)
    {
        var page = new DataPointPage { Series = series, Query = query };
        if (call.Project.DataPoints.Find(series.Id) is not { } points)
        {
            return page;
        }

        lock (points)
        {
            for (var i = points.Position(query.End) - 1; i >= 0; i--)
            {
                if (query.Sees(points.Status(i)))
                {
                    return page with { Points = points, Positions = [i] };
                }
            }
        }

        return page;
    }
}
