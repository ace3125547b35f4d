using Sluice.Cdf.Http;

namespace Sluice.Gateway.Writes;

/// <summary>Sends requests that are encoded: compresses them if the settings want it, and has patience with series that are new.</summary>
internal sealed class WriteSender(WriteContext context)
{
    /// <summary>
    /// Sends <paramref name="request"/>. What is in flight is never broken off; after <paramref name="stop"/> nothing more is launched.
    /// </summary>
    public async Task<CdfResponse> SendAsync(CdfRequest request, CancellationToken stop)
    {
        using var compressed = Compress(request);
        if (compressed is not null)
        {
            request = request with { Body = compressed.WrittenMemory, Gzipped = true };
        }

        for (var again = 0; ; again++)
        {
            var start = context.Time.GetTimestamp();
            var response = await context.Client.SendAsync(request, CancellationToken.None, stop);
            context.Tally.Sent(request.Body.Length, response, context.Time.GetElapsedTime(start));
            var awaitsSeries = !response.IsSuccess && request.Api == CdfApi.DataPoints && context.NewSeries.HasAll(response.Error.Missing);
            if (!awaitsSeries || again == context.Limits.NewSeriesTries || !await WaitAsync(context.Limits.NewSeriesWait * (1 << again), stop))
            {
                return response;
            }
        }
    }

    private async Task<bool> WaitAsync(TimeSpan time, CancellationToken stop)
    {
        try
        {
            await Task.Delay(time, context.Time, stop);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private PooledBuffer? Compress(CdfRequest request)
    {
        var wanted = request.ContentType == CdfMediaType.Json ? context.Settings.GzipJson : context.Settings.GzipDataPoints;
        return wanted && request.Body.Length >= GzipBody.WorthwhileFrom ? GzipBody.Compress(request.Body.Span) : null;
    }
}
