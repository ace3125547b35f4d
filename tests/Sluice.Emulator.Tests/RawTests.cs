namespace Sluice.Emulator.Tests;

public sealed class RawTests
{
    private const string Rows = "/raw/dbs/db/tables/t/rows";

    [Fact]
    public async Task Databases_and_tables_are_created_listed_and_deleted()
    {
        await using var cdf = await TestEmulator.StartAsync();
        var created = (await cdf.PostItemsAsync("/raw/dbs", """{"name":"b"}""", """{"name":"a"}""")).Expect(201);
        Assert.True(created.Items[0].GetProperty("createdTime").GetInt64() > 0);
        Assert.Equal(["a", "b"], Names(await cdf.GetAsync("/raw/dbs")));
        (await cdf.PostItemsAsync("/raw/dbs/a/tables", """{"name":"t1"}""", """{"name":"t2"}""")).Expect(201);
        var page = await cdf.GetAsync("/raw/dbs/a/tables?limit=1");
        Assert.Equal(["t1"], Names(page));
        Assert.Equal(["t2"], Names(await cdf.GetAsync($"/raw/dbs/a/tables?limit=1&cursor={page.NextCursor}")));
        (await cdf.PostItemsAsync("/raw/dbs/delete", """{"name":"a"}""")).Expect(400);
        (await cdf.PostItemsAsync("/raw/dbs/a/tables/delete", """{"name":"t1"}""")).Expect(200);
        (await cdf.PostAsync("/raw/dbs/delete", """{"items":[{"name":"a"}],"recursive":true}""")).Expect(200);
        Assert.Equal(["b"], Names(await cdf.GetAsync("/raw/dbs")));
    }

    [Fact]
    public async Task Unknown_databases_are_404_and_named()
    {
        await using var cdf = await TestEmulator.StartAsync();
        var answer = (await cdf.PostItemsAsync("/raw/dbs/delete", """{"name":"x"}""", """{"name":"y"}""")).Expect(404);
        Assert.Equal("Following databases not found: x, y", answer.Message);
        Assert.Equal(["""{"name":"x"}""", """{"name":"y"}"""], answer.Keys("missing"));
        (await cdf.GetAsync("/raw/dbs/x/tables")).Expect(404);
    }

    [Fact]
    public async Task A_taken_name_is_409()
    {
        await using var cdf = await TestEmulator.StartAsync();
        (await cdf.PostItemsAsync("/raw/dbs", """{"name":"a"}""")).Expect(201);
        var answer = (await cdf.PostItemsAsync("/raw/dbs", """{"name":"b"}""", """{"name":"a"}""")).Expect(409);
        Assert.Equal(["""{"name":"a"}"""], answer.Keys("duplicated"));
        Assert.Equal(["a"], Names(await cdf.GetAsync("/raw/dbs")));
    }

    [Fact]
    public async Task Rows_need_their_table_unless_parents_are_ensured()
    {
        await using var cdf = await TestEmulator.StartAsync();
        const string Row = """{"key":"k","columns":{"a":1}}""";
        (await cdf.PostItemsAsync(Rows, Row)).Expect(404);
        var answer = (await cdf.PostItemsAsync($"{Rows}?ensureParent=true", Row)).Expect(200);
        Assert.Equal("{}", answer.Body.GetRawText());
        (await cdf.PostItemsAsync("/raw/dbs/db/tables/other/rows", Row)).Expect(404);
        (await cdf.PostItemsAsync("/raw/dbs/new/tables", """{"name":"t"}""")).Expect(404);
        (await cdf.PostItemsAsync("/raw/dbs/new/tables?ensureParent=true", """{"name":"t"}""")).Expect(201);
    }

    [Fact]
    public async Task A_row_is_replaced_as_a_whole_and_its_time_moves_only_with_its_content()
    {
        var clock = new TestClock();
        await using var cdf = await StartAsync(clock);
        await InsertAsync(cdf, """{"key":"k","columns":{"a":1,"b":[1,{"c":null}]},"lastUpdatedTime":null}""");
        var first = (await cdf.GetAsync($"{Rows}/k")).Expect(200).Body;
        Assert.Equal("""{"a":1,"b":[1,{"c":null}]}""", first.GetProperty("columns").GetRawText());
        clock.Advance(TimeSpan.FromSeconds(1));
        await InsertAsync(cdf, """{"key":"k","columns":{"b":[1,{"c":null}], "a":1}}""");
        Assert.Equal(first.GetProperty("lastUpdatedTime").GetInt64(), (await cdf.GetAsync($"{Rows}/k")).Body
            .GetProperty("lastUpdatedTime").GetInt64());
        await InsertAsync(cdf, """{"key":"k","columns":{"a":2}}""");
        var last = (await cdf.GetAsync($"{Rows}/k")).Body;
        Assert.Equal("""{"a":2}""", last.GetProperty("columns").GetRawText());
        Assert.Equal(1000, last.GetProperty("lastUpdatedTime").GetInt64() - first.GetProperty("lastUpdatedTime").GetInt64());
    }

