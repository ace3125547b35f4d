using Sluice.EndToEnd.Tests.Servers;

namespace Sluice.EndToEnd.Tests.Writes;

/// <summary>Statements of Sluice's own among those of the engine: replies come in order, none before its truth, and errors up to Sync (rules.md P1 to P6).</summary>
public sealed class PipelineTests(GatewayServer server)
{
    private const string Insert = "insert into assets (external_id, name) values ($1, $2)";

    private readonly string _name = $"pipe-{Guid.NewGuid():N}";

    [Fact]
    public async Task A_mixed_pipeline_is_answered_in_order()
    {
        await using var client = await server.ConnectAsync();
        var reply = await client
            .Parse("", "select 1").Bind("", "").Execute("")
            .Parse("a", Insert).Describe('S', "a").Bind("", "a", $"{_name}-1", "one").Describe('P', "").Execute("")
            .Bind("", "a", $"{_name}-2", "two").Execute("")
            .Parse("", "select 2").Bind("", "").Execute("").Sync().TalkAsync();
        Assert.Equal(
            ["1 ", "2 ", "D 1", "C SELECT 1", "1 ", "t 00020000041300000413", "n ", "2 ", "n ", "C INSERT 0 1", "2 ", "C INSERT 0 1", "1 ", "2 ", "D 2", "C SELECT 1", "Z I"],
            reply.Select(m => m.ToString()));
        Assert.Equal(2, await CountAsync(1, 2));
    }

    [Fact]
    public async Task Flush_stores_and_answers_at_once()
    {
        await using var client = await server.ConnectAsync();
        var reply = await client.Parse("", Insert).Bind("", "", $"{_name}-1", "n").Execute("").Flush().TalkAsync('C');
        Assert.Equal("C INSERT 0 1", reply[^1].ToString());
        Assert.Equal(1, await CountAsync(1));
        Assert.Equal("Z I", (await client.Sync().TalkAsync())[^1].ToString());
    }

    [Fact]
    public async Task A_failure_silences_the_rest_up_to_Sync_and_no_reply_promises_more()
    {
        await using var client = await server.ConnectAsync();
        var reply = await client
            .Parse("a", Insert)
            .Bind("", "a", $"{_name}-1", "n").Execute("")
            .Bind("", "a", $"{_name}-2", new string('x', 200)).Execute("")
            .Bind("", "a", $"{_name}-3", "n").Execute("")
            .Parse("", "select 1").Bind("", "").Execute("").Sync().TalkAsync();
        var error = reply.Single(m => m.Type == 'E');
        Assert.Equal("22001", error.Field('C'));
        Assert.DoesNotContain(reply, m => m.Type is 'C' or 'D');
        Assert.Equal("Z I", reply[^1].ToString());
        Assert.Equal(0, await CountAsync(1, 2, 3));
        Assert.Equal("D 1", (await client.Query("select 1").TalkAsync())[1].ToString());
    }

    [Fact]
    public async Task A_failed_write_undoes_what_the_engine_did_in_the_same_segment()
    {
        await using var client = await server.ConnectAsync();
        await client.Query("create temp table t(a int)").TalkAsync();
        var reply = await client
            .Parse("", "insert into t values (1)").Bind("", "").Execute("")
            .Parse("", Insert).Bind("", "", null, "no id, and no name"[..0]).Execute("").Sync().TalkAsync();
        Assert.Contains(reply, m => m.Type == 'E');
        Assert.Equal("Z I", reply[^1].ToString());
        Assert.Equal("D 0", (await client.Query("select count(*) from t").TalkAsync())[1].ToString());
    }

    [Fact]
    public async Task A_string_may_mix_statements_of_both_sides()
    {
        await using var client = await server.ConnectAsync();
        var reply = await client.Query(
            $"create temp table t(a int); insert into t values (1), (2); insert into assets (external_id, name) values ('{_name}-1', 'a'), ('{_name}-2', 'b');"
            + $" insert into assets (external_id, name) values ('{_name}-3', 'c'); select count(*) from t").TalkAsync();
        Assert.Equal(
            ["C CREATE TABLE", "C INSERT 0 2", "C INSERT 0 2", "C INSERT 0 1", "D 2", "C SELECT 1", "Z I"],
            reply.Where(m => m.Type != 'T').Select(m => m.ToString()));
        Assert.Equal(3, await CountAsync(1, 2, 3));
    }

