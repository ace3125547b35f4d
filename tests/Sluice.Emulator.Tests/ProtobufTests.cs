using System.Net.Http.Headers;
using System.Text;
using Com.Cognite.V1.Timeseries.Proto;
using Google.Protobuf;
using Sluice.Emulator.DataPoints;

namespace Sluice.Emulator.Tests;

public sealed class ProtobufTests
{
    [Fact]
    public async Task Points_go_in_and_out_as_protobuf()
    {
        await using var cdf = await TestEmulator.StartAsync();
        var numeric = await cdf.CreateAsync("/timeseries", """{"externalId":"num","unit":"m"}""");
        await cdf.CreateAsync("/timeseries", """{"externalId":"text","isString":true}""");
        (await InsertAsync(cdf, Request(numeric))).Expect(200);

        var list = new HttpRequestMessage(HttpMethod.Post, "/api/v1/projects/demo/timeseries/data/list")
        {
            Content = new StringContent(
                """{"items":[{"externalId":"num","includeStatus":true,"ignoreBadDataPoints":false,"start":-5},{"externalId":"text"}]}""",
                Encoding.UTF8, "application/json"),
            Headers = { Accept = { new MediaTypeWithQualityHeaderValue("application/protobuf") } },
        };
        using var response = await cdf.Client.SendAsync(list, TestEmulator.Ct);
        Assert.Equal("application/protobuf", response.Content.Headers.ContentType?.MediaType);
        var items = DataPointListResponse.Parser.ParseFrom(await response.Content.ReadAsByteArrayAsync(TestEmulator.Ct)).Items;
        Assert.Equal(numeric, items[0].Id);
        Assert.Equal("m", items[0].Unit);
        Assert.Equal([-5L, 0L, 1L], items[0].NumericDatapoints.Datapoints.Select(p => p.Timestamp));
        Assert.Equal([0, 1.5, 0], items[0].NumericDatapoints.Datapoints.Select(p => p.Value));
        Assert.Equal("Bad", items[0].NumericDatapoints.Datapoints[2].Status.Symbol);
        Assert.True(items[0].NumericDatapoints.Datapoints[2].NullValue);
        Assert.True(items[1].IsString);
        Assert.Equal("x", Assert.Single(items[1].StringDatapoints.Datapoints).Value);
    }

    [Fact]
    public async Task Aggregates_come_as_protobuf_too()
    {
        await using var cdf = await TestEmulator.StartAsync();
        var id = await cdf.CreateAsync("/timeseries", """{"externalId":"num"}""");
        await cdf.CreateAsync("/timeseries", """{"externalId":"text","isString":true}""");
        (await InsertAsync(cdf, Request(id))).Expect(200);
        var list = new HttpRequestMessage(HttpMethod.Post, "/api/v1/projects/demo/timeseries/data/list")
        {
            Content = new StringContent(
                """{"items":[{"externalId":"num"}],"start":-5,"aggregates":["count","max"],"granularity":"1d"}""",
                    Encoding.UTF8, "application/json"),
            Headers = { Accept = { new MediaTypeWithQualityHeaderValue("application/protobuf") } },
        };
        using var response = await cdf.Client.SendAsync(list, TestEmulator.Ct);
        var item = DataPointListResponse.Parser.ParseFrom(await response.Content.ReadAsByteArrayAsync(TestEmulator.Ct)).Items[0];
        Assert.Equal(
            [(-86_400_000L, 1.0, 0.0), (0L, 1.0, 1.5)], item.AggregateDatapoints.Datapoints.Select(p => (p.Timestamp, p.Count, p.Max)));
    }

    [Fact]
    public async Task Numbers_for_a_string_series_are_refused()
    {
        await using var cdf = await TestEmulator.StartAsync();
        await cdf.CreateAsync("/timeseries", """{"externalId":"text","isString":true}""");
        var request = new DataPointInsertionRequest
        {
            Items =
            {
                new DataPointInsertionItem
                {
                    ExternalId = "text", NumericDatapoints = new() { Datapoints = { new NumericDatapoint() } },
                },
            },
        };
        Assert.StartsWith("Expected string value", (await InsertAsync(cdf, request)).Expect(400).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Garbage_is_400_whether_points_are_stored_or_counted()
    {
        await using var cdf = await TestEmulator.StartAsync();
        (await InsertAsync(cdf, [0x0A, 0xFF, 0x01, 0x02])).Expect(400);
        (await InsertAsync(cdf, [])).Expect(400);
        await cdf.AdminAsync("settings", """{"counting":true}""");
        (await InsertAsync(cdf, [0x0A, 0xFF, 0x01, 0x02])).Expect(400);
        (await InsertAsync(cdf, [])).Expect(400);
    }

    [Fact]
    public void The_counter_counts_what_the_generated_parser_reads()
    {
        var random = new Random(1);
        var request = new DataPointInsertionRequest();
        var points = 0;
        for (var i = 0; i < 300; i++)
        {
            var item = new DataPointInsertionItem { ExternalId = new string('x', random.Next(0, 300)) };
            var count = random.Next(0, 50);
            points += count;
            if (i % 2 == 0)
            {
                item.NumericDatapoints = new NumericDatapoints();
                item.NumericDatapoints.Datapoints.AddRange(Enumerable.Range(0, count).Select(_ => new NumericDatapoint
                {
                    Timestamp = random.NextInt64(-10, 4_000_000_000_000),
                    Value = random.NextDouble() - 0.5,
                    Status = random.Next(3) == 0 ? new Status { Code = 1 << 30, Symbol = "Uncertain" } : null,
                }));
            }
            else
            {
                item.StringDatapoints = new StringDatapoints();
                item.StringDatapoints.Datapoints.AddRange(Enumerable.Range(0, count).Select(_ => new StringDatapoint
                {
                    Timestamp = random.NextInt64(),
                    Value = new string('v', random.Next(0, 500)),
                }));
            }

            request.Items.Add(item);
        }

        Assert.Equal((300, points), PointCounter.CountProtobuf(request.ToByteArray()));
    }

    private static DataPointInsertionRequest Request(long numeric) => new()
    {
        Items =
        {
            new DataPointInsertionItem
            {
                Id = numeric,
                NumericDatapoints = new()
                {
                    Datapoints =
                    {
                        new NumericDatapoint { Timestamp = 0, Value = 1.5 },
                        new NumericDatapoint { Timestamp = -5, Value = 0 },
                        new NumericDatapoint { Timestamp = 1, NullValue = true, Status = new Status { Symbol = "Bad" } },
                    },
                },
            },
            new DataPointInsertionItem
            {
                ExternalId = "text",
                StringDatapoints = new() { Datapoints = { new StringDatapoint { Timestamp = 1_000, Value = "x" } } },
            },
        },
    };

    private static Task<Answer> InsertAsync(TestEmulator cdf, DataPointInsertionRequest request) => InsertAsync(cdf, request.ToByteArray());

    private static Task<Answer> InsertAsync(TestEmulator cdf, byte[] body) =>
        cdf.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/api/v1/projects/demo/timeseries/data")
        {
            Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/protobuf") } },
        });
}
