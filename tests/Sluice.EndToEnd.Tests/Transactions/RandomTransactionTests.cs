using Sluice.EndToEnd.Tests.Relay;
using Sluice.EndToEnd.Tests.Servers;
using Sluice.EndToEnd.Tests.Wire;

namespace Sluice.EndToEnd.Tests.Transactions;

/// <summary>
/// Any sequence of statements, savepoints and rollbacks on a CDF table and on a plain table of PostgreSQL: tags, SQLSTATEs, status and rows are the
/// same. Left out is only what cannot be the same: a plain INSERT of a row that CDF has is refused at COMMIT, not at once (rules.md X1).
/// </summary>
public sealed class RandomTransactionTests(GatewayServer server, RelayServer postgres)
{
    private const int Keys = 8;

    private readonly string _name = $"random-{Guid.NewGuid():N}";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Any_sequence_does_what_PostgreSQL_does(int seed)
    {
        var random = new Random(seed);
        await using var plain = await postgres.ConnectDirectlyAsync();
        await plain.Query("create temp table events (external_id varchar(255) unique, type varchar(64), subtype varchar(64))").TalkAsync();
        await using var sluice = await server.ConnectAsync();
        var script = new List<string>();
        var hasFailed = false;
        for (var transaction = 0; transaction < 25; transaction++)
        {
            var existed = (await RowsAsync(plain)).Select(row => row.Key).ToHashSet(StringComparer.Ordinal);
            await SayAsync("begin; savepoint a; savepoint b; savepoint c");
            for (var step = 0; step < 20; step++)
            {
                await SayAsync(hasFailed && random.Next(4) > 0 ? $"rollback to {"abc"[random.Next(3)]}" : Statement(random, existed));
            }

            await SayAsync(random.Next(3) == 0 ? "rollback" : "commit");
        }

        Assert.Equal(await RowsAsync(plain), await StoredAsync());

        async Task SayAsync(string sql)
        {
            script.Add(sql);
            var expected = await plain.Query(sql).TalkAsync();
            var actual = await sluice.Query(sql).TalkAsync();
            hasFailed = actual[^1].Status == 'E';
            Assert.True(
                expected.Select(Line).SequenceEqual(actual.Select(Line)),
                $"{string.Join(" / ", expected.Select(Line))}\n{string.Join(" / ", actual)}\n{string.Join(";\n", script.TakeLast(40))}");
        }
    }

    private string Statement(Random random, HashSet<string> existed)
    {
        var key = $"{_name}-{random.Next(Keys)}";
        var other = $"{_name}-{random.Next(Keys)}";
        var value = random.Next(1_000);
        switch (random.Next(14))
        {
            case 0:
                return $"savepoint {"abc"[random.Next(3)]}";
            case 1:
                return $"rollback to {"abc"[random.Next(3)]}";
            case 2:
                return random.Next(3) == 0 ? $"release {"abc"[random.Next(3)]}" : $"savepoint {"abc"[random.Next(3)]}";
            case 3 or 4 when !existed.Contains(key):
                return $"insert into events (external_id, type) values ('{key}', '{value}')";
            case 5:
                return $"insert into events (external_id, type) values ('{key}', '{value}') on conflict (external_id) do update set type = excluded.type";
            case 6:
                return $"insert into events (external_id, subtype) values ('{key}', '{value}'), ('{other}', '{value}') on conflict (external_id) do nothing";
            case 7 or 8:
                return $"update events set type = '{value}' where external_id = '{key}'";
            case 9:
                return $"update events set subtype = '{value}', type = null where external_id in ('{key}', '{other}')";
            case 10 or 11:
                return $"delete from events where external_id = '{key}'";
            case 12:
                return $"delete from events where external_id in ('{key}', '{other}')";
            default:
                return "select 1";
        }
    }

    private static string Line(WireMessage message) => message.Type is 'E' or 'N' ? $"{message.Type} {message.Field('C')}" : message.ToString();

    private static async Task<List<(string Key, string? Type, string? Subtype)>> RowsAsync(WireClient plain)
    {
        var reply = await plain.Query("select external_id, type, subtype from events order by external_id collate \"C\"").TalkAsync();
        return [.. reply.Where(m => m.Type == 'D').Select(m => (m.Values[0]!, m.Values[1], m.Values[2]))];
    }

    private async Task<List<(string Key, string? Type, string? Subtype)>> StoredAsync()
    {
        var stored = await server.Cdf.ByExternalIdsAsync("events", Enumerable.Range(0, Keys).Select(i => $"{_name}-{i}"));
        return
        [
            .. stored.Select(e => ((string)e!["externalId"]!, (string?)e["type"], (string?)e["subtype"])).OrderBy(row => row.Item1, StringComparer.Ordinal),
        ];
    }
}
