using Sluice.Gateway.Writes;

namespace Sluice.Gateway.Tests.Writes;

public sealed class KeyFenceTests
{
    private readonly KeyFence _fence = new();

    [Fact]
    public async Task Requests_with_a_common_key_go_one_after_the_other_in_order()
    {
        var first = _fence.Enter(Keys(1, 2));
        var second = _fence.Enter(Keys(2, 3));
        var third = _fence.Enter(Keys(3));
        var other = _fence.Enter(Keys(9));
        Assert.True(first.Ready.IsCompleted);
        Assert.True(other.Ready.IsCompleted);
        Assert.False(second.Ready.IsCompleted);
        Assert.False(third.Ready.IsCompleted);

        first.Dispose();
        await second.Ready.WaitAsync(TestContext.Current.CancellationToken);
        Assert.False(third.Ready.IsCompleted);
        second.Dispose();
        await third.Ready.WaitAsync(TestContext.Current.CancellationToken);
        third.Dispose();
        other.Dispose();
        Assert.Equal(0, _fence.Count);
    }

    [Fact]
    public void Points_of_one_series_conflict_only_where_their_times_overlap()
    {
        using var first = _fence.Enter(Range(1, 0, 99));
        using var next = _fence.Enter(Range(1, 100, 199));
        using var overlap = _fence.Enter(Range(1, 199, 300));
        using var otherSeries = _fence.Enter(Range(2, 0, 1000));
        Assert.True(next.Ready.IsCompleted);
        Assert.False(overlap.Ready.IsCompleted);
        Assert.True(otherSeries.Ready.IsCompleted);
    }

    [Fact]
    public async Task Ids_and_external_ids_wait_for_each_other_since_they_may_name_the_same()
    {
        var byExternalId = _fence.Enter(FenceClaim.Whole("p/assets", KeyKind.ExternalId, [1]));
        using var byId = _fence.Enter(FenceClaim.Whole("p/assets", KeyKind.Id, [2]));
        using var otherTable = _fence.Enter(FenceClaim.Whole("p/events", KeyKind.Id, [2]));
        Assert.False(byId.Ready.IsCompleted);
        Assert.True(otherTable.Ready.IsCompleted);
        byExternalId.Dispose();
        await byId.Ready.WaitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Those_who_refer_to_a_key_wait_for_its_writers_and_not_for_each_other()
    {
        var writer = _fence.Enter(Keys(1));
        var first = _fence.Enter(Keys(2) with { References = [1] });
        var second = _fence.Enter(Keys(3) with { References = [1] });
        var next = _fence.Enter(Keys(1));
        Assert.False(first.Ready.IsCompleted);
        Assert.False(second.Ready.IsCompleted);

        writer.Dispose();
        await first.Ready.WaitAsync(TestContext.Current.CancellationToken);
        await second.Ready.WaitAsync(TestContext.Current.CancellationToken);
        Assert.False(next.Ready.IsCompleted);
        first.Dispose();
        second.Dispose();
        await next.Ready.WaitAsync(TestContext.Current.CancellationToken);
        next.Dispose();
        Assert.Equal(0, _fence.Count);
    }

    [Fact]
    public void A_key_twice_in_one_request_does_not_wait_for_itself()
    {
        using var ticket = _fence.Enter(Keys(1, 1));
        Assert.True(ticket.Ready.IsCompleted);
    }

    [Fact]
    public void Leaving_twice_is_leaving_once()
    {
        var ticket = _fence.Enter(Keys(1));
        ticket.Dispose();
        ticket.Dispose();
        Assert.Equal(0, _fence.Count);
    }

    [Fact]
    public async Task Under_load_no_two_requests_with_one_key_are_in_flight_and_each_key_is_first_in_first_out()
    {
        const int Keyspace = 20;
        const int Requests = 3_000;
        var random = new Random(77);
        var inFlight = new int[Keyspace];
        var last = new int[Keyspace];
        var tasks = new List<Task>();
        for (var number = 1; number <= Requests; number++)
        {
            var keys = Enumerable.Range(0, random.Next(1, 5)).Select(_ => random.Next(Keyspace)).Distinct().ToArray();
            tasks.Add(RunAsync(_fence.Enter(Keys([.. keys.Select(key => (ulong)key)])), keys, number));
        }

        await Task.WhenAll(tasks);
        Assert.Equal(0, _fence.Count);

        async Task RunAsync(KeyFence.Ticket ticket, int[] keys, int number)
        {
            await ticket.Ready;
            foreach (var key in keys)
            {
                Assert.Equal(1, Interlocked.Increment(ref inFlight[key]));
                Assert.True(last[key] < number);
                last[key] = number;
            }

            await Task.Yield();
            foreach (var key in keys)
            {
                Interlocked.Decrement(ref inFlight[key]);
            }

            ticket.Dispose();
        }
    }

    private static FenceClaim Keys(params ulong[] keys) => FenceClaim.Whole("p/raw", KeyKind.Natural, keys);

    private static FenceClaim Range(ulong key, long from, long to) => new("p/datapoints", KeyKind.ExternalId, [key], [from], [to]);
}
