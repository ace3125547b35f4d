using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Writes;

/// <summary>
/// The rows of requests, kept until the last of these is done with, so that rows which CDF refuses can be shown as they came:
/// <c>sluice.on_error = skip</c>. Safe for use by several threads.
/// </summary>
/// <param name="plan">Of the rows.</param>
/// <param name="rows">The rows; owned.</param>
internal sealed class KeptRows(WritePlan plan, RowBatch rows) : IDisposable
{
    private readonly Lock _lock = new();
    private Dictionary<long, List<long>> _replaced = [];
    private int _holders = 1;

    public RowBatch Rows => rows;

    /// <summary>Gives the rows to <paramref name="requests"/>, which have been made of them.</summary>
    /// <param name="requests">None of them is sent yet.</param>
    /// <param name="replaced">Rows that are in no request because another has taken their place: the others' origins, and theirs.</param>
    public void Hold(List<EncodedWrite> requests, IReadOnlyList<(long By, long Origin)> replaced)
    {
        _holders = requests.Count;
        _replaced = replaced.GroupBy(pair => pair.By, pair => pair.Origin).ToDictionary(group => group.Key, group => group.ToList());
        foreach (var request in requests)
        {
            request.Keep(this, rows.ByteSize / requests.Count);
        }

        if (requests.Count == 0)
        {
            rows.Dispose();
        }
    }

    /// <summary>The rows with these origins, and those that have given way to them.</summary>
    public IEnumerable<RejectedRow> Reject(IEnumerable<long> origins, PgError reason)
    {
        var left = new Stack<long>(origins.Reverse());
        while (left.TryPop(out var origin))
        {
            if (_replaced.TryGetValue(origin, out var replaced))
            {
                replaced.ForEach(left.Push);
            }

            yield return Reject(origin, reason);
        }
    }

    /// <summary>One of the requests is done.</summary>
    public void Dispose()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
        {
            rows.Dispose();
        }
    }

    private RejectedRow Reject(long origin, PgError reason)
    {
        lock (_lock)
        {
            // Rows mostly stand in their order.
            var row = rows.Origins.BinarySearch(origin) is >= 0 and var index ? index : rows.Origins.IndexOf(origin);
            return new RejectedRow(origin, RowText.KeyOf(plan, rows, row), reason, RowText.Of(plan, rows, row)) { IsRefusal = true };
        }
    }
}
