using Sluice.Cdf.Errors;
using Sluice.Gateway.Tables;
using Sluice.Gateway.Writes.Changes;

namespace Sluice.Gateway.Writes;

/// <summary>
/// Takes a request to its end: asks CDF first where that is needed, sends, and after a refusal sends what can still be done of it. Notes what becomes
/// of the rows.
/// </summary>
internal sealed class WriteRequests
{
    private readonly WriteContext _context;
    private readonly WriteAccount _account;
    private readonly CancellationToken _stop;
    private readonly WriteSender _sender;
    private readonly WriteRecovery _recovery;

    /// <summary>Requests of one write.</summary>
    /// <param name="context">Where to, and under which bounds.</param>
    /// <param name="account">Is told what becomes of the rows.</param>
    /// <param name="stop">Ends the sending; what is in flight goes on.</param>
    public WriteRequests(WriteContext context, WriteAccount account, CancellationToken stop)
    {
        _context = context;
        _account = account;
        _stop = stop;
        _sender = new WriteSender(context);
        _recovery = new WriteRecovery(context, _sender);
    }

    /// <summary>Sends <paramref name="write"/>.</summary>
    /// <param name="write">The request.</param>
    /// <param name="settings">Those of its statement.</param>
    /// <param name="sent">Called when it may have reached CDF.</param>
    /// <returns><see langword="true"/> if it may still take effect.</returns>
    public async Task<bool> SendAsync(EncodedWrite write, WriteSettings settings, Action sent)
    {
        var parts = new Queue<WritePart>([WritePart.Whole(write)]);
        while (parts.TryDequeue(out var part))
        {
            using (part)
            {
                var (next, refused) = await SendAsync(part, settings, sent);
                next.ForEach(parts.Enqueue);
                if (refused is not null)
                {
                    while (parts.TryDequeue(out var rest))
                    {
                        rest.Dispose();
                    }

                    return await FailedAsync(part, refused);
                }
            }
        }

        return false;
    }

    /// <summary>Sends a part; what is to be sent after it, or the error that ends the write.</summary>
    private async Task<(List<WritePart> Next, CdfError? Refused)> SendAsync(WritePart whole, WriteSettings settings, Action sent)
    {
        var preparation = whole.Write.Preparation;
        var prepared = preparation is null || whole.Follows ? new Prepared(whole) : await preparation.PrepareAsync(_context.Client, whole, _stop);
        if (prepared.Error is not null)
        {
            return ([], prepared.Error);
        }

        if (prepared.Part is not { } part)
        {
            _account.Note(whole, prepared);
            return ([], null);
        }

        part.Rounds = whole.Rounds;
        try
        {
            sent();
            var response = await _sender.SendAsync(part.Request, _stop);
            _account.Sent(part.Request, response);
            if (response.IsSuccess)
            {
                if (preparation is not null)
                {
                    await preparation.SettleAsync(_context.Client, part, _stop);
                }

                _account.Note(whole, prepared);
                if (preparation is not null && await preparation.AfterAsync(_context.Client, part, response.Body) is { } step)
                {
                    NoteStep(part, step);
                    return (step.Next, null);
                }

                Confirmed(part, response.Body, preparation is null ? null : prepared.Rows);
                return ([], null);
            }

            if (await _recovery.AfterAsync(part, response.Error, settings, _stop) is not { } recovery)
            {
                return ([], response.Error);
            }

            if (recovery.Failure is not null)
            {
                return ([], recovery.Failure);
            }

            _account.Note(whole, prepared);
            NoteRecovery(part, recovery);
            if (recovery.Stored.Count > 0)
            {
                await ReturnStoredAsync(part, recovery.Stored);
            }

            return (recovery.Next, null);
        }
        finally
        {
            if (part != whole)
            {
                part.Dispose();
            }
        }
    }

    /// <summary>RETURNING of items that are stored though CDF has not answered with them.</summary>
    private async Task ReturnStoredAsync(WritePart part, IReadOnlyList<int> items)
    {
        if (!part.Write.Plan.ReturnsRows || part.Write.Upsert is not { } api)
        {
            return;
        }

        var (rows, error) = await StoredItems.ReadAsync(_context.Client, part.Write, items, api);
        _account.Return(rows);
        if (error is not null)
        {
            _account.Stop(new CdfErrorMapper(part.Write.Plan, reading: true).Map(error, part.Write.Keys));
        }
    }

    private void NoteStep(WritePart part, WriteStep step)
    {
        _account.Note(part, step);
        if (step.Error is not null)
        {
            // What CDF has taken is stored, and counted; what was to follow is not sent.
            _account.Stop(new CdfErrorMapper(part.Write.Plan).Map(step.Error, part.Write.Keys));
        }
    }

    private void NoteRecovery(WritePart part, Recovery recovery)
    {
        _account.Note(part, recovery);
        foreach (var row in recovery.Rejected)
        {
            _account.Reject(part.Write.Plan, row);
        }
    }

    private void Confirmed(WritePart part, ReadOnlyMemory<byte> answer, IReadOnlyList<ReturnedRow>? read = null)
    {
        var write = part.Write;
        var returned = write.Plan.ReturnsRows && write.Items is { } spans
            ? read ?? (write.IsEchoed ? [] : ReturnedRow.Read(answer, part.Items.Select(spans.OriginOf)))
            : [];
        _account.Stored(part, returned);
        if (write.Plan.Table.Kind == TableKind.TimeSeries && write.Creates)
        {
            _context.NewSeries.Add(write.Keys.Names());
        }
    }

    private async Task<bool> FailedAsync(WritePart part, CdfError error)
    {
        var write = part.Write;
        var effectPossible = error.EffectPossible;
        if (effectPossible && part.Creates && write.Verification is { } api)
        {
            var outcome = await CreatedItems.CheckAsync(_context.Client, part, api);
            if (outcome == CreatedOutcome.Stored)
            {
                Confirmed(part, answer: default, read: []);
                await ReturnStoredAsync(part, part.Items);
                return false;
            }

            // That the rows are not there proves nothing while a request without an answer may still run.
            effectPossible = outcome == CreatedOutcome.Unknown
                || error.Kind is CdfErrorKind.Timeout or CdfErrorKind.OutcomeUnknown or CdfErrorKind.Stopped;
        }

        var isUnknown = effectPossible && !IsAnswered(part, error);
        if (effectPossible)
        {
            _account.Doubt(part.Rows, write.Keys, isUnknown || error.Kind == CdfErrorKind.ServerError);
        }

        if (error.Kind != CdfErrorKind.Stopped)
        {
            _account.Stop(new CdfErrorMapper(write.Plan).Map(error, write.Keys), CdfErrorMapper.OriginOf(error, write.Keys));
        }

        return isUnknown;
    }

    /// <summary>
    /// CDF has answered the request, which does not run any more: it refused it, if perhaps after a part of it (RAW); or it failed, and the same rows
    /// may be sent again without harm.
    /// </summary>
    private static bool IsAnswered(WritePart part, CdfError error) => error.Kind switch
    {
        CdfErrorKind.BadRequest or CdfErrorKind.Conflict or CdfErrorKind.Unprocessable => error.Attempts == 1,
        CdfErrorKind.ServerError => !part.Creates,
        _ => false,
    };
}
