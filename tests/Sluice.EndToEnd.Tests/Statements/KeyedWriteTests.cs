using Sluice.EndToEnd.Tests.Servers;

namespace Sluice.EndToEnd.Tests.Statements;

/// <summary>UPDATE and DELETE by key with constants.</summary>
public sealed class KeyedWriteTests(FaultServer own) : IClassFixture<FaultServer>
{
    private readonly GatewayServer _server = own.Server;

    private readonly string _name = $"keyed-{Guid.NewGuid():N}";

    [Fact]
    public async Task An_UPDATE_by_key_is_one_request()
    {
        await using var client = await _server.ConnectAsync();
        await client.Query($"insert into assets (external_id, name, description) values ('{_name}', 'old', 'text')").TalkAsync();
        var before = await _server.Cdf.RequestsAboutAsync("assets");
        var reply = await client.Parse("", "update assets set name = $2, description = null where external_id = $1")
            .Describe('S', "").Bind("", "", _name, "new").Execute("").Sync().TalkAsync();
        Assert.Equal(["1 ", "t 00020000001900000413", "n ", "2 ", "C UPDATE 1", "Z I"], reply.Select(m => m.ToString()));
        Assert.Equal(1, await _server.Cdf.RequestsAboutAsync("assets") - before);
        var stored = Assert.Single(await _server.Cdf.ByExternalIdsAsync("assets", _name))!;
        Assert.Equal(("new", null), ((string?)stored["name"], (string?)stored["description"]));
    }

