using System.Text.Json;

namespace Sluice.Emulator.Tests;

public sealed class DataPointTests
{
    [Fact]
    public async Task Points_are_stored_sorted_and_the_last_write_of_a_timestamp_wins()
    {
        await using var cdf = await StartAsync();
        await InsertAsync(cdf, "num", (3, "3"), (1, "1"), (2, "2"), (2, "2.5"));
        await InsertAsync(cdf, "num", (2, "20"), (0, "0"), (4, "-4.5"));
        Assert.Equal("0=0 1=1 2=20 3=3 4=-4.5", await ReadAsync(cdf, "num"));
    }

    [Fact]
    public async Task Insert_answers_200_with_an_empty_object()
    {
        await using var cdf = await StartAsync();
        var answer = await InsertAsync(cdf, "num", (1, "1"));
        Assert.Equal("{}", answer.Expect(200).Body.GetRawText());
    }

    [Fact]
    public async Task Unknown_series_are_named_and_nothing_of_the_request_is_stored()
    {
        await using var cdf = await StartAsync();
        var answer = (await cdf.PostItemsAsync(
            "/timeseries/data",
            """{"externalId":"num","datapoints":[{"timestamp":1,"value":1}]}""",
            """{"externalId":"no1","datapoints":[{"timestamp":1,"value":1}]}""",
            """{"id":5,"datapoints":[{"timestamp":1,"value":1}]}""")).Expect(400);
        Assert.Equal("Time series not found", answer.Message);
        Assert.Equal(["""{"externalId":"no1"}""", """{"id":5}"""], answer.Keys("missing"));
        Assert.Equal("", await ReadAsync(cdf, "num"));
    }

    [Theory]
    [InlineData("text", "1", "Expected string value")]
    [InlineData("num", "\"x\"", "Expected numeric value")]
    [InlineData("num", "true", "Expected numeric value")]
    public async Task A_value_of_the_wrong_kind_fails_the_request(string series, string value, string message)
    {
        await using var cdf = await StartAsync();
        var answer = (await cdf.PostItemsAsync(
            "/timeseries/data",
            """{"externalId":"num2","datapoints":[{"timestamp":1,"value":1}]}""",
            $$"""{"externalId":"{{series}}","datapoints":[{"timestamp":1,"value":{{value}} }]}""")).Expect(400);
        Assert.StartsWith(message, answer.Message, StringComparison.Ordinal);
        Assert.Equal("", await ReadAsync(cdf, "num2"));
    }

    [Fact]
    public async Task The_same_series_twice_is_422()
    {
        await using var cdf = await StartAsync();
        var item = """{"externalId":"num","datapoints":[{"timestamp":1,"value":1}]}""";
        var answer = (await cdf.PostItemsAsync("/timeseries/data", item, item)).Expect(422);
        Assert.Equal("Duplicate time series references", answer.Message);
    }

    [Theory]
    [InlineData("""{"timestamp":-2208988800001,"value":1}""")]
    [InlineData("""{"timestamp":4102444800000,"value":1}""")]
    [InlineData("""{"timestamp":1.5,"value":1}""")]
    [InlineData("""{"value":1}""")]
    [InlineData("""{"timestamp":1,"value":1.1e100}""")]
    [InlineData("""{"timestamp":1}""")]
    [InlineData("""{"timestamp":1,"value":"NaN"}""")]
    [InlineData("""{"timestamp":1,"value":1,"status":{"code":4294967295}}""")]
    [InlineData("""{"timestamp":1,"value":1,"status":{"symbol":"Nonsense"}}""")]
    [InlineData("""{"timestamp":1,"value":1,"status":{"code":2147483648,"symbol":"Good"}}""")]
    [InlineData("5")]
    public async Task A_malformed_point_is_400(string point)
    {
        await using var cdf = await StartAsync();
        (await cdf.PostItemsAsync("/timeseries/data", $$"""{"externalId":"num","datapoints":[{{point}}]}""")).Expect(400);
    }

    [Fact]
    public async Task Strings_are_limited_to_1023_bytes()
    {
        await using var cdf = await StartAsync();
        (await InsertAsync(cdf, "text", (1, $"\"{new string('x', 1023)}\""))).Expect(200);
        (await InsertAsync(cdf, "text", (1, $"\"{new string('x', 1024)}\""))).Expect(400);
        (await InsertAsync(cdf, "text", (1, $"\"{new string('é', 512)}\""))).Expect(400);
    }

