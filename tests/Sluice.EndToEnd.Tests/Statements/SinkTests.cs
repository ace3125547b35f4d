using Sluice.EndToEnd.Tests.Servers;

namespace Sluice.EndToEnd.Tests.Statements;

/// <summary>Statements whose rows PostgreSQL computes and Sluice writes.</summary>
public sealed class SinkTests(GatewayServer server)
{
    private readonly string _name = $"sink-{Guid.NewGuid():N}";

    [Fact]
    public async Task Rows_of_a_staging_table_are_inserted()
    {
        await using var client = await server.ConnectAsync();
        await client.Query("create temp table staging (key text, title text, at timestamp)").TalkAsync();
        await client.Query("copy staging from stdin csv").CopyData($"{_name}-1,one,2024-01-01 00:00\n{_name}-2,two,2024-01-02 00:00\n").CopyDone().TalkAsync();
        var reply = await client.Query("insert into assets (external_id, name) select key, upper(title) from staging order by key").TalkAsync();
        Assert.Equal(["C INSERT 0 2", "Z I"], reply.Select(m => m.ToString()));
        reply = await client.Query(
            "insert into assets (external_id, name) select key, title || '!' from staging on conflict (external_id) do update set name = excluded.name").TalkAsync();
        Assert.Equal(["C INSERT 0 2", "Z I"], reply.Select(m => m.ToString()));
        Assert.Equal(["one!", "two!"], (await server.Cdf.ByExternalIdsAsync("assets", $"{_name}-1", $"{_name}-2")).Select(a => (string)a!["name"]!));
    }

    [Fact]
    public async Task Expressions_and_parameters_are_PostgreSQLs()
    {
        await using var client = await server.ConnectAsync();
        var reply = await client.Parse("", "insert into events (external_id, type, start_time) values ($1, $2 || '-x', now()), ($1 || '2', 'y', '2024-01-01'::date)")
            .Describe('S', "").Bind("", "", _name, "t").Execute("").Sync().TalkAsync();
        Assert.Equal(["1 ", "t 00020000041300000019", "n ", "2 ", "C INSERT 0 2", "Z I"], reply.Select(m => m.ToString()));
        Assert.Equal(["t-x", "y"], (await server.Cdf.ByExternalIdsAsync("events", _name, $"{_name}2")).Select(e => (string)e!["type"]!));
    }

    [Theory]
    [InlineData("insert into assets (external_id, name) select 1, nme from (select 'x' as name) s", "42703", "column \"nme\" does not exist", "50")]
    [InlineData("insert into assets (name, metadata) select 'x', 'text'::text", "42804", null, null)]
    [InlineData("insert into assets (name) select repeat('x', 141)", "22001", "value too long for type character varying(140)", null)]
    [InlineData("insert into assets (name, id) select 'x', 5", "428C9", null, null)]
    [InlineData("insert into assets (external_id) select 'x'", "23502", null, null)]
    [InlineData("insert into assets (name) select 'x' where 1/0 = 1", "22012", null, null)]
    [InlineData("update assets set name = upper(name) where source = 'x'", "0A000", null, null)]
    public async Task Errors_are_PostgreSQLs(string sql, string sqlState, string? message, string? position)
    {
        await using var client = await server.ConnectAsync();
        var error = (await client.Query(sql).TalkAsync()).Single(m => m.Type == 'E');
        Assert.Equal(sqlState, error.Field('C'));
        Assert.Equal(message ?? error.Field('M'), error.Field('M'));
        Assert.Equal(position ?? error.Field('P'), error.Field('P'));
        Assert.Equal("D 1", (await client.Query("select 1").TalkAsync())[1].ToString());
    }

    [Fact]
    public async Task WITH_and_RETURNING_go_together()
    {
        await using var client = await server.ConnectAsync();
        var reply = await client.Query(
            $"with s(k, n) as (values ('{_name}-1', 1), ('{_name}-2', 2)) insert into assets (external_id, name) select k, 'n' || n from s returning name, id > 0").TalkAsync();
        Assert.Equal(["T", "D", "D", "C", "Z"], reply.Select(m => m.Type.ToString()));
        Assert.Equal(["n1", "t"], reply[1].Values);
    }

