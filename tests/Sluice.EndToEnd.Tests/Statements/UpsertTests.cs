using Sluice.EndToEnd.Tests.Servers;

namespace Sluice.EndToEnd.Tests.Statements;

/// <summary>ON CONFLICT and sluice.on_conflict: create first, then what CDF says exists (three requests at most for a batch).</summary>
public sealed class UpsertTests(FaultServer own) : IClassFixture<FaultServer>
{
    private readonly GatewayServer _server = own.Server;

    private readonly string _name = $"upsert-{Guid.NewGuid():N}";

    [Fact]
    public async Task DO_UPDATE_changes_only_the_columns_that_it_names()
    {
        await using var client = await _server.ConnectAsync();
        await client.Query($"insert into assets (external_id, name, description, source) values ('{_name}-1', 'old', 'kept', 'gone')").TalkAsync();
        var before = await _server.Cdf.RequestsAboutAsync("assets");
        var reply = await client.Query(
            $"insert into assets (external_id, name, source) values ('{_name}-1', 'new', null), ('{_name}-2', 'added', 's')"
            + " on conflict (external_id) do update set name = excluded.name, source = excluded.source").TalkAsync();
        Assert.Equal("C INSERT 0 2", reply[0].ToString());
        Assert.Equal(3, await _server.Cdf.RequestsAboutAsync("assets") - before);

        var stored = (await _server.Cdf.ByExternalIdsAsync("assets", $"{_name}-1", $"{_name}-2")).ToDictionary(a => (string)a!["externalId"]!);
        Assert.Equal(("new", "kept", null), ((string?)stored[$"{_name}-1"]!["name"], (string?)stored[$"{_name}-1"]!["description"], (string?)stored[$"{_name}-1"]!["source"]));
        Assert.Equal("s", (string?)stored[$"{_name}-2"]!["source"]);
    }

    [Fact]
    public async Task DO_NOTHING_counts_what_it_creates()
    {
        await using var client = await _server.ConnectAsync();
        await client.Query($"insert into events (external_id, type) values ('{_name}-1', 'old')").TalkAsync();
        var reply = await client.Query(
            $"insert into events (external_id, type) values ('{_name}-1', 'new'), ('{_name}-2', 'new'), ('{_name}-2', 'twice') on conflict do nothing").TalkAsync();
        Assert.Equal("C INSERT 0 1", reply[0].ToString());
        var types = (await _server.Cdf.ByExternalIdsAsync("events", $"{_name}-1", $"{_name}-2")).Select(e => (string)e!["type"]!);
        Assert.Equal(["old", "new"], types);
    }

    [Theory]
    [InlineData("(name) do nothing", "42P10")]
    [InlineData("(external_id) where name = 'x' do nothing", "42P10")]
    [InlineData("(nme) do nothing", "42703")]
    [InlineData("on constraint nothing_like_it do nothing", "42704")]
    [InlineData("do update set name = excluded.name", "42601")]
    [InlineData("(external_id) do update set name = assets.name || excluded.name", "0A000")]
    [InlineData("(external_id) do update set name = excluded.name where assets.name = 'x'", "0A000")]
    [InlineData("(external_id) do update set id = excluded.id", "428C9")]
    [InlineData("(external_id) do update set nme = excluded.nme", "42703")]
    public async Task A_clause_that_cannot_be_is_refused(string clause, string sqlState)
    {
        await using var client = await _server.ConnectAsync();
        var reply = await client.Query($"insert into assets (external_id, name) values ('{_name}', 'a') on conflict {clause}").TalkAsync();
        Assert.Equal(sqlState, reply.Single(m => m.Type == 'E').Field('C'));
        Assert.Empty(await _server.Cdf.ByExternalIdsAsync("assets", _name));
    }

    [Fact]
    public async Task A_key_twice_in_one_DO_UPDATE_is_21000()
    {
        await using var client = await _server.ConnectAsync();
        var reply = await client.Query(
            $"insert into assets (external_id, name) values ('{_name}', 'a'), ('{_name}', 'b') on conflict (external_id) do update set name = excluded.name").TalkAsync();
        Assert.Equal("21000", reply.Single(m => m.Type == 'E').Field('C'));
    }

