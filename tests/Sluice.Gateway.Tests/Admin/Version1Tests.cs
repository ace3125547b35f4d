using System.Net;
using System.Text.Json;
using Sluice.Gateway.Tests.Engine;
using Sluice.Gateway.Users;

namespace Sluice.Gateway.Tests.Admin;

/// <summary>The REST API of version 1, with the requests of its manual.</summary>
public sealed class Version1Tests(EngineFixture fixture) : IAsyncLifetime
{
    private const string Movies =
        """{"items":[{"destination":"raw","name":"movies","columns":["title","year","budget"],"options":{"primary_key":"title","database":"my_database","table":"my_table"}}]}""";

    private AdminHost _host = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _host = await AdminHost.StartAsync(fixture.Engine);
        _host.Cdf.Allow("token-of-client");
        Subject("creator", "app-1");
        Subject("other", "app-2");
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Create_makes_a_user_with_the_applications_credentials()
    {
        var reply = await _host.PostAsync("/create", Body(), "creator");

        Assert.Equal(HttpStatusCode.OK, reply.Status);
        var username = reply.Json.GetProperty("username").GetString()!;
        Assert.Equal(["username", "password", "host", "port", "database"], reply.Json.EnumerateObject().Select(member => member.Name));
        Assert.Equal(("fdw.example", 5432, username), (reply.Json.GetProperty("host").GetString(), reply.Json.GetProperty("port").GetInt32(), reply.Json.GetProperty("database").GetString()));
        var user = (await _host.Users.FindAsync(username, Cancellation))!;
        Assert.Equal((1, "app-1", "p"), (user.Version, user.CreatedBy, user.Project));
        Assert.Equal(
            new ApplicationCredentials(new Uri(_host.Cdf.Url + "/oauth2/v2.0/token"), "client", "secret", "sc"),
            _host.Protector.Unprotect(username, user.Credentials));
    }

