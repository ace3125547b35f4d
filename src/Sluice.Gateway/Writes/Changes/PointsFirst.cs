using System.Text;
using System.Text.Json;
using Sluice.Cdf.Http;
using Sluice.Cdf.Resources;

namespace Sluice.Gateway.Writes.Changes;

/// <summary>Asks which of some data points there are, and sends those that may be written.</summary>
internal sealed class PointsFirst : WritePreparation
{
    public override async Task<Prepared> PrepareAsync(CdfClient client, WritePart part, CancellationToken stop)
    {
        var points = part.Items.Select(item => Point.Read(part, item)).ToList();
        var existing = new HashSet<(string Series, long Time)>();
        foreach (var chunk in points.Chunk(DataPointsApi.MaxQueries))
        {
            using var body = Question(chunk);
            var response = await client.SendAsync(DataPointsApi.List(body.WrittenMemory), CancellationToken.None, stop);
            if (!response.IsSuccess)
            {
                return Prepared.Failed(response.Error);
            }

            Note(response.Body, existing);
        }

        var plan = part.Write.Plan;
        var wanted = points.Where(point => existing.Contains((point.Series, point.Time)) == (plan.Verb == WriteVerb.Update)).ToList();
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

    private static void Note(ReadOnlyMemory<byte> answer, HashSet<(string Series, long Time)> existing)
    {
        using var page = CdfPage.Parse(answer);
        foreach (var series in page.Items)
        {
            foreach (var point in series.GetProperty("datapoints"u8).EnumerateArray())
            {
                var time = point.GetProperty("timestamp"u8).GetInt64();
                existing.Add(($"id:{series.GetProperty("id"u8).GetInt64()}", time));
                if (series.TryGetProperty("externalId"u8, out var externalId))
                {
                    existing.Add(($"externalId:{externalId.GetString()}", time));
                }
            }
        }
    }

    private static PooledBuffer Question(Point[] points)
    {
        var body = new PooledBuffer();
        using var json = new Utf8JsonWriter(body, JsonBatch.WriterOptions);
        json.WriteStartObject();
        json.WriteStartArray("items"u8);
        foreach (var point in points)
        {
            json.WriteStartObject();
            point.WriteSeries(json);
            json.WriteNumber("start"u8, point.Time);
            json.WriteNumber("end"u8, point.Time + 1);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteBoolean("ignoreUnknownIds"u8, true);
        json.WriteBoolean("ignoreBadDataPoints"u8, false);
        json.WriteNumber("limit"u8, 1);
        json.WriteEndObject();
        return body;
    }

    private static PooledBuffer Insert(List<Point> points)
    {
        var body = new PooledBuffer();
        using var json = new Utf8JsonWriter(body, JsonBatch.WriterOptions);
        json.WriteStartObject();
        json.WriteStartArray("items"u8);
        foreach (var series in points.GroupBy(point => point.Series, StringComparer.Ordinal))
        {
            json.WriteStartObject();
            series.First().WriteSeries(json);
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
    private sealed record Point(int Item, JsonElement Json, string Series, long Time)
    {
        public static Point Read(WritePart part, int item)
        {
            using var document = JsonDocument.Parse(part.Write.ItemBody(item));
            var json = document.RootElement.Clone();
            var series = json.TryGetProperty("id"u8, out var id) ? $"id:{id.GetInt64()}" : $"externalId:{json.GetProperty("externalId"u8).GetString()}";
            return new Point(item, json, series, json.GetProperty("timestamp"u8).GetInt64());
        }

        public void WriteSeries(Utf8JsonWriter json)
        {
            var name = Json.TryGetProperty("id"u8, out var series) ? "id" : "externalId";
            if (name == "externalId")
            {
                series = Json.GetProperty("externalId"u8);
            }

            json.WritePropertyName(name);
            series.WriteTo(json);
        }
    }
}
