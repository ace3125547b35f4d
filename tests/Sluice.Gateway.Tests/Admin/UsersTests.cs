using System.Net;
using System.Text.Json;
using Dapper;
using Sluice.Gateway.Tests.Engine;
using Sluice.Gateway.Users;
using Sluice.PgWire.Protocol;
using Sluice.PgWire.Startup;

namespace Sluice.Gateway.Tests.Admin;

/// <summary>What follows the creation of users: list, look-up, other credentials, end.</summary>
public sealed class UsersTests(EngineFixture fixture) : IAsyncLifetime
{
    private readonly string _project = $"p{Guid.NewGuid():N}";
    private AdminHost _host = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Path => $"/api/v1/projects/{_project}/postgresgateway";

    public async ValueTask InitializeAsync()
    {
        _host = await AdminHost.StartAsync(fixture.Engine);
        _host.Cdf.Allow("admin", _project);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_user_is_listed_without_host_and_password()
    {
        var created = await _host.CreateUserAsync(_project);
        var item = Assert.Single((await _host.GetAsync(Path)).Json.GetProperty("items").EnumerateArray());

        Assert.Equal(["username", "createdTime", "lastUpdatedTime", "sessionId"], item.EnumerateObject().Select(member => member.Name));
        Assert.All(item.EnumerateObject(), member => Assert.Equal(created.GetProperty(member.Name).GetRawText(), member.Value.GetRawText()));
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task Pages_follow_each_other_from_the_oldest_user_to_the_youngest(string method)
    {
        var names = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            names.Add(Name(await _host.CreateUserAsync(_project)));
        }

        var listed = new List<string>();
        string? cursor = null;
        do
        {
            var page = (method == "GET"
                ? await _host.GetAsync($"{Path}?limit=2{(cursor is null ? "" : "&cursor=" + cursor)}")
                : await _host.PostAsync($"{Path}/list", cursor is null ? """{"limit":2}""" : $$"""{"limit":2,"cursor":"{{cursor}}"}""")).Json;
            var items = page.GetProperty("items").EnumerateArray().Select(Name).ToList();
            Assert.InRange(items.Count, 1, 2);
            listed.AddRange(items);
            cursor = page.TryGetProperty("nextCursor", out var next) ? next.GetString() : null;
        }
        while (cursor is not null);

        Assert.Equal(names.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
        Assert.Equal(listed, (await _host.GetAsync($"{Path}?limit=1000")).Json.GetProperty("items").EnumerateArray().Select(Name));
    }

    [Fact]
    public async Task Users_of_other_projects_and_outside_the_callers_scope_do_not_exist()
    {
        var (mine, other) = (Name(await _host.CreateUserAsync(_project)), Name(await _host.CreateUserAsync(_project)));
        _host.Cdf.Allow("scoped", _project, scope: $$"""
            "usersScope":{"usernames":["{{mine}}"]}
            """);
        _host.Cdf.Allow("elsewhere", "q");
        var listed = await _host.GetAsync(Path, "scoped");
        var known = await _host.PostAsync($"{Path}/byids", Usernames(mine), "scoped");
        var unknown = await _host.PostAsync($"{Path}/byids", Usernames(mine, other), "scoped");
        var deleted = await _host.PostAsync($"{Path}/delete", Usernames(other), "scoped");
        var updated = await _host.PostAsync($"{Path}/update", Update(other, "nonce"), "scoped");
        var foreign = await _host.PostAsync("/api/v1/projects/q/postgresgateway/byids", Usernames(mine), "elsewhere");

        Assert.Equal([mine], listed.Json.GetProperty("items").EnumerateArray().Select(Name));
        Assert.Equal(HttpStatusCode.OK, known.Status);
        Assert.All([unknown, deleted, updated, foreign], reply => Assert.Equal(HttpStatusCode.NotFound, reply.Status));
        Assert.Equal($$"""[{"username":"{{other}}"}]""", unknown.Json.GetProperty("error").GetProperty("missing").GetRawText());
        Assert.NotNull(await _host.Users.FindAsync(other, Cancellation));
    }

    [Fact]
    public async Task Users_are_found_by_name_in_the_order_of_the_request_and_unknown_ones_may_be_ignored()
    {
        var (a, b) = (Name(await _host.CreateUserAsync(_project)), Name(await _host.CreateUserAsync(_project)));
        var found = await _host.PostAsync($"{Path}/byids", Usernames(b, a, b));
        var missing = await _host.PostAsync($"{Path}/byids", Usernames(a, "nobody", "no\\u0000body"));
        var ignored = await _host.PostAsync($"{Path}/byids", Usernames("nobody", a)[..^1] + ",\"ignoreUnknownIds\":true}");

        Assert.Equal([b, a], found.Json.GetProperty("items").EnumerateArray().Select(Name));
        Assert.Equal(HttpStatusCode.NotFound, missing.Status);
        Assert.Equal(2, missing.Json.GetProperty("error").GetProperty("missing").GetArrayLength());
        Assert.Equal([a], ignored.Json.GetProperty("items").EnumerateArray().Select(Name));
    }

    [Fact]
    public async Task An_update_changes_the_session_and_neither_name_nor_password_and_revokes_the_session_before()
    {
        var username = Name(await _host.CreateUserAsync(_project));
        var before = (await _host.Users.FindAsync(username, Cancellation))!;
        var client = _host.Clients.For(before);
        _host.Cdf.Nonces["second"] = 106;
        _host.Cdf.Revokers["admin"] = true;
        _host.Cdf.Inspections["session-token-106"] = (200, """{"subject":"new","projects":[],"capabilities":[]}""");
        var reply = await _host.PostAsync($"{Path}/update", Update(username, "second"));
        var item = Assert.Single(reply.Json.GetProperty("items").EnumerateArray());
        var after = (await _host.Users.FindAsync(username, Cancellation))!;

        Assert.Equal(["username", "createdTime", "lastUpdatedTime", "sessionId"], item.EnumerateObject().Select(member => member.Name));
        Assert.Equal((username, 106), (Name(item), item.GetProperty("sessionId").GetInt64()));
        Assert.Equal(before.CreatedTime, after.CreatedTime);
        Assert.True(after.LastUpdatedTime > before.LastUpdatedTime);
        Assert.Equal(before.Verifier.Format(), after.Verifier.Format());
        Assert.Equal(new SessionCredentials(106, "session-key-106"), _host.Protector.Unprotect(username, after.Credentials));
        Assert.Equal([(105, "admin")], _host.Cdf.Revoked);
        Assert.Same(client, _host.Clients.For(after));
        Assert.Equal("new", (await client.Token.InspectAsync(Cancellation)).Value.Subject);
    }

    [Fact]
    public async Task An_update_of_nobody_spends_no_nonce_and_a_bad_one_changes_nothing()
    {
        var username = Name(await _host.CreateUserAsync(_project));
        var before = (await _host.Users.FindAsync(username, Cancellation))!;
        _host.Cdf.Nonces["second"] = 106;
        var nobody = await _host.PostAsync($"{Path}/update", Update("nobody", "second"));
        var bad = await _host.PostAsync($"{Path}/update", Update(username, "third"));

        Assert.Equal(HttpStatusCode.NotFound, nobody.Status);
        Assert.True(_host.Cdf.Nonces.ContainsKey("second"));
        Assert.Equal(HttpStatusCode.BadRequest, bad.Status);
        Assert.Equal(before.LastUpdatedTime, (await _host.Users.FindAsync(username, Cancellation))!.LastUpdatedTime);
    }

    [Fact]
    public async Task The_session_of_a_user_who_cannot_be_stored_is_revoked()
    {
        _host.Cdf.Nonces["second"] = 106;
        _host.Cdf.Revokers["session-token-106"] = true;
        await using var sql = await fixture.Engine.Database.OpenConnectionAsync(Cancellation);
        await sql.ExecuteAsync(
            $"ALTER TABLE sluice.gateway_user ADD CONSTRAINT {_project} CHECK (project <> '{_project}')");
        try
        {
            var reply = await _host.PostAsync(Path, """{"items":[{"credentials":{"nonce":"second"}}]}""");

            Assert.Equal(HttpStatusCode.ServiceUnavailable, reply.Status);
            Assert.Equal([(106, "session-token-106")], _host.Cdf.Revoked);
            Assert.Equal("""{"items":[]}""", (await _host.GetAsync(Path)).Body);
        }
        finally
        {
            await sql.ExecuteAsync($"ALTER TABLE sluice.gateway_user DROP CONSTRAINT {_project}");
        }
    }

    [Fact]
    public async Task A_deleted_user_is_gone_with_tables_and_session_and_a_second_time_is_404_or_ignored()
    {
        var username = Name(await _host.CreateUserAsync(_project));
        await _host.PostAsync(
            $"{Path}/tables/{username}",
            """{"items":[{"type":"raw_rows","tablename":"t","options":{"database":"db","table":"t"},"columns":{"a":{"type":"TEXT"}}}]}""");
        _host.Cdf.Revokers["session-token-105"] = true;
        var first = await _host.PostAsync($"{Path}/delete", Usernames(username));
        var second = await _host.PostAsync($"{Path}/delete", Usernames(username));
        var camel = await _host.PostAsync($"{Path}/delete", Usernames(username)[..^1] + ",\"ignoreUnknownIds\":true}");
        var snake = await _host.PostAsync($"{Path}/delete", Usernames(username)[..^1] + ",\"ignore_unknown_ids\":true}");

        Assert.Equal((HttpStatusCode.OK, "{}"), (first.Status, first.Body));
        Assert.Equal([username], _host.Dropped);
        Assert.Equal([(105, "session-token-105")], _host.Cdf.Revoked);
        Assert.Null(await _host.Users.FindAsync(username, Cancellation));
        Assert.Empty(await _host.Tables.ListAsync(username, Cancellation));
        Assert.Equal(HttpStatusCode.NotFound, second.Status);
        Assert.All([camel, snake], reply => Assert.Equal((HttpStatusCode.OK, "{}"), (reply.Status, reply.Body)));
        Assert.Equal(HttpStatusCode.NotFound, (await _host.GetAsync($"{Path}/tables/{username}")).Status);
    }

    [Fact]
    public async Task A_user_whose_database_cannot_be_dropped_stays()
    {
        var username = Name(await _host.CreateUserAsync(_project));
        _host.ApplyFailure = new PgException(SqlState.CannotConnectNow, "no");
        var reply = await _host.PostAsync($"{Path}/delete", Usernames(username));

        Assert.Equal(HttpStatusCode.ServiceUnavailable, reply.Status);
        Assert.NotNull(await _host.Users.FindAsync(username, Cancellation));
        Assert.Empty(_host.Cdf.Revoked);
    }

    [Fact]
    public async Task A_new_password_ends_the_one_before_at_once_or_after_the_given_time()
    {
        var created = await _host.CreateUserAsync(_project);
        var username = Name(created);
        var store = new UserCredentialStore(_host.Users, TimeProvider.System);
        var first = await RotateAsync(username, ",\"previousPasswordValidSeconds\":60");
        var (kept, keptBefore) = ((await store.FindAsync(username, Cancellation))!, created.GetProperty("password").GetString()!);
        var second = await RotateAsync(username, "");
        var alone = (await store.FindAsync(username, Cancellation))!;

        Assert.Equal("fdw.example", first.GetProperty("host").GetString());
        Assert.InRange(first.GetProperty("previousPasswordValidUntil").GetInt64() - first.GetProperty("lastUpdatedTime").GetInt64(), 59_000, 60_000);
        Assert.Equal(Verifier(first, kept), kept.Format());
        Assert.Equal(ScramVerifier.Create(keptBefore, kept.Salt.ToArray()).Format(), kept.Alternative!.Format());
        Assert.False(second.TryGetProperty("previousPasswordValidUntil", out _));
        Assert.Equal(Verifier(second, alone), alone.Format());
        Assert.Null(alone.Alternative);
        var later = new UserCredentialStore(_host.Users, new LateClock());
        await RotateAsync(username, ",\"previousPasswordValidSeconds\":60");
        Assert.NotNull((await store.FindAsync(username, Cancellation))!.Alternative);
        Assert.Null((await later.FindAsync(username, Cancellation))!.Alternative);
    }

    [Theory]
    [InlineData("list", """{"limit":11}""", "Input should be less than or equal to 10: limit")]
    [InlineData("list", """{"limit":0}""", "Input should be greater than or equal to 1: limit")]
    [InlineData("list", """{"filter":{}}""", "Extra inputs are not permitted: filter")]
    [InlineData("byids", """{"items":[]}""", "List should have at least 1 item after validation, not 0: items")]
    [InlineData("byids", """{"items":[{"username":"a"}],"limit":1}""", "Extra inputs are not permitted: limit")]
    [InlineData("byids", """{"items":[{"id":1}]}""", "Extra inputs are not permitted: id")]
    [InlineData("byids", """{"items":[{}]}""", "Field required: username")]
    [InlineData("delete", """{"items":[{"username":"a"},{"username":"b"}]}""", "List should have at most 1 item after validation, not 2: items")]
    [InlineData("rotatepassword", """{"items":[{"username":"a","previousPasswordValidSeconds":-1}]}""", "Input should be greater than or equal to 0: previousPasswordValidSeconds")]
    [InlineData("rotatepassword", """{"items":[{"username":"a","password":"mine"}]}""", "Extra inputs are not permitted: password")]
    [InlineData("update", """{"items":[{"username":"a"}]}""", "Field required: update")]
    [InlineData("update", """{"items":[{"username":"a","update":{}}]}""", "Field required: credentials")]
    [InlineData("update", """{"items":[{"username":"a","update":{"credentials":{"nonce":"n"}}}]}""", "Extra inputs are not permitted: nonce")]
    [InlineData("update", """{"items":[{"username":"a","update":{"credentials":{"set":{}}}}]}""", "Field required: nonce")]
    [InlineData("update", """{"items":[{"username":"a","update":{"credentials":{"set":{"nonce":"n"}},"password":"x"}}]}""", "Extra inputs are not permitted: password")]
    public async Task A_body_that_does_not_fit_is_422(string operation, string body, string message)
    {
        var reply = await _host.PostAsync($"{Path}/{operation}", body);

        Assert.Equal(422, (int)reply.Status);
        Assert.Equal(message, reply.Error);
    }

    [Theory]
    [InlineData("bm9ib2R5")]
    [InlineData("MTIz")]
    [InlineData("OTk5OTk5OTk5OTk5OTk5OTk5IGE")]
    [InlineData("!")]
    public async Task A_cursor_of_another_list_is_400(string cursor) =>
        Assert.Equal(HttpStatusCode.BadRequest, (await _host.GetAsync($"{Path}?cursor={cursor}")).Status);

    [Fact]
    public async Task Readers_may_look_and_nothing_else()
    {
        var username = Name(await _host.CreateUserAsync(_project));
        _host.Cdf.Allow("reader", _project, "\"READ\"");
        _host.Cdf.Allow("writer", _project, "\"WRITE\"");

        Assert.Equal(HttpStatusCode.OK, (await _host.GetAsync(Path, "reader")).Status);
        Assert.Equal(HttpStatusCode.OK, (await _host.PostAsync($"{Path}/list", "{}", "reader")).Status);
        Assert.Equal(HttpStatusCode.OK, (await _host.PostAsync($"{Path}/byids", Usernames(username), "reader")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await _host.PostAsync($"{Path}/delete", Usernames(username), "reader")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await _host.PostAsync($"{Path}/update", Update(username, "n"), "reader")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await _host.GetAsync(Path, "writer")).Status);
    }

    private async Task<JsonElement> RotateAsync(string username, string more)
    {
        var reply = await _host.PostAsync($"{Path}/rotatepassword", $$"""{"items":[{"username":"{{username}}"{{more}}}]}""");
        Assert.Equal(HttpStatusCode.OK, reply.Status);
        return Assert.Single(reply.Json.GetProperty("items").EnumerateArray());
    }

    private static string Verifier(JsonElement item, ScramVerifier found) =>
        ScramVerifier.Create(item.GetProperty("password").GetString()!, found.Salt.ToArray()).Format();

    private static string Name(JsonElement item) => item.GetProperty("username").GetString()!;

    private static string Usernames(params string[] names) => $$"""{"items":[{{string.Join(',', names.Select(name => $$"""{"username":"{{name}}"}"""))}}]}""";

    private static string Update(string username, string nonce) =>
        $$$$$"""{"items":[{"username":"{{{{{username}}}}}","update":{"credentials":{"set":{"nonce":"{{{{{nonce}}}}}"}}}}]}""";

    private sealed class LateClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UtcNow.AddSeconds(61);
    }
}