    [Fact]
    public async Task A_request_has_at_most_100000_points()
    {
        await using var cdf = await StartAsync();
        (await InsertAsync(cdf, "num", [.. Enumerable.Range(0, 100_001).Select(i => ((long)i, "1"))])).Expect(400);
        (await InsertAsync(cdf, "num", [.. Enumerable.Range(0, 100_000).Select(i => ((long)i, "1"))])).Expect(200);
        var page = (await cdf.PostItemsAsync("/timeseries/data/list", """{"externalId":"num","limit":100000,"end":100001}"""))
            .Expect(200).Items[0];
        Assert.Equal(100_000, page.GetProperty("datapoints").GetArrayLength());
        Assert.False(page.TryGetProperty("nextCursor", out _));
    }

    [Fact]
    public async Task Bad_points_may_hold_anything_and_are_hidden_unless_asked_for()
    {
        await using var cdf = await StartAsync();
        (await cdf.PostItemsAsync(
            "/timeseries/data",
            """
            {"externalId":"num","datapoints":[{"timestamp":1,"value":1},{"timestamp":2,"value":"NaN","status":{"code":2147483648}},
             {"timestamp":3,"status":{"symbol":"BadSensorFailure, High"}},{"timestamp":4,"value":4,"status":{"symbol":"Uncertain"}},
             {"timestamp":5,"value":1e200,"status":{"symbol":"Bad"}}]}
            """)).Expect(200);
        Assert.Equal("1=1", await ReadAsync(cdf, "num"));
        Assert.Equal("1=1 4=4", await ReadAsync(cdf, "num", ""","treatUncertainAsBad":false"""));
        var all = (await cdf.PostItemsAsync(
            "/timeseries/data/list", """{"externalId":"num","includeStatus":true,"ignoreBadDataPoints":false}""")).Expect(200)
                .Items[0].GetProperty("datapoints");
        Assert.Equal("""{"timestamp":1,"value":1}""", all[0].GetRawText());
        Assert.Equal("""{"timestamp":2,"value":"NaN","status":{"code":2147483648,"symbol":"Bad"}}""", all[1].GetRawText());
        Assert.Equal("""{"timestamp":3,"status":{"code":2156660224,"symbol":"BadSensorFailure, High"}}""", all[2].GetRawText());
        Assert.Equal(5, all.GetArrayLength());
        Assert.Equal("4=4", await LatestAsync(cdf, "num", ""","treatUncertainAsBad":false"""));
    }

    [Fact]
    public async Task Overwriting_a_bad_point_with_a_good_one_makes_it_good()
    {
        await using var cdf = await StartAsync();
        (await cdf.PostItemsAsync(
            "/timeseries/data", """{"externalId":"num","datapoints":[{"timestamp":1,"status":{"symbol":"Bad"}}]}""")).Expect(200);
        Assert.Equal("", await ReadAsync(cdf, "num"));
        await InsertAsync(cdf, "num", (1, "7"));
        Assert.Equal("1=7", await ReadAsync(cdf, "num"));
    }

    [Fact]
    public async Task A_range_includes_its_start_and_excludes_its_end()
    {
        await using var cdf = await StartAsync();
        await InsertAsync(cdf, "num", (1, "1"), (2, "2"), (3, "3"), (4, "4"));
        Assert.Equal("2=2 3=3", await ReadAsync(cdf, "num", ""","start":2,"end":"4" """));
        Assert.Equal("1=1 2=2 3=3 4=4", await ReadAsync(cdf, "num", ""","start":2,"end":4,"includeOutsidePoints":true"""));
        (await cdf.PostItemsAsync("/timeseries/data/list", """{"externalId":"num","start":4,"end":4}""")).Expect(400);
    }

    [Fact]
    public async Task Times_may_be_given_relative_to_now()
    {
        var clock = new TestClock();
        await using var cdf = await StartAsync(clock);
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        await InsertAsync(cdf, "num", (now - 7_200_000, "1"), (now - 1000, "2"), (now, "3"), (now + 1, "4"));
        Assert.Equal($"{now - 1000}=2", await ReadAsync(cdf, "num", ""","start":"1h-ago","end":"now" """));
        Assert.Equal($"{now - 1000}=2", await LatestAsync(cdf, "num"));
        Assert.Equal($"{now}=3", await LatestAsync(cdf, "num", $",\"before\":\"{now + 1}\""));
        Assert.Equal($"{now - 7_200_000}=1", await LatestAsync(cdf, "num", ",\"before\":\"1h-ago\""));
        Assert.Equal("", await LatestAsync(cdf, "num2"));
        (await cdf.PostItemsAsync("/timeseries/data/list", """{"externalId":"num","start":"yesterday"}""")).Expect(400);
    }

