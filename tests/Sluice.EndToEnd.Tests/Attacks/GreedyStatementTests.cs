using Sluice.EndToEnd.Tests.Wire;

namespace Sluice.EndToEnd.Tests.Attacks;

/// <summary>Statements without end: each is stopped at its bound, and others do not notice.</summary>
public sealed class GreedyStatementTests(TightGateway gateway) : IClassFixture<TightGateway>
{
    [Theory]
    [InlineData("select pg_advisory_lock(g) from generate_series(1, 200000) g")]
    [InlineData("select pg_advisory_xact_lock_shared(g) from generate_series(1, 200000) g")]
    [InlineData("select count(pg_try_advisory_lock(1, g)) from generate_series(1, 200000) g")]
    [InlineData("do $$ begin for i in 1..200000 loop perform pg_try_advisory_xact_lock(i); end loop; end $$")]
    public async Task Advisory_locks(string sql)
    {
        await using var client = await AttackAsync();
        var error = await TightGateway.ErrorAsync(client, sql);
        Assert.Equal("ERROR 53400 a session may hold 100 advisory locks", $"{error.Field('S')} {error.Field('C')} {error.Field('M')}");
        await gateway.BystanderIsServedAsync();
    }

    [Fact]
    public async Task A_hundred_advisory_locks_are_no_attack()
    {
        await using var client = await AttackAsync();
        await client.Query("select pg_advisory_lock(g) from generate_series(1, 100) g").TalkAsync();
        Assert.Equal("100", await ValueAsync(client, "select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()"));
        Assert.Equal("100", await ValueAsync(client, "select count(*) from generate_series(1, 100) g where pg_advisory_unlock(g)"));
        Assert.Equal("t", await ValueAsync(client, "select pg_try_advisory_xact_lock_shared(1, 2)"));
        Assert.Equal("0", await ValueAsync(client, "select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()"));
    }

    [Fact]
    public async Task Locks_of_other_kinds()
    {
        await using var client = await AttackAsync();
        var error = await TightGateway.ErrorAsync(
            client, "do $$ begin for i in 1..200000 loop execute 'create temp table t' || i || ' (a int)'; end loop; end $$");
        TightGateway.EndsWith("53400", error);
        Assert.StartsWith("the sessions of the user hold ", error.Field('M'), StringComparison.Ordinal);
        await gateway.BystanderIsServedAsync();
    }

    [Theory]
    [InlineData("select count(*) from (select distinct repeat('x', 100) || g from generate_series(1, 100000000) g) s")]
    [InlineData("select length(string_agg(repeat('x', 1000), '')) from generate_series(1, 100000000)")]
    [InlineData("select array_agg(g) from generate_series(1, 1000000000) g")]
    [InlineData("select length(repeat('x', 1000000000))")]
    public async Task Memory_of_a_statement(string sql)
    {
        await using var client = await AttackAsync();
        await client.Query("set work_mem = '64GB'; set hash_mem_multiplier = 1000; set temp_buffers = '8GB'").TalkAsync();
        var error = await TightGateway.ErrorAsync(client, sql);
        Assert.Equal("ERROR 53200", $"{error.Field('S')} {error.Field('C')}");
        await client.ReadUntilAsync('Z');
        Assert.Equal("1", await ValueAsync(client, "select 1"));
        await gateway.BystanderIsServedAsync();
    }

    [Fact]
    public async Task Memory_of_many_sessions()
    {
        var login = await gateway.NewAttackerAsync();
        await using var first = await gateway.Server.ConnectAsync(login);
        await using var second = await gateway.Server.ConnectAsync(login);
        const string Hold = "set work_mem = '1GB'; declare c cursor with hold for select g, repeat('x', 1000) from generate_series(1, 180000) g order by 1 desc; fetch 1 from c";
        await first.Query(Hold).TalkAsync();
        var error = await TightGateway.ErrorAsync(second, Hold.Replace(" c ", $" c{second.ProcessId} ", StringComparison.Ordinal).Replace("from c", $"from c{second.ProcessId}", StringComparison.Ordinal) + "; select pg_sleep(30)");
        Assert.Equal("53200", error.Field('C'));
        await gateway.BystanderIsServedAsync();
    }

