namespace Sluice.Emulator.Statistics;

/// <summary>The sums over all requests of one operation in one project.</summary>
internal sealed class OperationCounters(string project, string method, string operation)
{
    private const int KeptIds = 50;

    private readonly Queue<string> _lastRequestIds = new();

    public string Project { get; } = project;

    public string Method { get; } = method;

    public string Operation { get; } = operation;

    public long Requests { get; private set; }

    public long Items { get; private set; }

    public long Points { get; private set; }

    public long Rows { get; private set; }

    public long Bytes { get; private set; }

    public int Running { get; private set; }

    public int MaxConcurrent { get; private set; }

    /// <summary>Answers per status; 0 stands for dropped connections.</summary>
    public SortedDictionary<int, long> Statuses { get; } = [];

    public IReadOnlyCollection<string> LastRequestIds => _lastRequestIds;

    public void Begin(string requestId)
    {
        Requests++;
        Running++;
        MaxConcurrent = Math.Max(MaxConcurrent, Running);
        _lastRequestIds.Enqueue(requestId);
        if (_lastRequestIds.Count > KeptIds)
        {
            _lastRequestIds.Dequeue();
        }
    }

    /// <summary>Counts what a request carried; items, points and rows only if it succeeded.</summary>
    public void End(RequestEntry entry)
    {
        // A reset of the statistics may lie between a request's begin and end.
        Running = Math.Max(0, Running - 1);
        Bytes += entry.Bytes;
        Statuses[entry.Status] = Statuses.GetValueOrDefault(entry.Status) + 1;
        if (entry.Status is >= 200 and < 300)
        {
            Items += entry.Items;
            Points += entry.Points;
            Rows += entry.Rows;
        }
    }
}
