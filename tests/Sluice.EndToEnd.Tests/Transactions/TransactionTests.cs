using Sluice.EndToEnd.Tests.Servers;

namespace Sluice.EndToEnd.Tests.Transactions;

/// <summary>What transactions cost CDF and leave in it (rules.md X1 to X10).</summary>
public sealed class TransactionTests(FaultServer fault) : AssetTransactions(fault)
{
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

            Assert.Equal("C INSERT 0 1", (await client.Query($"insert into assets (external_id, name) values ('{Name}-{i}', 'n')").TalkAsync())[0].ToString());
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
        Assert.Empty(await Server.Cdf.ByExternalIdsAsync("assets", $"{Name}-900", $"{Name}-1499"));
    }

    [Fact]
    public async Task Tables_that_refer_to_each_other_are_stored_in_that_order_whatever_order_they_came_in()
    {
        await using var client = await Server.ConnectAsync();
        await client.Query("begin").TalkAsync();
        await client.Query($"insert into double_datapoints (external_id, timestamp, value) values ('{Name}-ts', '2024-01-01', 1)").TalkAsync();
        await client.Query($"insert into time_series (external_id, name) values ('{Name}-ts', 'n')").TalkAsync();
        await client.Query($"insert into assets (external_id, name, parent_external_id) values ('{Name}-child', 'n', '{Name}-root')").TalkAsync();
        await client.Query($"insert into assets (external_id, name) values ('{Name}-root', 'n')").TalkAsync();
        var reply = await client.Query("commit").TalkAsync();
        Assert.Equal(["C COMMIT", "Z I"], reply.Select(m => m.ToString()));
        Assert.Single(await Server.Cdf.PointsAsync($"{Name}-ts"));
        Assert.Equal(2, (await Server.Cdf.ByExternalIdsAsync("assets", $"{Name}-child", $"{Name}-root")).Count);
    }

    [Fact]
    public async Task UPDATE_and_DELETE_count_the_rows_that_are_there()
    {
        await using var client = await Server.ConnectAsync();
        await client.Query($"insert into events (external_id, type) values ('{Name}-1', 'old'), ('{Name}-2', 'old'), ('{Name}-3', 'old')").TalkAsync();
        await client.Query("begin").TalkAsync();
        Assert.Equal("C UPDATE 1", await TagAsync(client, $"update events set type = 'new' where external_id = '{Name}-1'"));
        Assert.Equal("C UPDATE 0", await TagAsync(client, $"update events set type = 'new' where external_id = '{Name}-4'"));
        Assert.Equal("C INSERT 0 1", await TagAsync(client, $"insert into events (external_id, type) values ('{Name}-4', 'old')"));
        Assert.Equal("C UPDATE 1", await TagAsync(client, $"update events set type = 'new' where external_id = '{Name}-4'"));
        Assert.Equal("C DELETE 2", await TagAsync(client, $"delete from events where external_id in ('{Name}-2', '{Name}-3', '{Name}-5')"));
        Assert.Equal("C DELETE 0", await TagAsync(client, $"delete from events where external_id = '{Name}-2'"));
        Assert.Equal("C INSERT 0 1", await TagAsync(client, $"insert into events (external_id, type) values ('{Name}-2', 'again')"));
        Assert.Equal("C COMMIT", await TagAsync(client, "commit"));
        var stored = await Server.Cdf.ByExternalIdsAsync("events", Enumerable.Range(1, 5).Select(i => $"{Name}-{i}"));
        Assert.Equal(
            [("1", "new"), ("2", "again"), ("4", "new")],
            stored.Select(e => (((string)e!["externalId"]!)[^1..], (string)e["type"]!)).Order());
    }

    [Fact]
    public async Task RAW_rows_are_counted_and_merged_in_the_order_in_which_they_were_written()
    {
        var database = $"db{Name[^8..]}";
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
        await Server.Cdf.CreateSeriesAsync(Name);
        await using var client = await Server.ConnectAsync();
        var insert = $"insert into double_datapoints (external_id, timestamp, value) values ('{Name}', '2024-01-01 00:00:0";
        await client.Query($"{insert}1Z', 1), ('{Name}', '2024-01-01 00:00:02Z', 2), ('{Name}', '2024-01-01 00:00:03Z', 3)").TalkAsync();
        await client.Query("begin").TalkAsync();
        Assert.Equal("C DELETE 2", await TagAsync(client, $"delete from double_datapoints where external_id = '{Name}' and timestamp >= '2024-01-01' and timestamp < '2024-01-01 00:00:03Z'"));
        Assert.Equal("C INSERT 0 1", await TagAsync(client, $"{insert}2Z', 22)"));
        await client.Query("savepoint s").TalkAsync();
        Assert.Equal("0A000", (await client.Query($"update double_datapoints set value = 5 where external_id = '{Name}' and timestamp = '2024-01-01 00:00:03Z'").TalkAsync())[0].Field('C'));
        await client.Query("rollback to s").TalkAsync();
        Assert.Equal("C COMMIT", await TagAsync(client, "commit"));
        Assert.Equal([22, 3], (await Server.Cdf.PointsAsync(Name)).Select(p => (double)p.Value));
    }

    [Fact]
    public async Task Data_points_that_come_after_the_DELETE_of_a_series_are_stored_after_it()
    {
        await Server.Cdf.CreateSeriesAsync($"{Name}-a");
        await Server.Cdf.CreateSeriesAsync($"{Name}-b");
        await using var client = await Server.ConnectAsync();
        await client.Query("begin").TalkAsync();
        Assert.Equal("C DELETE 1", await TagAsync(client, $"delete from time_series where external_id = '{Name}-a'"));
        Assert.Equal("C INSERT 0 1", await TagAsync(client, $"insert into double_datapoints (external_id, timestamp, value) values ('{Name}-b', '2024-01-01', 1)"));
        Assert.Equal("C COMMIT", await TagAsync(client, "commit"));
        Assert.Equal([1], (await Server.Cdf.PointsAsync($"{Name}-b")).Select(p => (double)p.Value));

        await client.Query("begin").TalkAsync();
        Assert.Equal("C DELETE 1", await TagAsync(client, $"delete from time_series where external_id = '{Name}-b'"));
        await client.Query($"insert into double_datapoints (external_id, timestamp, value) values ('{Name}-b', '2024-01-02', 2)").TalkAsync();
        var error = (await client.Query("commit").TalkAsync()).Single(m => m.Type == 'E');
        Assert.Contains($"{Name}-b", error.Field('M') + error.Field('D'));
    }

    [Fact]
    public async Task A_row_that_twoNames_delete_is_told_of_at_COMMIT()
    {
        await using var client = await Server.ConnectAsync();
        await client.Query($"insert into assets (external_id, name) values ('{Name}', 'n')").TalkAsync();
        var id = (long)Assert.Single(await Server.Cdf.ByExternalIdsAsync("assets", Name))!["id"]!;
        await client.Query("begin").TalkAsync();
        Assert.Equal("C DELETE 1", await TagAsync(client, $"delete from assets where external_id = '{Name}'"));
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
        await client.Query($"insert into raw_rows (_raw_database, _raw_table, _raw_key, _raw_columns) values ('{Name[^8..]}', 't', 'a', '{{}}')").TalkAsync();
        Assert.Equal("0A000", (await client.Query("truncate raw_rows").TalkAsync())[0].Field('C'));
    }

    [Fact]
    public async Task Update_else_insert_row_by_row_stays_in_few_requests()
    {
        await using var client = await Server.ConnectAsync();
        await client.Query($"insert into events (external_id, type) select '{Name}-' || i, 'old' from generate_series(0, 19) i").TalkAsync();
        var creates = await Server.Cdf.RequestsAsync("POST", "/events");
        var updates = await Server.Cdf.RequestsAsync("POST", "/events/update");
        await client.Query("begin").TalkAsync();
        for (var i = 10; i < 40; i++)
        {
            if (await TagAsync(client, $"update events set type = 'new' where external_id = '{Name}-{i}'") == "C UPDATE 0")
            {
                await client.Query($"insert into events (external_id, type) values ('{Name}-{i}', 'new')").TalkAsync();
            }
        }

        Assert.Equal("C COMMIT", await TagAsync(client, "commit"));
        Assert.Equal(1, await Server.Cdf.RequestsAsync("POST", "/events") - creates);
        Assert.Equal(1, await Server.Cdf.RequestsAsync("POST", "/events/update") - updates);
        var stored = await Server.Cdf.ByExternalIdsAsync("events", Enumerable.Range(0, 50).Select(i => $"{Name}-{i}"));
        Assert.Equal((10, 30), (stored.Count(e => (string)e!["type"]! == "old"), stored.Count(e => (string)e!["type"]! == "new")));
    }

    [Fact]
    public async Task Rows_assumed_to_exist_are_counted_without_asking_and_fail_the_COMMIT_if_they_do_not()
    {
        await using var client = await Server.ConnectAsync();
        await client.Query($"insert into events (external_id) values ('{Name}-1')").TalkAsync();
        var lookups = await Server.Cdf.RequestsAsync("POST", "/events/byids");
        await client.Query("set sluice.assume_rows_exist = on").TalkAsync();
        await client.Query("begin").TalkAsync();
        Assert.Equal("C UPDATE 1", await TagAsync(client, $"update events set type = 'new' where external_id = '{Name}-1'"));
        Assert.Equal("C UPDATE 1", await TagAsync(client, $"update events set type = 'new' where external_id = '{Name}-2'"));
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
        await client.Query($"insert into assets (external_id, name) values ('{Name}-0', 'stored')").TalkAsync();
        var read = $"select name from assets where external_id = '{Name}-0'";
        await client.Query("begin").TalkAsync();
        Assert.Contains("D stored", (await client.Query(read).TalkAsync()).Select(m => m.ToString()));
        await InsertAsync(client, 1, 2);
        await client.Query("savepoint s").TalkAsync();
        Assert.Equal("0A000", (await client.Query(read).TalkAsync()).Single(m => m.Type == 'E').Field('C'));
        await client.Query("rollback to s").TalkAsync();
        Assert.Equal("0A000", (await client.Parse("", read).Bind("", "").Execute("").Sync().TalkAsync()).Single(m => m.Type == 'E').Field('C'));
        await client.Query("rollback to s").TalkAsync();
        var fromItself = $"insert into events (external_id) select external_id from assets where external_id = '{Name}-0'";
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
        await client.Query($"insert into events (external_id, type) values ('{Name}-0', 'a'), ('{Name}-1', 'b')").TalkAsync();
        await client.Query("begin").TalkAsync();
        var copy = $"insert into events (external_id, type) select external_id || '-copy', type from events where external_id in ('{Name}-0', '{Name}-1')";
        Assert.Equal("C INSERT 0 2", await TagAsync(client, copy));
        Assert.Equal("C COMMIT", await TagAsync(client, "commit"));
        Assert.Equal(2, (await Server.Cdf.ByExternalIdsAsync("events", $"{Name}-0-copy", $"{Name}-1-copy")).Count);
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
        var reply = await client.Query($"insert into assets (external_id, name) values ('{Name}-1', 'n')").TalkAsync();
        Assert.Equal("25001", reply[0].Field('C'));
    }

    [Fact]
    public async Task RETURNING_in_a_transaction_gives_what_the_statement_gives()
    {
        await using var client = await Server.ConnectAsync();
        await client.Query($"insert into events (external_id, type) values ('{Name}-0', 'old')").TalkAsync();
        await client.Query("begin").TalkAsync();
        var inserted = await client.Query($"insert into events (external_id, type) values ('{Name}-1', 'a'), ('{Name}-2', null) returning type, external_id as name").TalkAsync();
        Assert.Equal(["T", "D", "D", "C", "Z"], inserted.Select(m => m.Type.ToString()));
        Assert.Equal(["a", $"{Name}-1"], inserted[1].Values);
        Assert.Equal([null, $"{Name}-2"], inserted[2].Values);
        var ignored = await client.Query($"insert into events (external_id) values ('{Name}-0'), ('{Name}-3') on conflict do nothing returning external_id").TalkAsync();
        Assert.Equal(["D " + Name + "-3", "C INSERT 0 1"], ignored.Where(m => m.Type is 'D' or 'C').Select(m => m.ToString()));
        var updated = await client.Query($"update events set type = 'new' where external_id in ('{Name}-0', '{Name}-9') returning external_id, type").TalkAsync();
        Assert.Equal([$"{Name}-0", "new"], updated.Single(m => m.Type == 'D').Values);
        var deleted = await client.Query($"delete from events where external_id = '{Name}-2' returning external_id").TalkAsync();
        Assert.Equal($"D {Name}-2", deleted[1].ToString());
        Assert.Equal("C COMMIT", await TagAsync(client, "commit"));
        Assert.Equal(3, (await Server.Cdf.ByExternalIdsAsync("events", Enumerable.Range(0, 4).Select(i => $"{Name}-{i}"))).Count);
    }

    [Fact]
    public async Task RETURNING_of_what_CDF_makes_is_refused_in_a_transaction_with_a_way_out()
    {
        await using var client = await Server.ConnectAsync();
        await client.Query("begin").TalkAsync();
        var reply = await client.Query($"insert into assets (external_id, name) values ('{Name}-1', 'n') returning id").TalkAsync();
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
            client.CopyData($"{Name}-{i}\tn\t{Convert.ToHexString(text)}\n");
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
            client.CopyData($"{Name}-{i}\t{Convert.ToHexString(text)}\n");
        }

        var reply = await client.CopyDone().TalkAsync();
        Assert.Contains("C COPY 30000", reply.Select(m => m.ToString()));
        Assert.Equal("C COMMIT", await TagAsync(client, "commit"));
        var stored = 0;
        foreach (var page in Enumerable.Range(0, 30_000).Select(i => $"{Name}-{i}").Chunk(1_000))
        {
            stored += (await Server.Cdf.ByExternalIdsAsync("events", page)).Count;
        }

        Assert.Equal(30_000, stored);
    }
}