    [Theory]
    [InlineData("do $$ begin loop end loop; end $$")]
    [InlineData("do $$ begin loop begin perform pg_sleep(0), md5('x') from generate_series(1, 1000); exception when query_canceled then null; end; end loop; end $$")]
    [InlineData("select count(*) from (select generate_series(1, 1000000000000)) g")]
    [InlineData("select count(*) from generate_series(1, 100000) a, generate_series(1, 100000) b where a % 7 = b % 11")]
    public async Task Computing(string sql)
    {
        await using var client = await AttackAsync();
        await client.Query("set statement_timeout = 0").TalkAsync();
        var ended = TightGateway.ErrorAsync(client, sql);
        await gateway.BystanderIsServedAsync();
        TightGateway.EndsWith("53400", await ended);
        await gateway.BystanderIsServedAsync();
    }

    [Theory]
    [InlineData("set work_mem = '64kB'; select g from generate_series(1, 20000000) g order by g % 1000, g desc")]
    [InlineData("set work_mem = '64kB'; declare c cursor with hold for select repeat('x', 1000) from generate_series(1, 1000000)")]
    [InlineData("create temp table big as select repeat(g::text, 200) as x from generate_series(1, 3000000) g")]
    [InlineData("create table big as select repeat(g::text, 200) as x from generate_series(1, 3000000) g")]
    [InlineData("do $$ begin for i in 1..200 loop execute 'create temp table t' || md5(random()::text) || ' (a int)'; end loop; end $$")]
    [InlineData("do $$ begin for i in 1..100 loop execute 'create table t' || md5(random()::text) || ' (a text primary key)'; end loop; end $$")]
    public async Task Disk(string sql)
    {
        await using var client = await AttackAsync();
        var error = await TightGateway.ErrorAsync(client, sql);
        TightGateway.EndsWith("53100", error);
        await gateway.BystanderIsServedAsync();
    }

    [Fact]
    public async Task Notifications_that_nobody_reads()
    {
        var login = await gateway.NewAttackerAsync();
        await using var deaf = await gateway.Server.ConnectAsync(login);
        await deaf.Query("listen c").TalkAsync();
        await deaf.Query("begin; select 1").TalkAsync();
        await using var loud = await gateway.Server.ConnectAsync(login);
        var error = await TightGateway.ErrorAsync(
            loud, "do $$ begin for i in 1..1000 loop perform pg_notify('c', repeat('x', 7900) || i); end loop; end $$; select pg_sleep(1)");
        TightGateway.EndsWith("53400", error);
        Assert.StartsWith("notifications that no session has read take ", error.Field('M'), StringComparison.Ordinal);
        await gateway.BystanderIsServedAsync();
    }

    [Fact]
    public async Task Rows_that_the_client_does_not_take_wait_in_the_engine()
    {
        await using var client = await AttackAsync();
        await client.Query("set application_name = 'slow'; select repeat('x', 10000), generate_series(1, 10000000)").SendAsync();
        var looks = 0;
        string? waitsFor;
        do
        {
            waitsFor = await gateway.Server.AskEngineAsync(
                $"select wait_event || '' from pg_sleep(0.1), pg_stat_activity where pid = {client.ProcessId} and state = 'active'");
        }
        while (waitsFor is not "ClientWrite" && ++looks < 100);

        Assert.True(waitsFor == "ClientWrite", string.Join("\n", gateway.Server.Log.All.TakeLast(20)));

        await gateway.BystanderIsServedAsync();
    }

    private async Task<WireClient> AttackAsync() => await gateway.Server.ConnectAsync(await gateway.NewAttackerAsync());

    private static async Task<string?> ValueAsync(WireClient client, string sql) =>
        (await client.Query(sql).TalkAsync()).Single(message => message.Type == 'D').Values[0];
}
