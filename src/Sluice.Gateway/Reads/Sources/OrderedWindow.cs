using System.Runtime.CompilerServices;

namespace Sluice.Gateway.Reads.Sources;

/// <summary>Runs requests ahead of their reader, a few at a time, and gives their answers in order.</summary>
internal static class OrderedWindow
{
    /// <summary>
    /// Runs <paramref name="request"/> for each of <paramref name="inputs"/>, at most <paramref name="width"/> at a time. When the reader stops, the
    /// requests that it has not read are abandoned.
    /// </summary>
    public static async IAsyncEnumerable<TAnswer> RunAsync<TInput, TAnswer>(
        IEnumerable<TInput> inputs,
        Func<TInput, CancellationToken, Task<TAnswer>> request,
        int width,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var abandon = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = new Queue<Task<TAnswer>>();
        try
        {
            foreach (var input in inputs)
            {
                running.Enqueue(request(input, abandon.Token));
                if (running.Count >= width)
                {
                    yield return await running.Dequeue();
                }
            }

            while (running.TryDequeue(out var next))
            {
                yield return await next;
            }
        }
        finally
        {
            await abandon.CancelAsync();
            foreach (var rest in running)
            {
                await rest.ContinueWith(
                    static ended => _ = ended.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            }
        }
    }
}
