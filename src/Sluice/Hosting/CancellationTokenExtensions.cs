namespace Sluice.Hosting;

/// <summary>Waiting for a token.</summary>
internal static class CancellationTokenExtensions
{
    /// <summary>Completes when <paramref name="cancellationToken"/> fires.</summary>
    public static async Task WhenCancelledAsync(this CancellationToken cancellationToken)
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration registration = cancellationToken.Register(cancelled.SetResult);
        await cancelled.Task;
    }
}
