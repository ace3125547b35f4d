using System.Text.Json.Nodes;
using Sluice.EndToEnd.Tests.Servers;
using Sluice.EndToEnd.Tests.Wire;

namespace Sluice.EndToEnd.Tests.Transactions;

/// <summary>What transactions cost CDF and leave in it, and what COMMIT says when CDF fails (rules.md X1 to X10).</summary>
public sealed class TransactionTests(FaultServer fault) : IClassFixture<FaultServer>
{
    private readonly string _name = $"tx-{Guid.NewGuid():N}";

    private GatewayServer Server => fault.Server;

    [Fact]
    public async Task Nothing_is_sent_before_COMMIT_and_nothing_after_ROLLBACK()
    {
        var before = await Server.Cdf.RequestsAsync("POST", "/assets");
        await using var client = await Server.ConnectAsync();
        await client.Query("begin").TalkAsync();
        await InsertAsync(client, 0, 10);
        await client.Query("rollback").TalkAsync();
        await client.Query("begin").TalkAsync();
        await InsertAsync(client, 0, 10);
        await client.DisposeAsync();

        await using var observer = await Server.ConnectAsync();
        string? backends = null;
        while (backends != "0")
        {
            backends = (await observer.Query($"select count(*) from pg_stat_activity where pid = {client.ProcessId}").TalkAsync()).Single(m => m.Type == 'D').Values[0];
        }

        Assert.Equal(before, await Server.Cdf.RequestsAsync("POST", "/assets"));
        Assert.Equal(0, await StoredAsync(10));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Rows_inserted_one_by_one_cost_as_many_requests_as_a_COPY(bool withSavepoints)
    {
        await using var client = await Server.ConnectAsync();
        var before = await Server.Cdf.RequestsAsync("POST", "/assets");
        await client.Query("begin").TalkAsync();
        for (var i = 0; i < 2_500; i++)
        {
            if (withSavepoints)
            {
                await client.Query("savepoint s").TalkAsync();
            }

            Assert.Equal("C INSERT 0 1", (await client.Query($"insert into assets (external_id, name) values ('{_name}-{i}', 'n')").TalkAsync())[0].ToString());
        }

        Assert.Equal("C COMMIT", (await client.Query("commit").TalkAsync())[0].ToString());
        Assert.Equal(3, await Server.Cdf.RequestsAsync("POST", "/assets") - before);
        Assert.Equal(2_500, await StoredAsync(2_500));
    }

    [Fact]
    public async Task Rolling_back_to_a_savepoint_in_the_middle_of_a_full_request_keeps_what_came_before()
    {
        await using var client = await Server.ConnectAsync();
        await client.Query("begin").TalkAsync();
        await InsertAsync(client, 0, 900);
        await client.Query("savepoint s").TalkAsync();
        await InsertAsync(client, 900, 1_500);
        await client.Query("rollback to s").TalkAsync();
        await InsertAsync(client, 1_500, 1_600);
        await client.Query("commit").TalkAsync();
        Assert.Equal(1_000, await StoredAsync(1_600));
        Assert.Empty(await Server.Cdf.ByExternalIdsAsync("assets", $"{_name}-900", $"{_name}-1499"));
    }

    [Fact]
    public async Task Tables_that_refer_to_each_other_are_stored_in_that_order_whatever_order_they_came_in()
    {
        await using var client = await Server.ConnectAsync();
        await client.Query("begin").TalkAsync();
        await client.Query($"insert into double_datapoints (external_id, timestamp, value) values ('{_name}-ts', '2024-01-01', 1)").TalkAsync();
        await client.Query($"insert into time_series (external_id, name) values ('{_name}-ts', 'n')").TalkAsync();
        await client.Query($"insert into assets (external_id, name, parent_external_id) values ('{_name}-child', 'n', '{_name}-root')").TalkAsync();
        await client.Query($"insert into assets (external_id, name) values ('{_name}-root', 'n')").TalkAsync();
        var reply = await client.Query("commit").TalkAsync();
        Assert.Equal(["C COMMIT", "Z I"], reply.Select(m => m.ToString()));
        Assert.Single(await Server.Cdf.PointsAsync($"{_name}-ts"));
        Assert.Equal(2, (await Server.Cdf.ByExternalIdsAsync("assets", $"{_name}-child", $"{_name}-root")).Count);
    }

    [Fact]
    public async Task UPDATE_and_DELETE_count_the_rows_that_are_there()
    {
        await using var client = await Server.ConnectAsync();
        await client.Query($"insert into events (external_id, type) values ('{_name}-1', 'old'), ('{_name}-2', 'old'), ('{_name}-3', 'old')").TalkAsync();
        await client.Query("begin").TalkAsync();
        Assert.Equal("C UPDATE 1", await TagAsync(client, $"update events set type = 'new' where external_id = '{_name}-1'"));
        Assert.Equal("C UPDATE 0", await TagAsync(client, $"update events set type = 'new' where external_id = '{_name}-4'"));
        Assert.Equal("C INSERT 0 1", await TagAsync(client, $"insert into events (external_id, type) values ('{_name}-4', 'old')"));
        Assert.Equal("C UPDATE 1", await TagAsync(client, $"update events set type = 'new' where external_id = '{_name}-4'"));
        Assert.Equal("C DELETE 2", await TagAsync(client, $"delete from events where external_id in ('{_name}-2', '{_name}-3', '{_name}-5')"));
        Assert.Equal("C DELETE 0", await TagAsync(client, $"delete from events where external_id = '{_name}-2'"));
        Assert.Equal("C INSERT 0 1", await TagAsync(client, $"insert into events (external_id, type) values ('{_name}-2', 'again')"));
        Assert.Equal("C COMMIT", await TagAsync(client, "commit"));
        var stored = await Server.Cdf.ByExternalIdsAsync("events", Enumerable.Range(1, 5).Select(i => $"{_name}-{i}"));
        Assert.Equal(
            [("1", "new"), ("2", "again"), ("4", "new")],
            stored.Select(e => (((string)e!["externalId"]!)[^1..], (string)e["type"]!)).Order());
    }

    [Fact]
    public async Task RAW_rows_are_counted_and_merged_in_the_order_in_which_they_were_written()
    {
        var database = $"db{_name[^8..]}";
        await using var client = await Server.ConnectAsync();
        await client.Query($"insert into raw_rows (_raw_database, _raw_table, _raw_key, _raw_columns) values ('{database}', 't', 'a', '{{\"v\":1}}'), ('{database}', 't', 'b', '{{}}')").TalkAsync();
        var where = $"where _raw_database = '{database}' and _raw_table = 't' and _raw_key";
        await client.Query("begin").TalkAsync();
        Assert.Equal("C UPDATE 1", await TagAsync(client, $"update raw_rows set _raw_columns = '{{\"v\":2}}' {where} = 'a'"));
        Assert.Equal("C UPDATE 0", await TagAsync(client, $"update raw_rows set _raw_columns = '{{\"v\":2}}' {where} = 'c'"));
        Assert.Equal("C DELETE 1", await TagAsync(client, $"delete from raw_rows {where} in ('b', 'c')"));
        Assert.Equal("C DELETE 0", await TagAsync(client, $"delete from raw_rows {where} = 'b'"));
        Assert.Equal("C INSERT 0 1", await TagAsync(client, $"insert into raw_rows (_raw_database, _raw_table, _raw_key, _raw_columns) values ('{database}', 't', 'c', '{{}}')"));
        Assert.Equal("C UPDATE 1", await TagAsync(client, $"update raw_rows set _raw_columns = '{{\"v\":3}}' {where} = 'c'"));
        Assert.Equal("C COMMIT", await TagAsync(client, "commit"));
        var rows = (await Server.Cdf.GetAsync($"raw/dbs/{database}/tables/t/rows"))["items"]!.AsArray();
        Assert.Equal(["a {\"v\":2}", "c {\"v\":3}"], rows.Select(row => $"{row!["key"]} {row["columns"]!.ToJsonString()}").Order());
    }

    [Fact]
    public async Task Data_points_are_counted_unless_the_transaction_has_written_to_their_series()
    {
        await Server.Cdf.CreateSeriesAsync(_name);
        await using var client = await Server.ConnectAsync();
        var insert = $"insert into double_datapoints (external_id, timestamp, value) values ('{_name}', '2024-01-01 00:00:0";
        await client.Query($"{insert}1Z', 1), ('{_name}', '2024-01-01 00:00:02Z', 2), ('{_name}', '2024-01-01 00:00:03Z', 3)").TalkAsync();
        await client.Query("begin").TalkAsync();
        Assert.Equal("C DELETE 2", await TagAsync(client, $"delete from double_datapoints where external_id = '{_name}' and timestamp >= '2024-01-01' and timestamp < '2024-01-01 00:00:03Z'"));
        Assert.Equal("C INSERT 0 1", await TagAsync(client, $"{insert}2Z', 22)"));
        await client.Query("savepoint s").TalkAsync();
        Assert.Equal("0A000", (await client.Query($"update double_datapoints set value = 5 where external_id = '{_name}' and timestamp = '2024-01-01 00:00:03Z'").TalkAsync())[0].Field('C'));
        await client.Query("rollback to s").TalkAsync();
        Assert.Equal("C COMMIT", await TagAsync(client, "commit"));
        Assert.Equal([22, 3], (await Server.Cdf.PointsAsync(_name)).Select(p => (double)p.Value));
    }

    [Fact]
    public async Task Data_points_that_come_after_the_DELETE_of_a_series_are_stored_after_it()
    {
        await Server.Cdf.CreateSeriesAsync($"{_name}-a");
        await Server.Cdf.CreateSeriesAsync($"{_name}-b");
        await using var client = await Server.ConnectAsync();
        await client.Query("begin").TalkAsync();
        Assert.Equal("C DELETE 1", await TagAsync(client, $"delete from time_series where external_id = '{_name}-a'"));
        Assert.Equal("C INSERT 0 1", await TagAsync(client, $"insert into double_datapoints (external_id, timestamp, value) values ('{_name}-b', '2024-01-01', 1)"));
        Assert.Equal("C COMMIT", await TagAsync(client, "commit"));
        Assert.Equal([1], (await Server.Cdf.PointsAsync($"{_name}-b")).Select(p => (double)p.Value));

        await client.Query("begin").TalkAsync();
        Assert.Equal("C DELETE 1", await TagAsync(client, $"delete from time_series where external_id = '{_name}-b'"));
        await client.Query($"insert into double_datapoints (external_id, timestamp, value) values ('{_name}-b', '2024-01-02', 2)").TalkAsync();
        var error = (await client.Query("commit").TalkAsync()).Single(m => m.Type == 'E');
        Assert.Contains($"{_name}-b", error.Field('M') + error.Field('D'));
    }

    [Fact]
    public async Task A_row_that_two_names_delete_is_told_of_at_COMMIT()
    {
        await using var client = await Server.ConnectAsync();
        await client.Query($"insert into assets (external_id, name) values ('{_name}', 'n')").TalkAsync();
        var id = (long)Assert.Single(await Server.Cdf.ByExternalIdsAsync("assets", _name))!["id"]!;
        await client.Query("begin").TalkAsync();
        Assert.Equal("C DELETE 1", await TagAsync(client, $"delete from assets where external_id = '{_name}'"));
        Assert.Equal("C DELETE 1", await TagAsync(client, $"delete from assets where id = {id}"));
        var reply = await client.Query("commit").TalkAsync();
        Assert.Equal(("N", "01000", "C COMMIT"), (reply[0].Type.ToString(), reply[0].Field('C'), reply[1].ToString()));
        Assert.StartsWith("1 row that statements of the transaction have counted", reply[0].Field('M'));
    }

    [Fact]
    public async Task A_table_is_not_emptied_while_rows_of_it_wait()
    {
        await using var client = await Server.ConnectAsync();
        await client.Query("begin").TalkAsync();
        await client.Query($"insert into raw_rows (_raw_database, _raw_table, _raw_key, _raw_columns) values ('{_name[^8..]}', 't', 'a', '{{}}')").TalkAsync();
        Assert.Equal("0A000", (await client.Query("truncate raw_rows").TalkAsync())[0].Field('C'));
    }

    [Fact]
    public async Task Update_else_insert_row_by_row_stays_in_few_requests()
    {
        await using var client = await Server.ConnectAsync();
        await client.Query($"insert into events (external_id, type) select '{_name}-' || i, 'old' from generate_series(0, 19) i").TalkAsync();
        var creates = await Server.Cdf.RequestsAsync("POST", "/events");
        var updates = await Server.Cdf.RequestsAsync("POST", "/events/update");
        await client.Query("begin").TalkAsync();
        for (var i = 10; i < 40; i++)
        {
            if (await TagAsync(client, $"update events set type = 'new' where external_id = '{_name}-{i}'") == "C UPDATE 0")
            {
                await client.Query($"insert into events (external_id, type) values ('{_name}-{i}', 'new')").TalkAsync();
            }
        }

        Assert.Equal("C COMMIT", await TagAsync(client, "commit"));
        Assert.Equal(1, await Server.Cdf.RequestsAsync("POST", "/events") - creates);
        Assert.Equal(1, await Server.Cdf.RequestsAsync("POST", "/events/update") - updates);
        var stored = await Server.Cdf.ByExternalIdsAsync("events", Enumerable.Range(0, 50).Select(i => $"{_name}-{i}"));
        Assert.Equal((10, 30), (stored.Count(e => (string)e!["type"]! == "old"), stored.Count(e => (string)e!["type"]! == "new")));
    }

    [Fact]
    public async Task Rows_assumed_to_exist_are_counted_without_asking_and_fail_the_COMMIT_if_they_do_not()
    {
        await using var client = await Server.ConnectAsync();
        await client.Query($"insert into events (external_id) values ('{_name}-1')").TalkAsync();
        var lookups = await Server.Cdf.RequestsAsync("POST", "/events/byids");
        await client.Query("set sluice.assume_rows_exist = on").TalkAsync();
        await client.Query("begin").TalkAsync();
        Assert.Equal("C UPDATE 1", await TagAsync(client, $"update events set type = 'new' where external_id = '{_name}-1'"));
        Assert.Equal("C UPDATE 1", await TagAsync(client, $"update events set type = 'new' where external_id = '{_name}-2'"));
        Assert.Equal(lookups, await Server.Cdf.RequestsAsync("POST", "/events/byids"));
        var reply = await client.Query("commit").TalkAsync();
        Assert.Equal(("P0002", "Z I"), (reply.Single(m => m.Type == 'E').Field('C'), reply[^1].ToString()));
        Assert.Contains("1 row of the transaction is stored.", reply[0].Field('D'));
    }

    [Fact]
    public async Task Immediate_mode_stores_at_the_end_of_each_statement_and_says_what_a_rollback_leaves()
    {
        await using var client = await Server.ConnectAsync();
        await client.Query("set sluice.transaction_mode = immediate; begin").TalkAsync();
        await InsertAsync(client, 0, 2);
        Assert.Equal(2, await StoredAsync(2));
        await client.Query("savepoint s").TalkAsync();
        await InsertAsync(client, 2, 5);
        var back = await client.Query("rollback to s").TalkAsync();
        Assert.Equal(("WARNING", "01000"), (back[0].Field('V'), back[0].Field('C')));
        Assert.StartsWith("3 rows", back[0].Field('M'));
        var rollback = await client.Query("rollback").TalkAsync();
        Assert.StartsWith("5 rows that CDF has stored in this transaction are not rolled back", rollback[0].Field('M'));
        Assert.Equal(["N", "C", "Z"], rollback.Select(m => m.Type.ToString()));
    }

    [Fact]
    public async Task A_table_with_rows_that_wait_is_not_read_unless_stale_reads_are_asked_for()
    {
        await using var client = await Server.ConnectAsync();
        await client.Query($"insert into assets (external_id, name) values ('{_name}-0', 'stored')").TalkAsync();
        var read = $"select name from assets where external_id = '{_name}-0'";
        await client.Query("begin").TalkAsync();
        Assert.Contains("D stored", (await client.Query(read).TalkAsync()).Select(m => m.ToString()));
        await InsertAsync(client, 1, 2);
        await client.Query("savepoint s").TalkAsync();
        Assert.Equal("0A000", (await client.Query(read).TalkAsync()).Single(m => m.Type == 'E').Field('C'));
        await client.Query("rollback to s").TalkAsync();
        Assert.Equal("0A000", (await client.Parse("", read).Bind("", "").Execute("").Sync().TalkAsync()).Single(m => m.Type == 'E').Field('C'));
        await client.Query("rollback to s").TalkAsync();
        var fromItself = $"insert into events (external_id) select external_id from assets where external_id = '{_name}-0'";
        Assert.Equal("0A000", (await client.Query(fromItself).TalkAsync()).Single(m => m.Type == 'E').Field('C'));
        await client.Query("rollback to s").TalkAsync();
        Assert.Contains("C SELECT 0", (await client.Query("select * from events where external_id = 'none of this name'").TalkAsync()).Select(m => m.ToString()));
        await client.Query("set local sluice.read_pending = stale").TalkAsync();
        Assert.Contains("D stored", (await client.Query(read).TalkAsync()).Select(m => m.ToString()));
        Assert.Contains("D stored", (await client.Query($"rollback; {read}").TalkAsync()).Select(m => m.ToString()));
    }

    [Fact]
    public async Task A_statement_may_read_the_table_that_it_writes()
    {
        await using var client = await Server.ConnectAsync();
        await client.Query($"insert into events (external_id, type) values ('{_name}-0', 'a'), ('{_name}-1', 'b')").TalkAsync();
        await client.Query("begin").TalkAsync();
        var copy = $"insert into events (external_id, type) select external_id || '-copy', type from events where external_id in ('{_name}-0', '{_name}-1')";
        Assert.Equal("C INSERT 0 2", await TagAsync(client, copy));
        Assert.Equal("C COMMIT", await TagAsync(client, "commit"));
        Assert.Equal(2, (await Server.Cdf.ByExternalIdsAsync("events", $"{_name}-0-copy", $"{_name}-1-copy")).Count);
    }

    [Theory]
    [InlineData("begin read only")]
    [InlineData("begin; set transaction read only")]
    public async Task A_transaction_that_may_only_read_refuses_writes(string begin)
    {
        await using var client = await Server.ConnectAsync();
        await client.Query(begin).TalkAsync();
        var reply = await client.Query("insert into assets (name) values ('n')").TalkAsync();
        Assert.Equal(("25006", "Z E"), (reply[0].Field('C'), reply[^1].ToString()));
    }

    [Fact]
    public async Task The_mode_cannot_change_while_rows_wait()
    {
        await using var client = await Server.ConnectAsync();
        await client.Query("begin").TalkAsync();
        await InsertAsync(client, 0, 1);
        await client.Query("set sluice.transaction_mode = immediate").TalkAsync();
        var reply = await client.Query($"insert into assets (external_id, name) values ('{_name}-1', 'n')").TalkAsync();
        Assert.Equal("25001", reply[0].Field('C'));
    }

    [Fact]
    public async Task RETURNING_in_a_transaction_gives_what_the_statement_gives()
    {
        await using var client = await Server.ConnectAsync();
        await client.Query($"insert into events (external_id, type) values ('{_name}-0', 'old')").TalkAsync();
        await client.Query("begin").TalkAsync();
        var inserted = await client.Query($"insert into events (external_id, type) values ('{_name}-1', 'a'), ('{_name}-2', null) returning type, external_id as name").TalkAsync();
        Assert.Equal(["T", "D", "D", "C", "Z"], inserted.Select(m => m.Type.ToString()));
        Assert.Equal(["a", $"{_name}-1"], inserted[1].Values);
        Assert.Equal([null, $"{_name}-2"], inserted[2].Values);
        var ignored = await client.Query($"insert into events (external_id) values ('{_name}-0'), ('{_name}-3') on conflict do nothing returning external_id").TalkAsync();
        Assert.Equal(["D " + _name + "-3", "C INSERT 0 1"], ignored.Where(m => m.Type is 'D' or 'C').Select(m => m.ToString()));
        var updated = await client.Query($"update events set type = 'new' where external_id in ('{_name}-0', '{_name}-9') returning external_id, type").TalkAsync();
        Assert.Equal([$"{_name}-0", "new"], updated.Single(m => m.Type == 'D').Values);
        var deleted = await client.Query($"delete from events where external_id = '{_name}-2' returning external_id").TalkAsync();
        Assert.Equal($"D {_name}-2", deleted[1].ToString());
        Assert.Equal("C COMMIT", await TagAsync(client, "commit"));
        Assert.Equal(3, (await Server.Cdf.ByExternalIdsAsync("events", Enumerable.Range(0, 4).Select(i => $"{_name}-{i}"))).Count);
    }

    [Fact]
    public async Task RETURNING_of_what_CDF_makes_is_refused_in_a_transaction_with_a_way_out()
    {
        await using var client = await Server.ConnectAsync();
        await client.Query("begin").TalkAsync();
        var reply = await client.Query($"insert into assets (external_id, name) values ('{_name}-1', 'n') returning id").TalkAsync();
        var error = reply.Single(m => m.Type == 'E');
        Assert.Equal("0A000", error.Field('C'));
        Assert.Contains("transaction_mode = immediate", error.Field('H'));
    }

    [Fact]
    public async Task PREPARE_TRANSACTION_of_rows_for_CDF_is_refused_and_ends_the_block()
    {
        await using var client = await Server.ConnectAsync();
        await client.Query("begin").TalkAsync();
        await InsertAsync(client, 0, 1);
        var reply = await client.Query("prepare transaction 'p'").TalkAsync();
        Assert.Equal(("0A000", "Z I"), (reply[0].Field('C'), reply[^1].ToString()));
        Assert.Equal(0, await StoredAsync(1));
    }

    [Fact]
    public async Task Rows_beyond_the_limit_are_54000()
    {
        await using var client = await Server.ConnectAsync();
        await client.Query("set sluice.transaction_max_bytes = '64kB'; begin").TalkAsync();
        client.Query("copy assets (external_id, name, description) from stdin");
        var random = new Random(1);
        for (var i = 0; i < 3_000; i++)
        {
            var text = new byte[100];
            random.NextBytes(text);
            client.CopyData($"{_name}-{i}\tn\t{Convert.ToHexString(text)}\n");
        }

        var reply = await client.CopyDone().TalkAsync();
        var error = reply.Single(m => m.Type == 'E');
        Assert.Equal("54000", error.Field('C'));
        Assert.Contains("sluice.transaction_max_bytes", error.Field('H'));
        Assert.Equal("Z E", reply[^1].ToString());
        Assert.Equal("C ROLLBACK", await TagAsync(client, "commit"));
        Assert.Equal("22023", (await client.Query("set sluice.transaction_max_bytes = 'much'; begin; insert into assets (name) values ('a')").TalkAsync()).Single(m => m.Type == 'E').Field('C'));
    }

    [Fact]
    public async Task A_large_COPY_in_a_transaction_goes_over_the_disk_and_arrives_whole()
    {
        await using var client = await Server.ConnectAsync();
        await client.Query("begin").TalkAsync();
        var random = new Random(1);
        client.Query("copy events (external_id, description) from stdin");
        for (var i = 0; i < 30_000; i++)
        {
            var text = new byte[150];
            random.NextBytes(text);
            client.CopyData($"{_name}-{i}\t{Convert.ToHexString(text)}\n");
        }

        var reply = await client.CopyDone().TalkAsync();
        Assert.Contains("C COPY 30000", reply.Select(m => m.ToString()));
        Assert.Equal("C COMMIT", await TagAsync(client, "commit"));
        var stored = 0;
        foreach (var page in Enumerable.Range(0, 30_000).Select(i => $"{_name}-{i}").Chunk(1_000))
        {
            stored += (await Server.Cdf.ByExternalIdsAsync("events", page)).Count;
        }

        Assert.Equal(30_000, stored);
    }

    [Theory]
    [InlineData("status", 400, 0, "22023", "No row of the transaction is stored.")]
    [InlineData("rateLimit", 0, 0, "53400", "No row of the transaction is stored.")]
    [InlineData("rateLimit", 0, 1, "40003", "1000 rows of the transaction are stored.")]
    [InlineData("status", 403, 1, "42501", "1000 rows of the transaction are stored.")]
    [InlineData("status", 500, 0, "40003", "not known")]
    public async Task A_COMMIT_that_CDF_refuses_is_an_error_and_ends_the_transaction(string action, int status, int skip, string sqlState, string detail)
    {
        await using var client = await Server.ConnectAsync();
        await client.Query("create temp table local (a int)").TalkAsync();
        await client.Query("begin").TalkAsync();
        await client.Query("insert into local values (1)").TalkAsync();
        client.Query("copy events (description) from stdin");
        for (var i = 0; i < 2_000; i++)
        {
            client.CopyData("x\n");
        }

        await client.CopyDone().TalkAsync();
        var rule = new JsonObject { ["id"] = "r", ["method"] = "POST", ["path"] = "*/events", ["action"] = action, ["skip"] = skip };
        if (status != 0)
        {
            rule["status"] = status;
        }

        List<WireMessage> reply;
        await using (await Server.Cdf.BreakAsync(rule))
        {
            reply = await client.Query("commit").TalkAsync();
        }

        Assert.Equal(["E", "Z"], reply.Where(m => m.Type != 'S').Select(m => m.Type.ToString()));
        var error = reply.Single(m => m.Type == 'E');
        Assert.Equal(sqlState, error.Field('C'));
        Assert.Contains(detail, error.Field('D'));
        Assert.Equal("Z I", reply[^1].ToString());
        Assert.Equal("D 0", (await client.Query("select count(*) from local").TalkAsync())[1].ToString());
    }

    [Fact]
    public async Task A_COMMIT_that_the_engine_refuses_after_CDF_has_stored_is_40003_and_says_so()
    {
        await using var client = await Server.ConnectAsync();
        await client.Query("begin").TalkAsync();
        await InsertAsync(client, 0, 1);
        var rule = new JsonObject { ["id"] = "held", ["method"] = "POST", ["path"] = "*/assets", ["action"] = "hold" };
        await using var observer = await Server.ConnectAsync();
        await using (await Server.Cdf.BreakAsync(rule))
        {
            await client.Query("commit").SendAsync();
            await Server.Cdf.WaitForHitsAsync("held", 1);
            await observer.Query($"select pg_terminate_backend({client.ProcessId})").TalkAsync();
        }

        var error = (await client.ReadUntilAsync('E'))[^1];
        Assert.Equal(1, await StoredAsync(1));
        Assert.Equal("40003", error.Field('C'));
        Assert.Contains("CDF has stored all 1 rows", error.Field('D'));
    }

    [Fact]
    public async Task Cancel_during_COMMIT_stops_it_and_says_what_is_stored()
    {
        await using var client = await Server.ConnectAsync();
        await client.Query("begin").TalkAsync();
        client.Query("copy events (external_id) from stdin");
        for (var i = 0; i < 3_000; i++)
        {
            client.CopyData($"{_name}-{i}\n");
        }

        await client.CopyDone().TalkAsync();
        var rule = new JsonObject { ["id"] = "held", ["method"] = "POST", ["path"] = "*/events", ["action"] = "hold", ["skip"] = 2 };
        await using (await Server.Cdf.BreakAsync(rule))
        {
            await client.Query("commit").SendAsync();
            await Server.Cdf.WaitForHitsAsync("held", 1);
            await WireClient.CancelAsync(Server.EndPoint, client);
            var reply = await client.ReadUntilAsync('Z');
            var error = reply.Single(m => m.Type == 'E');
            Assert.Equal("57014", error.Field('C'));
            Assert.Contains("2000 rows of the transaction are stored. It is not known", error.Field('D'));
            Assert.Equal("Z I", reply[^1].ToString());
        }
    }

    [Fact]
    public async Task A_COMMIT_goes_on_without_its_client()
    {
        var client = await Server.ConnectAsync();
        await client.Query("set sluice.keepalive = '20ms'; begin").TalkAsync();
        await InsertAsync(client, 0, 3);
        var rule = new JsonObject { ["id"] = "held", ["method"] = "POST", ["path"] = "*/assets", ["action"] = "hold" };
        await using (await Server.Cdf.BreakAsync(rule))
        {
            await client.Query("commit").SendAsync();
            await Server.Cdf.WaitForHitsAsync("held", 1);
            await client.DisposeAsync();
        }

        var stored = 0;
        while (stored == 0)
        {
            stored = await StoredAsync(3);
        }

        Assert.Equal(3, stored);
    }

    [Fact]
    public async Task A_client_that_waits_for_COMMIT_hears_a_word()
    {
        await using var client = await Server.ConnectAsync();
        await client.Query("set application_name = 'patient'; set sluice.keepalive = '50ms'; set idle_in_transaction_session_timeout = '100ms'; begin").TalkAsync();
        await InsertAsync(client, 0, 1);
        var rule = new JsonObject { ["id"] = "held", ["method"] = "POST", ["path"] = "*/assets", ["action"] = "hold" };
        await using (await Server.Cdf.BreakAsync(rule))
        {
            await client.Query("commit").SendAsync();
            for (var i = 0; i < 5; i++)
            {
                Assert.Equal("S application_name=patient", (await client.ReadAsync()).ToString());
            }
        }

        Assert.Equal("C COMMIT", (await client.ReadUntilAsync('C'))[^1].ToString());
        Assert.Equal("Z I", (await client.ReadAsync()).ToString());
    }

    private static async Task<string> TagAsync(WireClient client, string sql) => (await client.Query(sql).TalkAsync())[0].ToString();

    private async Task InsertAsync(WireClient client, int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            Assert.Equal("C INSERT 0 1", await TagAsync(client, $"insert into assets (external_id, name) values ('{_name}-{i}', 'n')"));
        }
    }

    private async Task<int> StoredAsync(int count)
    {
        var stored = 0;
        foreach (var page in Enumerable.Range(0, count).Select(i => $"{_name}-{i}").Chunk(1_000))
        {
            stored += (await Server.Cdf.ByExternalIdsAsync("assets", page)).Count;
        }

        return stored;
    }
}
