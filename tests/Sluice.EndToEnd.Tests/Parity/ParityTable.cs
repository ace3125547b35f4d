using System.Text.Json.Nodes;
using Sluice.EndToEnd.Tests.Servers;

namespace Sluice.EndToEnd.Tests.Parity;

/// <summary>A table that both servers have: how PostgreSQL makes it, and what it and CDF hold of it, a line for each row.</summary>
/// <param name="Create">Makes the plain table.</param>
/// <param name="Rows">Reads the plain table: one text column, in the order of <paramref name="Stored"/>.</param>
/// <param name="Stored">Reads CDF, by the beginning of the test's keys.</param>
/// <param name="Prepare">What CDF must have before.</param>
internal sealed record ParityTable(
    string Create, string Rows, Func<GatewayServer, string, Task<IEnumerable<string>>> Stored, Func<GatewayServer, string, Task>? Prepare = null)
{
    public const string RawTable = "movies";

    private const string Milliseconds = "(extract(epoch from {0}) * 1000)::bigint";

    public static IReadOnlyDictionary<string, ParityTable> All { get; } = new Dictionary<string, ParityTable>
    {
        ["assets"] = Items("assets", "assets", ("external_id", "externalId"), ("name", "name"), ("description", "description"), ("source", "source")),
        ["events"] = Items(
            "events",
            "events",
            ("external_id", "externalId"),
            ("type", "type"),
            ("subtype", "subtype"),
            ("description", "description"),
            (Text(Milliseconds, "start_time"), "startTime"),
            (Text(Milliseconds, "end_time"), "endTime")),
        ["time_series"] = Items(
            "time_series", "timeseries", ("external_id", "externalId"), ("name", "name"), ("unit", "unit"), ("description", "description"), ("coalesce(is_step, false)::text", "isStep")),
        ["double_datapoints"] = new(
            "create table double_datapoints (like public.double_datapoints including all, unique (external_id, timestamp))",
            $"select {Text(Milliseconds, "timestamp")} || ' ' || value from double_datapoints order by timestamp",
            async (server, keys) => (await server.Cdf.PointsAsync($"{keys}ts")).Select(point => $"{point.Timestamp} {point.Value}"),
            (server, keys) => server.Cdf.CreateSeriesAsync($"{keys}ts")),
        [RawTable] = new(
            "create table {t} (title text primary key, year bigint, rating double precision)",
            "select concat_ws('|', title, coalesce(year::text, '-'), coalesce(rating::text, '-')) from {t} order by title collate \"C\"",
            async (server, keys) => (await server.Cdf.GetAsync($"raw/dbs/{keys.TrimEnd('-')}/tables/movies/rows?limit=1000"))["items"]!.AsArray()
                .OrderBy(row => (string)row!["key"]!, StringComparer.Ordinal)
                .Select(row => row!["columns"]!)
                .Select(c => $"{c["title"]}|{c["year"]?.ToString() ?? "-"}|{c["rating"]?.ToString() ?? "-"}")),
    };

    private static ParityTable Items(string table, string resource, params (string Sql, string Field)[] columns) => new(
        $"create table {table} (like public.{table} including all)",
        $"select concat_ws('|', {string.Join(", ", columns.Select(c => $"coalesce({c.Sql}::text, '-')"))}) from {table} where external_id is not null order by external_id collate \"C\"",
        async (server, keys) => (await server.Cdf.PostAsync($"{resource}/list", new { filter = new { externalIdPrefix = keys }, limit = 1_000 }))["items"]!.AsArray()
            .OrderBy(item => (string)item!["externalId"]!, StringComparer.Ordinal)
            .Select(item => string.Join('|', columns.Select(c => Text(item![c.Field])))));

    private static string Text(JsonNode? value) => value is null ? "-" : value.ToString();

    private static string Text(string format, string column) => string.Format(System.Globalization.CultureInfo.InvariantCulture, format, column);
}
