using System.Runtime.InteropServices;
using Sluice.PgWire.Columns;

namespace Sluice.Gateway.Writes.Transactions;

/// <summary>
/// Rows of one plan that wait for COMMIT and for more of their kind, so that statements of one row each fill requests as a COPY does.
/// </summary>
internal sealed class RowGroup(int number, WritePlan plan, WriteContext context, RowKeys keys, int batchRows) : IDisposable
{
    private List<RowRun> _runs = [];

    /// <summary>Tells groups apart; a later group has a larger one.</summary>
    public int Number { get; } = number;

    public WritePlan Plan { get; } = plan;

    /// <summary>The session's settings as they were for these rows.</summary>
    public WriteContext Context { get; } = context;

    public RowKeys Keys { get; } = keys;

    /// <summary>The rows.</summary>
    public RowBatch Rows { get; private set; } = new(plan.DecodeTypes, context.TextInput);

    /// <summary>How many rows it takes.</summary>
    public int Room => Math.Max(0, batchRows - Rows.Count);

    /// <summary>It takes no more rows.</summary>
    public bool IsFull => Rows.Count >= batchRows || Rows.ByteSize >= Context.Limits.MaxBatchBytes;

    /// <summary>How its rows are named: <see langword="null"/> if by nothing, or in different ways.</summary>
    public KeyKind? KeyKind { get; private set; }

    /// <summary>Its rows are named in different ways.</summary>
    public bool HasMixedKeys { get; private set; }

    /// <summary>Groups whose rows must be stored before those of this one, since a key of theirs came first.</summary>
    public HashSet<RowGroup> After { get; } = [];

    /// <summary>The rows by the statement that they came with.</summary>
    public IReadOnlyList<RowRun> Runs => _runs;

    /// <summary>Whether rows of another statement may join.</summary>
    public bool Takes(WritePlan plan, WriteContext context) => Context.Settings == context.Settings && IsSameWork(Plan, plan);

    /// <summary>Adds rows of the statement <paramref name="sequence"/>.</summary>
    public void Add(RowBatch rows, int from, int to, long sequence, long lastMark)
    {
        RowRecord.Copy(rows, from, to, Rows);
        Added(sequence, lastMark);
    }

    /// <summary>Takes all of <paramref name="rows"/> without a copy, into an empty group; returns the batch to be used instead.</summary>
    public RowBatch Swap(RowBatch rows, long sequence, long lastMark)
    {
        var empty = Rows;
        Rows = rows;
        Added(sequence, lastMark);
        return empty;
    }

    /// <summary>A row is named in this way.</summary>
    public void Note(KeyKind kind)
    {
        HasMixedKeys |= KeyKind is { } other && other != kind;
        KeyKind ??= kind;
    }

    /// <summary>Whether a row that is named in this way could be one of those here under another name (an id and an external id).</summary>
    public bool MayHideIn(string scope, KeyKind kind) =>
        Keys.Scope == scope && KeyKind is { } own && (HasMixedKeys || own != kind);

    /// <summary>Drops the rows of all statements after <paramref name="sequence"/>.</summary>
    public void Truncate(long sequence)
    {
        var kept = RowRun.Keep(_runs, sequence);
        Rows.Truncate(kept.Count == 0 ? 0 : kept[^1].End);
        _runs = kept;
    }

    public void Dispose() => Rows.Dispose();

    private static bool IsSameWork(WritePlan a, WritePlan b) =>
        a.IsSameAs(b) && a.LaterWins == b.LaterWins && a.UpdatesById == b.UpdatesById;

    private void Added(long sequence, long lastMark)
    {
        // A run ends where a savepoint may cut.
        if (_runs.Count > 0 && lastMark < _runs[^1].Sequence)
        {
            _runs[^1] = new RowRun(sequence, Rows.Count);
        }
        else
        {
            _runs.Add(new RowRun(sequence, Rows.Count));
        }
    }
}

/// <summary>Rows that came together, up to <paramref name="End"/>.</summary>
/// <param name="Sequence">The statement that they came with, or the last one of several between which there is no savepoint.</param>
/// <param name="End">The number of the row after them.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct RowRun(long Sequence, int End)
{
    /// <summary>The runs up to <paramref name="sequence"/>.</summary>
    public static List<RowRun> Keep(IReadOnlyList<RowRun> runs, long sequence) => [.. runs.TakeWhile(run => run.Sequence <= sequence)];
}
