using System.Net;
using Sluice.Gateway.Tests.Engine;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Tests.Admin;

public sealed class UpdateTablesTests(EngineFixture fixture) : IAsyncLifetime
{
    private AdminHost _host = null!;
    private string _username = null!;
    private string _path = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await AdminHost.StartAsync(fixture.Engine);
        _username = (await _host.CreateUserAsync()).GetProperty("username").GetString()!;
        _path = $"{AdminHost.Project}/tables/{_username}";
        var made = await _host.PostAsync(
            _path,
            """
            {"items":[{"type":"raw_rows","tablename":"movies","options":{"database":"db","table":"t","primaryKey":"title"},
                       "columns":{"title":{"type":"TEXT"},"year":{"type":"BIGINT"},"budget":{"type":"REAL"}}},
                      {"type":"raw_rows","tablename":"books","options":{"database":"db","table":"u"},"columns":{"_raw_key":{"type":"TEXT"},"a":{"type":"TEXT"}}},
                      {"type":"view","tablename":"pumps","options":{"space":"plant","externalId":"Pump"}}]}
            """);
        Assert.Equal(HttpStatusCode.OK, made.Status);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_table_gets_another_name_and_its_columns_are_added_dropped_and_renamed()
    {
        var changed = await UpdateAsync(
            "movies",
            """{"tablename":{"set":"films"},"columns":{"add":{"rating":{"type":"REAL"}},"drop":["budget"],"rename":{"title":"name","year":"made"}}}""");
        var definition = (await _host.Tables.CatalogAsync(_username, TestContext.Current.CancellationToken)).Find("films")!;

        Assert.Equal(HttpStatusCode.OK, changed.Status);
        Assert.Equal(
            """{"items":[{"type":"raw_rows","tablename":"films","columns":{"name":{"type":"TEXT","rawColumn":"title"},"made":{"type":"BIGINT","rawColumn":"year"},"rating":{"type":"REAL"}},"options":{"database":"db","table":"t","primaryKey":"name"}}]}""",
            changed.Body);
        Assert.Equal([("movies", "films")], _host.Replaced);
        Assert.Equal(["name:title", "made:year", "rating:rating"], definition.Columns.Select(column => $"{column.Name}:{column.CdfField}"));
        Assert.Equal(["name"], definition.PrimaryKey);
    }

    [Fact]
    public async Task A_column_that_gets_its_name_back_is_what_it_was()
    {
        var before = await _host.GetAsync(_path);
        await UpdateAsync("movies", """{"columns":{"rename":{"year":"made"}}}""");
        await UpdateAsync("movies", """{"columns":{"rename":{"made":"year"}}}""");

        Assert.Equal(before.Body, (await _host.GetAsync(_path)).Body);
    }

    [Fact]
    public async Task A_table_over_a_view_can_have_another_name_and_no_other_columns()
    {
        var renamed = await UpdateAsync("pumps", """{"tablename":{"set":"machines"}}""");
        var refused = await UpdateAsync("machines", """{"columns":{"drop":["a"]}}""");

        Assert.Equal(HttpStatusCode.OK, renamed.Status);
        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Contains("those of its view", refused.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("movies", """{"columns":{"drop":["nothing"]}}""", 400, "has no column \"nothing\"")]
    [InlineData("movies", """{"columns":{"rename":{"nothing":"x"}}}""", 400, "has no column \"nothing\"")]
    [InlineData("movies", """{"columns":{"drop":["title"]}}""", 400, "is the primary key")]
    [InlineData("movies", """{"columns":{"drop":["year"],"rename":{"year":"x"}}}""", 400, "both dropped and renamed")]
    [InlineData("movies", """{"columns":{"rename":{"year":"budget"}}}""", 400, "specified more than once")]
    [InlineData("movies", """{"columns":{"rename":{"year":"made"},"add":{"year":{"type":"TEXT"}}}}""", 400, "are both RAW column \"year\"")]
    [InlineData("movies", """{"columns":{"add":{"year":{"type":"TEXT"}}}}""", 400, "specified more than once")]
    [InlineData("movies", """{"columns":{"add":{"x":{"type":"DATE"}}}}""", 400, "has type DATE")]
    [InlineData("books", """{"columns":{"rename":{"_raw_key":"x"}}}""", 400, "cannot have another")]
    [InlineData("movies", """{"tablename":{"set":"books"}}""", 400, "\"books\" exists already")]
    [InlineData("movies", """{"tablename":{"set":"assets"}}""", 400, "\"assets\" is reserved")]
    [InlineData("assets", """{"tablename":{"set":"x"}}""", 400, "is a built-in table")]
    [InlineData("nothing", """{"tablename":{"set":"x"}}""", 404, "has no table nothing")]
    [InlineData("movies", """{}""", 422, "Field required")]
    public async Task What_cannot_be_is_refused_and_nothing_changes(string table, string update, int status, string words)
    {
        var before = await _host.GetAsync(_path);
        var reply = await UpdateAsync(table, update);

        Assert.Equal(status, (int)reply.Status);
        Assert.Contains(words, reply.Error, StringComparison.Ordinal);
        Assert.Equal(before.Body, (await _host.GetAsync(_path)).Body);
        Assert.Empty(_host.Replaced);
    }

    [Fact]
    public async Task A_table_in_use_is_503_and_stays_as_it_is()
    {
        var before = await _host.GetAsync(_path);
        _host.ApplyFailure = new PgException(SqlState.LockNotAvailable, "canceling statement due to lock timeout");
        var reply = await UpdateAsync("movies", """{"columns":{"drop":["year"]}}""");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, reply.Status);
        Assert.Contains("nothing was changed", reply.Error, StringComparison.Ordinal);
        Assert.Equal(before.Body, (await _host.GetAsync(_path)).Body);
    }

    private Task<Reply> UpdateAsync(string table, string update) =>
        _host.PostAsync($"{_path}/update", $$$"""{"items":[{"tablename":"{{{table}}}","update":{{{update}}}}]}""");
}