    [Fact]
    public async Task Pages_of_points_follow_each_other_by_cursor()
    {
        await using var cdf = await StartAsync();
        await InsertAsync(cdf, "num", [.. Enumerable.Range(0, 10).Select(i => ((long)i, $"{i}"))]);
        var seen = new List<long>();
        string? cursor = null;
        do
        {
            var item = $$"""{"externalId":"num","limit":4{{(cursor is null ? "" : $",\"cursor\":\"{cursor}\"")}} }""";
            var page = (await cdf.PostItemsAsync("/timeseries/data/list", item)).Expect(200).Items[0];
            seen.AddRange(page.GetProperty("datapoints").EnumerateArray().Select(p => p.GetProperty("timestamp").GetInt64()));
            cursor = page.TryGetProperty("nextCursor", out var next) ? next.GetString() : null;
        }
        while (cursor is not null);

        Assert.Equal(Enumerable.Range(0, 10).Select(i => (long)i), seen);
        (await cdf.PostItemsAsync("/timeseries/data/list", """{"externalId":"num","cursor":"zzz"}""")).Expect(400);
    }

    [Theory]
    [InlineData("""{"externalId":"num","limit":100001}""")]
    [InlineData("""{"externalId":"num","limit":10001,"aggregates":["count"],"granularity":"1d"}""")]
    [InlineData("""{"externalId":"num","aggregates":["count"]}""")]
    [InlineData("""{"externalId":"num","granularity":"1d"}""")]
    [InlineData("""{"externalId":"num","aggregates":["median"],"granularity":"1d"}""")]
    [InlineData("""{"externalId":"num","aggregates":["count"],"granularity":"121m"}""")]
    [InlineData("""{"externalId":"num","aggregates":["count"],"granularity":"1y"}""")]
    [InlineData("""{"externalId":"text","aggregates":["average"],"granularity":"1d"}""")]
    [InlineData("""{"externalId":"num","targetUnit":"temperature:deg_f"}""")]
    public async Task A_malformed_list_request_is_400(string item)
    {
        await using var cdf = await StartAsync();
        await InsertAsync(cdf, "text", (1, "\"x\""));
        (await cdf.PostItemsAsync("/timeseries/data/list", item)).Expect(400);
    }

    [Fact]
    public async Task Aggregates_are_given_per_period_that_has_points()
    {
        await using var cdf = await StartAsync();
        const long Hour = 3_600_000;
        await InsertAsync(cdf, "num", (0, "1"), (Hour / 2, "3"), (Hour, "5"), (4 * Hour, "10"));
        var points = (await cdf.PostItemsAsync(
            "/timeseries/data/list",
            $$"""
            {"externalId":"num","end":{{5 * Hour}},"granularity":"1h",
             "aggregates":["count","sum","average","min","max","maxDatapoint","totalVariation","interpolation",
                           "stepInterpolation","discreteVariance"]}
            """)).Expect(200).Items[0].GetProperty("datapoints");
        Assert.Equal(3, points.GetArrayLength());
        Assert.Equal(
            """
            {"timestamp":0,"count":2,"sum":4,"average":2,"min":1,"max":3,"maxDatapoint":{"timestamp":1800000,"value":3},"totalVariation":2,"interpolation":1,"stepInterpolation":1,"discreteVariance":1}
            """,
            points[0].GetRawText());
        Assert.Equal(4 * Hour, points[2].GetProperty("timestamp").GetInt64());
        Assert.Equal(10, points[2].GetProperty("interpolation").GetDouble());
    }

