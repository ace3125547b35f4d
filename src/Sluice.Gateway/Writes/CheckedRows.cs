using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Writes;

/// <summary>
/// Encodes the rows that can be encoded, under <c>sluice.on_error = skip</c>: those that cannot are found by encoding parts of the batch, and set
/// aside. Used by one thread at a time.
/// </summary>
/// <param name="plan">Of the rows.</param>
/// <param name="context">Of the statement.</param>
/// <param name="encoder">What makes the requests, and knows what came before.</param>
/// <param name="reject">Takes the rows that are set aside.</param>
internal sealed class CheckedRows(WritePlan plan, WriteContext context, BatchEncoder encoder, Action<RejectedRow> reject)
{
    /// <summary>Parts of so many rows are not divided further: each error names its row.</summary>
    private const int SmallPart = 32;

    private readonly RowCopy _copy = new();

    /// <summary>How rows that are good become requests; by the encoder if not set.</summary>
    public Action<RowBatch, List<EncodedWrite>> Encoding { get; init; } = encoder.Encode;

    /// <summary>Encodes the good rows of <paramref name="batch"/>; the requests know them, should CDF refuse some.</summary>
    /// <exception cref="PgException">An error that is not about a row.</exception>
    public void Encode(RowBatch batch, List<EncodedWrite> requests)
    {
        for (var rows = Good(batch); rows.Count > 0;)
        {
            var kept = new KeptRows(plan, Copy(batch, rows));
            try
            {
                Encoding(kept.Rows, requests);
                kept.Hold(requests, encoder.TakeReplaced());
                return;
            }
            catch (PgException e) when (encoder.FailedOrigin is { } origin)
            {
                // Good among its neighbours, and not after the rows of earlier batches.
                kept.Dispose();
                requests.ForEach(request => request.Dispose());
                requests.Clear();
                encoder.TakeReplaced();
                Reject(batch, rows, origin, e.Error);
            }
        }
    }

    /// <summary>The good rows of <paramref name="batch"/>, by their numbers in it.</summary>
    /// <exception cref="PgException">An error that is not about a row.</exception>
    public List<int> Good(RowBatch batch)
    {
        var good = GoodOf(batch, Enumerable.Range(0, batch.Count).ToList());

        // Each part is good by itself; two rows of different parts may have one key.
        RejectUntilGood(batch, good);
        return good;
    }

    /// <summary>Rows of <paramref name="batch"/> as a batch of their own.</summary>
    public RowBatch Copy(RowBatch batch, List<int> rows)
    {
        var copy = new RowBatch(plan.DecodeTypes, context.TextInput);
        foreach (var row in rows)
        {
            _copy.Append(batch, row, copy);
        }

        return copy;
    }

    private List<int> GoodOf(RowBatch batch, List<int> rows)
    {
        if (rows.Count <= SmallPart)
        {
            RejectUntilGood(batch, rows);
            return rows;
        }

        if (ErrorOf(batch, rows) is null)
        {
            return rows;
        }

        var half = rows.Count / 2;
        return [.. GoodOf(batch, rows[..half]), .. GoodOf(batch, rows[half..])];
    }

    private void RejectUntilGood(RowBatch batch, List<int> rows)
    {
        while (rows.Count > 0 && ErrorOf(batch, rows) is var (error, origin))
        {
            Reject(batch, rows, origin, error);
        }
    }

    private void Reject(RowBatch batch, List<int> rows, long origin, PgError error)
    {
        var index = rows.FindIndex(row => batch.OriginOf(row) == origin);
        reject(new RejectedRow(origin, RowText.KeyOf(plan, batch, rows[index]), error, RowText.Of(plan, batch, rows[index])));
        rows.RemoveAt(index);
    }

    private (PgError Error, long Origin)? ErrorOf(RowBatch batch, List<int> rows)
    {
        using var trial = encoder.ForTrial();
        using var part = rows.Count == batch.Count ? null : Copy(batch, rows);
        var requests = new List<EncodedWrite>();
        try
        {
            trial.Encode(part ?? batch, requests);
            return null;
        }
        catch (PgException e) when (trial.FailedOrigin is { } origin)
        {
            return (e.Error, origin);
        }
        finally
        {
            requests.ForEach(request => request.Dispose());
        }
    }
}