    [Fact]
    public async Task COPY_inside_a_string_goes_on_with_the_next_statement()
    {
        await using var client = await server.ConnectAsync();
        var reply = await client
            .Query("copy assets (external_id, name) from stdin; select 'after'")
            .CopyData($"{_name}-1\tone\n{_name}-").CopyData("2\ttwo\n").CopyDone().TalkAsync();
        Assert.Equal(["C COPY 2", "D after", "C SELECT 1", "Z I"], reply.Where(m => m.Type is not ('T' or 'G')).Select(m => m.ToString()));
        Assert.Equal(2, await CountAsync(1, 2));
    }

    [Fact]
    public async Task PREPARE_and_EXECUTE_work_on_a_CDF_table()
    {
        await using var client = await server.ConnectAsync();
        var reply = await client.Query($"prepare p as {Insert}; execute p('{_name}-1', 'one'); execute p('{_name}-2', 'two'); deallocate p").TalkAsync();
        Assert.Equal(["C PREPARE", "C INSERT 0 1", "C INSERT 0 1", "C DEALLOCATE", "Z I"], reply.Select(m => m.ToString()));
        Assert.Equal(2, await CountAsync(1, 2));
        Assert.Equal("26000", (await client.Query("execute p('x', 'y')").TalkAsync())[0].Field('C'));
    }

    [Fact]
    public async Task A_temporary_table_of_the_name_hides_the_CDF_table()
    {
        await using var client = await server.ConnectAsync();
        await client.Query("create temp table assets(external_id text, name text)").TalkAsync();
        Assert.Equal("C INSERT 0 1", (await client.Query($"insert into assets (external_id, name) values ('{_name}-1', 'local')").TalkAsync())[0].ToString());
        Assert.Equal(0, await CountAsync(1));
        await client.Query("drop table assets").TalkAsync();
        Assert.Equal("C INSERT 0 1", (await client.Query($"insert into assets (external_id, name) values ('{_name}-1', 'CDF')").TalkAsync())[0].ToString());
        Assert.Equal(1, await CountAsync(1));
    }

    [Theory]
    [InlineData("insert into assets (external_id, nme) values ('a', 'b')", "42703", "column \"nme\" of relation \"assets\" does not exist")]
    [InlineData("insert into assets (external_id) values ('a')", "23502", "null value in column \"name\" of relation \"assets\" violates not-null constraint")]
    [InlineData("insert into assets (external_id, name) values ('a', null)", "23502", "null value in column \"name\" of relation \"assets\" violates not-null constraint")]
    [InlineData("insert into assets (id, name) values (5, 'b')", "428C9", null)]
    [InlineData("insert into assets (name, data_set_id) values ('b', 'x')", "22P02", "invalid input syntax for type bigint: \"x\"")]
    [InlineData("insert into assets (name, data_set_id) values ('b', 99999999999999999999)", "22003", null)]
    [InlineData("insert into events (start_time) values ('not a time')", "22007", "invalid input syntax for type timestamp with time zone: \"not a time\"")]
    [InlineData("insert into events (start_time) values ('2024-02-30')", "22008", "date/time field value out of range: \"2024-02-30\"")]
    [InlineData("insert into events (metadata) values ('{')", "22P02", "invalid input syntax for type json")]
    [InlineData("insert into assets (name) values ('a', 'b')", "42601", "INSERT has more expressions than target columns")]
    [InlineData("insert into assets (name, name) values ('a', 'b')", "42701", "column \"name\" specified more than once")]
    [InlineData("insert into double_datapoints values ('NaN', now(), 'x', null)", "22003", null)]
    [InlineData("insert into double_datapoints (external_id, timestamp, value) values ('x', '2024-01-01', 'NaN')", "22003", null)]
    [InlineData("insert into double_datapoints (external_id, timestamp, value) values ('x', '1800-01-01', 1)", "22008", null)]
    [InlineData("insert into double_datapoints (external_id, timestamp, value) values ('x', 'infinity', 1)", "22008", null)]
    [InlineData("insert into double_datapoints (external_id, timestamp, value) values ('no such series', '2024-01-01', 1)", "23503", null)]
    [InlineData("insert into events (data_set_id) values (4711)", "23503", null)]
    [InlineData("merge into assets a using (values ('x')) s(x) on a.external_id = s.x when not matched then insert (name) values (s.x)", "0A000", null)]
    [InlineData("begin read only; insert into assets (name) values ('a')", "25006", "cannot execute INSERT in a read-only transaction")]
    [InlineData("set client_encoding = latin1; insert into assets (name) values ('a')", "0A000", null)]
    [InlineData("set sluice.bad_values = maybe; insert into assets (name) values ('a')", "22023", "invalid value for parameter \"sluice.bad_values\": \"maybe\"")]
    [InlineData("copy assets (nme) from stdin", "42703", null)]
    [InlineData("copy assets from stdin (format cvs)", "22023", "COPY format \"cvs\" not recognized")]
    [InlineData("copy assets to stdout", "0A000", null)]
    public async Task Bad_input_gets_its_code_and_the_session_goes_on(string sql, string sqlState, string? message)
    {
        await using var client = await server.ConnectAsync();
        var reply = await client.Query(sql).TalkAsync();
        var error = reply.Single(m => m.Type == 'E');
        Assert.Equal((sqlState, message ?? error.Field('M')), (error.Field('C'), error.Field('M')));
        await client.Query("rollback; reset all").TalkAsync();
        Assert.Equal("D 1", (await client.Query("select 1").TalkAsync())[1].ToString());
    }

