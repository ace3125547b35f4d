using Sluice.Cdf.Errors;
using Sluice.Cdf.Http;
using Sluice.Cdf.Resources;
using Sluice.Cdf.Tests.Support;

namespace Sluice.Cdf.Tests.Resources;

public sealed class ResourceTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Byids_asks_for_keys_of_every_kind()
    {
        await using var server = await ScriptedServer.StartAsync(ScriptedServer.Json(200, """{"items":[{"id":1,"externalId":"å\"","isString":true},{"id":2}]}"""));
        using var http = server.NewHttp();
        var client = http.CreateClient("p", new CountingTokens());
        CdfIdentity[] keys = [new(ExternalId: "å\""), new(Id: 2), new(Space: "s", ExternalId: "i")];
        var existing = await client.Assets.ExistingAsync(keys, Cancellation);
        var series = await client.TimeSeries.InfosAsync(keys, Cancellation);

        Assert.Equal([new CdfIdentity(1, "å\""), new CdfIdentity(2)], existing.Value);
        Assert.Equal([new TimeSeriesInfo(1, "å\"", true), new TimeSeriesInfo(2, null, false)], series.Value);
        Assert.Equal(
            """{"items":[{"externalId":"å\""},{"id":2},{"instanceId":{"space":"s","externalId":"i"}}],"ignoreUnknownIds":true}""",
            server.Requests.First().Text);
        Assert.Equal(["/api/v1/projects/p/assets/byids", "/api/v1/projects/p/timeseries/byids"], server.Requests.Select(request => request.Target));
    }

    [Theory]
    [InlineData("no json")]
    [InlineData("""{"items":[{"externalId":"a"}]}""")]
    public async Task An_answer_that_is_not_understood_is_an_error(string body)
    {
        await using var server = await ScriptedServer.StartAsync(ScriptedServer.Json(200, body));
        using var http = server.NewHttp();
        var series = await http.CreateClient("p", new CountingTokens()).TimeSeries.InfosAsync([new(Id: 1)], Cancellation);

        Assert.Equal(CdfErrorKind.OutcomeUnknown, series.Error?.Kind);
    }

    [Fact]
    public async Task Token_inspect_tells_capabilities_with_their_scopes()
    {
        await using var server = await ScriptedServer.StartAsync(ScriptedServer.Json(200, """
            {"subject":"s","projects":[{"projectUrlName":"p","groups":[1]}],"capabilities":[
              {"postgresGatewayAcl":{"actions":["READ","WRITE"],"scope":{"usersScope":{"usernames":["u1","u2"]}}},"projectScope":{"projects":["p"]}},
              {"rawAcl":{"actions":["READ"],"scope":{"tableScope":{"dbsToTables":{"db":{"tables":["t"]}}}}},"projectScope":{"allProjects":{}}},
              {"assetsAcl":{"actions":["read"],"scope":{"datasetScope":{"ids":[7]}}},"projectScope":{"projects":["other"]},"projectUrlNames":{"urlNames":["other"]}},
              {"version":1}]}
            """));
        using var http = server.NewHttp();
        var inspection = await http.CreateClient("p", new CountingTokens()).Token.InspectAsync(Cancellation);

        Assert.Equal("/api/v1/token/inspect", Assert.Single(server.Requests).Target);
        Assert.Equal(["p"], inspection.Value.Projects);
        var capabilities = inspection.Value.Capabilities;
        Assert.Equal(3, capabilities.Count);
        Assert.True(capabilities[0].Grants("PostgresGatewayAcl", "write", "p"));
        Assert.False(capabilities[0].Grants("postgresGatewayAcl", "WRITE", "other"));
        Assert.True(capabilities[0].HasScope("usersscope"));
        Assert.Equal(["u1", "u2"], capabilities[0].ScopeValues);
        Assert.True(capabilities[1].Grants("rawAcl", "READ", "anything"));
        Assert.Equal(["t"], capabilities[1].ScopeValues);
        Assert.False(capabilities[2].Grants("assetsAcl", "READ", "p"));
        Assert.Equal(["7"], capabilities[2].ScopeValues);
    }

    [Fact]
    public async Task Each_resource_has_its_path_and_its_rule_of_repetition()
    {
        await using var server = await ScriptedServer.StartAsync(ScriptedServer.Json(200, "{}"));
        using var http = server.NewHttp();
        var client = http.CreateClient("p", new CountingTokens());
        ItemsApi[] apis = [client.Files, client.Labels, client.Relationships, client.Sequences, client.ExtractionPipelines];
        CdfRequest[] requests =
        [
            .. apis.Select(api => api.Create("{}"u8.ToArray())),
            SequenceRowsApi.Insert("{}"u8.ToArray()),
            ExtractionPipelineRunsApi.Create("{}"u8.ToArray()),
            RawApi.CreateTables("a b/c", "{}"u8.ToArray()),
        ];
        Assert.Equal(
            ["files", "labels", "relationships", "sequences", "extpipes", "sequences/data", "extpipes/runs", "raw/dbs/a%20b%2Fc/tables?ensureParent=true"],
            requests.Select(request => request.Path));
        Assert.Equal(requests.Select(request => request.Path == "sequences/data"), requests.Select(request => request.Repeatable == Repeatable.Always));
        Assert.Equal(7, requests.Take(7).Select(request => request.Api).Distinct().Count());
        foreach (var request in requests)
        {
            Assert.True((await client.SendAsync(request, Cancellation)).IsSuccess);
        }
    }
}