    [Fact]
    public async Task A_key_twice_in_the_rows_of_a_query_is_21000_however_far_apart()
    {
        await using var client = await _server.ConnectAsync();
        var reply = await client.Query(
            $"insert into events (external_id, type) select '{_name}-' || (case i when 1500 then 1 else i end), 't' from generate_series(1, 1600) i "
            + "on conflict (external_id) do update set type = excluded.type").TalkAsync();
        Assert.Equal("21000", reply.Single(m => m.Type == 'E').Field('C'));
    }

    [Fact]
    public async Task A_key_in_two_statements_of_a_pipeline_is_changed_twice()
    {
        const string Upsert = "insert into assets (external_id, name) values ($1, $2) on conflict (external_id) do update set name = excluded.name";
        await using var client = await _server.ConnectAsync();
        var reply = await client.Parse("u", Upsert)
            .Bind("", "u", _name, "first").Execute("").Bind("", "u", $"{_name}-other", "x").Execute("").Bind("", "u", _name, "second").Execute("").Sync().TalkAsync();
        Assert.Equal(["C INSERT 0 1", "C INSERT 0 1", "C INSERT 0 1"], reply.Where(m => m.Type == 'C').Select(m => m.ToString()));
        Assert.Equal("second", (string)Assert.Single(await _server.Cdf.ByExternalIdsAsync("assets", _name))!["name"]!);
    }

    [Fact]
    public async Task ON_CONFLICT_id_changes_rows_that_exist()
    {
        await using var client = await _server.ConnectAsync();
        await client.Query($"insert into assets (external_id, name) values ('{_name}', 'old')").TalkAsync();
        var id = (long)Assert.Single(await _server.Cdf.ByExternalIdsAsync("assets", _name))!["id"]!;
        var reply = await client.Query($"insert into assets (id, name) values ({id}, 'new') on conflict (id) do update set name = excluded.name").TalkAsync();
        Assert.Equal("C INSERT 0 1", reply[0].ToString());
        Assert.Equal("new", (string)Assert.Single(await _server.Cdf.ByExternalIdsAsync("assets", _name))!["name"]!);
    }

    [Theory]
    [InlineData("update", "C COPY 3", "new")]
    [InlineData("ignore", "C COPY 2", "old")]
    public async Task The_setting_gives_COPY_what_it_cannot_say(string setting, string tag, string name)
    {
        await using var client = await _server.ConnectAsync();
        await client.Query($"insert into assets (external_id, name) values ('{_name}-1', 'old')").TalkAsync();
        var reply = await client.Query($"set sluice.on_conflict = {setting}; copy assets (external_id, name) from stdin csv")
            .CopyData($"{_name}-1,new\n{_name}-2,new\n{_name}-3,new\n").CopyDone().TalkAsync();
        Assert.Equal(tag, reply.Last(m => m.Type == 'C').ToString());
        var stored = await _server.Cdf.ByExternalIdsAsync("assets", $"{_name}-1", $"{_name}-2", $"{_name}-3");
        Assert.Equal([name, "new", "new"], stored.Select(a => (string)a!["name"]!));
    }

    [Fact]
    public async Task Of_two_rows_with_one_key_under_the_setting_the_later_one_wins()
    {
        await using var client = await _server.ConnectAsync();
        var reply = await client.Query($"set sluice.on_conflict = update; insert into assets (external_id, name) values ('{_name}', 'a'), ('{_name}', 'b')").TalkAsync();
        Assert.Equal("C INSERT 0 2", reply.Last(m => m.Type == 'C').ToString());
        Assert.Equal("b", (string)Assert.Single(await _server.Cdf.ByExternalIdsAsync("assets", _name))!["name"]!);
    }

    [Fact]
    public async Task The_setting_may_come_in_the_connections_options()
    {
        var login = new Npgsql.NpgsqlConnectionStringBuilder(_server.ConnectionString(_server.User)) { Options = "-c sluice.on_conflict=update" };
        await using var source = Npgsql.NpgsqlDataSource.Create(login);
        foreach (var name in new[] { "old", "new" })
        {
            await using var insert = source.CreateCommand($"insert into assets (external_id, name) values ('{_name}', '{name}')");
            Assert.Equal(1, await insert.ExecuteNonQueryAsync());
        }

        Assert.Equal("new", (string)Assert.Single(await _server.Cdf.ByExternalIdsAsync("assets", _name))!["name"]!);
    }

