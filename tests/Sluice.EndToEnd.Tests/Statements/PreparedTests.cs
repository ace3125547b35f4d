using Sluice.EndToEnd.Tests.Servers;

namespace Sluice.EndToEnd.Tests.Statements;

/// <summary>SQL's PREPARE, EXECUTE and DEALLOCATE of statements that write to CDF, in both protocols.</summary>
public sealed class PreparedTests(GatewayServer server)
{
    private readonly string _name = $"prep-{Guid.NewGuid():N}";

    [Fact]
    public async Task DEALLOCATE_in_a_pipeline_takes_a_statement_of_the_protocol_away()
    {
        await using var client = await server.ConnectAsync();
        var reply = await client.Parse("_pg3_0", "insert into events (external_id) values ($1)").Bind("", "_pg3_0", _name).Execute("")
            .Parse("", "DEALLOCATE \"_pg3_0\"").Bind("", "").Describe('P', "").Execute("")
            .Parse("", "select 1").Bind("", "").Execute("").Sync().TalkAsync();
        Assert.Equal(
            ["1 ", "2 ", "C INSERT 0 1", "1 ", "2 ", "n ", "C DEALLOCATE", "1 ", "2 ", "D 1", "C SELECT 1", "Z I"],
            reply.Select(m => m.ToString()));
        reply = await client.Bind("", "_pg3_0", _name).Execute("").Sync().TalkAsync();
        Assert.Equal("26000", reply[0].Field('C'));
        Assert.Single(await server.Cdf.ByExternalIdsAsync("events", _name));
    }

    [Fact]
    public async Task PREPARE_and_EXECUTE_work_in_the_extended_protocol()
    {
        await using var client = await server.ConnectAsync();
        var reply = await client.Parse("", "prepare p(text) as insert into events (external_id) values ($1) returning external_id, 7").Bind("", "").Execute("")
            .Parse("x", $"execute p('{_name}')").Describe('S', "x").Bind("", "x").Execute("").Sync().TalkAsync();
        Assert.Equal(["1", "2", "C", "1", "t", "T", "2", "D", "C", "Z"], reply.Select(m => m.Type.ToString()));
        Assert.Equal("C PREPARE", reply[2].ToString());
        Assert.Equal($"D {_name}|7", reply[7].ToString());
        Assert.Equal("C INSERT 0 1", reply[8].ToString());
    }

    [Fact]
    public async Task EXECUTE_with_RETURNING_describes_its_rows_in_the_simple_protocol()
    {
        await using var client = await server.ConnectAsync();
        await client.Query("prepare p(text) as insert into events (external_id) values ($1) returning external_id").TalkAsync();
        var reply = await client.Query($"execute p('{_name}')").TalkAsync();
        Assert.Equal(["T", "D", "C", "Z"], reply.Select(m => m.Type.ToString()));
    }

    [Fact]
    public async Task PREPARE_of_a_temporary_table_of_the_name_stays_the_engines()
    {
        await using var client = await server.ConnectAsync();
        await client.Query("create temp table events (external_id text)").TalkAsync();
        var reply = await client.Parse("", "prepare p as insert into events values ('x')").Bind("", "").Execute("")
            .Parse("", "execute p").Bind("", "").Execute("").Parse("", "deallocate p").Bind("", "").Execute("").Sync().TalkAsync();
        Assert.Equal(["C PREPARE", "C INSERT 0 1", "C DEALLOCATE"], reply.Where(m => m.Type == 'C').Select(m => m.ToString()));
    }
}
