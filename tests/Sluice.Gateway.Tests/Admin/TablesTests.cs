using System.Net;
using System.Text.Json;
using Sluice.Gateway.Tables;
using Sluice.Gateway.Tests.Engine;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Tests.Admin;

public sealed class TablesTests(EngineFixture fixture) : IAsyncLifetime
{
    private const string Movies =
        """{"type":"raw_rows","tablename":"movies","options":{"database":"db","table":"t","primaryKey":"title"},"columns":{"title":{"type":"TEXT"},"year":{"type":"TIMESTAMPTZ"}}}""";

    private AdminHost _host = null!;
    private string _username = null!;
    private string _path = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await AdminHost.StartAsync(fixture.Engine);
        _username = (await _host.CreateUserAsync()).GetProperty("username").GetString()!;
        _path = $"{AdminHost.Project}/tables/{_username}";
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_table_is_made_and_listed_as_it_was_declared()
    {
        var created = await CreateAsync(Movies);
        var item = Assert.Single(created.Json.GetProperty("items").EnumerateArray());
        var listed = await _host.GetAsync(_path);

        Assert.Equal(HttpStatusCode.OK, created.Status);
        Assert.True(item.GetProperty("createdTime").GetInt64() > 0);
        Assert.Equal([(_username, "movies")], _host.Applied);
        Assert.Equal(
            """{"items":[{"type":"raw_rows","tablename":"movies","columns":{"title":{"type":"TEXT"},"year":{"type":"TIMESTAMPTZ"}},"options":{"database":"db","table":"t","primaryKey":"title"}}]}""",
            listed.Body);
        Assert.Equal(
            listed.Json.GetProperty("items")[0].EnumerateObject().Select(member => (member.Name, member.Value.GetRawText())),
            item.EnumerateObject().Where(member => member.Name != "createdTime").Select(member => (member.Name, member.Value.GetRawText())));
    }

    [Fact]
    public async Task The_same_request_again_is_200_with_the_same_answer()
    {
        var first = await CreateAsync(Movies);
        var second = await CreateAsync(Movies);

        Assert.Equal(HttpStatusCode.OK, second.Status);
        Assert.Equal(first.Body, second.Body);
        Assert.Single(_host.Applied);
    }

