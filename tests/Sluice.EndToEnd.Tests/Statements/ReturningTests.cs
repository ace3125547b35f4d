using Sluice.EndToEnd.Tests.Servers;

namespace Sluice.EndToEnd.Tests.Statements;

/// <summary>RETURNING, whose list PostgreSQL computes over what CDF has answered.</summary>
public sealed class ReturningTests(GatewayServer server)
{
    private readonly string _name = $"returning-{Guid.NewGuid():N}";

    [Fact]
    public async Task Server_made_values_come_from_CDF()
    {
        await using var client = await server.ConnectAsync();
        var reply = await client.Query(
            $"insert into assets (external_id, name, metadata) values ('{_name}-1', 'a', '{{\"k\":\"v\"}}'), ('{_name}-2', 'b', null)"
            + " returning id, external_id, upper(name) as big, metadata ->> 'k', created_time > now() - interval '1 hour'").TalkAsync();
        var ids = (await server.Cdf.ByExternalIdsAsync("assets", $"{_name}-1", $"{_name}-2")).Select(a => ((long)a!["id"]!).ToString(System.Globalization.CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(["T", "D", "D", "C", "Z"], reply.Select(m => m.Type.ToString()));
        Assert.Equal([ids[0], $"{_name}-1", "A", "v", "t"], reply[1].Values);
        Assert.Equal([ids[1], $"{_name}-2", "B", null, "t"], reply[2].Values);
        Assert.Equal("C INSERT 0 2", reply[3].ToString());
    }

    [Fact]
    public async Task A_pipeline_of_INSERTs_with_RETURNING_is_one_request_and_each_gets_its_rows()
    {
        await using var client = await server.ConnectAsync();
        var reply = await client.Parse("i", "insert into assets (external_id, name) values ($1, $2) returning name, external_id").Describe('S', "i")
            .Bind("", "i", $"{_name}-1", "a").Execute("").Bind("", "i", $"{_name}-2", "b").Execute("").Sync().TalkAsync();
        Assert.Equal(["1", "t", "T", "2", "D", "C", "2", "D", "C", "Z"], reply.Select(m => m.Type.ToString()));
        Assert.Equal(["a", "b"], reply.Where(m => m.Type == 'D').Select(m => m.Values[0]));
    }

    [Fact]
    public async Task Rows_may_be_taken_in_portions()
    {
        await using var client = await server.ConnectAsync();
        var reply = await client
            .Parse("", $"insert into events (external_id, type) values ('{_name}-1', 'a'), ('{_name}-2', 'b'), ('{_name}-3', 'c') returning type")
            .Bind("", "").Execute("", 2).Execute("", 2).Sync().TalkAsync();
        Assert.Null(reply.FirstOrDefault(m => m.Type == 'E')?.Field('M'));
        Assert.Equal(["1", "2", "D", "D", "s", "D", "C", "Z"], reply.Select(m => m.Type.ToString()));
        Assert.Equal(3, (await server.Cdf.ByExternalIdsAsync("events", $"{_name}-1", $"{_name}-2", $"{_name}-3")).Count);
    }

    [Fact]
    public async Task UPDATE_and_DELETE_return_the_rows()
    {
        await using var client = await server.ConnectAsync();
        await client.Query($"insert into assets (external_id, name, source) values ('{_name}', 'old', 's')").TalkAsync();
        var updated = await client.Query($"update assets set name = 'new' where external_id in ('{_name}', 'nobody') returning name, source").TalkAsync();
        Assert.Equal(["new", "s"], updated.Single(m => m.Type == 'D').Values);
        Assert.Equal("C UPDATE 1", updated.Single(m => m.Type == 'C').ToString());
        var deleted = await client.Query($"delete from assets where external_id = '{_name}' returning *").TalkAsync();
        Assert.Equal(_name, deleted.Single(m => m.Type == 'D').Values[1]);
        Assert.Equal("C DELETE 1", deleted.Single(m => m.Type == 'C').ToString());
        Assert.Empty(await server.Cdf.ByExternalIdsAsync("assets", _name));
    }

    [Fact]
    public async Task A_list_that_is_wrong_is_refused_before_anything_is_written()
    {
        await using var client = await server.ConnectAsync();
        var sql = $"insert into assets (external_id, name) values ('{_name}', 'ä') returning nme";
        var error = (await client.Query(sql).TalkAsync()).Single(m => m.Type == 'E');
        Assert.Equal(("42703", $"{sql.IndexOf("nme", StringComparison.Ordinal) + 1}"), (error.Field('C'), error.Field('P')));
        Assert.Empty(await server.Cdf.ByExternalIdsAsync("assets", _name));
    }

    [Fact]
    public async Task Describe_writes_nothing()
    {
        await using var client = await server.ConnectAsync();
        var reply = await client.Parse("", $"insert into assets (external_id, name) values ('{_name}', 'a') returning id").Describe('S', "")
            .Bind("", "").Describe('P', "").Sync().TalkAsync();
        Assert.Equal(["1", "t", "T", "2", "T", "Z"], reply.Select(m => m.Type.ToString()));
        Assert.Empty(await server.Cdf.ByExternalIdsAsync("assets", _name));
    }
}
