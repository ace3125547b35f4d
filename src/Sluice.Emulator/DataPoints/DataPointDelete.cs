using System.Text.Json;
using Sluice.Emulator.Http;
using Sluice.Emulator.Resources;

namespace Sluice.Emulator.DataPoints;

/// <summary><c>POST /timeseries/data/delete</c>: a range per series; without <c>exclusiveEnd</c> the one point at the beginning.</summary>
internal static class DataPointDelete
{
    public static async ValueTask<Reply> HandleAsync(CdfCall call)
    {
        var grant = call.Rights.Require("timeSeriesAcl", "WRITE");
        var items = (await call.ReadJsonAsync()).Items(PointRules.MaxSeries);
        call.Log.Items = items.GetArrayLength();
        var keys = items.EnumerateArray().Select(i => ItemKey.Read(i, instances: true)).ToList();
        var ranges = items.EnumerateArray().Select(Range).ToList();
        await call.BeginEffectAsync(ClassicClaims.Of(call.Project.TimeSeries, keys).Select(k => ("timeseries/data", k.Key)).ToList());
        lock (call.Project.Gate)
        {
            var series = call.Project.TimeSeries.Find(keys, grant, ignoreUnknown: false);
            ClassicCreate.CheckAccess(call, call.Project.TimeSeries, grant, series);
            for (var i = 0; i < series.Count; i++)
            {
                if (call.Project.DataPoints.Find(series[i].Id) is { } points)
                {
                    lock (points)
                    {
                        points.Delete(ranges[i].Begin, ranges[i].End);
                    }
                }
            }
        }

        return Reply.Empty();
    }

    private static (long Begin, long End) Range(JsonElement item)
    {
        var begin = JsonChecks.Integer(item.Required("inclusiveBegin"), "inclusiveBegin", PointRules.MinTimestamp);
        var end = item.Optional("exclusiveEnd") is { } value
            ? JsonChecks.Integer(value, "exclusiveEnd", PointRules.MinTimestamp)
            : begin + 1;
        return end > begin ? (begin, end) : throw CdfException.BadRequest("exclusiveEnd must be after inclusiveBegin");
    }
}
