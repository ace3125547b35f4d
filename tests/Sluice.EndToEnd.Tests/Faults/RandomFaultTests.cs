using System.Globalization;
using System.Text.Json.Nodes;
using Sluice.EndToEnd.Tests.Servers;

namespace Sluice.EndToEnd.Tests.Faults;

/// <summary>
/// Sessions that write whatever comes while CDF answers 429 and 500, loses answers and requests, stores parts and is slow: in the end CDF holds what was
/// acknowledged, and beyond it at most what an error named as in doubt.
/// </summary>
public sealed class RandomFaultTests(FaultServer fault) : IClassFixture<FaultServer>
{
    private const int Sessions = 3;
    private const int Statements = 40;

    private GatewayServer Server => fault.Server;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task CDF_holds_what_was_acknowledged(int seed)
    {
        var sessions = new List<(string Name, RandomSession Session, Wire.WireClient Client)>();
        for (var i = 0; i < Sessions; i++)
        {
            var name = $"f{Guid.NewGuid():N}";
            await Server.Cdf.CreateSeriesAsync(name);
            await Server.Cdf.PostAsync("raw/dbs", new { items = new[] { new { name = name[..20] } } });
            await Server.Cdf.PostAsync($"raw/dbs/{name[..20]}/tables", new { items = new[] { new { name = "t" } } });
            var client = await Server.ConnectAsync();
            sessions.Add((name, new RandomSession(Server, client, name, (seed * Sessions) + i), client));
        }

        await using (await Server.Cdf.BreakAsync(seed, [.. Rules()]))
        {
            await Task.WhenAll(sessions.Select(session => session.Session.RunAsync(Statements)));
        }

        foreach (var (name, session, client) in sessions)
        {
            await client.DisposeAsync();
            await CheckAsync(seed, name, session);
        }
    }

    private static IEnumerable<JsonObject> Rules()
    {
        foreach (var path in (string[])["/events", "/events/update", "/events/delete", "/events/byids", "/timeseries/data", "/raw/dbs/{db}/tables/{table}/rows"])
        {
            yield return Rule(path, "rateLimit", 0.08);
            yield return Rule(path, "status", 0.04, rule => rule["status"] = 500);
            yield return Rule(path, "status", 0.04, rule => (rule["status"], rule["when"]) = (500, "after"));
            yield return Rule(path, "status", 0.04, rule => rule["status"] = 503);
            yield return Rule(path, "drop", 0.04);
            yield return Rule(path, "drop", 0.04, rule => rule["when"] = "after");
            yield return Rule(path, "latency", 0.1, rule => rule["milliseconds"] = 30);
        }

        yield return Rule("/raw/dbs/{db}/tables/{table}/rows", "partialRaw", 0.05, rule => rule["rows"] = 1);
    }

    private static JsonObject Rule(string path, string action, double probability, Action<JsonObject>? more = null)
    {
        var rule = new JsonObject { ["id"] = $"{Guid.NewGuid()}", ["method"] = "POST", ["path"] = path, ["action"] = action, ["probability"] = probability };
        more?.Invoke(rule);
        return rule;
    }

    private async Task CheckAsync(int seed, string name, RandomSession session)
    {
        var stored = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var item in (await Server.Cdf.PostAsync("events/list", new { filter = new { externalIdPrefix = name }, limit = 1_000 }))["items"]!.AsArray())
        {
            stored.Add((string)item!["externalId"]!, (string?)item["type"]);
        }

        foreach (var (time, value) in await Server.Cdf.PointsAsync(name))
        {
            stored.Add(string.Create(CultureInfo.InvariantCulture, $"point {time / 1_000}"), value.ToString());
        }

        foreach (var row in (await Server.Cdf.GetAsync($"raw/dbs/{name[..20]}/tables/t/rows"))["items"]!.AsArray())
        {
            stored.Add($"raw {row!["key"]}", (string?)row["columns"]!["v"]);
        }

        var wrong = session.Committed.Keys.Union(stored.Keys).Where(key => !session.Committed[key].Contains(stored.GetValueOrDefault(key)))
            .Select(key => $"{key} is {stored.GetValueOrDefault(key) ?? "not there"}, may be {string.Join(" or ", session.Committed[key].Select(value => value ?? "not there"))}").ToList();
        foreach (var (source, least, most) in session.Keyless)
        {
            var count = (await Server.Cdf.PostAsync("events/list", new { filter = new { source }, limit = 1_000 }))["items"]!.AsArray().Count;
            if (count < least || count > most)
            {
                wrong.Add($"there are {count} rows without a key of {source}, not {least} to {most}");
            }
        }

        Assert.True(wrong.Count == 0, $"seed {seed}\n{string.Join('\n', wrong)}\n{string.Join('\n', session.Script)}");
    }
}
