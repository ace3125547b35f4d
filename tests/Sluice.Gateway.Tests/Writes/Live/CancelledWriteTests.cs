using Sluice.Gateway.Tables;
using Sluice.Gateway.Writes;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Tests.Writes.Live;

public sealed class CancelledWriteTests
{
    private static readonly string[] Raw = ["_raw_database", "_raw_table", "_raw_key", "_raw_columns"];

    [Fact]
    public async Task A_cancel_says_what_is_stored_and_what_is_in_doubt()
    {
        await using var cdf = await LiveCdf.StartAsync();
        using var write = cdf.Start(BuiltInTables.Find("raw_rows")!, Raw);
        await LiveCdf.AddAsync(write, [["db", "t", "a", "{}"], ["db", "t", "b", "{}"]]);
        await write.CompleteAsync(LiveCdf.Ct);
        await cdf.FaultsAsync("""{"id":"hold","action":"hold","path":"/raw/*"}""");
        await LiveCdf.AddAsync(write, [["db", "t", "c", "{}"]]);
        await cdf.HitsAsync("hold", 1);

        var error = (await write.CancelAsync()).Error;
        Assert.Equal((SqlState.QueryCanceled, "canceling statement due to user request"), (error.SqlState, error.Message));
        Assert.Equal("2 rows of the statement are stored. It is not known of 1 more row whether it is (_raw_key: c).", error.Detail);
    }

    [Fact]
    public async Task The_keys_of_a_cancelled_request_stay_taken_until_CDF_has_answered()
    {
        await using var cdf = await LiveCdf.StartAsync();
        await cdf.FaultsAsync("""{"id":"hold","action":"hold","path":"/raw/*","times":1}""");
        using var cancelled = cdf.Start(BuiltInTables.Find("raw_rows")!, Raw);
        await LiveCdf.AddAsync(cancelled, [["db", "t", "k", "{\"v\":\"old\"}"]]);
        await cdf.HitsAsync("hold", 1);
        await cancelled.CancelAsync();

        using var next = cdf.Start(BuiltInTables.Find("raw_rows")!, Raw);
        await LiveCdf.AddAsync(next, [["db", "t", "k", "{\"v\":\"new\"}"]]);
        await LiveCdf.AddAsync(next, [["db", "t", "other", "{}"]]);
        var completing = next.CompleteAsync(LiveCdf.Ct);
        Assert.False(completing.IsCompleted);
        await cdf.FaultsAsync();
        await completing;
        Assert.Equal("{\"v\":\"new\"}", (await cdf.RawRowsAsync("db", "t"))["k"]);
        Assert.Equal(0, cdf.Context.Fence.Count);
    }

    [Fact]
    public async Task A_full_window_makes_the_reader_wait_and_a_cancel_ends_the_wait()
    {
        await using var cdf = await LiveCdf.StartAsync();
        await cdf.FaultsAsync("""{"id":"hold","action":"hold","path":"/raw/*"}""");
        using var cancel = new CancellationTokenSource();
        using var write = cdf.Start(BuiltInTables.Find("raw_rows")!, Raw, cdf.Context with { Limits = cdf.Context.Limits with { MaxRequestsInFlight = 2 } });
        Assert.True(await LiveCdf.AddAsync(write, [["db", "t", "a", "{}"]]));
        Assert.True(await LiveCdf.AddAsync(write, [["db", "t", "b", "{}"]]));
        var third = LiveCdf.AddAsync(write, [["db", "t", "c", "{}"]], cancel.Token).AsTask();
        await cdf.HitsAsync("hold", 2);
        Assert.False(third.IsCompleted);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => third);
        Assert.Equal("No row of the statement is stored. It is not known of 2 more rows whether they are (_raw_key: a, b).", SortedKeys((await write.CancelAsync()).Error.Detail!));

        // The keys of the two that are in doubt are in no order.
        static string SortedKeys(string detail) => detail.Replace("b, a", "a, b", StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_memory_of_the_process_makes_the_reader_wait()
    {
        await using var cdf = await LiveCdf.StartAsync();
        await cdf.FaultsAsync("""{"id":"hold","action":"hold","path":"/raw/*"}""");
        var context = cdf.Context with { Memory = new WriteMemory(10) };
        using var write = cdf.Start(BuiltInTables.Find("raw_rows")!, Raw, context);
        Assert.True(await LiveCdf.AddAsync(write, [["db", "t", "a", "{}"]]));
        var second = LiveCdf.AddAsync(write, [["db", "t", "b", "{}"]]).AsTask();
        await cdf.HitsAsync("hold", 1);
        Assert.False(second.IsCompleted);
        await cdf.FaultsAsync();
        Assert.True(await second);
        Assert.Equal(2, (await write.CompleteAsync(LiveCdf.Ct)).Rows);
        Assert.Equal(0, context.Memory.Used);
    }

    [Fact]
    public async Task Nothing_is_left_behind_when_a_write_is_dropped()
    {
        await using var cdf = await LiveCdf.StartAsync();
        await cdf.FaultsAsync("""{"id":"hold","action":"hold","path":"/raw/*","times":1}""");
        var write = cdf.Start(BuiltInTables.Find("raw_rows")!, Raw);
        await LiveCdf.AddAsync(write, [["db", "t", "k", "{}"]]);
        await LiveCdf.AddAsync(write, [["db", "t", "k", "{\"v\":2}"]]);
        await cdf.HitsAsync("hold", 1);
        write.Dispose();
        using var after = cdf.Start(BuiltInTables.Find("raw_rows")!, Raw);
        await LiveCdf.AddAsync(after, [["db", "t", "k", "{\"v\":3}"]]);
        await cdf.FaultsAsync();
        await after.CompleteAsync(LiveCdf.Ct);
        Assert.Equal("{\"v\":3}", (await cdf.RawRowsAsync("db", "t"))["k"]);
        Assert.Equal((0, 0L), (cdf.Context.Fence.Count, cdf.Context.Memory.Used));
    }
}
