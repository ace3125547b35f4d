using static Sluice.Emulator.Tests.DataModeling.ModelFixture;

namespace Sluice.Emulator.Tests.DataModeling;

public sealed class PropertyTypeTests
{
    private const string Colors = """{"type":"enum","values":{"red":{"name":"Red"},"blue":{}},"unknownValue":"red"}""";

    [Theory]
    [InlineData("""{"type":"text"}""", "\"ø✓\"")]
    [InlineData("""{"type":"text"}""", "\"\"")]
    [InlineData("""{"type":"text","list":true}""", """["a","b","a"]""")]
    [InlineData("""{"type":"boolean"}""", "true")]
    [InlineData("""{"type":"boolean","list":true}""", "[true,false]")]
    [InlineData("""{"type":"int32"}""", "-2147483648")]
    [InlineData("""{"type":"int32","list":true}""", "[2147483647,0]")]
    [InlineData("""{"type":"int64"}""", "9223372036854775807")]
    [InlineData("""{"type":"int64","list":true}""", "[-9223372036854775808,9007199254740993]")]
    [InlineData("""{"type":"float32"}""", "0.1")]
    [InlineData("""{"type":"float32"}""", "0.12345678901", "0.12345679")]
    [InlineData("""{"type":"float32","list":true}""", "[1.5,-2]")]
    [InlineData("""{"type":"float64"}""", "0.7275636800328681")]
    [InlineData("""{"type":"float64","unit":{"externalId":"temperature:deg_c"}}""", "21.5")]
    [InlineData("""{"type":"float64","list":true}""", "[1E+300,-0.5]")]
    [InlineData("""{"type":"timestamp"}""", "\"2024-12-31T00:00:00.000Z\"", "\"2024-12-31T00:00:00+00:00\"")]
    [InlineData("""{"type":"timestamp"}""", "\"2024-12-31T01:02:03.45+02:30\"", "\"2024-12-30T22:32:03.450+00:00\"")]
    [InlineData("""{"type":"timestamp"}""", "\"2024-12-31T01:02:03\"", "\"2024-12-31T01:02:03+00:00\"")]
    [InlineData("""{"type":"timestamp","list":true}""", """["0001-01-01T00:00:00Z"]""", """["0001-01-01T00:00:00+00:00"]""")]
    [InlineData("""{"type":"date"}""", "\"2024-02-29\"")]
    [InlineData("""{"type":"date","list":true}""", """["2024-02-29","9999-12-31"]""")]
    [InlineData("""{"type":"json"}""", """{"a":{"b":[1,null,"x"]},"c":1.50}""")]
    [InlineData("""{"type":"json"}""", "\"text\"")]
    [InlineData("""{"type":"json"}""", "[1, 2]", "[1,2]")]
    [InlineData("""{"type":"json","list":true}""", """[{"a":1},[2],"three"]""")]
    [InlineData("""{"type":"direct"}""", """{"space":"sp","externalId":"target"}""")]
    [InlineData("""{"type":"direct","list":true}""", """[{"space":"sp","externalId":"t1"},{"space":"sp","externalId":"t2"}]""")]
    [InlineData("""{"type":"timeseries"}""", "\"ts\"")]
    [InlineData("""{"type":"timeseries","list":true}""", """["a","b"]""")]
    [InlineData("""{"type":"file"}""", "\"f\"")]
    [InlineData("""{"type":"file","list":true}""", """["f"]""")]
    [InlineData("""{"type":"sequence"}""", "\"s\"")]
    [InlineData("""{"type":"sequence","list":true}""", """["s"]""")]
    [InlineData(Colors, "\"blue\"")]
    public async Task A_value_of_each_type_is_read_back(string type, string value, string? answer = null)
    {
        await using var cdf = await StartAsync();
        await cdf.CreateViewAsync("T", $$"""{"p":{"type":{{type}} } }""");
        (await cdf.ApplyAsync(Node("n", "T", $$"""{"p":{{value}} }"""))).Expect(200);
        Assert.Equal(answer ?? value, (await cdf.PropertiesAsync("n", "T")).GetProperty("p").GetRawText());
        var again = (await cdf.ApplyAsync(Node("n", "T", $$"""{"p":{{value}} }"""))).Expect(200).Items[0];
        Assert.False(again.GetProperty("wasModified").GetBoolean());
    }

