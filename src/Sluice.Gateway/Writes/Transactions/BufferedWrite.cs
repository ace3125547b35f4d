using System.Text;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Writes.Transactions;

/// <summary>
/// A write inside a transaction block: its rows are checked as if they were sent, and kept until COMMIT. What a row does is known when the
/// statement ends (rules.md X1 to X4): for that, CDF is asked which rows exist where the statement's count depends on it.
/// </summary>
internal sealed class BufferedWrite : IRowWrite
{
    private readonly WritePlan _plan;
    private readonly WriteContext _context;
    private readonly TransactionBuffer _buffer;
    private readonly BatchEncoder _encoder;
    private readonly RowKeys _keys;
    private readonly RowErrors _errors;
    private readonly int _sizeCheckMask;
    private readonly List<long> _notApplied = [];
    private readonly List<(long Origin, long Rows)> _moreRows = [];
    private readonly List<ReturnedRow> _returned = [];
    private readonly SetAside _setAside;
    private readonly CheckedRows _checked;
    private RowBatch? _spare;
    private PgException? _failure;
    private long _rows;

    public BufferedWrite(WritePlan plan, WriteContext context, TransactionBuffer buffer)
    {
        _plan = plan.Under(context.Settings);
        _context = context;
        _buffer = buffer;
        _encoder = BatchEncoder.Create(_plan, context);
        _setAside = new SetAside(context);
        _checked = new CheckedRows(_plan, context, _encoder, row => Reject(row));
        _keys = RowKeys.Of(_plan);
        _errors = new RowErrors(_plan);
        RefuseOwnersOfWaitingRows();
        _sizeCheckMask = plan.DecodeTypes.All(type => type.Type.Size > 0 || type.MaxLength is not null) ? 255 : 0;
    }

    public WriteTally Tally => _context.Tally;

    public long StoredRows => 0;

    public bool WaitsForCommit => true;

    public int BatchRows => _encoder.BatchRows;

    public RowBatch RentBatch()
    {
        var batch = _spare ?? new RowBatch(_plan.DecodeTypes, _context.TextInput);
        _spare = null;
        return batch;
    }

    public bool IsFull(RowBatch batch) =>
        batch.Count >= _encoder.BatchRows
        || ((batch.Count & _sizeCheckMask) == 0 && batch.ByteSize >= _context.Limits.MaxBatchBytes);

    public void BeginExecution(long firstOrigin) => _encoder.BeginExecution(firstOrigin);

    public async ValueTask<bool> AddAsync(RowBatch batch, CancellationToken cancellationToken)
    {
        try
        {
            if (_failure is null && batch.Count > 0)
            {
                batch = await TakeAllAsync(batch, cancellationToken);
            }
        }
        catch (PgException e)
        {
            _failure = e;
        }

        batch.Clear();
        _spare = batch;
        return _failure is null;
    }

    public bool Reject(RejectedRow row)
    {
        _notApplied.Add(row.Origin);
        if (_setAside.Add(_plan, row) is { } tooMany)
        {
            _failure ??= new PgException(tooMany);
        }

        return _failure is null;
    }

    public Task<WriteResult> CompleteAsync(CancellationToken cancellationToken)
    {
        if (_failure is not null)
        {
            return Task.FromException<WriteResult>(_failure);
        }

        _notApplied.Sort();
        return Task.FromResult(new WriteResult(_rows)
        {
            NotApplied = _notApplied,
            MoreRows = _moreRows,
            Returned = _returned,
            RejectedRows = _setAside.Count,
            Rejected = _setAside.First,
            Notices = [.. _encoder.Notices()],
        });
    }

    public Task<PgException> FailAsync(PgException cause) => Task.FromResult(_failure ?? cause);

    public Task<PgException> CancelAsync(PgError? cause = null) => Task.FromResult(new PgException(
        cause ?? new PgError { SqlState = SqlState.QueryCanceled, Message = "canceling statement due to user request" }));

    public void Dispose()
    {
        _encoder.Dispose();
        _spare?.Dispose();
    }

