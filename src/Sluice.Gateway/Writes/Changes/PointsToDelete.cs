using System.Text.Json;
using Sluice.Cdf.Errors;
using Sluice.Cdf.Http;
using Sluice.Cdf.Resources;

namespace Sluice.Gateway.Writes.Changes;

/// <summary>Counts the data points that are to be deleted, since CDF's answer does not, and waits until they are gone (rules.md O6).</summary>
internal sealed class PointsToDelete : WritePreparation
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public override async Task<Prepared> PrepareAsync(CdfClient client, WritePart part, CancellationToken stop)
    {
        var more = new List<(int, long)>();
        var kept = new List<int>();
        var notApplied = new List<int>();
        var rows = new List<ReturnedRow>();
        foreach (var item in part.Items)
        {
            using var stretch = JsonDocument.Parse(part.Write.ItemBody(item));
            var (count, error) = await CountAsync(client, stretch.RootElement, part.Write.Plan.ReturnsRows ? rows : null, part.Write.Items!.OriginOf(item), stop);
            if (error is not null)
            {
                return Prepared.Failed(error);
            }

            (count == 0 ? notApplied : kept).Add(item);
            if (count > 1)
            {
                more.Add((item, count - 1));
            }
        }

        return new Prepared(kept.Count == 0 ? null : part.Of(kept)) { NotApplied = notApplied, MoreRows = more, Rows = rows };
    }

    public override async Task SettleAsync(CdfClient client, WritePart part, CancellationToken stop)
    {
        var end = DateTime.UtcNow + Patience;
        foreach (var item in part.Items)
        {
            using var stretch = JsonDocument.Parse(part.Write.ItemBody(item));
            while (DateTime.UtcNow < end && !stop.IsCancellationRequested && await IsLeftAsync(client, stretch.RootElement))
            {
                await Task.Delay(Pause, CancellationToken.None);
            }
        }
    }

    private static async Task<bool> IsLeftAsync(CdfClient client, JsonElement stretch)
    {
        using var body = Question(stretch, stretch.GetProperty("inclusiveBegin"u8).GetInt64(), limit: 1);
        var response = await client.SendAsync(DataPointsApi.List(body.WrittenMemory), CancellationToken.None);
        if (!response.IsSuccess)
        {
            return false;
        }

        using var page = CdfPage.Parse(response.Body);
        return page.Items.Any(series => series.GetProperty("datapoints"u8).GetArrayLength() > 0);
    }

    private static async Task<(long Count, CdfError? Error)> CountAsync(
        CdfClient client, JsonElement stretch, List<ReturnedRow>? rows, long origin, CancellationToken stop)
    {
        var from = stretch.GetProperty("inclusiveBegin"u8).GetInt64();
        for (long count = 0; ;)
        {
            using var body = Question(stretch, from, DataPointsApi.MaxPointsPerQuery);
            var response = await client.SendAsync(DataPointsApi.List(body.WrittenMemory), CancellationToken.None, stop);
            if (!response.IsSuccess)
            {
                return (count, response.Error);
            }

            using var page = CdfPage.Parse(response.Body);
            var found = 0;
            foreach (var series in page.Items)
            {
                foreach (var point in series.GetProperty("datapoints"u8).EnumerateArray())
                {
                    found++;
                    from = point.GetProperty("timestamp"u8).GetInt64() + 1;
                    rows?.Add(new ReturnedRow(origin, Row(series, point)));
                }
            }

            count += found;
            if (found < DataPointsApi.MaxPointsPerQuery)
            {
                return (count, null);
            }
        }
    }

    private static byte[] Row(JsonElement series, JsonElement point)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text, JsonBatch.WriterOptions))
        {
            json.WriteStartObject();
            foreach (var field in point.EnumerateObject())
            {
                field.WriteTo(json);
            }

            json.WriteNumber("id"u8, series.GetProperty("id"u8).GetInt64());
            if (series.TryGetProperty("externalId"u8, out var externalId))
            {
                json.WriteString("externalId"u8, externalId.GetString());
            }

            json.WriteEndObject();
        }

        return text.ToArray();
    }

    private static PooledBuffer Question(JsonElement stretch, long from, int limit)
    {
        var body = new PooledBuffer();
        using var json = new Utf8JsonWriter(body, JsonBatch.WriterOptions);
        json.WriteStartObject();
        json.WriteStartArray("items"u8);
        json.WriteStartObject();
        foreach (var field in stretch.EnumerateObject())
        {
            if (field.NameEquals("id"u8) || field.NameEquals("externalId"u8))
            {
                field.WriteTo(json);
            }
        }

        json.WriteNumber("start"u8, from);
        json.WriteNumber("end"u8, stretch.GetProperty("exclusiveEnd"u8).GetInt64());
        json.WriteNumber("limit"u8, limit);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteBoolean("ignoreUnknownIds"u8, true);
        json.WriteBoolean("ignoreBadDataPoints"u8, false);
        json.WriteEndObject();
        return body;
    }
}
