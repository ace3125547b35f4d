using Sluice.EndToEnd.Tests.Servers;

namespace Sluice.EndToEnd.Tests.Statements;

/// <summary>The engine keeps Sluice's settings and takes any value; Sluice says which ones it understands.</summary>
public sealed class SettingTests(GatewayServer server)
{
    [Theory]
    [InlineData("sluice.on_error = maybe", "22023")]
    [InlineData("sluice.on_error = 1", "22023")]
    [InlineData("SESSION sluice.On_Conflict TO 'replace'", "22023")]
    [InlineData("LOCAL sluice.create_missing = 'perhaps'", "22023")]
    [InlineData("sluice.keepalive = '10 parsecs'", "22023")]
    [InlineData("sluice.transaction_mode = later", "22023")]
    [InlineData("sluice.transaction_max_bytes = much", "22023")]
    [InlineData("sluice.allow_full_delete = please", "22023")]
    [InlineData("sluice.read_pending = some", "22023")]
    [InlineData("sluice.bad_values = good", "22023")]
    [InlineData("sluice.sub_millisecond = round", "22023")]
    [InlineData("sluice.metadata = both", "22023")]
    [InlineData("sluice.assume_rows_exist = 2", "22023")]
    [InlineData("sluice.on_eror = skip", "42602")]
    public async Task A_wrong_setting_is_refused_by_SET(string setting, string sqlState)
    {
        await using var client = await server.ConnectAsync();
        var simple = await client.Query($"SET {setting}").TalkAsync();
        Assert.Equal(sqlState, simple.Single(m => m.Type == 'E').Field('C'));
        Assert.NotNull(simple[0].Field('H'));
        var extended = await client.Parse("", $"SET {setting}").Bind("", "").Execute("").Sync().TalkAsync();
        Assert.Equal(sqlState, extended.Single(m => m.Type == 'E').Field('C'));
        Assert.Equal("Z I", extended[^1].ToString());
    }

    [Fact]
    public async Task A_wrong_setting_fails_its_transaction_block_as_in_PostgreSQL()
    {
        await using var client = await server.ConnectAsync();
        await client.Query("BEGIN").TalkAsync();
        Assert.Equal("Z E", (await client.Query("SET sluice.on_error = maybe").TalkAsync())[^1].ToString());
        Assert.Equal("25P02", (await client.Query("SET sluice.on_error = skip").TalkAsync())[0].Field('C'));
        Assert.Equal("C ROLLBACK", (await client.Query("COMMIT").TalkAsync())[0].ToString());
    }

    [Fact]
    public async Task Right_settings_are_kept_by_the_engine()
    {
        await using var client = await server.ConnectAsync();
        Assert.Equal(["C SET", "Z I"], (await client.Query("SET sluice.on_error = 'Skip'").TalkAsync()).Select(m => m.ToString()));
        Assert.Equal("D Skip", (await client.Query("SHOW sluice.on_error").TalkAsync())[1].ToString());
        Assert.Equal(["C SET", "Z I"], (await client.Query("SET sluice.on_error TO DEFAULT").TalkAsync()).Select(m => m.ToString()));
        Assert.Equal("D stop", (await client.Query("SHOW sluice.on_error").TalkAsync())[1].ToString());
        await client.Query("BEGIN; SET LOCAL sluice.keepalive = '1min'").TalkAsync();
        Assert.Equal("D 1min", (await client.Query("SHOW sluice.keepalive").TalkAsync())[1].ToString());
        await client.Query("ROLLBACK").TalkAsync();
        Assert.Equal("D 10s", (await client.Query("SHOW sluice.keepalive").TalkAsync())[1].ToString());
    }

    [Fact]
    public async Task A_wrong_value_that_comes_another_way_is_refused_by_the_next_write()
    {
        await using var client = await server.ConnectAsync();
        await client.Query("SELECT set_config('sluice.on_error', 'maybe', false)").TalkAsync();
        var reply = await client.Query("INSERT INTO events (type) VALUES ('x')").TalkAsync();
        Assert.Equal("22023", reply.Single(m => m.Type == 'E').Field('C'));
    }
}
