using Sluice.Cdf.Http;
using Sluice.Gateway.Tables;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Writes.Transactions;

/// <summary>
/// What a transaction block has written and CDF has not got yet. Rows gather in groups, one for each plan, so that they fill requests whatever
/// statements they came with; full groups are kept as records, in memory and then on disk. Rows with one key keep their order over all groups.
/// To be used by one thread at a time.
/// </summary>
internal sealed class TransactionBuffer(SpillStore spill) : IDisposable
{
    private const int MaxOpenGroups = 32;

    private readonly RecordStore _store = new(spill);
    private readonly PendingKeys _keys = new();
    private readonly List<RowGroup> _open = [];
    private readonly List<SealedRows> _sealed = [];
    private long _sequence;
    private long _lastMark = -1;
    private int _groups;

    /// <summary>Nothing waits.</summary>
    public bool IsEmpty => _open.Count == 0 && _sealed.Count == 0;

    /// <summary>Bytes that the rows take, in memory and on disk.</summary>
    public long Size => _store.Size + _keys.Size + _open.Sum(group => group.Rows.ByteSize);

    /// <summary>Whether rows are on disk.</summary>
    public bool HasSpilled => _store.HasSpilled;

    /// <summary>Rows that wait.</summary>
    public long Count => _open.Sum(group => (long)group.Rows.Count) + _sealed.Sum(rows => (long)rows.Count);

    /// <summary>The bound of <see cref="Size"/>.</summary>
    public long MaxSize { get; set; } = spill.Capacity;

    /// <summary>What the transaction has done to a key.</summary>
    public KeyState StateOf(UInt128 key) => _keys[key].State;

    /// <summary>Whether rows wait that a reader of the table would have to see.</summary>
    public bool HasRowsOf(TableDefinition table) => HasRowsIn(RowKeys.ScopeOf(table));

    /// <summary>Whether rows wait that belong to a scope.</summary>
    public bool HasRowsIn(string scope) => _open.Exists(group => group.Keys.Scope == scope) || _sealed.Exists(rows => rows.Scope == scope);

    /// <summary>A row of an INSERT takes the place of the one with its key.</summary>
    public static bool Overwrites(TableDefinition table) => table.IsCustom || table.Insert == InsertEffect.Overwrites;

    /// <summary>The present state, to go back to.</summary>
    public TransactionMark Mark(long storedRows = 0)
    {
        _lastMark = _sequence;
        return new TransactionMark(_sequence, _sealed.Count, _keys.Mark(), storedRows);
    }

    /// <summary>No mark will be asked for any more.</summary>
    public void ForgetMarks()
    {
        _keys.ForgetMarks();
        _lastMark = -1;
    }

    /// <summary>
    /// Takes the rows of a statement, or some of them. They have been checked: CDF will have no more to say against them than what it alone
    /// can know.
    /// </summary>
    /// <param name="plan">What is to be done with the rows.</param>
    /// <param name="context">The session's settings.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="keys">The keys of the plan's rows.</param>
    /// <param name="leaveOut">By row: it has no effect; <see langword="null"/>: each has.</param>
    /// <param name="batchRows">Rows that make a request of the plan full.</param>
    /// <returns>An empty batch in the place of <paramref name="rows"/>; may be the same.</returns>
    /// <exception cref="PgException">
    /// 23505 a row is created that the transaction has created already; 54000 the rows need too much room; 53100 the disk is full.
    /// </exception>
    public RowBatch Add(WritePlan plan, WriteContext context, RowBatch rows, RowKeys keys, bool[]? leaveOut, int batchRows)
    {
        _sequence++;
        try
        {
            var rest = AddRows(plan, context, rows, keys, leaveOut, batchRows);
            return Size <= MaxSize ? rest : throw TransactionLimit.OfTransaction(MaxSize);
        }
        catch (IOException e)
        {
            throw new PgException(
                new PgError
                {
                    SqlState = SqlState.DiskFull,
                    Message = $"could not keep the rows of the transaction on disk: {e.Message}",
                    Hint = "Commit more often, or load with autocommit on.",
                },
                e);
        }
    }