    [Fact]
    public async Task Another_table_of_the_same_name_is_400()
    {
        await CreateAsync(Movies);
        var reply = await CreateAsync(Movies.Replace("TIMESTAMPTZ", "TEXT", StringComparison.Ordinal));

        Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
        Assert.Contains("\"movies\" exists already", reply.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_primary_key_the_declared_columns_come_back_and_no_others()
    {
        await CreateAsync("""{"type":"raw_rows","tablename":"t","options":{"database":"db","table":"t"},"columns":{"b":{"type":"BYTEA"},"a":{"type":"JSON[]"}}}""");

        Assert.Equal(
            """{"items":[{"type":"raw_rows","tablename":"t","columns":{"b":{"type":"BYTEA"},"a":{"type":"JSON[]"}},"options":{"database":"db","table":"t"}}]}""",
            (await _host.GetAsync(_path)).Body);
    }

    [Theory]
    [InlineData("""{"type":"raw_rows","tablename":"assets","options":{"database":"db","table":"t"},"columns":{"a":{"type":"TEXT"}}}""", 400, "\"assets\" is reserved")]
    [InlineData("""{"type":"raw_rows","tablename":"","options":{"database":"db","table":"t"},"columns":{"a":{"type":"TEXT"}}}""", 400, "not valid")]
    [InlineData("""{"type":"raw_rows","tablename":"t","options":{"database":"123456789012345678901234567890123","table":"t"},"columns":{"a":{"type":"TEXT"}}}""", 400, "RAW database")]
    [InlineData("""{"type":"raw_rows","tablename":"t","options":{"database":"db","table":"t"},"columns":{"a":{"type":"INTEGER"}}}""", 400, "TIMESTAMPTZ")]
    [InlineData("""{"type":"raw_rows","tablename":"t","options":{"database":"db","table":"t","primaryKey":"x"},"columns":{"a":{"type":"TEXT"}}}""", 400, "\"x\"")]
    [InlineData("""{"type":"view","tablename":"t","options":{"space":"s","externalId":"e"}}""", 400, "view")]
    [InlineData("""{"type":"view","tablename":"t","options":{"space":"s"}}""", 422, "Field required: externalId")]
    [InlineData("""{"type":"view","options":{"space":"s","externalId":"e"}}""", 422, "Field required: tablename")]
    [InlineData("""{"type":"view","tablename":"t","options":{"space":"s","externalId":"e","table":"t"}}""", 422, "Extra inputs are not permitted: table")]
    [InlineData("""{"type":"view","tablename":"t","options":{"space":"s","externalId":"e"},"columns":{}}""", 422, "Extra inputs are not permitted: columns")]
    [InlineData("""{"type":"view","tablename":"t","options":{"space":"s","externalId":"e","instanceType":"record"}}""", 422, "Input should be 'node' or 'edge': instanceType")]
    [InlineData("""{"type":"foo","tablename":"t"}""", 422, "Input should be 'raw_rows' or 'view': type")]
    [InlineData("""{"tablename":"t"}""", 422, "Field required: type")]
    [InlineData("""{"type":"raw_rows","options":{"database":"db","table":"t"},"columns":{}}""", 422, "Field required: tablename")]
    [InlineData("""{"type":"raw_rows","tablename":"t","columns":{}}""", 422, "Field required: options")]
    [InlineData("""{"type":"raw_rows","tablename":"t","options":{"database":"db","table":"t"}}""", 422, "Field required: columns")]
    [InlineData("""{"type":"raw_rows","tablename":"t","options":{"database":"db","table":"t","space":"s"},"columns":{}}""", 422, "Extra inputs are not permitted: space")]
    [InlineData("""{"type":"raw_rows","tablename":"t","options":{"database":"db","table":"t"},"columns":{"a":{"type":"TEXT","x":1}}}""", 422, "Extra inputs are not permitted: x")]
    [InlineData("""{"type":"raw_rows","tablename":"t","options":{"database":"db","table":"t"},"columns":{"a":{}}}""", 422, "Field required: type")]
    public async Task What_is_wrong_with_a_table_is_said_and_nothing_is_stored(string table, int status, string words)
    {
        var reply = await CreateAsync(Movies, table);

        Assert.Equal(status, (int)reply.Status);
        Assert.Contains(words, reply.Error, StringComparison.Ordinal);
        Assert.Equal("""{"items":[]}""", (await _host.GetAsync(_path)).Body);
    }

    [Fact]
    public async Task A_table_twice_in_a_request_is_400_and_eleven_tables_are_422()
    {
        Assert.Equal(HttpStatusCode.BadRequest, (await CreateAsync(Movies, Movies)).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await CreateAsync([.. Enumerable.Repeat(Movies, 11)])).Status);
    }

    [Theory]
    [InlineData(SqlState.DuplicateTable, HttpStatusCode.Conflict)]
    [InlineData(SqlState.LockNotAvailable, HttpStatusCode.ServiceUnavailable)]
    [InlineData(SqlState.CannotConnectNow, HttpStatusCode.ServiceUnavailable)]
    [InlineData("XX000", HttpStatusCode.InternalServerError)]
    public async Task What_the_users_database_refuses_is_not_stored(string sqlState, HttpStatusCode status)
    {
        _host.ApplyFailure = new PgException(sqlState, "no");

        Assert.Equal(status, (await CreateAsync(Movies)).Status);
        Assert.Equal("""{"items":[]}""", (await _host.GetAsync(_path)).Body);
    }

    [Theory]
    [InlineData("yes")]
    [InlineData("true")]
    [InlineData("1")]
    [InlineData("On")]
    public async Task Built_in_tables_come_first_if_asked_for(string yes)
    {
        await CreateAsync(Movies);
        var items = (await _host.GetAsync($"{_path}?includeBuiltIns={yes}")).Json.GetProperty("items").EnumerateArray().ToList();

        Assert.Equal([.. BuiltInTables.All.Select(table => table.Name), "movies"], items.Select(Name));
        Assert.All(items[..^1], item => Assert.Equal("built_in", item.GetProperty("type").GetString()));
        Assert.Equal("""{"type":"VARCHAR"}""", items[0].GetProperty("columns").GetProperty("name").GetRawText());
        Assert.All(
            items.SelectMany(item => item.GetProperty("columns").EnumerateObject()),
            column => Assert.Contains(column.Value.GetProperty("type").GetString(), CustomColumnTypes.Names));
    }

    [Theory]
    [InlineData("includeBuiltIns=no", 1)]
    [InlineData("includeBuiltIns=false", 1)]
    [InlineData("includeBuiltIns=0", 1)]
    [InlineData("limit=1000", 1)]
    [InlineData("", 1)]
    public async Task Otherwise_they_do_not(string query, int count)
    {
        await CreateAsync(Movies);
        Assert.Equal(count, (await _host.GetAsync($"{_path}?{query}")).Json.GetProperty("items").GetArrayLength());
    }

    [Theory]
    [InlineData("includeBuiltIns=maybe", 422)]
    [InlineData("limit=0", 422)]
    [InlineData("limit=x", 422)]
    [InlineData("cursor=!", 400)]
    public async Task A_query_that_does_not_fit_is_refused(string query, int status) =>
        Assert.Equal(status, (int)(await _host.GetAsync($"{_path}?{query}")).Status);

    [Fact]
    public async Task Pages_follow_each_other_to_the_end()
    {
        await CreateAsync([.. Enumerable.Range(0, 5).Select(i => Movies.Replace("movies", $"m{i}", StringComparison.Ordinal))]);
        var names = new List<string?>();
        string? cursor = null;
        do
        {
            var page = (await _host.GetAsync($"{_path}?includeBuiltIns=yes&limit=2{(cursor is null ? "" : "&cursor=" + cursor)}")).Json;
            var items = page.GetProperty("items").EnumerateArray().Select(Name).ToList();
            Assert.InRange(items.Count, 1, 2);
            names.AddRange(items);
            cursor = page.TryGetProperty("nextCursor", out var next) ? next.GetString() : null;
        }
        while (cursor is not null);

        Assert.Equal([.. BuiltInTables.All.Select(table => table.Name), "m0", "m1", "m2", "m3", "m4"], names);
    }

    [Fact]
    public async Task Tables_are_found_by_name_built_in_ones_too()
    {
        await CreateAsync(Movies);
        var found = await _host.PostAsync($"{_path}/byids", Names("movies", "assets", "movies"));
        var missing = await _host.PostAsync($"{_path}/byids", Names("movies", "books"));
        var ignored = await _host.PostAsync($"{_path}/byids", Names("books", "movies")[..^1] + ",\"ignoreUnknownIds\":true}");

        Assert.Equal(["movies", "assets"], found.Json.GetProperty("items").EnumerateArray().Select(Name));
        Assert.Equal(["raw_rows", "built_in"], found.Json.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("type").GetString()));
        Assert.Equal(HttpStatusCode.NotFound, missing.Status);
        Assert.Equal("""[{"tablename":"books"}]""", missing.Json.GetProperty("error").GetProperty("missing").GetRawText());
        Assert.Equal(["movies"], ignored.Json.GetProperty("items").EnumerateArray().Select(Name));
    }

