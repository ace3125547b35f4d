using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Sluice.Cdf.Http;
using Sluice.Cdf.Resources;
using Sluice.Gateway.Reads.Rows;
using Sluice.Gateway.Tables;

namespace Sluice.Gateway.Reads.Sources;

/// <summary>
/// Data points of series by stretches of time, 100,000 a request. Points of every status are read, Bad ones too. A series that does not exist, or whose
/// values are of the other kind, gives no rows.
/// </summary>
internal static class DataPointsOfSeries
{
    /// <summary>Reads the points of <paramref name="ranges"/>.</summary>
    public static async IAsyncEnumerable<CdfRow> ReadAsync(
        TableDefinition table,
        CdfClient client,
        IEnumerable<SeriesRange> ranges,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var chunk in ranges.Chunk(DataPointsApi.MaxQueries))
        {
            // What does not fit into a series' share of the answer is asked for again, with all of it.
            var left = new Queue<SeriesRange[]>([chunk]);
            while (left.TryDequeue(out var asked))
            {
                var limit = DataPointsApi.MaxPointsPerQuery / asked.Length;
                using var page = ItemsByIds.ParsePage(await client.SendAsync(DataPointsApi.List(asked, limit), cancellationToken), table);
                foreach (var (item, range, _) in DataPointsApi.Match(page.Items, asked))
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

    private static string?[] GivenOf(TableDefinition table, JsonElement item)
    {
        var given = new string?[table.Columns.Length];
        given[table.OrdinalOf("id")] = item.GetProperty("id"u8).GetInt64().ToString(CultureInfo.InvariantCulture);
        given[table.OrdinalOf("external_id")] = item.TryGetProperty("externalId"u8, out var externalId) ? externalId.GetString() : null;
        return given;
    }
}
