using System.Net;

namespace Sluice.Cdf.Http;

/// <summary>A request body that is ready, with Content-Length, and that tells whether any of it may have left.</summary>
internal sealed class EncodedContent(ReadOnlyMemory<byte> body) : HttpContent
{
    /// <summary>Sending began: from here on a lost answer means an unknown outcome.</summary>
    public bool Started { get; private set; }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        Started = true;
        await stream.WriteAsync(body, cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = body.Length;
        return true;
    }
}
