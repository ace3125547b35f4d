using Sluice.EndToEnd.Tests.Servers;
using Sluice.EndToEnd.Tests.Wire;

namespace Sluice.EndToEnd.Tests.Statements;

/// <summary>COPY … FROM STDIN in forms that only PostgreSQL understands.</summary>
public sealed class StagedCopyTests(GatewayServer server)
{
    private readonly string _name = $"staged-{Guid.NewGuid():N}";

    private string Rows => $"{_name}-1,one\n{_name}-2,two\n{_name}-3,three\n";

    [Fact]
    public async Task WHERE_leaves_rows_out()
    {
        await using var client = await server.ConnectAsync();
        var reply = await client.Query("copy assets (external_id, name) from stdin csv where assets.name <> 'two'").CopyData(Rows).CopyDone().TalkAsync();
        Assert.Equal(["G", "C COPY 2", "Z I"], [reply[0].Type.ToString(), .. reply.Skip(1).Select(m => m.ToString())]);
        Assert.Equal(["one", "three"], (await NamesAsync()).Order());
        Assert.Equal(["D 0"], await TemporaryTablesAsync(client));
    }

    [Fact]
    public async Task WHERE_works_in_the_extended_protocol_without_a_column_list()
    {
        await using var client = await server.ConnectAsync();
        await server.Cdf.CreateSeriesAsync(_name);
        var reply = await client.Parse("", "copy double_datapoints from stdin (format csv, null '-') where value > 1").Bind("", "").Execute("")
            .CopyData($"1,2024-01-01 00:00+00,{_name},-\n2,2024-01-02 00:00+00,{_name},-\n").CopyDone().Sync().TalkAsync();
        Assert.Equal(["1 ", "2 ", "C COPY 1", "Z I"], reply.Where(m => m.Type != 'G').Select(m => m.ToString()));
        Assert.Equal(2, (double)Assert.Single(await server.Cdf.PointsAsync(_name)).Value);
    }

    [Fact]
    public async Task Data_in_another_encoding_is_converted()
    {
        await using var client = await server.ConnectAsync();
        client.Query("copy assets (external_id, name) from stdin (encoding 'latin1')");
        var reply = await client.CopyData([.. System.Text.Encoding.Latin1.GetBytes($"{_name}-1\tDürre\n")]).CopyDone().TalkAsync();
        Assert.Equal("C COPY 1", reply[1].ToString());
        Assert.Equal(["Dürre"], await NamesAsync());
    }

    [Fact]
    public async Task In_a_block_the_rows_wait_for_COMMIT()
    {
        await using var client = await server.ConnectAsync();
        await client.Query("begin").TalkAsync();
        for (var i = 0; i < 2; i++)
        {
            var data = i == 0 ? $"{_name}-1,one\n" : $"{_name}-2,two\n";
            var reply = await client.Query("copy public.assets (external_id, name) from stdin csv where true").CopyData(data).CopyDone().TalkAsync();
            Assert.Equal(["C COPY 1", "Z T"], reply.Skip(1).Select(m => m.ToString()));
        }

        Assert.Empty(await NamesAsync());
        Assert.Equal(["C COMMIT", "Z I"], (await client.Query("commit").TalkAsync()).Select(m => m.ToString()));
        Assert.Equal(["one", "two"], (await NamesAsync()).Order());
    }

    [Theory]
    [InlineData("copy assets (external_id, name) from stdin csv where nme = 'x'", "a,b\n", "42703", null, "54")]
    [InlineData("copy assets (external_id, name) from stdin csv where name like 'x'", "a,b\nc,d,e\n", "22P04", "COPY assets, line 2: \"c,d,e\"", null)]
    [InlineData("copy events (external_id, start_time) from stdin csv where true", "a,2024-01-01\nb,never\n", "22007", "COPY events, line 2, column start_time: \"never\"", null)]
    [InlineData("copy assets (external_id, name) from stdin (format csv, header, encoding 'latin1')", "x,y\na,b\nc,\n", "23502", "COPY assets, line 3, column name: null input", null)]
    [InlineData("copy assets (external_id, name) from stdin csv where 1 / (length(name) - 3) > 0", "a,b\nb,abc\n", "22012", "COPY assets, line 2: \"b,abc\"", null)]
    [InlineData("copy assets (external_id, name) from stdin (encoding 'klingon')", "a\tb\n", "22023", null, "45")]
    public async Task Errors_name_the_table_and_the_line(string sql, string data, string sqlState, string? context, string? position)
    {
        await using var client = await server.ConnectAsync();
        var error = (await client.Query(sql).CopyData(data).CopyDone().TalkAsync()).Single(m => m.Type == 'E');
        Assert.Equal((sqlState, context, position), (error.Field('C'), error.Field('W'), error.Field('P')));
        Assert.Equal(["T", "D 1", "C SELECT 1", "Z I"], (await client.Query("select 1").TalkAsync()).Select(m => m.Type == 'T' ? "T" : m.ToString()));
        Assert.Equal(["D 0"], await TemporaryTablesAsync(client));
    }

    [Fact]
    public async Task An_error_fails_the_block_and_what_CopyFail_ends_is_57014()
    {
        await using var client = await server.ConnectAsync();
        await client.Query("begin").TalkAsync();
        var reply = await client.Query("copy assets (name) from stdin where true").CopyData("x\n").CopyFail("enough").TalkAsync();
        Assert.Equal("57014", reply.Single(m => m.Type == 'E').Field('C'));
        Assert.Equal("Z E", reply[^1].ToString());
        Assert.Equal("C ROLLBACK", (await client.Query("commit").TalkAsync())[0].ToString());
        Assert.Equal(["D 0"], await TemporaryTablesAsync(client));
    }

    [Fact]
    public async Task Conflicts_are_as_the_session_wants_them()
    {
        await using var client = await server.ConnectAsync();
        await client.Query($"insert into assets (external_id, name) values ('{_name}-2', 'old')").TalkAsync();
        var refused = await client.Query("copy assets (external_id, name) from stdin csv where true").CopyData(Rows).CopyDone().TalkAsync();
        Assert.Equal("23505", refused.Single(m => m.Type == 'E').Field('C'));
        await client.Query("set sluice.on_conflict = update").TalkAsync();
        var reply = await client.Query("copy assets (external_id, name) from stdin csv where true").CopyData(Rows).CopyDone().TalkAsync();
        Assert.Equal("C COPY 3", reply[1].ToString());
        Assert.Equal(["one", "three", "two"], (await NamesAsync()).Order());
    }

    [Fact]
    public async Task A_temporary_table_of_the_same_name_stands_in_the_way()
    {
        await using var client = await server.ConnectAsync();
        await client.Query("create temp table assets (x int)").TalkAsync();
        var error = (await client.Query("copy public.assets (name) from stdin where true").TalkAsync()).Single(m => m.Type == 'E');
        Assert.Equal("0A000", error.Field('C'));
        Assert.Contains("temporary table", error.Field('H'));
        Assert.Equal("Z I", (await client.Query("drop table pg_temp.assets").TalkAsync())[^1].ToString());
    }

    private static async Task<IEnumerable<string>> TemporaryTablesAsync(WireClient client) =>
        (await client.Query("select count(*) from pg_class where relpersistence = 't' and relname in ('assets', 'events')").TalkAsync())
            .Where(m => m.Type == 'D').Select(m => m.ToString());

    private async Task<IEnumerable<string>> NamesAsync() =>
        (await server.Cdf.ByExternalIdsAsync("assets", $"{_name}-1", $"{_name}-2", $"{_name}-3")).Select(asset => (string)asset!["name"]!);
}
