using System.Text;
using System.Text.Json;
using Sluice.Cdf.Errors;
using Sluice.Cdf.Http;
using Sluice.Cdf.Resources;

namespace Sluice.Gateway.Writes.Changes;

/// <summary>Asks which of some data points there are, and sends those that may be written.</summary>
internal sealed class PointsFirst : WritePreparation
{
    public override async Task<Prepared> PrepareAsync(CdfClient client, WritePart part, CancellationToken stop)
    {
        var points = part.Items.Select(item => Point.Read(part, item)).ToList();
        var existing = new HashSet<int>();
        foreach (var chunk in points.Chunk(DataPointsApi.MaxQueries))
        {
            SeriesRange[] ranges = [.. chunk.Select(point => new SeriesRange(point.Series, point.Time, point.Time + 1))];
            var response = await client.SendAsync(DataPointsApi.List(ranges, limit: 1), CancellationToken.None, stop);
            if (!response.IsSuccess)
            {
                return Prepared.Failed(response.Error);
            }

            using var page = CdfPage.Parse(response.Body);
            existing.UnionWith(DataPointsApi.Match(page.Items, ranges)
                .Where(match => match.Item.GetProperty("datapoints"u8).GetArrayLength() > 0)
                .Select(match => chunk[match.Index].Item));
        }

        var plan = part.Write.Plan;
        var wanted = points.Where(point => existing.Contains(point.Item) == (plan.Verb == WriteVerb.Update)).ToList();
        var notApplied = points.Except(wanted).Select(point => point.Item).ToList();
        if (wanted.Count == 0)
        {
            return new Prepared((WritePart?)null) { NotApplied = notApplied };
        }

        var insert = Insert(wanted);
        return new Prepared(part.Instead([.. wanted.Select(point => point.Item)], part.Request with { Body = insert.WrittenMemory }, insert))
        {
            NotApplied = notApplied,
            Rows = plan.ReturnsRows
                ? [.. wanted.Select(point => new ReturnedRow(part.Write.Items!.OriginOf(point.Item), Encoding.UTF8.GetBytes(point.Json.GetRawText())))]
                : [],
        };
    }

    private static PooledBuffer Insert(List<Point> points)
    {
        var body = new PooledBuffer();
        using var json = new Utf8JsonWriter(body, JsonBatch.WriterOptions);
        json.WriteStartObject();
        json.WriteStartArray("items"u8);
        foreach (var series in points.GroupBy(point => point.Series))
        {
            json.WriteStartObject();
            SeriesKey.Write(json, series.Key);
            json.WriteStartArray("datapoints"u8);
            foreach (var point in series)
            {
                json.WriteStartObject();
                json.WriteNumber("timestamp"u8, point.Time);
                json.WritePropertyName("value"u8);
                point.Json.GetProperty("value"u8).WriteTo(json);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        return body;
    }

    /// <summary>A data point of the request.</summary>
    private sealed record Point(int Item, JsonElement Json, CdfIdentity Series, long Time)
    {
        public static Point Read(WritePart part, int item)
        {
            using var document = JsonDocument.Parse(part.Write.ItemBody(item));
            var json = document.RootElement.Clone();
            return new Point(item, json, SeriesKey.Of(json), json.GetProperty("timestamp"u8).GetInt64());
        }
    }
}