    [Theory]
    [InlineData("""{"project":"p"}""", 422, "Field required: auth")]
    [InlineData("""{"auth":{"token_url":"https://login.example/t","client_id":"c","client_secret":"s"}}""", 422, "Field required: project")]
    [InlineData("""{"auth":{"token_url":"https://login.example/t","client_id":"c"},"project":"p"}""", 422, "Field required: client_secret")]
    [InlineData("""{"auth":{"tokenUrl":"https://login.example/t","client_id":"c","client_secret":"s"},"project":"p"}""", 422, "Extra inputs are not permitted: tokenUrl")]
    [InlineData("""{"auth":{"token_url":"http://169.254.169.254/","client_id":"c","client_secret":"s"},"project":"p"}""", 400, "may not point to")]
    [InlineData("""{"auth":{"token_url":"https://login.example/t","client_id":"c","client_secret":"s"},"project":"q"}""", 401, "no access to project q")]
    public async Task What_is_wrong_with_a_user_is_said(string body, int status, string words)
    {
        var reply = await _host.PostAsync("/create", body, "creator");

        Assert.Equal(status, (int)reply.Status);
        Assert.Contains(words, reply.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_secret_is_400_in_the_providers_words()
    {
        var reply = await _host.PostAsync("/create", Body("wrong"), "creator");

        Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
        Assert.Contains("AADSTS7000215", reply.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/user")]
    [InlineData("//user")]
    public async Task Tables_are_made_and_listed_also_with_the_doubled_slash_of_the_manual(string prefix)
    {
        var path = $"{prefix}/{await CreateAsync()}/tables";
        var created = await _host.PostAsync(path, Movies, "creator");
        var again = await _host.PostAsync(path, Movies, "creator");
        var listed = await _host.GetAsync(path, "creator");
        var item = Assert.Single(listed.Json.GetProperty("items").EnumerateArray());

        Assert.Equal(HttpStatusCode.OK, created.Status);
        Assert.Equal(created.Body, again.Body);
        Assert.Equal(created.Body, listed.Body);
        Assert.True(item.GetProperty("id").GetInt64() > 0);
        Assert.Equal(
            """{"destination":"raw","name":"movies","columns":["title","year","budget"],"options":{"primary_key":"title","database":"my_database","table":"my_table"}}""",
            "{" + item.GetRawText()[(item.GetRawText().IndexOf(',', StringComparison.Ordinal) + 1)..]);
    }

    [Theory]
    [InlineData("""{"items":[{"destination":"view","name":"t","columns":[],"options":{"database":"d","table":"t"}}]}""", 422, "Input should be 'raw': destination")]
    [InlineData("""{"items":[{"destination":"raw","name":"raw","columns":["a"],"options":{"database":"d","table":"t"}}]}""", 400, "\"raw\" is reserved")]
    [InlineData("""{"items":[{"destination":"raw","name":"assets","columns":["a"],"options":{"database":"d","table":"t"}}]}""", 400, "\"assets\" is reserved")]
    [InlineData("""{"items":[{"destination":"raw","name":"t","columns":["a","a"],"options":{"database":"d","table":"t"}}]}""", 400, "specified more than once")]
    [InlineData("""{"items":[{"destination":"raw","name":"t","columns":[null],"options":{"database":"d","table":"t"}}]}""", 422, "Field required: columns")]
    [InlineData("""{"items":[{"destination":"raw","name":"t","columns":["a"],"options":{"database":"d","table":"t","primaryKey":"a"}}]}""", 422, "Extra inputs are not permitted: primaryKey")]
    public async Task What_is_wrong_with_a_table_is_said(string body, int status, string words)
    {
        var reply = await _host.PostAsync($"/user/{await CreateAsync()}/tables", body, "creator");

        Assert.Equal(status, (int)reply.Status);
        Assert.Contains(words, reply.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{0}")]
    [InlineData("\"{0}\"")]
    public async Task A_table_gets_another_name_and_further_columns_by_its_id_as_number_or_text(string form)
    {
        var path = $"/user/{await CreateAsync()}/tables";
        var id = Id(await _host.PostAsync(path, Movies, "creator"));
        var literal = form.Replace("{0}", $"{id}", StringComparison.Ordinal);
        var updated = await _host.PostAsync(
            $"{path}/update",
            $$$$$"""{"items":[{"id":{{{{{literal}}}}},"update":{"name":{"set":"new_name"},"columns":{"add":["another_column"]}}}]}""",
            "creator");
        var deleted = await _host.PostAsync($"{path}/delete", $$"""{"items":[{"id":{{literal}}}]}""", "creator");

        Assert.Equal(HttpStatusCode.OK, updated.Status);
        Assert.Equal(id, Id(updated));
        Assert.Equal("new_name", updated.Json.GetProperty("items")[0].GetProperty("name").GetString());
        Assert.Equal("""["title","year","budget","another_column"]""", updated.Json.GetProperty("items")[0].GetProperty("columns").GetRawText());
        Assert.Equal([("movies", "new_name")], _host.Replaced);
        Assert.Equal((HttpStatusCode.OK, "{}"), (deleted.Status, deleted.Body));
        Assert.Equal(["new_name"], _host.Removed);
        Assert.Equal("""{"items":[]}""", (await _host.GetAsync(path, "creator")).Body);
    }

    [Theory]
    [InlineData("update", """{"items":[{"id":1,"update":{}}]}""", 422)]
    [InlineData("update", """{"items":[{"id":999999999,"update":{"name":{"set":"x"}}}]}""", 404)]
    [InlineData("update", """{"items":[{"id":"a","update":{"name":{"set":"x"}}}]}""", 422)]
    [InlineData("update", """{"items":[{"id":1,"update":{"columns":{"drop":["x"]}}}]}""", 422)]
    [InlineData("delete", """{"items":[{"id":999999999}]}""", 404)]
    [InlineData("delete", """{"items":[{}]}""", 422)]
    public async Task A_change_that_does_not_fit_is_refused(string operation, string body, int status) =>
        Assert.Equal(status, (int)(await _host.PostAsync($"/user/{await CreateAsync()}/tables/{operation}", body, "creator")).Status);

    [Theory]
    [InlineData("books", "\"books\" exists already")]
    [InlineData("timeseries", "\"timeseries\" is reserved")]
    [InlineData("time_series", "\"time_series\" is reserved")]
    public async Task A_table_does_not_take_the_name_of_another(string name, string words)
    {
        var path = $"/user/{await CreateAsync()}/tables";
        var id = Id(await _host.PostAsync(path, Movies, "creator"));
        await _host.PostAsync(path, Movies.Replace("movies", "books", StringComparison.Ordinal), "creator");
        var reply = await _host.PostAsync($"{path}/update", $$$$"""{"items":[{"id":{{{{id}}}},"update":{"name":{"set":"{{{{name}}}}"}}}]}""", "creator");

        Assert.Equal(HttpStatusCode.BadRequest, reply.Status);
        Assert.Contains(words, reply.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_but_the_maker_knows_a_user_and_version_2_users_have_no_version_1()
    {
        var path = $"/user/{await CreateAsync()}/tables";
        var current = $"/user/{(await _host.CreateUserAsync()).GetProperty("username").GetString()}/tables";

        Assert.Equal(HttpStatusCode.NotFound, (await _host.GetAsync(path, "other")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await _host.PostAsync(path, Movies, "other")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await _host.GetAsync(path, "nobody")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await _host.GetAsync("/user/nobody/tables", "nobody")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await _host.GetAsync("/user/nobody/tables", "creator")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await _host.GetAsync(current, "admin")).Status);
    }

    [Fact]
    public async Task Version_1_is_found_below_the_path_of_the_settings_alone()
    {
        await using var host = await AdminHost.StartAsync(fixture.Engine, options => options.Version1Path = "/skywarp");

        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await host.PostAsync("/skywarp/create", "{}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await host.GetAsync("/skywarp/user/nobody/tables")).Status);
        Assert.Contains("nobody", (await host.GetAsync("/skywarp//user/nobody/tables")).Error, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(host, "/create", host: null));
    }

    [Fact]
    public async Task Version_1_answers_at_the_host_name_of_the_settings_alone()
    {
        await using var host = await AdminHost.StartAsync(fixture.Engine, options => options.Version1Host = "skywarp.example");

        Assert.Equal(HttpStatusCode.UnprocessableEntity, await StatusAsync(host, "/create", "skywarp.example"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(host, "/create", "sluice.example"));
    }

    [Fact]
    public async Task Version_2_shows_a_user_of_version_1_with_his_own_tables_and_refuses_their_names()
    {
        var username = await CreateAsync();
        var path = $"{AdminHost.Project}/tables/{username}";
        var listed = await _host.GetAsync($"{path}?includeBuiltIns=yes");
        var found = await _host.PostAsync($"{path}/byids", """{"items":[{"tablename":"timeseries"}]}""");
        var reserved = await _host.PostAsync(
            path,
            """{"items":[{"type":"raw_rows","tablename":"raw","options":{"database":"d","table":"t"},"columns":{"a":{"type":"TEXT"}}}]}""");
        var builtIn = await _host.PostAsync($"{path}/delete", """{"items":[{"tablename":"raw"}]}""");

        var names = listed.Json.GetProperty("items").EnumerateArray().Select(table => table.GetProperty("tablename").GetString()).ToList();
        Assert.Equal(12, names.Count);
        Assert.Contains("datapoints", names);
        Assert.Equal(HttpStatusCode.OK, found.Status);
        Assert.Equal(HttpStatusCode.BadRequest, reserved.Status);
        Assert.Contains("\"raw\" is reserved", reserved.Error, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, builtIn.Status);
    }

    private static async Task<HttpStatusCode> StatusAsync(AdminHost server, string path, string? host)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server.Address, path)) { Content = new StringContent("{}") };
        request.Headers.Host = host;
        using var response = await client.SendAsync(request, Cancellation);
        return response.StatusCode;
    }

    private static long Id(Reply reply) => reply.Json.GetProperty("items")[0].GetProperty("id").GetInt64();

    private void Subject(string token, string subject) => _host.Cdf.Inspections[token] =
        (200, JsonSerializer.Serialize(new { subject, projects = new[] { new { projectUrlName = "p", groups = new[] { 1 } } }, capabilities = Array.Empty<object>() }));

    private async Task<string> CreateAsync()
    {
        var reply = await _host.PostAsync("/create", Body(), "creator");
        Assert.Equal(HttpStatusCode.OK, reply.Status);
        return reply.Json.GetProperty("username").GetString()!;
    }

    private string Body(string secret = "secret") =>
        $$$"""{"auth":{"token_url":"{{{_host.Cdf.Url}}}/oauth2/v2.0/token","client_id":"client","client_secret":"{{{secret}}}","scope":"sc"},"project":"p"}""";
}
