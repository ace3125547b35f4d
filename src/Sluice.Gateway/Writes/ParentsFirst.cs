using System.Text;
using Sluice.Cdf.Errors;
using Sluice.Gateway.Tables;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Writes;

/// <summary>
/// Puts the rows of a statement that creates assets in an order in which each parent stands before its children, or in the same request, as CDF
/// wants it. A row whose parent has not come is held back until it comes, or until CDF is found to have it, or the statement ends. When many rows
/// are held, CDF is asked for their parents, each once, a thousand at a time. Used by one thread at a time.
/// </summary>
internal sealed class ParentsFirst : IDisposable
{
    private const string ExternalIdColumn = "external_id";
    private const string ParentColumn = "parent_external_id";

    /// <summary>CDF is asked for parents when so many rows are held: less would cost a small load requests that it does not need.</summary>
    private const int RowsBetweenQuestions = 10_000;

    /// <summary>Most keys of a question.</summary>
    private const int KeysPerQuestion = 1_000;

    private readonly WritePlan _plan;
    private readonly WriteContext _context;
    private readonly RowCopy _copy = new();
    private readonly int _batchRows;
    private readonly int _externalId;
    private readonly int _parent;

    // Hashes of external ids: of rows that have been passed on, and of assets that CDF has.
    private readonly HashSet<ulong> _passed = [];
    private readonly HashSet<ulong> _asked = [];

    // The held rows by the hash of their parent; those that were passed on meanwhile stay until the batch is copied.
    private readonly Dictionary<ulong, List<int>> _waiting = [];
    private readonly Queue<ulong> _arrived = [];

    // By the hash of their key the parent for which its held rows wait, all of them: a later one must not overtake an earlier one.
    private readonly Dictionary<ulong, ulong> _heldKeys = [];
    private RowBatch _held;
    private int _heldRows;
    private int _nextQuestion = RowsBetweenQuestions;
    private RowBatch _ordered;

    private ParentsFirst(WritePlan plan, WriteContext context, int batchRows)
    {
        _plan = plan;
        _context = context;
        _batchRows = batchRows;
        _externalId = plan.IndexOf(ExternalIdColumn);
        _parent = plan.IndexOf(ParentColumn);
        _held = NewBatch();
        _ordered = NewBatch();
    }

    /// <summary>How many rows are held back.</summary>
    public int Held => _heldRows;

    private bool IsTooLarge => _held.ByteSize > _context.Limits.MaxHeldBytes;

    /// <summary>The order for rows of <paramref name="plan"/>; <see langword="null"/> if no row of it can be the parent of another.</summary>
    public static ParentsFirst? For(WritePlan plan, WriteContext context, int batchRows) =>
        plan.Table.Kind == TableKind.Assets
        && plan.Verb is WriteVerb.Insert or WriteVerb.Copy
        && plan.IndexOf(ExternalIdColumn) >= 0
        && plan.IndexOf(ParentColumn) >= 0
            ? new ParentsFirst(plan, context, batchRows)
            : null;

    /// <summary>
    /// Takes rows, and adds to <paramref name="ready"/> batches that can be encoded now, one after the other. <paramref name="batch"/> may be one of
    /// them; the others are the caller's to dispose of.
    /// </summary>
    /// <exception cref="PgException">54000: too many rows wait for parents that have not come.</exception>
    public async ValueTask AddAsync(RowBatch batch, List<RowBatch> ready, CancellationToken cancellationToken)
    {
        if (_heldRows == 0 && _ordered.Count == 0 && IsInOrder(batch))
        {
            ready.Add(batch);
            return;
        }

        for (var row = 0; row < batch.Count; row++)
        {
            if (MustWait(batch, row, out var parent))
            {
                Hold(batch, row, parent);
                continue;
            }

            Pass(batch, row, ready);
            PassThoseWhoWaited(ready);
        }

        await AskAsync(ready, cancellationToken);
        if (IsTooLarge && _held.Count > _heldRows)
        {
            Compact();
        }

        if (IsTooLarge)
        {
            throw TooMany();
        }
    }

