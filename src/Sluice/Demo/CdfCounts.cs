using System.Globalization;
using System.Text.Json.Nodes;

namespace Sluice.Demo;

/// <summary>Counts what a CDF project holds, through the CDF API and page by page: what was stored, not what somebody says was stored.</summary>
internal sealed class CdfCounts(Administrator administrator)
{
    private const int PageSize = 1_000;

    public Task<long> AssetsAsync(CancellationToken cancellationToken) => ListAsync("assets/list", cancellationToken);

    public Task<long> EventsAsync(CancellationToken cancellationToken) => ListAsync("events/list", cancellationToken);

    public Task<long> TimeSeriesAsync(CancellationToken cancellationToken) => ListAsync("timeseries/list", cancellationToken);

    /// <summary>The raw data points of the given series together; each is far smaller than the API's 100,000 points a page.</summary>
    public async Task<long> DataPointsAsync(IEnumerable<string> externalIds, CancellationToken cancellationToken)
    {
        JsonNode answer = await administrator.PostToCdfAsync(
            "timeseries/data/list",
            new
            {
                items = externalIds.Select(externalId => new { externalId, limit = 20_000 }),
                start = new DateTimeOffset(1990, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds(),
                end = new DateTimeOffset(2050, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds(),
            },
            cancellationToken);
        return answer["items"]!.AsArray().Sum(series => (long)series!["datapoints"]!.AsArray().Count);
    }

    public async Task<long> RawRowsAsync(string database, string table, CancellationToken cancellationToken)
    {
        long count = 0;
        string? cursor = null;
        do
        {
            string path = string.Create(CultureInfo.InvariantCulture, $"raw/dbs/{database}/tables/{table}/rows?limit={PageSize}");
            JsonNode page = await administrator.GetFromCdfAsync(
                cursor is null ? path : $"{path}&cursor={Uri.EscapeDataString(cursor)}", cancellationToken);
            count += page["items"]!.AsArray().Count;
            cursor = page["nextCursor"]?.GetValue<string>();
        }
        while (cursor is not null);

        return count;
    }

    private async Task<long> ListAsync(string path, CancellationToken cancellationToken)
    {
        long count = 0;
        string? cursor = null;
        do
        {
            var body = new JsonObject { ["limit"] = PageSize };
            if (cursor is not null)
            {
                body["cursor"] = cursor;
            }

            JsonNode page = await administrator.PostToCdfAsync(path, body, cancellationToken);
            count += page["items"]!.AsArray().Count;
            cursor = page["nextCursor"]?.GetValue<string>();
        }
        while (cursor is not null);

        return count;
    }
}
