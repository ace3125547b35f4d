using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json;
using Sluice.Cdf.Errors;
using Sluice.Cdf.Http;
using Sluice.Gateway.Reads.Rows;
using Sluice.Gateway.Tables;

namespace Sluice.Gateway.Reads.Sources;

/// <summary>A stretch of one series: milliseconds since 1970, the end not included.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SeriesRange(CdfIdentity Series, long Start, long End);

/// <summary>
/// Data points of series by stretches of time, 100,000 a request. Points of every status are read, Bad ones too. A series that does not exist, or whose
/// values are of the other kind, gives no rows.
/// </summary>
internal static class DataPointsOfSeries
{
    private const int MaxSeries = 100;
    private const int MaxPoints = 100_000;

    /// <summary>Reads the points of <paramref name="ranges"/>.</summary>
    public static async IAsyncEnumerable<CdfRow> ReadAsync(
        TableDefinition table,
        CdfClient client,
        IEnumerable<SeriesRange> ranges,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var chunk in ranges.Chunk(MaxSeries))
        {
            // What does not fit into a series' share of the answer is asked for again, with all of it.
            var left = new Queue<SeriesRange[]>([chunk]);
            while (left.TryDequeue(out var asked))
            {
                var limit = MaxPoints / asked.Length;
                using var page = ItemsByIds.ParsePage(await client.SendAsync(Request(asked, limit), cancellationToken), table);
                foreach (var (item, range) in Match(page.Items, asked))
                {
                    var points = item.GetProperty("datapoints"u8);
                    var given = GivenOf(table, item);
                    if (IsString(item) == (table.Kind == TableKind.StringDatapoints))
                    {
                        foreach (var point in points.EnumerateArray())
                        {
                            yield return new CdfRow(point, given);
                        }

                        if (points.GetArrayLength() == limit && points[limit - 1].GetProperty("timestamp"u8).GetInt64() + 1 is var next && next < range.End)
                        {
                            left.Enqueue([range with { Start = next }]);
                        }
                    }
                }
            }
        }
    }

    private static bool IsString(JsonElement item) => item.TryGetProperty("isString"u8, out var value) && value.ValueKind == JsonValueKind.True;

    private static CdfRequest Request(SeriesRange[] ranges, int limit)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartArray("items"u8);
            foreach (var (series, start, end) in ranges)
            {
                json.WriteStartObject();
                ItemsByIds.WriteKey(json, series);
                json.WriteNumber("start"u8, start);
                json.WriteNumber("end"u8, end);
                json.WriteNumber("limit"u8, limit);
                json.WriteBoolean("ignoreBadDataPoints"u8, false);
                json.WriteBoolean("treatUncertainAsBad"u8, false);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteBoolean("ignoreUnknownIds"u8, true);
            json.WriteEndObject();
        }

        return CdfRequest.Post("timeseries/data/list", CdfApi.DataPoints, Repeatable.Read, buffer.WrittenMemory);
    }

    /// <summary>The answer has the items in the order asked for, without those that CDF does not know.</summary>
    private static IEnumerable<(JsonElement Item, SeriesRange Range)> Match(IEnumerable<JsonElement> items, SeriesRange[] asked)
    {
        var next = 0;
        foreach (var item in items)
        {
            var id = item.GetProperty("id"u8).GetInt64();
            var externalId = item.TryGetProperty("externalId"u8, out var text) ? text.GetString() : null;
            while (next < asked.Length && asked[next].Series.Id != id && (externalId is null || asked[next].Series.ExternalId != externalId))
            {
                next++;
            }

            if (next < asked.Length)
            {
                yield return (item, asked[next++]);
            }
        }
    }

    private static string?[] GivenOf(TableDefinition table, JsonElement item)
    {
        var given = new string?[table.Columns.Length];
        given[table.OrdinalOf("id")] = item.GetProperty("id"u8).GetInt64().ToString(CultureInfo.InvariantCulture);
        given[table.OrdinalOf("external_id")] = item.TryGetProperty("externalId"u8, out var externalId) ? externalId.GetString() : null;
        return given;
    }
}