    /// <summary>Rows that are to go with their series, sequence or RAW table would come back if they were stored after it.</summary>
    private void RefuseOwnersOfWaitingRows()
    {
        if (_plan.Verb == WriteVerb.Delete && RowKeys.OwnedScopeOf(_plan.Table) is { } owned && _buffer.HasRowsIn(owned))
        {
            throw new PgException(
                SqlState.FeatureNotSupported,
                $"DELETE from CDF table \"{_plan.Table.Name}\" is not supported while rows that belong to it wait for COMMIT",
                hint: "COMMIT first.");
        }
    }

    /// <summary>Takes rows in parts, each of which begins with a row whose item one of the part before it has renamed, or whose name it has freed.</summary>
    private async ValueTask<RowBatch> TakeAllAsync(RowBatch batch, CancellationToken cancellationToken)
    {
        var starts = _keys.Renames ? PartsByNames(batch) : [];
        if (starts.Count < 2)
        {
            return await TakeAsync(batch, cancellationToken);
        }

        for (var i = 0; i < starts.Count; i++)
        {
            var end = i + 1 < starts.Count ? starts[i + 1] : batch.Count;
            var part = await TakeAsync(_checked.Copy(batch, [.. Enumerable.Range(starts[i], end - starts[i])]), cancellationToken);
            part.Dispose();
        }

        return batch;
    }

    private List<int> PartsByNames(RowBatch batch)
    {
        List<int> starts = [0];
        var names = new HashSet<UInt128>();
        for (var row = 0; row < batch.Count; row++)
        {
            var hasKey = _keys.TryGet(batch, row, out var key, out _);
            var hasName = _keys.TryGetNewName(batch, row, out var name);
            if ((hasKey && names.Contains(key)) || (hasName && names.Contains(name)))
            {
                starts.Add(row);
                names.Clear();
            }

            if (hasName)
            {
                names.Add(name);
                if (hasKey)
                {
                    names.Add(key);
                }
            }
        }

        return starts;
    }

    private async ValueTask<RowBatch> TakeAsync(RowBatch batch, CancellationToken cancellationToken)
    {
        if (_context.Settings.OnError == OnError.Skip)
        {
            var good = _checked.Good(batch);
            if (good.Count < batch.Count)
            {
                var kept = _checked.Copy(batch, good);
                batch.Dispose();
                batch = kept;
            }
        }

        var leaveOut = new bool[batch.Count];
        var requests = new List<EncodedWrite>();
        try
        {
            Check(batch, requests, leaveOut);
            await DecideAsync(batch, requests, leaveOut, cancellationToken);
        }
        finally
        {
            requests.ForEach(request => request.Dispose());
        }

        for (var row = 0; row < batch.Count; row++)
        {
            if (leaveOut[row])
            {
                _notApplied.Add(batch.OriginOf(row));
            }
            else
            {
                _rows++;
            }
        }

        if (_plan.ReturnsRows)
        {
            _returned.AddRange(EchoRows.Of(_plan, batch).Where((_, row) => !leaveOut[row]));
        }

        return _buffer.Add(_plan with { ReturnsRows = false }, _context, batch, _keys, leaveOut, BatchRows);
    }

    /// <summary>Whatever CDF would refuse is refused now; says which rows have no effect by what the statement itself says.</summary>
    private void Check(RowBatch batch, List<EncodedWrite> requests, bool[] leaveOut)
    {
        _encoder.Encode(batch, requests);
        var notApplied = _encoder.TakeNotApplied();
        if (notApplied.Count > 0)
        {
            var origins = notApplied.ToHashSet();
            for (var row = 0; row < batch.Count; row++)
            {
                leaveOut[row] = origins.Contains(batch.OriginOf(row));
            }
        }
    }

