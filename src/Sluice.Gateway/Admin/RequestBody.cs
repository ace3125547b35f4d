using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace Sluice.Gateway.Admin;

/// <summary>Reads request bodies: JSON, plain or with gzip (which the Python SDK always uses), up to a bound.</summary>
internal static class RequestBody
{
    /// <summary>Ten tables of 1,600 columns with the longest names fit in.</summary>
    private const int MaxBytes = 4 * 1024 * 1024;

    private static readonly JsonDocumentOptions Options = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    /// <summary>The body as <typeparamref name="T"/>.</summary>
    /// <exception cref="ApiException">400 no JSON, 413 too long, 415 an unknown encoding, 422 it has another shape.</exception>
    public static async Task<T> ReadAsync<T>(HttpRequest request, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        var bytes = await ReadBytesAsync(request, cancellationToken);
        using var document = Parse(bytes);
        try
        {
            return document.Deserialize(type) ?? throw ApiException.Schema("Input should be a valid dictionary", "body");
        }
        catch (JsonException e)
        {
            throw ApiException.Schema("Input is not of the documented type", e.Path is { Length: > 2 } path ? path[2..] : "body");
        }
    }

    private static JsonDocument Parse(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            return JsonDocument.Parse(bytes, Options);
        }
        catch (JsonException e)
        {
            throw new ApiException(400, $"the body is not valid JSON: {e.Message}");
        }
        catch (InvalidOperationException)
        {
            // What comparing the names of properties says to half a surrogate pair in one of them.
            throw new ApiException(400, "the body is not valid JSON: the name of a property is no Unicode text");
        }
    }

    private static async Task<ReadOnlyMemory<byte>> ReadBytesAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var encoding = request.Headers.ContentEncoding.ToString();
        await using var stream = encoding.ToUpperInvariant() switch
        {
            "" or "IDENTITY" => request.Body,
            "GZIP" => new GZipStream(request.Body, CompressionMode.Decompress),
            _ => throw new ApiException(415, $"Content-Encoding {encoding} is not supported; send the body plain or with gzip"),
        };
        var bytes = new MemoryStream();
        var buffer = new byte[16 * 1024];
        try
        {
            for (int read; (read = await stream.ReadAsync(buffer, cancellationToken)) > 0;)
            {
                if (bytes.Length + read > MaxBytes)
                {
                    throw new ApiException(413, $"the body is longer than {MaxBytes} bytes");
                }

                bytes.Write(buffer, 0, read);
            }
        }
        catch (InvalidDataException)
        {
            throw new ApiException(400, "the body is not what its Content-Encoding, gzip, says");
        }

        return bytes.GetBuffer().AsMemory(0, (int)bytes.Length);
    }
}
