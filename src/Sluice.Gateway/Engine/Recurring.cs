namespace Sluice.Gateway.Engine;

/// <summary>
/// Does something again and again, each time after an interval, until it is disposed of. What fails is told and tried again the next time, whatever the failure:
/// a watch that has ended unnoticed would be none.
/// </summary>
internal sealed class Recurring : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    /// <summary>Begins; the first time is after one <paramref name="interval"/>.</summary>
    /// <param name="interval">From the beginning of one time to that of the next, or longer if one takes longer.</param>
    /// <param name="time">The clock.</param>
    /// <param name="action">What is done.</param>
    /// <param name="failed">Told what <paramref name="action"/> throws.</param>
    public Recurring(TimeSpan interval, TimeProvider time, Func<CancellationToken, Task> action, Action<Exception> failed) =>
        _running = RunAsync(interval, time, action, failed);

    /// <summary>Ends it, and waits for what is being done.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_stop.IsCancellationRequested)
        {
            await _stop.CancelAsync();
            await _running;
            _stop.Dispose();
        }
    }

    private async Task RunAsync(TimeSpan interval, TimeProvider time, Func<CancellationToken, Task> action, Action<Exception> failed)
    {
        using var timer = new PeriodicTimer(interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                try
                {
                    await action(_stop.Token);
                }
                catch (Exception e) when (!_stop.IsCancellationRequested)
                {
                    failed(e);
                }
            }
        }
        catch (Exception) when (_stop.IsCancellationRequested)
        {
            // Interrupted, in the wait or in what it did.
        }
    }
}
