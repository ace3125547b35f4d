namespace Sluice.Gateway.Writes.Groups;

/// <summary>
/// Writes that store one row each share requests: while one is on its way, those of the same user into the same columns of one table wait, and then go
/// together (rules.md P9). Each gets its own outcome, and none before CDF has answered. One for the whole process.
/// </summary>
public sealed class GroupCommit
{
    private readonly Lock _lock = new();
    private readonly List<Lane> _lanes = [];

    /// <summary>Takes over a row.</summary>
    internal void Submit(GroupedRow row)
    {
        Lane? lane;
        lock (_lock)
        {
            lane = _lanes.Find(lane => lane.Takes(row));
            if (lane is not null)
            {
                lane.Waiting.Add(row);
                return;
            }

            lane = new Lane(row);
            _lanes.Add(lane);
        }

        _ = Task.Run(() => RunAsync(lane, [row]));
    }

    private async Task RunAsync(Lane lane, List<GroupedRow> rows)
    {
        while (rows.Count > 0)
        {
            // What nobody waits for any more does not keep others waiting; the fence keeps its keys.
            await Task.WhenAny(GroupedRows.WriteAsync(rows), Task.WhenAll(rows.Select(row => row.LeftAlone)));
            lock (_lock)
            {
                rows = lane.TakeNext();
                if (rows.Count == 0)
                {
                    _lanes.Remove(lane);
                }
            }
        }
    }

    /// <summary>Rows of one user that can be one request.</summary>
    private sealed class Lane(GroupedRow first)
    {
        /// <summary>CDF takes no more of most resources, and a body stays small.</summary>
        private const int MaxRows = 1_000;

        private const int MaxBytes = 1024 * 1024;

        public List<GroupedRow> Waiting { get; } = [];

        public bool Takes(GroupedRow row) =>
            row.Context.Client == first.Context.Client && row.Plan.IsSameAs(first.Plan) && row.Context.Settings == first.Context.Settings;

        /// <summary>The first of those that wait, up to one that has the key of an earlier one: it has to come after it.</summary>
        public List<GroupedRow> TakeNext()
        {
            var keys = new HashSet<GroupKey>();
            var bytes = 0L;
            var taken = Waiting.TakeWhile((row, index) =>
                index < MaxRows && (row.Key is not { } key || keys.Add(key)) && ((bytes += row.Batch.ByteSize) < MaxBytes || index == 0)).ToList();
            Waiting.RemoveRange(0, taken.Count);
            return taken;
        }
    }
}