    [Theory]
    [InlineData("""{"type":"text"}""", "1")]
    [InlineData("""{"type":"text"}""", """["a"]""")]
    [InlineData("""{"type":"text"}""", "\"a\\u0000b\"")]
    [InlineData("""{"type":"text"}""", "\"\\ud800\"")]
    [InlineData("""{"type":"text","maxTextSize":3}""", "\"øø\"")]
    [InlineData("""{"type":"text","list":true}""", "\"a\"")]
    [InlineData("""{"type":"text","list":true}""", "[]")]
    [InlineData("""{"type":"text","list":true}""", """["a",null]""")]
    [InlineData("""{"type":"text","list":true,"maxListSize":2}""", """["a","b","c"]""")]
    [InlineData("""{"type":"boolean"}""", "\"true\"")]
    [InlineData("""{"type":"boolean"}""", "1")]
    [InlineData("""{"type":"int32"}""", "2147483648")]
    [InlineData("""{"type":"int32"}""", "1.5")]
    [InlineData("""{"type":"int32"}""", "\"1\"")]
    [InlineData("""{"type":"int64"}""", "9223372036854775808")]
    [InlineData("""{"type":"int64"}""", "1.0")]
    [InlineData("""{"type":"float32"}""", "1e39")]
    [InlineData("""{"type":"float64"}""", "1e400")]
    [InlineData("""{"type":"float64"}""", "\"NaN\"")]
    [InlineData("""{"type":"timestamp"}""", "\"2024-12-31\"")]
    [InlineData("""{"type":"timestamp"}""", "\"2024-12-31 00:00:00Z\"")]
    [InlineData("""{"type":"timestamp"}""", "\"2024-12-31T00:00:00.0001Z\"")]
    [InlineData("""{"type":"timestamp"}""", "\"2023-02-29T00:00:00Z\"")]
    [InlineData("""{"type":"timestamp"}""", "1735603200000")]
    [InlineData("""{"type":"date"}""", "\"2023-02-29\"")]
    [InlineData("""{"type":"date"}""", "\"2024-12-31T00:00:00Z\"")]
    [InlineData("""{"type":"json"}""", """{"a":"\ud800"}""")]
    [InlineData("""{"type":"json","list":true}""", "[{},null]")]
    [InlineData("""{"type":"direct"}""", "\"sp:a\"")]
    [InlineData("""{"type":"direct"}""", """{"space":"sp"}""")]
    [InlineData("""{"type":"timeseries"}""", """{"externalId":"a"}""")]
    [InlineData("""{"type":"timeseries"}""", "\"\"")]
    [InlineData(Colors, "\"green\"")]
    [InlineData(Colors, "\"Red\"")]
    public async Task A_value_of_another_type_is_400_and_nothing_is_stored(string type, string value)
    {
        await using var cdf = await StartAsync();
        await cdf.CreateViewAsync("T", $$"""{"p":{"type":{{type}} } }""");
        (await cdf.ApplyAsync(Node("n", "T", $$"""{"p":{{value}} }"""))).Expect(400);
        Assert.Empty((await cdf.ByIdAsync("n")).Expect(200).Items);
    }

    [Fact]
    public async Task Sizes_are_limited_in_bytes_and_elements()
    {
        await using var cdf = await StartAsync();
        await cdf.CreateViewAsync(
            "T",
            """
            {"text":{"type":{"type":"text"}},"texts":{"type":{"type":"text","list":true}},"json":{"type":{"type":"json"}},
             "jsons":{"type":{"type":"json","list":true}},"more":{"type":{"type":"int32","list":true,"maxListSize":2000}},
             "relations":{"type":{"type":"direct","list":true}}}
            """);
        await ExpectAsync(200, "text", $"\"{new string('x', 128_000)}\"");
        await ExpectAsync(400, "text", $"\"{new string('x', 127_999)}ø\"");
        await ExpectAsync(200, "texts", List(1000, "\"x\""));
        await ExpectAsync(400, "texts", List(1001, "\"x\""));
        await ExpectAsync(200, "more", List(2000, "1"));
        await ExpectAsync(400, "more", List(2001, "1"));
        await ExpectAsync(200, "relations", List(100, Key("n")));
        await ExpectAsync(400, "relations", List(101, Key("n")));
        await ExpectAsync(200, "json", $"\"{new string('x', 40_958)}\"");
        await ExpectAsync(400, "json", $"\"{new string('x', 40_959)}\"");
        await ExpectAsync(400, "json", $$"""{"{{new string('k', 129)}}":1}""");
        await ExpectAsync(400, "json", $$"""{"k":"{{new string('x', 10_239)}}"}""");
        await ExpectAsync(200, "json", $$"""{ {{string.Join(',', Enumerable.Range(0, 256).Select(i => $"\"{i}\":1"))}} }""");
        await ExpectAsync(400, "json", $$"""{ {{string.Join(',', Enumerable.Range(0, 257).Select(i => $"\"{i}\":1"))}} }""");
        await ExpectAsync(400, "jsons", List(5, $"\"{new string('x', 9000)}\""));

        async Task ExpectAsync(int status, string property, string value) =>
            (await cdf.ApplyAsync(Node("n", "T", $$"""{"{{property}}":{{value}} }"""))).Expect(status);

        static string List(int count, string value) => $"[{string.Join(',', Enumerable.Repeat(value, count))}]";
    }

