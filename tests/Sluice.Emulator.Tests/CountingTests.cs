using System.Net.Http.Headers;
using Com.Cognite.V1.Timeseries.Proto;
using Google.Protobuf;

namespace Sluice.Emulator.Tests;

public sealed class CountingTests
{
    [Fact]
    public async Task Items_are_echoed_with_ids_and_counted_but_not_stored()
    {
        await using var cdf = await TestEmulator.StartAsync(new EmulatorOptions { Counting = true });
        var answer = (await cdf.PostItemsAsync("/events", """{"externalId":"e","metadata":{"a":"}"}}""", "{ }")).Expect(201);
        Assert.Equal("e", answer.Items[0].GetProperty("externalId").GetString());
        Assert.Equal("}", answer.Items[0].GetProperty("metadata").GetProperty("a").GetString());
        Assert.True(answer.Items[1].GetProperty("id").GetInt64() > 0);
        Assert.Equal(0, await cdf.CountAsync("/events"));
        Assert.Equal(2, (await cdf.StatisticsAsync("/events")).GetProperty("items").GetInt32());
        (await cdf.PostItemsAsync("/events", [.. Enumerable.Repeat("{}", 1001)])).Expect(400);
        (await cdf.PostItemsAsync("/events")).Expect(400);
        (await cdf.PostAsync("/events", """{"items":[{}""")).Expect(400);
    }

    [Fact]
    public async Task Points_are_counted_in_both_formats_without_their_series()
    {
        await using var cdf = await TestEmulator.StartAsync(new EmulatorOptions { Counting = true });
        (await cdf.PostItemsAsync(
            "/timeseries/data", """{"externalId":"no","datapoints":[{"timestamp":1,"value":1},{"timestamp":2,"value":[]}]}""")).Expect(200);
        var item = new DataPointInsertionItem { ExternalId = "no", NumericDatapoints = new NumericDatapoints() };
        item.NumericDatapoints.Datapoints.AddRange(
            Enumerable.Range(0, 1000).Select(i => new NumericDatapoint { Timestamp = i, Value = i }));
        (await SendAsync(cdf, new DataPointInsertionRequest { Items = { item, item } })).Expect(200);
        var sums = await cdf.StatisticsAsync("/timeseries/data");
        Assert.Equal(2002, sums.GetProperty("points").GetInt32());
        Assert.Equal(3, sums.GetProperty("items").GetInt32());
    }

    [Fact]
    public async Task Limits_hold_while_counting()
    {
        await using var cdf = await TestEmulator.StartAsync(new EmulatorOptions { Counting = true });
        var item = new DataPointInsertionItem { ExternalId = "no", NumericDatapoints = new NumericDatapoints() };
        item.NumericDatapoints.Datapoints.AddRange(Enumerable.Range(0, 100_001).Select(i => new NumericDatapoint { Timestamp = i }));
        (await SendAsync(cdf, new DataPointInsertionRequest { Items = { item } })).Expect(400);
    }

    [Fact]
    public async Task Rows_are_counted_and_their_tables_still_have_to_exist()
    {
        await using var cdf = await TestEmulator.StartAsync(new EmulatorOptions { Counting = true });
        const string Path = "/raw/dbs/d/tables/t/rows";
        (await cdf.PostItemsAsync(Path, """{"key":"k","columns":{}}""")).Expect(404);
        (await cdf.PostItemsAsync($"{Path}?ensureParent=true", """{"key":"k","columns":{}}""", """{"key":"l","columns":{}}""")).Expect(200);
        Assert.Empty((await cdf.GetAsync(Path)).Expect(200).Items);
        Assert.Equal(2, (await cdf.StatisticsAsync("/raw/dbs/{db}/tables/{table}/rows")).GetProperty("operations")[0]
            .GetProperty("rows").GetInt32());
    }

    [Fact]
    public async Task What_data_refers_to_is_still_stored()
    {
        await using var cdf = await TestEmulator.StartAsync(new EmulatorOptions { Counting = true });
        await cdf.CreateAsync("/timeseries", """{"externalId":"s"}""");
        (await cdf.PostItemsAsync("/timeseries/byids", """{"externalId":"s"}""")).Expect(200);
    }

    private static Task<Answer> SendAsync(TestEmulator cdf, DataPointInsertionRequest request) =>
        cdf.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/api/v1/projects/demo/timeseries/data")
        {
            Content = new ByteArrayContent(request.ToByteArray())
            {
                Headers = { ContentType = new MediaTypeHeaderValue("application/protobuf") },
            },
        });
}