    /// <summary>Goes back to <paramref name="mark"/>, which remains.</summary>
    public void RollbackTo(TransactionMark mark)
    {
        for (var i = _sealed.Count - 1; i >= mark.Sealed; i--)
        {
            var rows = _sealed[i];
            var kept = RowRun.Keep(rows.Runs, mark.Sequence);
            if (kept.Count == rows.Runs.Count)
            {
                continue;
            }

            if (kept.Count == 0)
            {
                _store.Remove(rows.Record);
                _sealed.RemoveAt(i);
            }
            else
            {
                _sealed[i] = Shorten(rows, kept);
            }
        }

        foreach (var group in _open)
        {
            group.Truncate(mark.Sequence);
        }

        foreach (var group in _open.Where(group => group.Rows.Count == 0).ToList())
        {
            Remove(group);
            group.Dispose();
        }

        _keys.UndoTo(mark.Keys);
    }

    /// <summary>Everything that waits, in an order in which it can be stored: rows with one key as they came.</summary>
    public IReadOnlyList<SealedRows> SealAll()
    {
        while (_open.Count > 0)
        {
            // They are in memory already; COMMIT shall not fail for want of room.
            Seal(_open[0], beyondBound: true);
        }

        return _sealed;
    }

    /// <summary>Reads rows back into an empty batch.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="batch">An empty batch.</param>
    /// <param name="distinct">Origins are to tell the rows apart.</param>
    public void Read(SealedRows rows, RowBatch batch, bool distinct = false)
    {
        using var record = new PooledBuffer();
        _store.Read(rows.Record, record);
        RowRecord.Read(record.WrittenSpan, batch, distinct);
    }

    public void Dispose()
    {
        _open.ForEach(group => group.Dispose());
        _open.Clear();
        _sealed.Clear();
        _store.Dispose();
    }

    private static KeyState StateAfter(WritePlan plan, KeyState before) => plan.Verb switch
    {
        WriteVerb.Delete => KeyState.Deleted,
        _ when plan.Verb == WriteVerb.Update || plan.UpdatesById => before is KeyState.Created or KeyState.Upserted ? before : KeyState.Updated,
        _ when before is KeyState.Created => KeyState.Created,
        _ when plan.Conflict == ConflictAction.Update || Overwrites(plan.Table) => KeyState.Upserted,
        _ => KeyState.Created,
    };

    private RowBatch AddRows(WritePlan plan, WriteContext context, RowBatch rows, RowKeys keys, bool[]? leaveOut, int batchRows)
    {
        var group = GroupFor(plan, context, keys, batchRows);
        var start = 0;
        for (var row = 0; row < rows.Count; row++)
        {
            if (leaveOut is not null && leaveOut[row])
            {
                Move(rows, start, row, group);
                start = row + 1;
                continue;
            }

            if (row - start == group.Room || MustPart(group, plan, keys, rows, row))
            {
                Move(rows, start, row, group);
                start = row;
                Seal(group);
                group = GroupFor(plan, context, keys, batchRows);
                MustPart(group, plan, keys, rows, row);
            }

            Note(group, plan, keys, rows, row);
        }

        var batch = rows;
        if (start == 0 && rows.Count > 0 && group.Rows.Count == 0)
        {
            batch = group.Swap(rows, _sequence, _lastMark);
        }
        else
        {
            Move(rows, start, rows.Count, group);
            rows.Clear();
        }

        if (group.IsFull)
        {
            Seal(group);
        }
        else if (group.Rows.Count == 0)
        {
            Remove(group);
            group.Dispose();
        }

        return batch;
    }

    private void Move(RowBatch rows, int from, int to, RowGroup group)
    {
        if (from < to)
        {
            group.Add(rows, from, to, _sequence, _lastMark);
        }
    }

