using System.Text.Json.Nodes;
using Sluice.EndToEnd.Tests.Servers;
using Sluice.EndToEnd.Tests.Wire;

namespace Sluice.EndToEnd.Tests.Faults;

/// <summary>A request that was cancelled may still be on its way: what is sent later for the same key is stored later, whoever sends it (rules.md O1).</summary>
public sealed class CancelOrderTests(FaultServer fault) : IClassFixture<FaultServer>
{
    private readonly string _name = $"order-{Guid.NewGuid():N}";

    private GatewayServer Server => fault.Server;

    [Theory]
    [InlineData("update events set type = '{0}' where external_id = '{1}'", "*/events/update")]
    [InlineData("insert into events (external_id, type) values ('{1}', '{0}') on conflict (external_id) do update set type = excluded.type", "*/events/update")]
    [InlineData("begin; update events set type = '{0}' where external_id = '{1}'; commit", "*/events/update")]
    public async Task A_later_write_of_the_key_in_another_session_waits_for_the_cancelled_one(string sql, string path)
    {
        await using var first = await Server.ConnectAsync();
        await using var second = await Server.ConnectAsync();
        await using var third = await Server.ConnectAsync();
        await first.Query($"insert into events (external_id, type) values ('{_name}', 'old')").TalkAsync();
        var rule = new JsonObject { ["id"] = "held", ["method"] = "POST", ["path"] = path, ["action"] = "hold", ["times"] = 1 };
        await using (await Server.Cdf.BreakAsync(rule))
        {
            await first.Query(Text(sql, "first")).SendAsync();
            await Server.Cdf.WaitForHitsAsync("held", 1);
            await WireClient.CancelAsync(Server.EndPoint, first);
            var error = (await first.ReadUntilAsync('Z')).Single(m => m.Type == 'E');
            Assert.Equal("57014", error.Field('C'));
            Assert.Contains("not known", error.Field('D'));

            await second.Query(Text(sql, "second")).SendAsync();

            // A write of another key goes its way meanwhile.
            Assert.Equal("C INSERT 0 1", (await third.Query($"insert into events (external_id) values ('{_name}-other')").TalkAsync())[0].ToString());
            Assert.Equal("old", (string)Assert.Single(await Server.Cdf.ByExternalIdsAsync("events", _name))!["type"]!);
        }

        Assert.DoesNotContain(await second.ReadUntilAsync('Z'), m => m.Type == 'E');
        Assert.Equal("second", (string)Assert.Single(await Server.Cdf.ByExternalIdsAsync("events", _name))!["type"]!);
    }

    private string Text(string sql, string value) => string.Format(System.Globalization.CultureInfo.InvariantCulture, sql, value, _name);
}