    [Fact]
    public async Task Names_and_keys_may_hold_slashes_blanks_and_percent_signs()
    {
        await using var cdf = await TestEmulator.StartAsync();
        const string Odd = "a/b c%2F✓";
        var path = $"/raw/dbs/{Uri.EscapeDataString(Odd)}/tables/{Uri.EscapeDataString(Odd)}/rows";
        (await cdf.PostItemsAsync($"{path}?ensureParent=true", """{"key":"a/b c%2F✓","columns":{}}""")).Expect(200);
        var row = (await cdf.GetAsync($"{path}/{Uri.EscapeDataString(Odd)}")).Expect(200).Body;
        Assert.Equal(Odd, row.GetProperty("key").GetString());
        Assert.Equal([Odd], Names(await cdf.GetAsync("/raw/dbs")));
    }

    [Fact]
    public async Task Rows_are_read_in_pages_and_by_columns()
    {
        await using var cdf = await StartAsync();
        await InsertAsync(cdf, [.. Enumerable.Range(0, 30).Select(i => $$"""{"key":"k{{i:00}}","columns":{"a":{{i}},"b":null} }""")]);
        var page = (await cdf.GetAsync(Rows)).Expect(200);
        Assert.Equal(25, page.Items.Count);
        var rest = (await cdf.GetAsync($"{Rows}?cursor={page.NextCursor}")).Expect(200);
        Assert.Equal(30, page.Items.Concat(rest.Items).Select(r => r.GetProperty("key").GetString()).Distinct().Count());
        Assert.Null(rest.NextCursor);
        Assert.Equal("""{"a":0}""", (await cdf.GetAsync($"{Rows}?limit=1&columns=a,x")).Items[0].GetProperty("columns").GetRawText());
        Assert.Equal("{}", (await cdf.GetAsync($"{Rows}?limit=1&columns=,")).Items[0].GetProperty("columns").GetRawText());
        Assert.Equal("""{"a":0}""", (await cdf.GetAsync($"{Rows}?limit=1&filterNullFields=true")).Items[0]
            .GetProperty("columns").GetRawText());
        (await cdf.GetAsync($"{Rows}?limit=10001")).Expect(400);
    }