    /// <summary>Finds out which rows have an effect, by what the transaction has done before and by what CDF has.</summary>
    private async ValueTask DecideAsync(RowBatch batch, List<EncodedWrite> requests, bool[] leaveOut, CancellationToken cancellationToken)
    {
        var isKeyed = _plan.Verb is WriteVerb.Update or WriteVerb.Delete || _plan.UpdatesById;
        var ignores = !isKeyed && _plan.Conflict == ConflictAction.Ignore;
        var asksCdf = new List<int>();
        var inBatch = new Dictionary<UInt128, KeyState>();
        for (var row = 0; row < batch.Count; row++)
        {
            if (leaveOut[row] || !_keys.TryGet(batch, row, out var key, out _))
            {
                continue;
            }

            var state = inBatch.TryGetValue(key, out var here) ? here : _buffer.StateOf(key);
            if (_keys.AreOfMany && state != KeyState.Unknown && (isKeyed || ignores))
            {
                throw NotKnown();
            }

            var exists = state is KeyState.Created or KeyState.Upserted or KeyState.Updated;
            if (isKeyed)
            {
                leaveOut[row] = state == KeyState.Deleted;
                if (state == KeyState.Unknown && !_context.Settings.AssumeRowsExist)
                {
                    asksCdf.Add(row);
                }
                else if (_plan.Verb == WriteVerb.Delete)
                {
                    inBatch[key] = KeyState.Deleted;
                }
            }
            else if (ignores)
            {
                leaveOut[row] = exists;
                if (state == KeyState.Unknown)
                {
                    asksCdf.Add(row);
                }
            }
            else if (exists && _plan.Conflict is not ConflictAction.Update && !TransactionBuffer.Overwrites(_plan.Table))
            {
                throw Duplicate(batch, row);
            }
        }

        if (asksCdf.Count == 0)
        {
            return;
        }

        var found = await FindAsync(batch, requests, asksCdf, isKeyed, cancellationToken);
        var deleted = new HashSet<UInt128>();
        for (var i = 0; i < asksCdf.Count; i++)
        {
            var row = asksCdf[i];
            leaveOut[row] = isKeyed ? !found[i] : found[i];

            // A second DELETE of a row in one pipeline finds nothing.
            if (_plan.Verb == WriteVerb.Delete && !_keys.AreOfMany && _keys.TryGet(batch, row, out var key, out _))
            {
                leaveOut[row] |= !deleted.Add(key);
            }
        }
    }

    private async ValueTask<bool[]> FindAsync(
        RowBatch batch, List<EncodedWrite> requests, List<int> rows, bool isKeyed, CancellationToken cancellationToken)
    {
        if (ItemResources.Has(_plan.Table))
        {
            return await ExistingRows.FindAsync(_plan, _context, _keys, batch, rows, cancellationToken);
        }

        if (requests.Exists(request => request.Preparation is null))
        {
            throw NotKnown();
        }

        var (notApplied, more) = await ExistingRows.CountAsync(_context, requests, cancellationToken);
        foreach (var row in rows)
        {
            if (more.TryGetValue(batch.OriginOf(row), out var others))
            {
                _moreRows.Add((batch.OriginOf(row), others));
                _rows += others;
            }
        }

        return [.. rows.Select(row => notApplied.Contains(batch.OriginOf(row)) != isKeyed)];
    }

    private PgException NotKnown() => new(
        SqlState.FeatureNotSupported,
        $"what the statement does to CDF table \"{_plan.Table.Name}\" cannot be counted inside this transaction block",
        hint: "COMMIT first, SET sluice.transaction_mode = immediate, or turn autocommit on.");

    private PgException Duplicate(RowBatch batch, int row)
    {
        var column = _keys.Column;
        var name = _plan.Columns[column].Name;
        var text = new System.Buffers.ArrayBufferWriter<byte>();
        batch.Columns[column].WriteValueText(row, text);
        return _errors.At(
            batch,
            row,
            column,
            SqlState.UniqueViolation,
            $"duplicate key value violates unique constraint \"{_plan.Table.Name}_{name}_key\"",
            detail: $"Key ({name})=({Encoding.UTF8.GetString(text.WrittenSpan)}) already exists.");
    }
}
