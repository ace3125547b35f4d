using System.Diagnostics;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Writes.Transactions;

/// <summary>
/// Sends what a transaction has written: several requests in flight, nothing more after the first failure (rules.md X8, step 3). Ends with one of
/// <see cref="RunAsync"/> and <see cref="CancelAsync"/>.
/// </summary>
internal sealed class TransactionCommit(TransactionBuffer buffer, WriteContext context) : IDisposable
{
    private readonly WriteDispatch _dispatch = new(context, context.Limits.MaxRequestsInFlight, WriteSubject.Transaction);
    private readonly List<Sender> _senders = [];
    private Sender? _last;
    private long _assumed;

    /// <summary>Rows that CDF has confirmed so far.</summary>
    public long StoredRows => _dispatch.StoredRows;

    /// <summary>Sends everything and waits until CDF has answered.</summary>
    /// <exception cref="PgException">
    /// Not everything is stored. SQLSTATE and message say why, DETAIL how many rows are stored and which are in doubt. P0002: a row that was
    /// assumed to exist does not.
    /// </exception>
    /// <exception cref="OperationCanceledException">By <paramref name="cancellationToken"/>; call <see cref="CancelAsync"/> then.</exception>
    public async Task<WriteResult> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            foreach (var step in StoreOrder.Steps(buffer.SealAll()))
            {
                foreach (var rows in step)
                {
                    if (!await SendAsync(rows, cancellationToken))
                    {
                        break;
                    }
                }

                await FinishAsync(cancellationToken);
                await _dispatch.DrainAsync().WaitAsync(cancellationToken);
                if (_dispatch.IsStopped)
                {
                    break;
                }
            }
        }
        catch (Exception e) when (e is PgException or IOException)
        {
            throw await _dispatch.FailAsync(e as PgException ?? new PgException(SqlState.IoError, $"the rows of the transaction cannot be read: {e.Message}"));
        }

        var result = await _dispatch.CompleteAsync(cancellationToken);
        var missing = result.NotApplied.Count - result.RejectedRows;
        return missing <= 0 ? result
            : _assumed > 0 ? throw await RowsNotThereAsync(missing)
            : result with { Notices = [.. result.Notices, CountedInVain(missing)] };
    }

    /// <inheritdoc cref="WriteDispatch.CancelAsync"/>
    public Task<PgException> CancelAsync(PgError? cause) => _dispatch.CancelAsync(cause);

    public void Dispose()
    {
        _dispatch.Dispose();
        foreach (var sender in _senders)
        {
            sender.Encoder.Dispose();
            sender.Order?.Dispose();
        }
    }

    private async ValueTask<bool> SendAsync(SealedRows rows, CancellationToken cancellationToken)
    {
        var sender = SenderFor(rows);
        if (sender != _last)
        {
            // Rows of other plans with the keys of held ones come after these.
            await FinishAsync(cancellationToken);
            _last = sender;
        }

        if (rows.Context.Settings.AssumeRowsExist && rows.Plan.Verb is WriteVerb.Update or WriteVerb.Delete)
        {
            _assumed += rows.Count;
        }

        using var batch = new RowBatch(rows.Plan.DecodeTypes, rows.Context.TextInput);
        buffer.Read(rows, batch, distinct: true);
        if (sender.Order is null)
        {
            return await LaunchAsync(sender, batch, cancellationToken);
        }

        var ready = new List<RowBatch>();
        try
        {
            await sender.Order.AddAsync(batch, ready, cancellationToken);
            foreach (var ordered in ready)
            {
                if (!await LaunchAsync(sender, ordered, cancellationToken))
                {
                    return false;
                }
            }

            return true;
        }
        finally
        {
            ready.FindAll(ordered => ordered != batch).ForEach(ordered => ordered.Dispose());
        }
    }

    /// <summary>Sends the rows that the last sender has held back.</summary>
    private async ValueTask FinishAsync(CancellationToken cancellationToken)
    {
        if (_last is not { Order: { } order } last)
        {
            return;
        }

        foreach (var rest in order.Complete())
        {
            using (rest)
            {
                await LaunchAsync(last, rest, cancellationToken);
            }
        }
    }

    private Sender SenderFor(SealedRows rows)
    {
        if (_senders.Find(sender => sender.Plan.IsSameAs(rows.Plan) && sender.Settings == rows.Context.Settings) is { } known)
        {
            return known;
        }

        var encoder = BatchEncoder.Create(rows.Plan, rows.Context);
        var added = new Sender(rows.Plan, rows.Context.Settings, encoder, ParentsFirst.For(rows.Plan, rows.Context, encoder.BatchRows))
        {
            Checked = rows.Context.Settings.OnError == OnError.Skip
                ? new CheckedRows(rows.Plan, rows.Context, encoder, row => _dispatch.Reject(rows.Plan, row))
                : null,
        };
        _senders.Add(added);
        return added;
    }

    private async ValueTask<bool> LaunchAsync(Sender sender, RowBatch batch, CancellationToken cancellationToken)
    {
        var requests = new List<EncodedWrite>();
        var launched = 0;
        try
        {
            var start = Stopwatch.GetTimestamp();
            sender.Encode(batch, requests);
            context.Tally.Decoded(start);
            while (launched < requests.Count && await _dispatch.LaunchAsync(requests[launched], cancellationToken, sender.Settings))
            {
                launched++;
            }

            return launched == requests.Count;
        }
        finally
        {
            requests.Skip(launched).ToList().ForEach(request => request.Dispose());
        }
    }

    /// <summary>
    /// As if the other writer had come right after the statement, nothing of the transaction is lost; only the count that the client has got is not
    /// true of the moment of COMMIT.
    /// </summary>
    private static PgError CountedInVain(long missing) => new()
    {
        Severity = PgSeverity.Warning,
        SqlState = SqlState.Warning,
        Message = $"{missing} {(missing == 1 ? "row" : "rows")} that statements of the transaction have counted had no effect at COMMIT",
        Detail = "Since they were counted, another writer has deleted or created them, or the transaction itself under another name (id and external_id).",
    };

    private Task<PgException> RowsNotThereAsync(long missing) => _dispatch.FailAsync(new PgException(
        SqlState.NoDataFound,
        $"{missing} of the rows that the transaction changes or deletes do not exist",
        hint: "With sluice.assume_rows_exist = on each UPDATE and DELETE counts its rows without asking CDF. Turn it off to have them counted."));

    /// <summary>What turns the rows of one plan into requests.</summary>
    private sealed record Sender(WritePlan Plan, WriteSettings Settings, BatchEncoder Encoder, ParentsFirst? Order)
    {
        /// <summary>Sets rows aside, if the statement wants it.</summary>
        public CheckedRows? Checked { get; init; }

        public void Encode(RowBatch batch, List<EncodedWrite> requests)
        {
            if (Checked is null)
            {
                Encoder.Encode(batch, requests);
            }
            else
            {
                Checked.Encode(batch, requests);
            }
        }
    }
}
