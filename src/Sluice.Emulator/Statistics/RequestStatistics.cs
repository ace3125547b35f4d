namespace Sluice.Emulator.Statistics;

/// <summary>Counts requests per operation and keeps the last ones in a log, so that tests can see what a client did.</summary>
internal sealed class RequestStatistics(int logSize)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Project, string Method, string Operation), OperationCounters> _operations = [];
    private readonly Queue<RequestEntry> _log = new();

    public void Begin(RequestEntry entry)
    {
        lock (_gate)
        {
            CountersOf(entry).Begin(entry.RequestId);
            _log.Enqueue(entry);
            if (_log.Count > logSize)
            {
                _log.Dequeue();
            }
        }
    }

    public void End(RequestEntry entry)
    {
        lock (_gate)
        {
            CountersOf(entry).End(entry);
        }
    }

    /// <summary>Starts counting anew.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _operations.Clear();
            _log.Clear();
        }
    }

    public void Read(Action<IReadOnlyCollection<OperationCounters>, IReadOnlyCollection<RequestEntry>> read)
    {
        lock (_gate)
        {
            read(_operations.Values, _log);
        }
    }

    private OperationCounters CountersOf(RequestEntry entry)
    {
        var key = (entry.Project ?? "", entry.Method, entry.Operation);
        if (!_operations.TryGetValue(key, out var counters))
        {
            counters = new OperationCounters(key.Item1, key.Method, key.Operation);
            _operations.Add(key, counters);
        }

        return counters;
    }
}
