using System.Text.Json.Nodes;
using Sluice.EndToEnd.Tests.Servers;

namespace Sluice.EndToEnd.Tests.Tables;

/// <summary>Writes through views when CDF's answers are lost.</summary>
public sealed class ViewFaultTests(FaultServer own) : IClassFixture<FaultServer>
{
    private readonly GatewayServer _server = own.Server;

    [Theory]
    [InlineData("", "C INSERT 0 2")]
    [InlineData(" ON CONFLICT (space, external_id) DO UPDATE SET power = excluded.power", "C INSERT 0 2")]
    [InlineData(" ON CONFLICT DO NOTHING", "40003")]
    public async Task A_lost_answer_is_repeated_where_that_changes_nothing(string clause, string outcome)
    {
        var model = await ViewModel.CreateAsync(_server);
        await using var client = await _server.ConnectAsync();
        IReadOnlyList<Wire.WireMessage> reply;
        await using (await _server.Cdf.BreakAsync(
            new JsonObject { ["action"] = "drop", ["when"] = "after", ["times"] = 1, ["path"] = "/models/instances" }))
        {
            reply = await client.Query(
                $"INSERT INTO {model.Pumps} (space, external_id, name, power) VALUES ('{model.Space}', 'a', 'A', 1), ('{model.Space}', 'b', 'B', 2){clause}").TalkAsync();
        }

        Assert.Equal(outcome, reply[0].Type == 'E' ? reply[0].Field('C') : reply[0].ToString());
        Assert.Equal("""{"name":"A","state":"new","power":1}""", await model.PropertiesAsync("Pump", "a"));
        if (reply[0].Type == 'E')
        {
            Assert.Contains("(space, external_id: ", reply[0].Field('D'));
            Assert.Contains($"{model.Space}, a", reply[0].Field('D'));
        }
    }

    [Fact]
    public async Task A_conflict_with_another_writer_is_waited_for()
    {
        var model = await ViewModel.CreateAsync(_server);
        await using var client = await _server.ConnectAsync();
        await using (await _server.Cdf.BreakAsync(
            new JsonObject { ["action"] = "status", ["status"] = 409, ["times"] = 1, ["path"] = "/models/instances", ["autoRetryable"] = true }))
        {
            var reply = await client.Query($"INSERT INTO {model.Pumps} (space, external_id, name) VALUES ('{model.Space}', 'a', 'A')").TalkAsync();
            Assert.Equal("C INSERT 0 1", reply[0].ToString());
        }
    }
}
