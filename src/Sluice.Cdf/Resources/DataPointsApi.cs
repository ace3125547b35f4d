using System.Text.Json;
using Sluice.Cdf.Http;

namespace Sluice.Cdf.Resources;

/// <summary>
/// <c>/timeseries/data</c> (CDF API, "Data points"). An insert overwrites by timestamp, so it may be repeated; it is stored in whole or not at all.
/// </summary>
public static class DataPointsApi
{
    /// <summary>Most series of an insert; each once.</summary>
    public const int MaxSeriesPerInsert = 10_000;

    /// <summary>Most points of an insert, over all its series.</summary>
    public const int MaxPointsPerInsert = 100_000;

    /// <summary>Earliest timestamp: 1900-01-01, in milliseconds since 1970.</summary>
    public const long MinTimestamp = -2_208_988_800_000;

    /// <summary>Latest timestamp: 2099-12-31T23:59:59.999, in milliseconds since 1970.</summary>
    public const long MaxTimestamp = 4_102_444_799_999;

    /// <summary>Largest number, and its negative the smallest, that a point with status other than Bad may have.</summary>
    public const double MaxValue = 1e100;

    /// <summary>Longest string value, in UTF-8 bytes.</summary>
    public const int MaxStringBytes = 1023;

    /// <summary>Most series, or stretches of them, that one list asks for.</summary>
    public const int MaxQueries = 100;

    /// <summary>Most points that one list gives.</summary>
    public const int MaxPointsPerQuery = 100_000;

    /// <summary>
    /// Data points of stretches of series, at most <see cref="MaxQueries"/>, whatever their status. Series that CDF does not know are left out of the
    /// answer, which otherwise has the order of the question.
    /// </summary>
    /// <param name="ranges">A series may come more than once.</param>
    /// <param name="limit">Most points of each; all together at most <see cref="MaxPointsPerQuery"/>.</param>
    public static CdfRequest List(IEnumerable<SeriesRange> ranges, int limit)
    {
        var body = JsonBody.Object(json =>
        {
            json.WriteStartArray("items"u8);
            foreach (var (series, start, end) in ranges)
            {
                json.WriteStartObject();
                JsonBody.WriteIdentity(json, series);
                json.WriteNumber("start"u8, start);
                json.WriteNumber("end"u8, end);
                json.WriteNumber("limit"u8, limit);
                json.WriteBoolean("ignoreBadDataPoints"u8, false);
                json.WriteBoolean("treatUncertainAsBad"u8, false);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteBoolean("ignoreUnknownIds"u8, true);
        });
        return CdfRequest.Post("timeseries/data/list", CdfApi.DataPoints, Repeatable.Read, body);
    }

    /// <summary>The items of an answer to <see cref="List"/>, each with the range that it answers and that range's place in the question.</summary>
    public static IEnumerable<(JsonElement Item, SeriesRange Range, int Index)> Match(IEnumerable<JsonElement> items, IReadOnlyList<SeriesRange> asked)
    {
        var next = 0;
        foreach (var item in items)
        {
            var id = item.GetProperty("id"u8).GetInt64();
            var externalId = item.TryGetProperty("externalId"u8, out var text) ? text.GetString() : null;
            while (next < asked.Count && asked[next].Series.Id != id && (externalId is null || asked[next].Series.ExternalId != externalId))
            {
                next++;
            }

            if (next < asked.Count)
            {
                yield return (item, asked[next], next);
                next++;
            }
        }
    }

    /// <summary>Deletes stretches of series: <c>{"items":[{"externalId":"a","inclusiveBegin":0,"exclusiveEnd":1}]}</c>. May be repeated.</summary>
    public static CdfRequest Delete(ReadOnlyMemory<byte> body) =>
        CdfRequest.Post("timeseries/data/delete", CdfApi.DataPoints, Repeatable.Always, body) with { DiscardBody = true };

    /// <summary>Inserts what a <see cref="DataPoints.DataPointEncoder"/> has written.</summary>
    public static CdfRequest Insert(ReadOnlyMemory<byte> protobuf, bool gzipped = false) => new()
    {
        Method = HttpMethod.Post,
        Path = "timeseries/data",
        Api = CdfApi.DataPoints,
        Repeatable = Repeatable.Always,
        Body = protobuf,
        ContentType = CdfMediaType.Protobuf,
        Gzipped = gzipped,
        DiscardBody = true,
    };
}