    [Theory]
    [InlineData("a,b,c\n", "22P04", "extra data after last expected column", "COPY assets, line 1: \"a,b,c\"")]
    [InlineData("ok,fine\na\n", "22P04", "missing data for column \"name\"", "COPY assets, line 2: \"a\"")]
    [InlineData("a,\"b\n", "22P04", "unterminated CSV quoted field", "COPY assets, line 1: \"a,\"b\n\"")]
    public async Task A_bad_line_of_a_COPY_is_named_and_nothing_is_stored(string data, string sqlState, string message, string context)
    {
        await using var client = await server.ConnectAsync();
        var reply = await client.Query("copy assets (external_id, name) from stdin csv").CopyData(data).CopyDone().TalkAsync();
        var error = reply.Single(m => m.Type == 'E');
        Assert.Equal((sqlState, message, context), (error.Field('C'), error.Field('M'), error.Field('W')));
        Assert.Equal("No row of the statement is stored.", error.Field('D'));
        Assert.Equal("D 1", (await client.Query("select 1").TalkAsync())[1].ToString());
    }

    [Fact]
    public async Task A_bad_value_in_a_list_of_rows_names_its_row()
    {
        await using var client = await server.ConnectAsync();
        var reply = await client.Query(
            "insert into double_datapoints (external_id, timestamp, value) values ('x', '2024-01-01', 1), ('x', '2024-01-02', 2), ('x', '2024-01-03', 'NaN')").TalkAsync();
        var error = reply.Single(m => m.Type == 'E');
        Assert.Equal("22003", error.Field('C'));
        Assert.Contains("Row 3 of the statement", $"{error.Field('D')} {error.Field('W')}");
    }

    [Fact]
    public async Task The_time_zone_that_is_set_in_the_same_string_holds()
    {
        await using var client = await server.ConnectAsync();
        var reply = await client.Query(
            $"set timezone = 'Asia/Tokyo'; insert into events (external_id, start_time) values ('{_name}', '2024-01-01 09:00:00')").TalkAsync();
        Assert.Equal("C INSERT 0 1", reply.Last(m => m.Type == 'C').ToString());
        Assert.Equal(1_704_067_200_000, (long)Assert.Single(await server.Cdf.ByExternalIdsAsync("events", _name))!["startTime"]!);
    }

    [Fact]
    public async Task What_the_engine_owes_comes_before_an_error_of_Sluices_own()
    {
        await using var client = await server.ConnectAsync();
        await client.Parse("a", Insert).Sync().TalkAsync();
        var reply = await client.Parse("", "select 1").Bind("", "").Execute("").Bind("", "a", "one parameter of two").Execute("").Sync().TalkAsync();
        Assert.Equal(["1", "2", "D", "C", "E", "Z"], reply.Select(m => m.Type.ToString()));
        Assert.Equal("08P01", reply[4].Field('C'));

        reply = await client.Parse("", "select 1/0").Bind("", "").Execute("").Bind("", "a", "one parameter of two").Execute("").Sync().TalkAsync();
        Assert.Equal("22012", reply.Single(m => m.Type == 'E').Field('C'));
        Assert.Equal("C INSERT 0 1", (await client.Bind("", "a", $"{_name}-1", "n").Execute("").Sync().TalkAsync())[1].ToString());
    }

