using System.Diagnostics;
using System.Text.Json;
using Sluice.Cdf.Http;
using Sluice.Cdf.Resources;

namespace Sluice.Gateway.Writes.Changes;

/// <summary>Counts the data points that are to be deleted, since CDF's answer does not, and waits until they are gone (rules.md O6).</summary>
internal sealed class PointsToDelete : WritePreparation
{
    // CDF has no word for it, so it is asked again and again.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public override async Task<Prepared> PrepareAsync(CdfClient client, WritePart part, CancellationToken stop)
    {
        var counts = new long[part.Items.Count];
        var rows = new List<ReturnedRow>();
        var left = new Queue<(int Place, SeriesRange Range)[]>([[.. part.Items.Select((item, place) => (place, RangeOf(part, item)))]]);
        while (left.TryDequeue(out var asked))
        {
            SeriesRange[] ranges = [.. asked.Select(one => one.Range)];
            var limit = DataPointsApi.MaxPointsPerQuery / ranges.Length;
            var response = await client.SendAsync(DataPointsApi.List(ranges, limit), CancellationToken.None, stop);
            if (!response.IsSuccess)
            {
                return Prepared.Failed(response.Error);
            }

            using var page = CdfPage.Parse(response.Body);
            foreach (var (series, range, index) in DataPointsApi.Match(page.Items, ranges))
            {
                var place = asked[index].Place;
                var points = series.GetProperty("datapoints"u8);
                counts[place] += points.GetArrayLength();
                if (part.Write.Plan.ReturnsRows)
                {
                    rows.AddRange(points.EnumerateArray().Select(point => new ReturnedRow(part.Write.Items!.OriginOf(part.Items[place]), Row(series, point))));
                }

                // What does not fit into its share of the answer is asked for again, with all of it.
                if (points.GetArrayLength() == limit && points[limit - 1].GetProperty("timestamp"u8).GetInt64() + 1 is var next && next < range.End)
                {
                    left.Enqueue([(place, range with { Start = next })]);
                }
            }
        }

        List<int> kept = [.. part.Items.Where((_, place) => counts[place] > 0)];
        return new Prepared(kept.Count == 0 ? null : part.Of(kept))
        {
            NotApplied = [.. part.Items.Where((_, place) => counts[place] == 0)],
            MoreRows = [.. part.Items.Select((item, place) => (item, counts[place] - 1)).Where(more => more.Item2 > 0)],
            Rows = rows,
        };
    }

    /// <summary>Waits until CDF shows none of the points, for half a minute at most; what it then still shows will go without anybody's help.</summary>
    public override async Task SettleAsync(CdfClient client, WritePart part, CancellationToken stop)
    {
        SeriesRange[] ranges = [.. part.Items.Select(item => RangeOf(part, item))];
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < Patience && !stop.IsCancellationRequested && await AreLeftAsync(client, ranges))
        {
            await Task.Delay(Pause, CancellationToken.None);
        }
    }

    private static async Task<bool> AreLeftAsync(CdfClient client, SeriesRange[] ranges)
    {
        var response = await client.SendAsync(DataPointsApi.List(ranges, limit: 1), CancellationToken.None);
        if (!response.IsSuccess)
        {
            // The points are deleted all the same; only who asks cannot be told when.
            return false;
        }

        using var page = CdfPage.Parse(response.Body);
        return page.Items.Any(series => series.GetProperty("datapoints"u8).GetArrayLength() > 0);
    }

    private static SeriesRange RangeOf(WritePart part, int item)
    {
        using var document = JsonDocument.Parse(part.Write.ItemBody(item));
        var stretch = document.RootElement;
        return new SeriesRange(
            SeriesKey.Of(stretch), stretch.GetProperty("inclusiveBegin"u8).GetInt64(), stretch.GetProperty("exclusiveEnd"u8).GetInt64());
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
}