    [Fact]
    public async Task Rows_without_a_key_may_stand_among_those_that_are_upserted()
    {
        await using var client = await _server.ConnectAsync();
        await client.Query($"insert into events (external_id, type) values ('{_name}', 'old')").TalkAsync();
        var reply = await client.Query(
            $"insert into events (external_id, type, subtype) values ('{_name}', 'new', 's'), (null, '{_name}', 's') on conflict (external_id) do update set type = excluded.type").TalkAsync();
        Assert.Equal("C INSERT 0 2", reply[0].ToString());
        Assert.Equal("new", (string)Assert.Single(await _server.Cdf.ByExternalIdsAsync("events", _name))!["type"]!);
        var alone = await _server.Cdf.PostAsync("events/list", new { filter = new { type = _name } });
        Assert.Single(alone["items"]!.AsArray());
    }

    [Fact]
    public async Task Get_or_create_returns_the_row_either_way()
    {
        await using var client = await _server.ConnectAsync();
        var sql = $"insert into assets (external_id, name) values ('{_name}', 'n') on conflict (external_id) do update set external_id = excluded.external_id returning id";
        var first = (await client.Query(sql).TalkAsync()).Single(m => m.Type == 'D').Values[0];
        Assert.Equal(first, (await client.Query(sql).TalkAsync()).Single(m => m.Type == 'D').Values[0]);
    }

    [Fact]
    public async Task A_lost_answer_does_not_lose_what_RETURNING_tells()
    {
        await using var client = await _server.ConnectAsync();
        var rule = new System.Text.Json.Nodes.JsonObject { ["id"] = "r", ["method"] = "POST", ["path"] = "*/assets", ["action"] = "drop", ["when"] = "after", ["times"] = 1 };
        await using var broken = await _server.Cdf.BreakAsync(rule);
        var reply = await client.Query($"insert into assets (external_id, name) values ('{_name}', 'n') returning external_id, id > 0").TalkAsync();
        Assert.Equal([_name, "t"], reply.Single(m => m.Type == 'D').Values);
        Assert.Equal("C INSERT 0 1", reply.Single(m => m.Type == 'C').ToString());
    }

    [Theory]
    [InlineData("insert into assets (external_id, name) values ('x', 'n') on conflict (id) do update set name = excluded.name")]
    [InlineData("insert into assets (id, name) values (5, 'n') on conflict (id) do nothing")]
    [InlineData("insert into assets (id, name) values (null, 'n') on conflict (id) do update set name = excluded.name")]
    public async Task ON_CONFLICT_id_is_for_ids_that_are_given(string sql)
    {
        await using var client = await _server.ConnectAsync();
        Assert.Equal("0A000", (await client.Query(sql).TalkAsync()).Single(m => m.Type == 'E').Field('C'));
        Assert.Equal("D 1", (await client.Query("select 1").TalkAsync())[1].ToString());
    }

    [Fact]
    public async Task An_upsert_by_id_and_one_by_external_id_in_a_string_are_two_writes()
    {
        await using var client = await _server.ConnectAsync();
        await client.Query($"insert into assets (external_id, name) values ('{_name}-1', 'old')").TalkAsync();
        var id = (long)Assert.Single(await _server.Cdf.ByExternalIdsAsync("assets", $"{_name}-1"))!["id"]!;
        var reply = await client.Query(
            $"insert into assets (id, external_id, name) values ({id}, '{_name}-1', 'new') on conflict (id) do update set name = excluded.name;"
            + $" insert into assets (id, external_id, name) values (null, '{_name}-2', 'x') on conflict (external_id) do update set name = excluded.name").TalkAsync();
        Assert.Equal(["C INSERT 0 1", "C INSERT 0 1"], reply.Where(m => m.Type == 'C').Select(m => m.ToString()));
        Assert.Equal(["new", "x"], (await _server.Cdf.ByExternalIdsAsync("assets", $"{_name}-1", $"{_name}-2")).Select(a => (string)a!["name"]!));
    }

    [Fact]
    public async Task A_file_twice_under_the_setting_is_the_later_one()
    {
        await using var client = await _server.ConnectAsync();
        var reply = await client.Query($"set sluice.on_conflict = update; copy files (external_id, name, source) from stdin csv")
            .CopyData($"{_name},n,first\n{_name},n,second\n").CopyDone().TalkAsync();
        Assert.Equal("C COPY 2", reply.Last(m => m.Type == 'C').ToString());
        Assert.Equal("second", (string)Assert.Single(await _server.Cdf.ByExternalIdsAsync("files", _name))!["source"]!);
    }
}