    [Fact]
    public async Task A_thousand_UPDATEs_in_a_pipeline_are_one_request_and_each_has_its_count()
    {
        await using var client = await _server.ConnectAsync();
        var rows = string.Join(',', Enumerable.Range(1, 1_000).Select(n => $"('{_name}-{n}', 'old')"));
        await client.Query($"insert into assets (external_id, name) values {rows}").TalkAsync();
        var before = await _server.Cdf.RequestsAboutAsync("assets");
        client.Parse("u", "update assets set name = $2 where external_id = $1");
        for (var n = 1; n <= 1_000; n++)
        {
            client.Bind("", "u", $"{_name}-{n}", $"new {n}").Execute("");
        }

        var reply = await client.Sync().TalkAsync();
        Assert.All(reply.Where(m => m.Type == 'C'), m => Assert.Equal("C UPDATE 1", m.ToString()));
        Assert.Equal(1, await _server.Cdf.RequestsAboutAsync("assets") - before);
        Assert.Equal("new 1000", (string)Assert.Single(await _server.Cdf.ByExternalIdsAsync("assets", $"{_name}-1000"))!["name"]!);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Two_rows_change_names_by_way_of_a_third_name(bool inBlock)
    {
        await using var client = await _server.ConnectAsync();
        await client.Query($"insert into assets (external_id, name) values ('{_name}-a', 'was a'), ('{_name}-b', 'was b')").TalkAsync();
        if (inBlock)
        {
            await client.Query("begin").TalkAsync();
        }

        client.Parse("u", "update assets set external_id = $1 where external_id = $2");
        foreach (var (to, from) in new[] { ("tmp", "a"), ("a", "b"), ("b", "tmp") })
        {
            client.Bind("", "u", $"{_name}-{to}", $"{_name}-{from}").Execute("");
        }

        var reply = await client.Sync().TalkAsync();
        Assert.Equal(["UPDATE 1", "UPDATE 1", "UPDATE 1"], reply.Where(m => m.Type == 'C').Select(m => m.Text));
        if (inBlock)
        {
            Assert.Equal("C COMMIT", (await client.Query("commit").TalkAsync())[0].ToString());
        }

        Assert.Empty(await _server.Cdf.ByExternalIdsAsync("assets", $"{_name}-tmp"));
        Assert.Equal("was b", (string?)Assert.Single(await _server.Cdf.ByExternalIdsAsync("assets", $"{_name}-a"))!["name"]);
        Assert.Equal("was a", (string?)Assert.Single(await _server.Cdf.ByExternalIdsAsync("assets", $"{_name}-b"))!["name"]);
    }

    [Fact]
    public async Task Rows_of_a_DELETE_are_returned_once_though_CDF_refuses_some_of_a_request()
    {
        await using var client = await _server.ConnectAsync();
        await client.Query($"insert into assets (external_id, name) values ('{_name}-1', '1'), ('{_name}-2', '2'), ('{_name}-3', '3')").TalkAsync();
        await client.Query($"insert into assets (external_id, name, parent_external_id) values ('{_name}-4', '4', '{_name}-2')").TalkAsync();
        await client.Query("set sluice.on_error = skip").TalkAsync();
        var reply = await client.Query($"delete from assets where external_id in ('{_name}-1', '{_name}-2', '{_name}-3') returning name").TalkAsync();
        Assert.Equal(["1", "3"], reply.Where(m => m.Type == 'D').Select(m => m.Values[0]).Order());
        Assert.Equal("C DELETE 2", reply.Single(m => m.Type == 'C').ToString());
    }

    [Theory]
    [InlineData("update assets set name = 'n' where external_id = $1", "UPDATE")]
    [InlineData("delete from assets where external_id = $1", "DELETE")]
    public async Task A_row_that_is_not_there_counts_0(string sql, string verb)
    {
        await using var client = await _server.ConnectAsync();
        await client.Query($"insert into assets (external_id, name) values ('{_name}-1', 'a'), ('{_name}-3', 'c')").TalkAsync();
        client.Parse("u", sql);
        foreach (var key in new[] { $"{_name}-1", $"{_name}-2", $"{_name}-3", null, string.Empty, new string('x', 300) })
        {
            client.Bind("", "u", key).Execute("");
        }

        var reply = await client.Sync().TalkAsync();
        Assert.Equal(["1", "0", "1", "0", "0", "0"], reply.Where(m => m.Type == 'C').Select(m => m.Text.Split(' ')[^1]));
        Assert.All(reply.Where(m => m.Type == 'C'), m => Assert.StartsWith(verb, m.Text));
    }

    [Theory]
    [InlineData("external_id in ('{0}-1', '{0}-2', '{0}-2', 'nobody')")]
    [InlineData("external_id = any('{{{0}-1,{0}-2,nobody,null}}')")]
    [InlineData("assets.external_id in ('{0}-2', '{0}-1')")]
    public async Task Lists_of_keys_are_one_statement(string condition)
    {
        await using var client = await _server.ConnectAsync();
        await client.Query($"insert into assets (external_id, name) values ('{_name}-1', 'a'), ('{_name}-2', 'b')").TalkAsync();
        var where = string.Format(System.Globalization.CultureInfo.InvariantCulture, condition, _name);
        Assert.Equal("C UPDATE 2", (await client.Query($"update assets set source = 's' where {where}").TalkAsync())[0].ToString());
        Assert.Equal("C DELETE 2", (await client.Query($"delete from assets where {where}").TalkAsync())[0].ToString());
        Assert.Empty(await _server.Cdf.ByExternalIdsAsync("assets", $"{_name}-1", $"{_name}-2"));
    }

    [Fact]
    public async Task An_array_of_ids_may_come_as_a_parameter()
    {
        await using var client = await _server.ConnectAsync();
        await client.Query($"insert into assets (external_id, name) values ('{_name}-1', 'a'), ('{_name}-2', 'b')").TalkAsync();
        var ids = (await _server.Cdf.ByExternalIdsAsync("assets", $"{_name}-1", $"{_name}-2")).Select(a => (long)a!["id"]!);
        var reply = await client.Parse("", "delete from assets where id = any($1)").Describe('S', "")
            .Bind("", "", $"{{{string.Join(',', ids)}}}").Execute("").Sync().TalkAsync();
        Assert.Equal("t 0001000003f8", reply[1].ToString().ToLowerInvariant());
        Assert.Equal("C DELETE 2", reply.Single(m => m.Type == 'C').ToString());
    }

    [Theory]
    [InlineData("update assets set id = 5 where external_id = 'a'", "428C9")]
    [InlineData("update assets set root_id = 5 where external_id = 'a'", "428C9")]
    [InlineData("update assets set nme = 'x' where external_id = 'a'", "42703")]
    [InlineData("update assets set name = null where external_id = 'a'", "23502")]
    [InlineData("update time_series set is_string = true where external_id = 'a'", "0A000")]
    [InlineData("update assets set name = 'x', name = 'y' where external_id = 'a'", "42601")]
    [InlineData("update assets set name = 'x' where name = 'y'", "0A000")]
    [InlineData("delete from assets where name = 'y'", "0A000")]
    [InlineData("update units set name = 'x' where external_id = 'a'", "55000")]
    [InlineData("update labels set name = 'x' where external_id = 'a'", "0A000")]
    public async Task What_cannot_be_changed_is_refused(string sql, string sqlState)
    {
        await using var client = await _server.ConnectAsync();
        Assert.Equal(sqlState, (await client.Query(sql).TalkAsync()).Single(m => m.Type == 'E').Field('C'));
    }

    [Theory]
    [InlineData("replace", "{\"b\":\"2\"}")]
    [InlineData("merge", "{\"a\":\"1\",\"b\":\"2\"}")]
    public async Task Metadata_is_replaced_or_merged(string setting, string stored)
    {
        await using var client = await _server.ConnectAsync();
        await client.Query($"insert into events (external_id, metadata) values ('{_name}', '{{\"a\":\"1\"}}')").TalkAsync();
        var reply = await client.Query($"set sluice.metadata = {setting}; update events set metadata = '{{\"b\":\"2\"}}' where external_id = '{_name}'").TalkAsync();
        Assert.Equal("C UPDATE 1", reply.Last(m => m.Type == 'C').ToString());
        Assert.Equal(stored, Assert.Single(await _server.Cdf.ByExternalIdsAsync("events", _name))!["metadata"]!.ToJsonString());
    }
}
