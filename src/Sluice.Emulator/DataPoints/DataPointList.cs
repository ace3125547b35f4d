using Com.Cognite.V1.Timeseries.Proto;
using Microsoft.AspNetCore.Http;
using Sluice.Emulator.Access;
using Sluice.Emulator.Classic;
using Sluice.Emulator.Http;
using Sluice.Emulator.Resources;

namespace Sluice.Emulator.DataPoints;

/// <summary><c>POST /timeseries/data/list</c>: up to 100 series; 100,000 raw or 10,000 aggregate points per request.</summary>
internal static class DataPointList
{
    private const int MaxItems = 100;

    public static async ValueTask<Reply> HandleAsync(CdfCall call)
    {
        var grant = call.Rights.Require("timeSeriesAcl", "READ");
        var body = await call.ReadJsonAsync();
        var now = call.State.NowMs;
        var queries = body.Items(MaxItems).EnumerateArray().Select(i => DataPointQuery.Read(i, body, now)).ToList();
        call.Log.Items = queries.Count;
        var series = Find(call, queries.ConvertAll(q => q.Key), grant, body.Flag("ignoreUnknownIds"));
        var budget = queries.Exists(q => q.Granularity is not null) ? DataPointQuery.MaxAggregatePoints : DataPointQuery.MaxRawPoints;
        return Answer(call, queries.Zip(series).Where(p => p.Second is not null).Select(p => (p.First, p.Second!)), budget);
    }

    /// <summary>The series of the keys, null for unknown ones. The same series may be asked for several times.</summary>
    public static List<Record?> Find(CdfCall call, List<ItemKey> keys, Grant grant, bool ignoreUnknown)
    {
        var timeSeries = call.Project.TimeSeries;
        lock (call.Project.Gate)
        {
            var found = keys.ConvertAll(k => timeSeries.Store.Find(k) is { } record && timeSeries.Covers(grant, record) ? record : null);
            var missing = keys.Where((_, i) => found[i] is null).Distinct().ToList();
            return missing.Count == 0 || ignoreUnknown ? found : throw timeSeries.Missing(missing);
        }
    }

    /// <summary>Answers in the format that the caller accepts; the budget is shared by the items in their order.</summary>
    private static Reply Answer(CdfCall call, IEnumerable<(DataPointQuery Query, Record Series)> wanted, int budget)
    {
        var isProtobuf = call.Http.Request.Headers.Accept.ToString().Contains("application/protobuf", StringComparison.OrdinalIgnoreCase);
        var response = new DataPointListResponse();
        if (isProtobuf)
        {
            foreach (var (query, series) in wanted)
            {
                budget -= WithPage(call, query, series, budget, page => response.Items.Add(DataPointProtobuf.Item(page)));
            }

            return Reply.Protobuf(response);
        }

        return Reply.Json(StatusCodes.Status200OK, writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("items"u8);
            foreach (var (query, series) in wanted)
            {
                budget -= WithPage(call, query, series, budget, page => DataPointJson.Write(writer, page));
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        });
    }

    private static int WithPage(CdfCall call, DataPointQuery query, Record series, int budget, Action<DataPointPage> use)
    {
        if (TimeSeries.IsString(series) && query.Aggregates.FirstOrDefault(a => !Aggregator.AppliesToStrings(a)) is { } aggregate)
        {
            throw CdfException.BadRequest($"The aggregate {aggregate} cannot be used with string time series");
        }

        var points = call.Project.DataPoints.Find(series.Id);
        lock (points ?? new object())
        {
            var page = DataPointPage.Read(series, points, query, Math.Min(query.Limit, budget));
            call.Log.Points += page.Count;
            use(page);
            return page.Count;
        }
    }
}
