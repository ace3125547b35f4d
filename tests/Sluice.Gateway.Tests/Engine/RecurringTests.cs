using Sluice.Gateway.Engine;

namespace Sluice.Gateway.Tests.Engine;

public sealed class RecurringTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(1);

    [Fact]
    public async Task It_goes_on_after_any_failure_which_is_told()
    {
        var times = 0;
        var failures = new List<string>();
        var third = new TaskCompletionSource();
        await using (new Recurring(Interval, TimeProvider.System, Act, e => failures.Add(e.Message)))
        {
            await third.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        }

        Assert.Equal(["1", "2"], failures);

        Task Act(CancellationToken stop)
        {
            switch (++times)
            {
                case 1:
                    throw new InvalidOperationException("1");
                case 2:
                    return Task.FromException(new OperationCanceledException("2"));
                default:
                    third.TrySetResult();
                    return Task.CompletedTask;
            }
        }
    }

    [Fact]
    public async Task Disposal_interrupts_what_is_being_done_and_that_is_no_failure()
    {
        var begun = new TaskCompletionSource();
        var neverDone = new TaskCompletionSource();
        var interrupted = false;
        var failures = new List<Exception>();
        await using (new Recurring(Interval, TimeProvider.System, Act, failures.Add))
        {
            await begun.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        }

        Assert.True(interrupted);
        Assert.Empty(failures);

        async Task Act(CancellationToken stop)
        {
            begun.TrySetResult();
            try
            {
                await neverDone.Task.WaitAsync(stop);
            }
            finally
            {
                interrupted = true;
            }
        }
    }
}
