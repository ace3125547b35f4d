using Sluice.Cdf.Limits;
using Sluice.Cdf.Tests.Support;

namespace Sluice.Cdf.Tests.Limits;

public sealed class AdaptiveLimiterTests
{
    private readonly ManualTime _time = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Waiters_are_served_in_order()
    {
        var limiter = new AdaptiveLimiter(new(Start: 1, Max: 1), _time);
        var order = new List<int>();
        var held = await limiter.WaitAsync(Cancellation);
        var waiting = Enumerable.Range(0, 5).Select(async i =>
        {
            using var slot = await limiter.WaitAsync(Cancellation);
            order.Add(i);
        }).ToList();

        Assert.Equal(1, limiter.InFlight);
        held.Dispose();
        await Task.WhenAll(waiting);
        Assert.Equal([0, 1, 2, 3, 4], order);
        Assert.Equal(0, limiter.InFlight);
    }

    [Fact]
    public async Task A_cancelled_waiter_leaves_the_queue()
    {
        var limiter = new AdaptiveLimiter(new(Start: 1, Max: 1), _time);
        var held = await limiter.WaitAsync(Cancellation);
        using var cancel = new CancellationTokenSource();
        var cancelled = limiter.WaitAsync(cancel.Token).AsTask();
        var next = limiter.WaitAsync(Cancellation).AsTask();
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Assert.False(next.IsCompleted);
        held.Dispose();
        (await next).Dispose();
        Assert.Equal(0, limiter.InFlight);
    }

    [Fact]
    public async Task Requests_that_were_throttled_together_lower_the_limit_once()
    {
        var limiter = new AdaptiveLimiter(new(Start: 10, Max: 20), _time);
        var slots = await FillAsync(limiter);
        slots.ForEach(slot => slot.Throttled(null));
        slots.ForEach(slot => slot.Dispose());
        Assert.Equal(7, limiter.Limit);

        slots = await FillAsync(limiter);
        slots.ForEach(slot => slot.Throttled(null));
        slots.ForEach(slot => slot.Dispose());
        Assert.Equal(4, limiter.Limit);
    }

    [Fact]
    public async Task The_limit_never_goes_below_one_nor_above_its_most()
    {
        var limiter = new AdaptiveLimiter(new(Start: 2, Max: 3), _time);
        for (var i = 0; i < 10; i++)
        {
            var slot = await limiter.WaitAsync(Cancellation);
            slot.Throttled(null);
            slot.Dispose();
        }

        Assert.Equal(1, limiter.Limit);
        for (var i = 0; i < 100; i++)
        {
            var slots = await FillAsync(limiter);
            slots.ForEach(slot => slot.Succeeded());
            slots.ForEach(slot => slot.Dispose());
        }

        Assert.Equal(3, limiter.Limit);
    }

    [Fact]
    public async Task Success_below_the_limit_does_not_raise_it()
    {
        var limiter = new AdaptiveLimiter(new(Start: 5, Max: 10), _time);
        for (var i = 0; i < 100; i++)
        {
            using var slot = await limiter.WaitAsync(Cancellation);
            slot.Succeeded();
        }

        Assert.Equal(5, limiter.Limit);
    }

    [Fact]
    public async Task Retry_After_holds_back_everyone()
    {
        var limiter = new AdaptiveLimiter(new(Start: 5, Max: 10), _time);
        var slot = await limiter.WaitAsync(Cancellation);
        slot.Throttled(TimeSpan.FromSeconds(3));
        slot.Dispose();
        var next = limiter.WaitAsync(Cancellation).AsTask();
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.False(next.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));
        (await next).Dispose();
    }

    private static async Task<List<AdaptiveLimiter.Slot>> FillAsync(AdaptiveLimiter limiter)
    {
        var slots = new List<AdaptiveLimiter.Slot>();
        for (var i = limiter.Limit; i > 0; i--)
        {
            slots.Add(await limiter.WaitAsync(Cancellation));
        }

        return slots;
    }
}
