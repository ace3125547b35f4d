using System.Buffers;
using System.IO.Compression;
using Microsoft.AspNetCore.Http;

namespace Sluice.Emulator.Http;

/// <summary>A request's body, decompressed, in a rented buffer. Dispose gives the buffer back.</summary>
internal sealed class RequestBody : IDisposable
{
    private byte[] _buffer;

    private RequestBody(int capacity) => _buffer = ArrayPool<byte>.Shared.Rent(capacity);

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Memory => _buffer.AsMemory(0, Length);

    public static async Task<RequestBody> ReadAsync(HttpRequest request, int maxBytes, CancellationToken ct)
    {
        var encoding = request.Headers.ContentEncoding.ToString();
        if (encoding.Length == 0 || encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            if (request.ContentLength > maxBytes)
            {
                throw TooLarge(maxBytes);
            }

            // One byte more than announced, so that the read that finds the end needs no larger buffer.
            return await ReadAsync(request.Body, (int)(request.ContentLength ?? 32 * 1024) + 1, maxBytes, ct);
        }

        if (!encoding.Equals("gzip", StringComparison.OrdinalIgnoreCase))
        {
            throw new CdfException(StatusCodes.Status415UnsupportedMediaType, $"Content-Encoding '{encoding}' is not supported, use gzip");
        }

        await using var gzip = new GZipStream(request.Body, CompressionMode.Decompress, leaveOpen: true);
        try
        {
            var guess = Math.Min((request.ContentLength ?? 16 * 1024) * 4, maxBytes);
            return await ReadAsync(gzip, (int)guess + 1, maxBytes, ct);
        }
        catch (InvalidDataException)
        {
            throw CdfException.BadRequest("The request body is not valid gzip");
        }
    }

    public void Dispose()
    {
        var buffer = Interlocked.Exchange(ref _buffer, []);
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task<RequestBody> ReadAsync(Stream stream, int capacity, int maxBytes, CancellationToken ct)
    {
        var body = new RequestBody(capacity);
        try
        {
            int read;
            while ((read = await stream.ReadAsync(body._buffer.AsMemory(body.Length), ct)) > 0)
            {
                body.Length += read;
                if (body.Length > maxBytes)
                {
                    throw TooLarge(maxBytes);
                }

                if (body.Length == body._buffer.Length)
                {
                    body.Grow();
                }
            }

            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    private static CdfException TooLarge(int maxBytes) =>
        new(StatusCodes.Status413PayloadTooLarge, $"The request body exceeds {maxBytes} bytes");

    private void Grow()
    {
        var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
        _buffer.AsSpan(0, Length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
