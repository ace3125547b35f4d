namespace Sluice.Gateway.Reads.History;

/// <summary>
/// The write history of all users: the last <see cref="MaxStatements"/> statements of each, which he reads as <c>SELECT * FROM sluice.writes</c>.
/// </summary>
/// <param name="store">Where it is kept.</param>
/// <param name="time">The clock.</param>
public sealed class WriteHistory(HistoryStore store, TimeProvider time)
{
    /// <summary>So many statements of a user are kept.</summary>
    public const int MaxStatements = 10_000;

    private long _last;

    /// <summary>A number for a statement that begins: greater than all before, across restarts, too.</summary>
    public long NextStatement()
    {
        while (true)
        {
            var last = Volatile.Read(ref _last);
            var next = Math.Max(last + 1, time.GetUtcNow().ToUnixTimeMilliseconds() * 1_000);
            if (Interlocked.CompareExchange(ref _last, next, last) == last)
            {
                return next;
            }
        }
    }

    /// <summary>Keeps <paramref name="record"/>. Returns at once; it is stored in the background.</summary>
    public void Record(WriteRecord record) => store.Add(record);
}