    [Fact]
    public async Task Deleted_tables_are_gone_all_or_none()
    {
        await CreateAsync(Movies, Movies.Replace("movies", "books", StringComparison.Ordinal));
        var missing = await _host.PostAsync($"{_path}/delete", Names("movies", "nothing"));
        Assert.Empty(_host.Removed);
        var first = await _host.PostAsync($"{_path}/delete", Names("movies", "nothing")[..^1] + ",\"ignoreUnknownIds\":true}");
        var second = await _host.PostAsync($"{_path}/delete", Names("movies"));

        Assert.Equal(HttpStatusCode.NotFound, missing.Status);
        Assert.Equal("""[{"tablename":"nothing"}]""", missing.Json.GetProperty("error").GetProperty("missing").GetRawText());
        Assert.Equal((HttpStatusCode.OK, "{}"), (first.Status, first.Body));
        Assert.Equal(["movies"], _host.Removed);
        Assert.Equal(HttpStatusCode.NotFound, second.Status);
        Assert.Equal(["books"], (await _host.GetAsync(_path)).Json.GetProperty("items").EnumerateArray().Select(Name));
    }

    [Fact]
    public async Task A_built_in_table_cannot_be_deleted()
    {
        var reply = await _host.PostAsync($"{_path}/delete", Names("assets"));

        Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
        Assert.Contains("\"assets\" is a built-in table", reply.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SqlState.LockNotAvailable, HttpStatusCode.ServiceUnavailable, "End the transaction")]
    [InlineData(SqlState.DependentObjectsStillExist, HttpStatusCode.Conflict, "depends on it")]
    public async Task A_table_that_is_in_use_stays(string sqlState, HttpStatusCode status, string words)
    {
        await CreateAsync(Movies);
        _host.ApplyFailure = new PgException(sqlState, "no");
        var reply = await _host.PostAsync($"{_path}/delete", Names("movies"));

        Assert.Equal(status, reply.Status);
        Assert.Contains(words, reply.Error, StringComparison.Ordinal);
        Assert.Single((await _host.GetAsync(_path)).Json.GetProperty("items").EnumerateArray());
    }

    private static string Names(params string[] names) => $$"""{"items":[{{string.Join(',', names.Select(name => $$"""{"tablename":"{{name}}"}"""))}}]}""";

    private static string? Name(JsonElement item) => item.GetProperty("tablename").GetString();

    private Task<Reply> CreateAsync(params string[] tables) => _host.PostAsync(_path, $$"""{"items":[{{string.Join(',', tables)}}]}""");
}
