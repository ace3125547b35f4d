using Sluice.Cdf.Http;
using Sluice.Gateway.Writes.Changes;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Writes;

/// <summary>
/// What has become of the rows of a write so far: stored, without effect, set aside, in doubt, and the first failure. Noted by the requests as they
/// are answered, asked by whoever ends the write. Safe for use by many at once.
/// </summary>
/// <param name="context">The write's.</param>
/// <param name="subject">Whose rows they are, for errors.</param>
/// <param name="stop">Fires at the first failure, so that nothing more is sent.</param>
internal sealed class WriteAccount(WriteContext context, WriteSubject subject, CancellationTokenSource stop)
{
    private readonly Lock _lock = new();
    private readonly List<DoubtfulRows> _inDoubt = [];
    private readonly List<long> _notApplied = [];
    private readonly List<(long Origin, long Rows)> _moreRows = [];
    private readonly List<ReturnedRow> _returned = [];
    private readonly SetAside _setAside = new(context);
    private PgError? _failure;
    private long? _failedOrigin;
    private bool _isUnknown;
    private long _storedRows;
    private int _requests;
    private int _retries;
    private long _bytes;

    /// <summary>Rows that CDF has confirmed.</summary>
    public long StoredRows => Interlocked.Read(ref _storedRows);

    /// <summary>The origin of the row that the failure is about, if it is about one.</summary>
    public long? FailedOrigin
    {
        get
        {
            lock (_lock)
            {
                return _failedOrigin;
            }
        }
    }

    /// <summary>Of some rows it is not known whether they are stored.</summary>
    public bool IsInDoubt
    {
        get
        {
            lock (_lock)
            {
                return _inDoubt.Count > 0;
            }
        }
    }

    /// <summary>Stops: <paramref name="error"/> is the write's, if none came before it.</summary>
    public void Stop(PgError error, long? origin = null)
    {
        lock (_lock)
        {
            if (_failure is null)
            {
                _failure = error;
                _failedOrigin = origin;
            }
        }

        stop.Cancel();
    }

    /// <summary>A request has been sent and answered, or given up.</summary>
    public void Sent(CdfRequest request, CdfResponse response)
    {
        Interlocked.Increment(ref _requests);
        Interlocked.Add(ref _retries, Math.Max(0, response.Attempts - 1));
        Interlocked.Add(ref _bytes, request.Body.Length);
    }

    /// <summary>CDF has confirmed the part.</summary>
    /// <param name="part">The part.</param>
    /// <param name="returned">Its rows for RETURNING.</param>
    public void Stored(WritePart part, IReadOnlyList<ReturnedRow> returned)
    {
        lock (_lock)
        {
            _storedRows += part.Rows;
            _returned.AddRange(returned);
        }
    }

    /// <summary>What CDF was asked before a part was sent.</summary>
    public void Note(WritePart part, Prepared prepared)
    {
        if (part.Write.Preparation is null)
        {
            return;
        }

        var spans = part.Write.Items!;
        lock (_lock)
        {
            _notApplied.AddRange(prepared.NotApplied.Select(spans.OriginOf));
            _moreRows.AddRange(prepared.MoreRows.Select(more => (spans.OriginOf(more.Item), more.Rows)));
            _storedRows += prepared.MoreRows.Sum(more => more.Rows);
        }
    }

    /// <summary>What CDF's answer to a part tells of its items one by one.</summary>
    public void Note(WritePart part, WriteStep step) => Note(part, step.Stored, step.NotApplied, step.Returned);

    /// <summary>What became of the items of a part that CDF has refused; those set aside come to <see cref="Reject"/>.</summary>
    public void Note(WritePart part, Recovery recovery) => Note(part, recovery.Stored, recovery.NotApplied, []);

    /// <summary>A row is set aside: before it came to a request, or since CDF has refused it.</summary>
    /// <returns><see langword="false"/> if these are too many now, and the write has failed.</returns>
    public bool Reject(WritePlan plan, RejectedRow row)
    {
        PgError? tooMany;
        lock (_lock)
        {
            _notApplied.Add(row.Origin);
            tooMany = _setAside.Add(plan, row);
        }

        if (tooMany is not null)
        {
            Stop(tooMany, row.Origin);
        }

        return tooMany is null;
    }

    /// <summary>Rows that have no effect, by what the statement says: they are not counted.</summary>
    public void DoNotApply(IEnumerable<long> origins)
    {
        lock (_lock)
        {
            _notApplied.AddRange(origins);
        }
    }

    /// <summary>Rows for RETURNING, as far as they have an effect.</summary>
    public void Return(IReadOnlyList<ReturnedRow> rows)
    {
        lock (_lock)
        {
            _returned.AddRange(rows);
        }
    }

    /// <summary>Of so many rows it is not known whether they are stored.</summary>
    /// <param name="rows">How many.</param>
    /// <param name="keys">Their keys.</param>
    /// <param name="isUnknown">The write must not be repeated blindly.</param>
    public void Doubt(int rows, WriteKeys keys, bool isUnknown)
    {
        lock (_lock)
        {
            _inDoubt.Add(new DoubtfulRows(rows, keys));
            _isUnknown |= isUnknown;
        }
    }

    /// <summary>The failure as one of a single row, which shared a request with others; <see langword="null"/> if nothing has failed.</summary>
    public PgException? FailureOf(WriteKeys row)
    {
        lock (_lock)
        {
            return _failure is null ? null : WriteFailure.Of(_failure, new WriteProgress(0, _inDoubt.Count > 0 ? [new DoubtfulRows(1, row)] : [], _isUnknown));
        }
    }

    /// <summary>The error of a write that ends for <paramref name="cause"/>, unless it has failed before.</summary>
    public PgException FailureFor(PgError cause)
    {
        lock (_lock)
        {
            return WriteFailure.Of(_failure ?? cause, Progress([]));
        }
    }

    /// <summary>The error of a write that was cancelled, with the requests that may still take effect.</summary>
    public PgException CancelledBy(PgError cause, IEnumerable<DoubtfulRows> running)
    {
        lock (_lock)
        {
            return WriteFailure.Of(cause, Progress(running));
        }
    }

    /// <summary>The outcome of a write that has ended.</summary>
    /// <exception cref="PgException">It has failed.</exception>
    public WriteResult Result()
    {
        lock (_lock)
        {
            if (_failure is not null)
            {
                throw WriteFailure.Of(_failure, Progress([]));
            }

            _notApplied.Sort();
            _returned.RemoveAll(row => _notApplied.BinarySearch(row.Origin) >= 0);
            _returned.Sort((a, b) => a.Origin.CompareTo(b.Origin));
            _moreRows.Sort();
            return new WriteResult(_storedRows)
            {
                NotApplied = _notApplied,
                MoreRows = _moreRows,
                Returned = _returned,
                RejectedRows = _setAside.Count,
                RefusedRows = _setAside.Refused,
                Rejected = _setAside.First,
                Requests = _requests,
                Retries = _retries,
                Bytes = _bytes,
            };
        }
    }

    private void Note(WritePart part, IReadOnlyList<int> stored, IReadOnlyList<int> notApplied, IReadOnlyList<ReturnedRow> returned)
    {
        var spans = part.Write.Items!;
        lock (_lock)
        {
            _storedRows += stored.Sum(spans.RowsOf);
            _notApplied.AddRange(notApplied.Select(spans.OriginOf));
            _returned.AddRange(returned);
        }
    }

    private WriteProgress Progress(IEnumerable<DoubtfulRows> running) =>
        new(context.StoredBefore + _storedRows, [.. _inDoubt, .. running], _isUnknown) { Subject = subject };
}
