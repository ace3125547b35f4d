using Sluice.Cdf.Http;
using Sluice.Cdf.Resources;

namespace Sluice.Gateway.Writes;

/// <summary>
/// A CDF request that is ready to be sent: encoded, with the keys that it holds while in flight. Owns its body's memory.
/// How and when it is sent is another's business: at once, or at COMMIT.
/// </summary>
public sealed class EncodedWrite(PooledBuffer body) : IDisposable
{
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

    /// <summary>Bytes of memory.</summary>
    public int Size => body.Length;

    /// <inheritdoc/>
    public void Dispose() => body.Dispose();
}
