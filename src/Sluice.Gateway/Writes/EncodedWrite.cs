using Sluice.Cdf.Http;
using Sluice.Cdf.Resources;
using Sluice.Gateway.Writes.Changes;

namespace Sluice.Gateway.Writes;

/// <summary>
/// A CDF request that is ready to be sent: encoded, with the keys that it holds while in flight. Owns its body's memory.
/// How and when it is sent is another's business: at once, or at COMMIT.
/// </summary>
public sealed class EncodedWrite(PooledBuffer body) : IDisposable
{
    private long _keptSize;

    /// <summary>The plan of the statement that it comes from.</summary>
    public required WritePlan Plan { get; init; }

    /// <summary>The request, its body not compressed.</summary>
    public required CdfRequest Request { get; init; }

    /// <summary>Rows of the statement that are stored when it succeeds.</summary>
    public required int Rows { get; init; }

    /// <summary>The keys that no other request in flight may have; <see langword="null"/> if its rows have none.</summary>
    public required FenceClaim? Claim { get; init; }

    /// <summary>The keys by name.</summary>
    public required WriteKeys Keys { get; init; }

    /// <summary>Where each item stands in the body; <see langword="null"/> if the body cannot be divided.</summary>
    public ItemSpans? Items { get; init; }

    /// <summary>It creates what must not exist, so CDF would refuse it a second time.</summary>
    public bool Creates { get; init; }

    /// <summary>
    /// Where CDF can be asked, after a lost answer, what has become of the items: they are created, and each has an external id.
    /// </summary>
    public ItemsApi? Verification { get; init; }

    /// <summary>What has to be asked of CDF before it is sent; the request is made from the answer.</summary>
    internal WritePreparation? Preparation { get; init; }

    /// <summary>CDF's answer has no items for RETURNING; the rows are told as they are written.</summary>
    public bool IsEchoed { get; set; }

    /// <summary>Where items that exist are changed instead of created: <see cref="ConflictAction.Update"/>.</summary>
    public ItemsApi? Upsert { get; init; }

    /// <summary>The rows that it was made of, if some of them may be set aside.</summary>
    internal KeptRows? Source { get; private set; }

    /// <summary>Bytes of memory.</summary>
    public long Size => body.Length + _keptSize;

    /// <summary>Keeps its share of <paramref name="rows"/> until it is disposed of.</summary>
    internal void Keep(KeptRows rows, long size) => (Source, _keptSize) = (rows, size);

    /// <summary>The bytes of one item.</summary>
    public ReadOnlyMemory<byte> ItemBody(int item)
    {
        var length = Items!.Of(Request.Body.Span, item).Length;
        return Request.Body.Slice(Items.EndOf(item) - length, length);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        body.Dispose();
        Source?.Dispose();
        Source = null;
    }
}
