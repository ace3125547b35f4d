using Com.Cognite.V1.Timeseries.Proto;
using Google.Protobuf;
using Sluice.Emulator.Classic;
using Sluice.Emulator.Http;
using Sluice.Emulator.Resources;

namespace Sluice.Emulator.DataPoints;

/// <summary><c>POST /timeseries/data</c>, JSON or protobuf: all points of the request or none.</summary>
internal static class DataPointInsert
{
    public static async ValueTask<Reply> HandleAsync(CdfCall call)
    {
        var grant = call.Rights.Require("timeSeriesAcl", "WRITE");
        var isProtobuf = IsProtobuf(call);
        var body = await call.ReadBytesAsync();
        if (call.Counting)
        {
            Count(call, body.Span, isProtobuf);
            await call.BeginEffectAsync([]);
            return Reply.Empty();
        }

        var items = isProtobuf ? FromProtobuf(body) : FromJson(call, body);
        call.Log.Items = items.Count;
        call.Log.Points = items.Sum(i => (long)i.Count);
        PointRules.CheckPointCount(call.Log.Points);
        var keys = items.ConvertAll(i => i.Key);
        await call.BeginEffectAsync(ClassicClaims.Of(call.Project.TimeSeries, keys).Select(k => ("timeseries/data", k.Key)).ToList());
        lock (call.Project.Gate)
        {
            var series = call.Project.TimeSeries.Find(keys, grant, ignoreUnknown: false);
            ClassicCreate.CheckAccess(call, call.Project.TimeSeries, grant, series);
            var writes = items.Select((item, i) => item.Decode(call.Project.DataPoints, series[i])).ToList();
            writes.ForEach(write => write());
        }

        return Reply.Empty();
    }

    private static bool IsProtobuf(CdfCall call)
    {
        if (call.Http.Request.ContentType?.StartsWith("application/protobuf", StringComparison.OrdinalIgnoreCase) == true)
        {
            return true;
        }

        call.RequireJson();
        return false;
    }

    private static void Count(CdfCall call, ReadOnlySpan<byte> body, bool isProtobuf)
    {
        var (series, points) = isProtobuf ? PointCounter.CountProtobuf(body) : PointCounter.CountJson(body);
        CheckSeriesCount(series);
        PointRules.CheckPointCount(points);
        call.Log.Items = series;
        call.Log.Points = points;
    }

    private static List<InsertItem> FromJson(CdfCall call, ReadOnlyMemory<byte> body) =>
        [.. call.ParseJson(body).Items(PointRules.MaxSeries).EnumerateArray().Select(item =>
        {
            var key = ItemKey.Read(item, instances: true);
            var points = JsonChecks.Array(item.Required("datapoints"), "datapoints");
            return new InsertItem(key, points.GetArrayLength(), (store, series) => Write(
                store, series, () => JsonPointDecoder.Numbers(points), () => JsonPointDecoder.Texts(points)));
        })];

    private static List<InsertItem> FromProtobuf(ReadOnlyMemory<byte> body)
    {
        DataPointInsertionRequest request;
        try
        {
            request = DataPointInsertionRequest.Parser.ParseFrom(body.Span);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw CdfException.BadRequest($"Could not parse the request body as protobuf: {e.Message}");
        }

        CheckSeriesCount(request.Items.Count);
        return [.. request.Items.Select(item => new InsertItem(
            ProtobufPointDecoder.Key(item),
            ProtobufPointDecoder.Count(item),
            (store, series) => Write(
                store, series, () => ProtobufPointDecoder.Numbers(item), () => ProtobufPointDecoder.Texts(item))))];
    }

    private static void CheckSeriesCount(int count)
    {
        if (count is < 1 or > PointRules.MaxSeries)
        {
            throw CdfException.Violation("items", $"size must be between 1 and {PointRules.MaxSeries}");
        }
    }

    /// <summary>Decodes now, so that bad points fail the request, and returns what stores the points.</summary>
    private static Action Write(DataPointStore store, Record series, Func<PointBatch<double>> numbers, Func<PointBatch<string>> texts) =>
        TimeSeries.IsString(series) ? Writer(store, series, texts()) : Writer(store, series, numbers());

    private static Action Writer<T>(DataPointStore store, Record series, PointBatch<T> batch) => () =>
    {
        var points = store.Of<T>(series.Id);
        lock (points)
        {
            points.Insert(batch);
        }
    };

    private sealed record InsertItem(ItemKey Key, int Count, Func<DataPointStore, Record, Action> Decode);
}