    [Fact]
    public async Task Two_thousand_rows_are_two_requests_and_all_arrive()
    {
        await using var client = await server.ConnectAsync();
        var reply = await client.Query($"insert into events (external_id, type) select '{_name}-' || n, 't' from generate_series(1, 2000) n").TalkAsync();
        Assert.Equal("C INSERT 0 2000", reply[0].ToString());
        Assert.Equal(1_000, (await server.Cdf.ByExternalIdsAsync("events", Enumerable.Range(1_001, 1_000).Select(n => $"{_name}-{n}"))).Count);
    }

    [Fact]
    public async Task UPDATE_FROM_and_DELETE_USING_read_by_the_keys_of_the_staging_table()
    {
        // Of its own: requests are counted.
        await using var quiet = new GatewayServer();
        await quiet.InitializeAsync();
        await using var client = await quiet.ConnectAsync();
        await client.Query("create temp table staging (key text, title text)").TalkAsync();
        await client.Query($"insert into staging select '{_name}-' || n, 'new ' || n from generate_series(1, 2500) n").TalkAsync();
        await client.Query("insert into assets (external_id, name) select key, 'old' from staging where key not like '%00'").TalkAsync();
        var before = await quiet.Cdf.RequestsAboutAsync("assets");
        var reply = await client.Query("update assets set name = s.title from staging s where assets.external_id = s.key").TalkAsync();
        Assert.Equal("C UPDATE 2475", reply[0].ToString());

        // Three look-ups of a thousand keys, three updates.
        Assert.Equal(6, await quiet.Cdf.RequestsAboutAsync("assets") - before);
        Assert.Equal("new 7", (string)Assert.Single(await quiet.Cdf.ByExternalIdsAsync("assets", $"{_name}-7"))!["name"]!);

        reply = await client.Query(
            $"insert into assets (external_id, name) select s.key, s.title from staging s left join assets a on a.external_id = s.key where a.external_id is null").TalkAsync();
        Assert.Equal("C INSERT 0 25", reply[0].ToString());
        reply = await client.Query("delete from assets a using staging s where s.key = a.external_id and s.title like '%1' returning a.name").TalkAsync();
        Assert.Equal("C DELETE 250", reply.Single(m => m.Type == 'C').ToString());
        Assert.Equal(250, reply.Count(m => m.Type == 'D'));
    }

    [Fact]
    public async Task A_row_that_is_joined_twice_is_changed_once()
    {
        await using var client = await server.ConnectAsync();
        await client.Query($"insert into assets (external_id, name) values ('{_name}', 'old')").TalkAsync();
        var reply = await client.Query(
            $"with s(key, title) as (values ('{_name}', 'new'), ('{_name}', 'new')) update assets set name = s.title from s where external_id = s.key and external_id = '{_name}'").TalkAsync();
        Assert.Equal("C UPDATE 1", reply[0].ToString());
    }

    [Fact]
    public async Task Expressions_over_the_old_row_are_computed()
    {
        await using var client = await server.ConnectAsync();
        await client.Query($"insert into assets (external_id, name, metadata) values ('{_name}', 'old', '{{\"k\":\"v\"}}')").TalkAsync();
        var reply = await client.Query($"update assets set name = upper(name) || '!', source = metadata ->> 'k' where external_id = '{_name}' returning name, source").TalkAsync();
        Assert.Equal(["OLD!", "v"], reply.Single(m => m.Type == 'D').Values);
        var stored = Assert.Single(await server.Cdf.ByExternalIdsAsync("assets", _name))!;
        Assert.Equal(("OLD!", "v"), ((string?)stored["name"], (string?)stored["source"]));
    }

    [Fact]
    public async Task Cancel_ends_what_the_engine_computes()
    {
        await using var client = await server.ConnectAsync();
        await client.Query("insert into assets (name) select 'x' || pg_sleep(60)").SendAsync();
        await using var observer = await server.ConnectAsync();
        string? state = null;
        while (state != "PgSleep")
        {
            state = (await observer.Query($"select wait_event from pg_stat_activity where pid = {client.ProcessId}").TalkAsync())[1].Values[0];
        }

        await Wire.WireClient.CancelAsync(server.EndPoint, client);
        Assert.Equal("57014", (await client.ReadUntilAsync('Z')).Single(m => m.Type == 'E').Field('C'));
        Assert.Equal("D 1", (await client.Query("select 1").TalkAsync())[1].ToString());
    }

    [Fact]
    public async Task A_sink_is_not_for_clients()
    {
        await using var client = await server.ConnectAsync();
        var error = (await client.Query("insert into _sluice.sink_assets (name) values ('x')").TalkAsync()).Single(m => m.Type == 'E');
        Assert.Equal("0A000", error.Field('C'));
    }
}