    [Fact]
    public async Task What_a_rollback_undoes_does_not_decide_over_the_next_statement()
    {
        await using var client = await server.ConnectAsync();
        await client.Query("create temp table assets(external_id text, name text)").TalkAsync();
        var failed = await client.Query("drop table pg_temp.assets; insert into assets (external_id, name, data_set_id) values ('x', 'x', 4711)").TalkAsync();
        Assert.Equal("23503", failed.Single(m => m.Type == 'E').Field('C'));
        Assert.Equal("C INSERT 0 1", (await client.Query($"insert into assets values ('{_name}-1', 'local again')").TalkAsync())[0].ToString());
        Assert.Equal(0, await CountAsync(1));
    }

    [Fact]
    public async Task Cancel_reaches_the_engine_after_a_write_that_could_not_begin()
    {
        await using var client = await server.ConnectAsync();
        await client.Query("select set_config('sluice.bad_values', 'maybe', false)").TalkAsync();
        Assert.Equal("22023", (await client.Query("insert into assets (name) values ('a')").TalkAsync())[0].Field('C'));
        await client.Query("select pg_sleep(60)").SendAsync();
        await using var observer = await server.ConnectAsync();
        string? state = null;
        while (state != "PgSleep")
        {
            state = (await observer.Query($"select wait_event from pg_stat_activity where pid = {client.ProcessId}").TalkAsync())[1].Values[0];
        }

        await Wire.WireClient.CancelAsync(server.EndPoint, client);
        Assert.Equal("57014", (await client.ReadUntilAsync('Z')).Single(m => m.Type == 'E').Field('C'));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_later_row_wins_whether_it_names_the_series_by_id_or_by_external_id(bool idFirst)
    {
        await server.Cdf.CreateSeriesAsync(_name);
        var id = (long)Assert.Single(await server.Cdf.ByExternalIdsAsync("timeseries", _name))!["id"]!;
        var byId = $"({id}, null, '2024-01-01 00:00Z', ";
        var byExternalId = $"(null, '{_name}', '2024-01-01 00:00Z', ";
        await using var client = await server.ConnectAsync();
        var reply = await client.Query(
            $"insert into double_datapoints (id, external_id, timestamp, value) values {(idFirst ? byId : byExternalId)}1), {(idFirst ? byExternalId : byId)}2)")
            .TalkAsync();
        Assert.Equal("C INSERT 0 2", reply[0].ToString());
        Assert.Equal(2, (double)Assert.Single(await server.Cdf.PointsAsync(_name)).Value);
    }

    [Fact]
    public async Task COPY_TO_of_a_CDF_table_is_never_silently_empty()
    {
        await using var client = await server.ConnectAsync();
        var reply = await client.Parse("", "copy assets to stdout").Bind("", "").Execute("").Sync().TalkAsync();
        Assert.Equal("0A000", reply.Single(m => m.Type == 'E').Field('C'));
    }

    [Fact]
    public async Task Points_of_one_millisecond_become_one_and_a_notice_counts_them()
    {
        await server.Cdf.CreateSeriesAsync(_name);
        await using var client = await server.ConnectAsync();
        var reply = await client.Query(
            "insert into double_datapoints (external_id, timestamp, value) values "
            + $"('{_name}', '2024-01-01 00:00:00.0001Z', 1), ('{_name}', '2024-01-01 00:00:00.0009Z', 2), ('{_name}', '2024-01-01 00:00:00.001Z', 3)").TalkAsync();
        Assert.Contains("1", Assert.Single(reply, m => m.Type == 'N').Field('M'));
        Assert.Equal("C INSERT 0 3", reply.Single(m => m.Type == 'C').ToString());
        Assert.Equal([2, 3], (await server.Cdf.PointsAsync(_name)).Select(p => (double)p.Value));
    }

    private async Task<int> CountAsync(params IEnumerable<int> numbers) =>
        (await server.Cdf.ByExternalIdsAsync("assets", numbers.Select(n => $"{_name}-{n}"))).Count;
}
