using Sluice.Cdf.Errors;
using Sluice.Gateway.Tables;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Writes.ExternalIds;

/// <summary>
/// A write whose rows name other resources by their external ids: rows are held back until CDF has been asked for the internal ids, and go on to
/// another write with these. CDF is asked when a question is full, when the rows that wait become too many, and at the end, so that a load costs one question
/// for each thousand external ids that it names, in whatever order they come.
/// </summary>
internal sealed class ResolvingWrite : IRowWrite
{
    /// <summary>Most bytes of rows that are held back.</summary>
    private const long MaxHeldBytes = 64 * 1024 * 1024;

    private readonly WritePlan _plan;
    private readonly WriteContext _context;
    private readonly IRowWrite _write;
    private readonly RowResolver _resolver;
    private readonly Queue<HeldBatch> _held = [];
    private readonly Stack<RowBatch> _spare = [];
    private long _heldBytes;
    private PgException? _failure;

    /// <summary>Begins a write of rows of <paramref name="plan"/>.</summary>
    /// <param name="plan">The rows as they are given.</param>
    /// <param name="resolver">Knows the plan of the rows that <paramref name="write"/> takes.</param>
    /// <param name="write">Where they go; this one disposes of it.</param>
    /// <param name="context">The user's way to CDF, and the settings.</param>
    public ResolvingWrite(WritePlan plan, RowResolver resolver, IRowWrite write, WriteContext context)
    {
        _plan = plan;
        _context = context;
        _write = write;
        _resolver = resolver;
    }

    public WriteTally Tally => _write.Tally;

    public long StoredRows => _write.StoredRows;

    public bool WaitsForCommit => _write.WaitsForCommit;

    public int BatchRows => _write.BatchRows;

    public RowBatch RentBatch() => _spare.TryPop(out var batch) ? batch : new RowBatch(_plan.DecodeTypes, _context.TextInput);

    public bool IsFull(RowBatch batch) => batch.Count >= BatchRows || batch.ByteSize >= _context.Limits.MaxBatchBytes;

    public void BeginExecution(long firstOrigin) => _write.BeginExecution(firstOrigin);

    public async ValueTask<bool> AddAsync(RowBatch batch, CancellationToken cancellationToken)
    {
        if (_failure is not null)
        {
            Return(batch);
            return false;
        }

        _resolver.Note(batch);
        _held.Enqueue(new HeldBatch(batch, [.. _resolver.Lookups.Select(lookup => lookup.Noted)], batch.ByteSize));
        _heldBytes += batch.ByteSize;
        try
        {
            return await GoOnAsync(isEnd: false, cancellationToken);
        }
        catch (PgException e)
        {
            _failure = e;
            return false;
        }
    }

    public bool Reject(RejectedRow row) => _write.Reject(row);

    public async Task<WriteResult> CompleteAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (_failure is null)
            {
                await GoOnAsync(isEnd: true, cancellationToken);
            }
        }
        catch (PgException e)
        {
            _failure = e;
        }

        if (_failure is not null)
        {
            throw await _write.FailAsync(_failure);
        }

        try
        {
            return await _write.CompleteAsync(cancellationToken);
        }
        catch (PgException e) when (e.Error.SqlState == SqlState.ForeignKeyViolation)
        {
            // What was found a while ago may be gone: the next statement asks anew.
            _context.ExternalIds.Clear();
            throw;
        }
    }

    public Task<PgException> FailAsync(PgException cause) => _write.FailAsync(_failure ?? cause);

    public Task<PgException> CancelAsync(PgError? cause = null) => _write.CancelAsync(cause);

    public void Dispose()
    {
        _write.Dispose();
        while (_held.TryDequeue(out var held))
        {
            held.Rows.Dispose();
        }

        while (_spare.TryPop(out var batch))
        {
            batch.Dispose();
        }
    }

    /// <summary>Asks as far as it is time to, and passes on the rows of which everything is known.</summary>
    /// <returns><see langword="false"/> if the write has failed.</returns>
    private async ValueTask<bool> GoOnAsync(bool isEnd, CancellationToken cancellationToken)
    {
        foreach (var lookup in _resolver.Lookups)
        {
            while (lookup.Unasked >= ExternalIdLookup.KeysPerQuestion || (lookup.Unasked > 0 && (isEnd || _heldBytes > MaxHeldBytes)))
            {
                if (await lookup.AskAsync(cancellationToken) is { } error)
                {
                    throw CannotAsk(error, lookup.Resource);
                }
            }
        }

        while (_held.TryPeek(out var held) && _resolver.Lookups.Zip(held.Noted).All(pair => pair.First.Asked >= pair.Second))
        {
            _held.Dequeue();
            _heldBytes -= held.Bytes;
            try
            {
                if (!await PassAsync(held.Rows, cancellationToken))
                {
                    return false;
                }
            }
            finally
            {
                Return(held.Rows);
            }
        }

        return true;
    }

    private ValueTask<bool> PassAsync(RowBatch rows, CancellationToken cancellationToken)
    {
        var resolved = _write.RentBatch();
        try
        {
            for (var row = 0; row < rows.Count; row++)
            {
                try
                {
                    _resolver.Append(rows, row, resolved);
                }
                catch (PgException e) when (_context.Settings.OnError == OnError.Skip)
                {
                    if (!_write.Reject(new RejectedRow(rows.OriginOf(row), RowText.KeyOf(_plan, rows, row), e.Error, RowText.Of(_plan, rows, row))))
                    {
                        break;
                    }
                }
            }
        }
        catch
        {
            resolved.Dispose();
            throw;
        }

        return _write.AddAsync(resolved, cancellationToken);
    }

    private void Return(RowBatch batch)
    {
        batch.Clear();
        _spare.Push(batch);
    }

    private PgException CannotAsk(CdfError error, ReferredResource resource)
    {
        var mapped = new CdfErrorMapper(_plan).Map(error, new WriteKeys("external_id"));
        var (what, capability) = resource == ReferredResource.Assets ? ("assets", CdfAcl.Assets.Read) : ("data sets", CdfAcl.DataSets.Read);
        return new PgException(mapped with
        {
            Message = $"cannot look up external ids of {what}: {mapped.Message}",
            Hint = mapped.SqlState == SqlState.InsufficientPrivilege ? Capability.Hint([capability]) : mapped.Hint,
        });
    }

    /// <summary>Rows that wait.</summary>
    /// <param name="Rows">The rows.</param>
    /// <param name="Noted">How many external ids of each resource must have been asked for.</param>
    /// <param name="Bytes">What they take.</param>
    private sealed record HeldBatch(RowBatch Rows, long[] Noted, long Bytes);
}