    private RowGroup GroupFor(WritePlan plan, WriteContext context, RowKeys keys, int batchRows)
    {
        if (_open.Find(group => group.Takes(plan, context)) is { } known)
        {
            if (!known.IsFull)
            {
                return known;
            }

            Seal(known);
        }

        if (_open.Count == MaxOpenGroups)
        {
            Seal(_open[0]);
        }

        var added = new RowGroup(++_groups, plan, context, keys, batchRows);
        _open.Add(added);
        return added;
    }

    /// <summary>
    /// Makes the group come after those in which the row's keys were last; <see langword="true"/> if it cannot, because one of them comes after
    /// this one, or because the key must not come twice in a request.
    /// </summary>
    private bool MustPart(RowGroup group, WritePlan plan, RowKeys keys, RowBatch rows, int row)
    {
        var hasKey = keys.TryGet(rows, row, out var key, out var kind);
        if (hasKey && MustPart(group, plan, key, kind))
        {
            return true;
        }

        return keys.TryGetNewName(rows, row, out var name) && MustPart(group, plan, name, KeyKind.ExternalId);
    }

    private bool MustPart(RowGroup group, WritePlan plan, UInt128 key, KeyKind kind)
    {
        var last = _keys[key].Group;
        if (last == group.Number && plan.Conflict == ConflictAction.Update)
        {
            return true;
        }

        foreach (var other in _open)
        {
            if (other != group && (other.Number == last || other.MayHideIn(group.Keys.Scope, kind)))
            {
                if (ComesAfter(other, group))
                {
                    return true;
                }

                group.After.Add(other);
            }
        }

        return false;
    }

    private void Note(RowGroup group, WritePlan plan, RowKeys keys, RowBatch rows, int row)
    {
        if (keys.TryGet(rows, row, out var key, out var kind))
        {
            var before = _keys[key].State;
            _keys.Set(key, new PendingKey(keys.TryGetNewName(rows, row, out _) ? KeyState.Deleted : StateAfter(plan, before), group.Number));
            group.Note(kind);
        }

        if (keys.TryGetNewName(rows, row, out var name))
        {
            _keys.Set(name, new PendingKey(KeyState.Updated, group.Number));
            group.Note(KeyKind.ExternalId);
        }
    }

    private static bool ComesAfter(RowGroup group, RowGroup other)
    {
        if (group.After.Count == 0)
        {
            return false;
        }

        var seen = new HashSet<RowGroup>(group.After);
        var next = new Stack<RowGroup>(group.After);
        while (next.TryPop(out var before))
        {
            foreach (var earlier in before.After.Where(seen.Add))
            {
                next.Push(earlier);
            }
        }

        return seen.Contains(other);
    }

    /// <summary>Closes a group, and first those that must be stored before it.</summary>
    private void Seal(RowGroup group, bool beyondBound = false)
    {
        while (group.After.Count > 0)
        {
            Seal(group.After.First(), beyondBound);
        }

        if (group.Rows.Count > 0)
        {
            // If there is no room the rows stay where they are: a ROLLBACK TO SAVEPOINT may make some.
            var record = Store(group.Rows, beyondBound);
            _sealed.Add(new SealedRows(group.Plan, group.Context, group.Keys.Scope, group.Rows.Count, record, group.Runs));
        }

        Remove(group);
        group.Dispose();
    }

    private void Remove(RowGroup group)
    {
        _open.Remove(group);
        _open.ForEach(other => other.After.Remove(group));
    }

    private StoredRecord Store(RowBatch rows, bool beyondBound = false)
    {
        using var record = new PooledBuffer();
        RowRecord.Write(rows, record);
        return _store.Add(record.WrittenSpan, beyondBound);
    }

    private SealedRows Shorten(SealedRows rows, List<RowRun> kept)
    {
        using var batch = new RowBatch(rows.Plan.DecodeTypes, rows.Context.TextInput);
        Read(rows, batch);
        batch.Truncate(kept[^1].End);
        var shorter = Store(batch, beyondBound: true);
        _store.Remove(rows.Record);
        return rows with { Count = batch.Count, Record = shorter, Runs = kept };
    }
}
