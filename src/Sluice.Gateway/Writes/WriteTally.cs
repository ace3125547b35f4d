using System.Diagnostics;
using Sluice.Cdf.Http;

namespace Sluice.Gateway.Writes;

/// <summary>What a statement's write has cost so far. Safe for use by many at once.</summary>
public sealed class WriteTally
{
    private const int KeptRequestIds = 20;

    private readonly Lock _lock = new();
    private readonly List<string> _requestIds = [];
    private readonly List<string> _tables = [];
    private long _decoding;
    private TimeSpan _waiting;
    private TimeSpan _inCdf;

    /// <summary>Requests that carry rows, repetitions included.</summary>
    public long Requests { get; private set; }

    /// <summary>Of these, repetitions.</summary>
    public long Retries { get; private set; }

    /// <summary>Bytes of the bodies sent.</summary>
    public long Bytes { get; private set; }

    /// <summary>Rows set aside.</summary>
    public long Rejected { get; private set; }

    /// <summary>Time spent reading and encoding rows.</summary>
    public TimeSpan Decoding => Stopwatch.GetElapsedTime(0, Interlocked.Read(ref _decoding));

    /// <summary>Time spent waiting for a slot, for memory, for other writes of the same keys, or between repetitions, summed up over requests.</summary>
    public TimeSpan Waiting => _waiting;

    /// <summary>Time that requests took, summed up over those in flight together.</summary>
    public TimeSpan InCdf => _inCdf;

    /// <summary>CDF's ids of the first requests that failed.</summary>
    public IReadOnlyList<string> RequestIds => [.. _requestIds];

    /// <summary>The tables written to.</summary>
    public IReadOnlyList<string> Tables => [.. _tables];

    /// <summary>Rows were read or encoded since <paramref name="start"/>, a time stamp of <see cref="Stopwatch"/>.</summary>
    public void Decoded(long start) => Interlocked.Add(ref _decoding, Stopwatch.GetTimestamp() - start);

    /// <summary>A request waited for its turn.</summary>
    public void Waited(TimeSpan time)
    {
        lock (_lock)
        {
            _waiting += time;
        }
    }

    /// <summary>A row was set aside.</summary>
    public void SetAside()
    {
        lock (_lock)
        {
            Rejected++;
        }
    }

    /// <summary>Rows of a table are sent.</summary>
    public void Writes(string table)
    {
        lock (_lock)
        {
            if (!_tables.Contains(table, StringComparer.Ordinal))
            {
                _tables.Add(table);
            }
        }
    }

    /// <summary>A request was answered, or given up.</summary>
    /// <param name="bytes">Of its body.</param>
    /// <param name="response">Its answer.</param>
    /// <param name="time">All that it took.</param>
    public void Sent(int bytes, CdfResponse response, TimeSpan time)
    {
        lock (_lock)
        {
            Requests += response.Attempts;
            Retries += Math.Max(0, response.Attempts - 1);
            Bytes += (long)bytes * response.Attempts;
            _waiting += response.BackedOff;
            _inCdf += time - response.BackedOff;
            if (!response.IsSuccess && (response.RequestId ?? response.Error.RequestId) is { } requestId && _requestIds.Count < KeptRequestIds)
            {
                _requestIds.Add(requestId);
            }
        }
    }
}