    [Fact]
    public async Task A_value_that_must_not_be_null_is_required_in_a_new_row_and_cannot_be_cleared()
    {
        await using var cdf = await StartAsync();
        await cdf.CreateViewAsync("T", """{"p":{"type":{"type":"text"},"nullable":false},"q":{"type":{"type":"text"}}}""");
        const string Expected = "Invalid value for non-nullable property 'p'. Value cannot be null.";
        Assert.Equal(Expected, (await cdf.ApplyAsync(Node("n", "T", """{"p":null}"""))).Expect(400).Message);
        Assert.Equal(Expected, (await cdf.ApplyAsync(Node("n", "T", """{"q":"x"}"""))).Expect(400).Message);
        (await cdf.ApplyAsync(Node("n", "T", """{"p":"x"}"""))).Expect(200);
        (await cdf.ApplyAsync(Node("n", "T", """{"q":"y"}"""))).Expect(200);
        Assert.Equal(Expected, (await cdf.ApplyAsync(Node("n", "T", """{"p":null}"""))).Expect(400).Message);
        Assert.Equal(Expected, (await cdf.ApplyWithAsync("\"replace\":true", Node("n", "T", """{"q":"z"}"""))).Expect(400).Message);
        Assert.Equal("""{"p":"x","q":"y"}""", (await cdf.PropertiesAsync("n", "T")).GetRawText());
    }

    [Fact]
    public async Task Defaults_and_counters_fill_in_what_a_new_row_does_not_give()
    {
        await using var cdf = await StartAsync();
        await cdf.CreateViewAsync(
            "T",
            """
            {"p":{"type":{"type":"text"},"nullable":false,"defaultValue":"none"},"n":{"type":{"type":"int32"},"defaultValue":7},
             "c":{"type":{"type":"int64"},"nullable":false,"autoIncrement":true},"q":{"type":{"type":"text"}}}
            """);
        (await cdf.ApplyAsync(Node("a", "T", """{"q":"x"}"""), Node("b", "T", """{"p":"y","n":null}"""))).Expect(200);
        Assert.Equal("""{"p":"none","n":7,"c":1,"q":"x"}""", (await cdf.PropertiesAsync("a", "T")).GetRawText());
        Assert.Equal("""{"p":"y","c":2}""", (await cdf.PropertiesAsync("b", "T")).GetRawText());
        (await cdf.ApplyAsync(Node("b", "T", """{"q":"z"}"""))).Expect(200);
        Assert.Equal("""{"p":"y","c":2,"q":"z"}""", (await cdf.PropertiesAsync("b", "T")).GetRawText());
    }

    [Fact]
    public async Task An_immutable_value_is_set_once()
    {
        await using var cdf = await StartAsync();
        await cdf.CreateViewAsync("T", """{"p":{"type":{"type":"text"},"immutable":true},"q":{"type":{"type":"text"}}}""");
        (await cdf.ApplyAsync(Node("n", "T", """{"q":"x"}"""))).Expect(200);
        (await cdf.ApplyAsync(Node("n", "T", """{"p":"a"}"""))).Expect(200);
        (await cdf.ApplyAsync(Node("n", "T", """{"p":"a","q":"y"}"""))).Expect(200);
        var answer = (await cdf.ApplyAsync(Node("n", "T", """{"p":"b"}"""))).Expect(400);
        Assert.StartsWith("Cannot update immutable property", answer.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Typing_says_what_each_property_is()
    {
        await using var cdf = await StartAsync();
        await cdf.CreateViewAsync(
            "T", """{"p":{"type":{"type":"text"},"nullable":false,"name":"P"},"q":{"type":{"type":"int32","list":true}}}""");
        (await cdf.ApplyAsync(Node("n", "T", """{"p":"x"}"""))).Expect(200);
        var request = $$"""{"items":[{{Reference("n")}}],"includeTyping":true{{Sources("T")}} }""";
        var answer = (await cdf.PostAsync($"{Instances}/byids", request)).Expect(200);
        AssertJson(
            """
            {"p":{"constraintState":{"nullability":"current"},"type":{"type":"text","list":false,"collation":"ucs_basic"},
                  "immutable":false,"nullable":false,"autoIncrement":false,"name":"P"},
             "q":{"constraintState":{},"type":{"type":"int32","list":true},
                  "immutable":false,"nullable":true,"autoIncrement":false}}
            """,
            answer.Body.GetProperty("typing").GetProperty("sp").GetProperty("T/v1"));
    }
}