    [Fact]
    public async Task Rows_are_filtered_by_time_lower_bound_excluded_upper_included()
    {
        var clock = new TestClock();
        await using var cdf = await StartAsync(clock);
        var start = clock.GetUtcNow().ToUnixTimeMilliseconds();
        for (var i = 0; i < 3; i++)
        {
            await InsertAsync(cdf, $$"""{"key":"{{i}}","columns":{} }""");
            clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        var found = (await cdf.GetAsync($"{Rows}?minLastUpdatedTime={start}&maxLastUpdatedTime={start + 1}")).Expect(200);
        Assert.Equal("1", Assert.Single(found.Items).GetProperty("key").GetString());
    }

    [Fact]
    public async Task Parallel_cursors_split_a_table_exactly()
    {
        await using var cdf = await StartAsync();
        await InsertAsync(cdf, [.. Enumerable.Range(0, 200).Select(i => $$"""{"key":"{{i}}","columns":{} }""")]);
        var cursors = (await cdf.GetAsync("/raw/dbs/db/tables/t/cursors?numberOfCursors=4")).Expect(200)
            .Items.ConvertAll(c => c.GetString());
        Assert.Equal(4, cursors.Count);
        var keys = new List<string>();
        foreach (var start in cursors)
        {
            for (var cursor = start; cursor is not null;)
            {
                var page = (await cdf.GetAsync($"{Rows}?limit=30&cursor={cursor}")).Expect(200);
                keys.AddRange(page.Items.Select(r => r.GetProperty("key").GetString()!));
                cursor = page.NextCursor;
            }
        }

        Assert.Equal(200, keys.Count);
        Assert.Equal(200, keys.Distinct().Count());
        (await cdf.GetAsync("/raw/dbs/db/tables/t/cursors?numberOfCursors=0")).Expect(400);
    }

    [Theory]
    [InlineData("""{"columns":{}}""")]
    [InlineData("""{"key":"","columns":{}}""")]
    [InlineData("""{"key":"k"}""")]
    [InlineData("""{"key":"k","columns":[]}""")]
    [InlineData("""{"key":5,"columns":{}}""")]
    public async Task A_malformed_row_is_400(string row)
    {
        await using var cdf = await StartAsync();
        (await cdf.PostItemsAsync(Rows, """{"key":"good","columns":{}}""", row)).Expect(400);
        Assert.Empty((await cdf.GetAsync(Rows)).Items);
    }

    [Fact]
    public async Task Keys_rows_and_requests_have_limits()
    {
        await using var cdf = await StartAsync();
        await InsertAsync(cdf, $$"""{"key":"{{new string('k', 1024)}}","columns":{} }""");
        (await cdf.PostItemsAsync(Rows, $$"""{"key":"{{new string('k', 1025)}}","columns":{} }""")).Expect(400);
        (await cdf.PostItemsAsync(Rows, $$"""{"key":"k","columns":{"a":"{{new string('v', 2_621_441)}}"} }""")).Expect(400);
        (await cdf.PostItemsAsync(Rows, """{"key":"k","columns":{}}""", """{"key":"k","columns":{"a":1}}""")).Expect(400);
        (await cdf.PostItemsAsync(Rows, [.. Enumerable.Range(0, 10_001).Select(i => $$"""{"key":"{{i}}","columns":{} }""")])).Expect(400);
        (await cdf.PostItemsAsync(Rows, [.. Enumerable.Range(0, 10_000).Select(i => $$"""{"key":"{{i}}","columns":{} }""")])).Expect(200);
        (await cdf.PostItemsAsync("/raw/dbs", $$"""{"name":"{{new string('d', 33)}}"}""")).Expect(400);
        (await cdf.PostItemsAsync("/raw/dbs/db/tables", $$"""{"name":"{{new string('t', 65)}}"}""")).Expect(400);
    }

    [Fact]
    public async Task Deleted_rows_are_gone_unknown_keys_do_not_matter_and_a_key_can_come_back()
    {
        await using var cdf = await StartAsync();
        await InsertAsync(cdf, """{"key":"a","columns":{}}""", """{"key":"b","columns":{}}""");
        (await cdf.PostItemsAsync($"{Rows}/delete", """{"key":"a"}""", """{"key":"zzz"}""")).Expect(200);
        (await cdf.GetAsync($"{Rows}/a")).Expect(404);
        await InsertAsync(cdf, """{"key":"a","columns":{"n":1}}""");
        Assert.Equal(["a", "b"], (await cdf.GetAsync(Rows)).Items.Select(r => r.GetProperty("key").GetString()));
    }

    [Fact]
    public async Task Capabilities_can_be_scoped_to_tables_in_both_spellings()
    {
        await using var cdf = await StartAsync();
        await InsertAsync(cdf, """{"key":"a","columns":{}}""");
        (await cdf.PostItemsAsync("/raw/dbs/db/tables", """{"name":"other"}""")).Expect(201);
        (await cdf.PostItemsAsync("/raw/dbs", """{"name":"hidden"}""")).Expect(201);
        string[] spellings = ["""{"db":["t"]}""", """{"db":{"tables":["t"]}}"""];
        foreach (var scope in spellings.Select(s => $"{{\"tableScope\":{{\"dbsToTables\":{s}}}}}"))
        {
            var token = await cdf.TokenWithAsync(TestEmulator.Capability("rawAcl", "READ WRITE LIST", scope));
            (await cdf.GetAsync(Rows, token)).Expect(200);
            (await cdf.PostAsync(Rows, """{"items":[{"key":"b","columns":{}}]}""", token)).Expect(200);
            (await cdf.GetAsync("/raw/dbs/db/tables/other/rows", token)).Expect(403);
            (await cdf.PostAsync("/raw/dbs/db/tables/other/rows", """{"items":[{"key":"b","columns":{}}]}""", token)).Expect(403);
            Assert.Equal(["t"], Names(await cdf.GetAsync("/raw/dbs/db/tables", token)));
            Assert.Equal(["db"], Names(await cdf.GetAsync("/raw/dbs", token)));
            (await cdf.PostAsync("/raw/dbs", """{"items":[{"name":"mine"}]}""", token)).Expect(403);
        }

        var whole = await cdf.TokenWithAsync(TestEmulator.Capability("rawAcl", "READ", """{"tableScope":{"dbsToTables":{"db":[]}}}"""));
        (await cdf.GetAsync("/raw/dbs/db/tables/other/rows", whole)).Expect(200);
        (await cdf.GetAsync("/raw/dbs", whole)).Expect(403);
    }

    private static async Task<TestEmulator> StartAsync(TimeProvider? clock = null)
    {
        var cdf = await TestEmulator.StartAsync(new EmulatorOptions { Clock = clock ?? TimeProvider.System });
        (await cdf.PostItemsAsync("/raw/dbs/db/tables?ensureParent=true", """{"name":"t"}""")).Expect(201);
        return cdf;
    }

    private static async Task InsertAsync(TestEmulator cdf, params string[] rows) => (await cdf.PostItemsAsync(Rows, rows)).Expect(200);

    private static List<string> Names(Answer answer) => answer.Expect(200).Items.ConvertAll(i => i.GetProperty("name").GetString()!);
}