    [Fact]
    public async Task Months_and_days_are_aligned_in_the_time_zone()
    {
        await using var cdf = await StartAsync();
        await InsertAsync(cdf, "num", (1_700_000_000_000, "1"));
        Assert.Equal(1_698_796_800_000, await FirstAsync("1mo", "UTC"));
        Assert.Equal(1_699_920_000_000, await FirstAsync("1d", "UTC"));
        Assert.Equal(1_699_986_600_000, await FirstAsync("1d", "UTC+05:30"));
        async Task<long> FirstAsync(string granularity, string zone) => (await cdf.PostItemsAsync(
            "/timeseries/data/list",
            $$"""{"externalId":"num","aggregates":["count"],"granularity":"{{granularity}}","timeZone":"{{zone}}"}""")).Expect(200)
            .Items[0].GetProperty("datapoints")[0].GetProperty("timestamp").GetInt64();
    }

    [Fact]
    public async Task Points_are_deleted_by_range_or_one_by_one()
    {
        await using var cdf = await StartAsync();
        await InsertAsync(cdf, "num", (1, "1"), (2, "2"), (3, "3"), (4, "4"), (5, "5"));
        (await cdf.PostItemsAsync("/timeseries/data/delete", """{"externalId":"num","inclusiveBegin":2,"exclusiveEnd":4}""")).Expect(200);
        Assert.Equal("1=1 4=4 5=5", await ReadAsync(cdf, "num"));
        (await cdf.PostItemsAsync("/timeseries/data/delete", """{"externalId":"num","inclusiveBegin":4}""")).Expect(200);
        Assert.Equal("1=1 5=5", await ReadAsync(cdf, "num"));
        var unknown = (await cdf.PostItemsAsync("/timeseries/data/delete", """{"externalId":"no","inclusiveBegin":4}""")).Expect(400);
        Assert.Equal(["""{"externalId":"no"}"""], unknown.Keys("missing"));
        (await cdf.PostItemsAsync("/timeseries/data/delete", """{"externalId":"num","inclusiveBegin":4,"exclusiveEnd":4}""")).Expect(400);
    }

    [Fact]
    public async Task Unknown_series_can_be_ignored_when_reading()
    {
        await using var cdf = await StartAsync();
        const string Items = """ "items":[{"externalId":"no"},{"externalId":"num"}] """;
        (await cdf.PostAsync("/timeseries/data/list", $"{{{Items}}}")).Expect(400);
        Assert.Single((await cdf.PostAsync("/timeseries/data/list", $"{{{Items},\"ignoreUnknownIds\":true}}")).Expect(200).Items);
        Assert.Single((await cdf.PostAsync("/timeseries/data/latest", $"{{{Items},\"ignoreUnknownIds\":true}}")).Expect(200).Items);
    }

    [Fact]
    public async Task Points_go_away_with_their_series()
    {
        await using var cdf = await StartAsync();
        await InsertAsync(cdf, "num", (1, "1"));
        (await cdf.PostItemsAsync("/timeseries/delete", """{"externalId":"num"}""")).Expect(200);
        await cdf.CreateAsync("/timeseries", """{"externalId":"num"}""");
        Assert.Equal("", await ReadAsync(cdf, "num"));
    }

    private static async Task<TestEmulator> StartAsync(TimeProvider? clock = null)
    {
        var cdf = await TestEmulator.StartAsync(new EmulatorOptions { Clock = clock ?? TimeProvider.System });
        (await cdf.PostItemsAsync(
            "/timeseries", """{"externalId":"num"}""", """{"externalId":"num2"}""", """{"externalId":"text","isString":true}"""))
                .Expect(201);
        return cdf;
    }

    private static Task<Answer> InsertAsync(TestEmulator cdf, string series, params (long Time, string Value)[] points) =>
        cdf.PostItemsAsync(
            "/timeseries/data",
            $$"""{"externalId":"{{series}}","datapoints":[{{string.Join(',', points.Select(p => $"{{\"timestamp\":{p.Time},\"value\":{p.Value}}}"))}}]}""");

    private static async Task<string> ReadAsync(TestEmulator cdf, string series, string options = "") =>
        Show((await cdf.PostItemsAsync("/timeseries/data/list", $$"""{"externalId":"{{series}}","limit":1000{{options}} }"""))
            .Expect(200).Items[0]);

    private static async Task<string> LatestAsync(TestEmulator cdf, string series, string options = "") =>
        Show((await cdf.PostItemsAsync("/timeseries/data/latest", $$"""{"externalId":"{{series}}"{{options}} }""")).Expect(200).Items[0]);

    private static string Show(JsonElement item) => string.Join(' ', item.GetProperty("datapoints").EnumerateArray()
        .Select(p => $"{p.GetProperty("timestamp")}={p.GetProperty("value")}"));
}