    /// <summary>No more rows come: what is left is passed on in batches, which are the caller's to dispose of. CDF may know the parents.</summary>
    public IEnumerable<RowBatch> Complete()
    {
        while (_waiting.Count > 0)
        {
            foreach (var batch in Arrivals())
            {
                yield return batch;
            }
        }

        if (_ordered.Count > 0)
        {
            var last = _ordered;
            _ordered = NewBatch();
            yield return last;
        }
    }

    public void Dispose()
    {
        _held.Dispose();
        _ordered.Dispose();
    }

    /// <summary>Passes on the rows that wait, as if their parents had come; those of a key that waits for two parents may wait again.</summary>
    private IEnumerable<RowBatch> Arrivals()
    {
        var ready = new List<RowBatch>();

        // Parents that are held themselves come before those who wait for them. In a circle nobody is first, and CDF says so.
        var held = _waiting.Values.SelectMany(rows => rows)
            .Where(row => !_held.Columns[_externalId].IsNull(row))
            .Select(row => HashOf(_held, row, _externalId))
            .ToHashSet();
        foreach (var parent in _waiting.Keys.OrderBy(held.Contains).ToList())
        {
            if (!_waiting.ContainsKey(parent))
            {
                continue;
            }

            Arrive(parent, ready);
            foreach (var batch in ready)
            {
                yield return batch;
            }

            ready.Clear();
        }
    }

    private RowBatch NewBatch() => new(_plan.DecodeTypes, _context.TextInput);

    private static ulong HashOf(RowBatch batch, int row, int column) => KeyHash.Of(((VariableColumn)batch.Columns[column])[row]);

    private bool HasParent(RowBatch batch, int row, out ulong parent)
    {
        var has = !batch.Columns[_parent].IsNull(row);
        parent = has ? HashOf(batch, row, _parent) : 0;
        return has;
    }

    /// <summary>Whether the row must wait, and for whom: for its parent, or with earlier rows of its key.</summary>
    private bool MustWait(RowBatch batch, int row, out ulong parent)
    {
        if (_heldKeys.Count > 0 && !batch.Columns[_externalId].IsNull(row) && _heldKeys.TryGetValue(HashOf(batch, row, _externalId), out parent))
        {
            return true;
        }

        return HasParent(batch, row, out parent) && !_passed.Contains(parent);
    }

    /// <summary>All rows may go as they stand; they are then passed on. Otherwise none is.</summary>
    private bool IsInOrder(RowBatch batch)
    {
        var own = new List<ulong>(batch.Count);
        for (var row = 0; row < batch.Count; row++)
        {
            if (HasParent(batch, row, out var parent) && !_passed.Contains(parent))
            {
                own.ForEach(key => _passed.Remove(key));
                return false;
            }

            if (!batch.Columns[_externalId].IsNull(row) && HashOf(batch, row, _externalId) is var key && _passed.Add(key))
            {
                own.Add(key);
            }
        }

        return true;
    }

    private void Hold(RowBatch batch, int row, ulong parent)
    {
        _copy.Append(batch, row, _held);
        Hold(_held.Count - 1, parent);
    }

    /// <summary>Lets a row that has been copied wait.</summary>
    private void Hold(int row, ulong parent)
    {
        if (!_waiting.TryGetValue(parent, out var rows))
        {
            rows = [];
            _waiting.Add(parent, rows);
        }

        rows.Add(row);
        _heldRows++;
        if (!_held.Columns[_externalId].IsNull(row))
        {
            _heldKeys[HashOf(_held, row, _externalId)] = parent;
        }
    }

    private void Pass(RowBatch batch, int row, List<RowBatch> ready)
    {
        _copy.Append(batch, row, _ordered);
        if (_ordered.Count >= _batchRows || _ordered.ByteSize >= _context.Limits.MaxBatchBytes)
        {
            ready.Add(_ordered);
            _ordered = NewBatch();
        }

        if (!batch.Columns[_externalId].IsNull(row) && HashOf(batch, row, _externalId) is var key && _passed.Add(key) && _waiting.ContainsKey(key))
        {
            _arrived.Enqueue(key);
        }
    }

