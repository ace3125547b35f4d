using Sluice.Gateway.Writes;

namespace Sluice.Gateway.Tests.Writes;

public sealed class WriteMemoryTests
{
    private static CancellationToken Test => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_finds_the_budget_used_up_waits_his_turn()
    {
        var memory = new WriteMemory(100);
        await memory.ReserveAsync(80, holdsNothing: false, Test);
        var first = memory.ReserveAsync(50, holdsNothing: false, Test).AsTask();
        var second = memory.ReserveAsync(10, holdsNothing: false, Test).AsTask();
        Assert.False(first.IsCompleted);
        Assert.False(second.IsCompleted);
        memory.Release(80);
        await first;
        await second;
        Assert.Equal(60, memory.Used);
    }

    [Fact]
    public async Task Who_holds_nothing_is_let_in()
    {
        var memory = new WriteMemory(100);
        await memory.ReserveAsync(90, holdsNothing: true, Test);
        await memory.ReserveAsync(500, holdsNothing: true, Test);
        Assert.Equal(590, memory.Used);
    }

    [Fact]
    public async Task A_wait_that_is_cancelled_takes_nothing_and_blocks_nobody()
    {
        var memory = new WriteMemory(100);
        using var cancel = new CancellationTokenSource();
        await memory.ReserveAsync(60, holdsNothing: false, Test);
        var cancelled = memory.ReserveAsync(90, holdsNothing: false, cancel.Token).AsTask();
        var next = memory.ReserveAsync(30, holdsNothing: false, Test).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        memory.Release(60);
        await next;
        Assert.Equal(30, memory.Used);
    }
}
