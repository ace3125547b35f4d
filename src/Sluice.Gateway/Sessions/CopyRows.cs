using System.Diagnostics;
using Sluice.Gateway.Writes;
using Sluice.PgWire.Copy;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Sessions;

/// <summary>The data of a COPY as rows of a write. Those that cannot be read are set aside, if the COPY wants it and the next row can be found.</summary>
internal sealed class CopyRows(CopyDecoder decoder, RunningWrite write, WritePlan plan, bool skips)
{
    private bool _hasFailed;

    /// <summary>Decodes a piece of data, and hands rows to CDF as batches fill.</summary>
    /// <exception cref="PgException">A row cannot be read, or the write has failed.</exception>
    public async ValueTask DecodeAsync(ReadOnlyMemory<byte> data)
    {
        while (true)
        {
            var start = Stopwatch.GetTimestamp();
            data = data[Consume(data.Span)..];
            write.Tally.Decoded(start);
            if (_hasFailed)
            {
                await write.CompleteAsync();
                return;
            }

            if (data.IsEmpty)
            {
                await write.SendIfFullAsync();
                return;
            }

            if (write.Batch.Count > 0)
            {
                await write.SendAsync();
            }
        }
    }

    /// <summary>No data follows.</summary>
    /// <exception cref="PgException">The last row cannot be read.</exception>
    public void Complete()
    {
        try
        {
            decoder.Complete(write.Batch);
        }
        catch (PgException e) when (skips && decoder.CanContinue)
        {
            Reject(e);
        }
    }

    private int Consume(ReadOnlySpan<byte> data)
    {
        var consumed = 0;
        while (!_hasFailed)
        {
            try
            {
                return consumed + decoder.Consume(data[consumed..], write.Batch, write.BatchRows);
            }
            catch (PgException e) when (skips && decoder.CanContinue)
            {
                consumed += decoder.Consumed;
                Reject(e);
            }
        }

        return consumed;
    }

    private void Reject(PgException e)
    {
        var values = decoder.BadRow.Select((value, index) => (plan.Columns[index], value));
        _hasFailed |= !write.Reject(new RejectedRow(decoder.Line, Key: null, e.Error, RowText.Of(values)));
    }
}