    /// <summary>The parent is there: its children may go.</summary>
    private void Arrive(ulong parent, List<RowBatch> ready)
    {
        _passed.Add(parent);
        _arrived.Enqueue(parent);
        PassThoseWhoWaited(ready);
    }

    /// <summary>Passes on the rows whose parents were, and their children, and so on.</summary>
    private void PassThoseWhoWaited(List<RowBatch> ready)
    {
        while (_arrived.TryDequeue(out var parent))
        {
            if (_waiting.Remove(parent, out var rows))
            {
                _heldRows -= rows.Count;
                rows.ForEach(Free);
                rows.ForEach(row => PassOrHold(row, ready));
            }
        }

        _nextQuestion = Math.Min(_nextQuestion, Math.Max(RowsBetweenQuestions, 2 * _heldRows));
        if (_held.Count > (2 * _heldRows) + _batchRows)
        {
            Compact();
        }
    }

    private void Free(int row)
    {
        if (!_held.Columns[_externalId].IsNull(row))
        {
            _heldKeys.Remove(HashOf(_held, row, _externalId));
        }
    }

    /// <summary>A row whose wait is over: it may have waited with an earlier one of its key, and have a parent of its own.</summary>
    private void PassOrHold(int row, List<RowBatch> ready)
    {
        if (MustWait(_held, row, out var parent))
        {
            Hold(row, parent);
        }
        else
        {
            Pass(_held, row, ready);
        }
    }

    /// <summary>Forgets the rows that were passed on.</summary>
    private void Compact()
    {
        var kept = NewBatch();
        foreach (var rows in _waiting.Values)
        {
            for (var i = 0; i < rows.Count; i++)
            {
                _copy.Append(_held, rows[i], kept);
                rows[i] = kept.Count - 1;
            }
        }

        _held.Dispose();
        _held = kept;
    }

    /// <summary>
    /// Asks CDF for parents that have not come, if many rows wait. If it has none of a thousand of them, the others will come as well, and it is asked
    /// again when twice as many rows wait, or when there is no room for more.
    /// </summary>
    private async ValueTask AskAsync(List<RowBatch> ready, CancellationToken cancellationToken)
    {
        if (_heldRows < _nextQuestion && !IsTooLarge)
        {
            return;
        }

        var found = 0;
        foreach (var parents in _waiting.Keys.Where(parent => !_asked.Contains(parent)).ToList().Chunk(KeysPerQuestion))
        {
            _asked.UnionWith(parents);
            var names = parents.Where(_waiting.ContainsKey).Select(parent => NameOf(_held, _waiting[parent][0])).ToList();
            found = names.Count == 0 ? 0 : await FindAsync(names, ready, cancellationToken);
            if (found == 0 && !IsTooLarge)
            {
                break;
            }
        }

        _nextQuestion = Math.Max(RowsBetweenQuestions, 2 * _heldRows);
    }

    /// <summary>Passes on the children of those assets that CDF has; returns how many it has.</summary>
    private async ValueTask<int> FindAsync(List<string> names, List<RowBatch> ready, CancellationToken cancellationToken)
    {
        // Without an answer the rows just wait: in the end CDF says what it knows.
        var existing = await _context.Client.Assets.ExistingAsync(names.Select(name => new CdfIdentity(ExternalId: name)), cancellationToken);
        if (!existing.IsSuccess)
        {
            return 0;
        }

        foreach (var asset in existing.Value)
        {
            Arrive(KeyHash.Of(Encoding.UTF8.GetBytes(asset.ExternalId!)), ready);
        }

        return existing.Value.Count;
    }

    private string NameOf(RowBatch batch, int row) => Encoding.UTF8.GetString(((VariableColumn)batch.Columns[_parent])[row]);

    private PgException TooMany() => new(new PgError
    {
        SqlState = SqlState.ProgramLimitExceeded,
        Message = $"{_heldRows} rows wait for parents that have not come",
        Hint = "Put parents before their children, or load them in a statement before.",
        SchemaName = "public",
        TableName = _plan.Table.Name,
        ColumnName = ParentColumn,
    });
}
