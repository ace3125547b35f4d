using System.Text.Encodings.Web;
using System.Text.Json;
using Sluice.Cdf.Http;

namespace Sluice.Gateway.Writes;

/// <summary>A body <c>{"items":[…]}</c> that is being filled, with the keys of its items.</summary>
internal sealed class JsonBatch : IDisposable
{
    // Bodies go to an API, not into a page: only what JSON itself asks for is escaped.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly List<ulong> _hashes = [];

    public JsonBatch(string keyColumn)
    {
        Keys = new WriteKeys(keyColumn);
        // Small: rows of thousands of RAW tables are thousands of bodies.
        Body = new PooledBuffer(1024);
        Json = new Utf8JsonWriter(Body, Options);
        Json.WriteStartObject();
        Json.WriteStartArray("items"u8);
    }

    public PooledBuffer Body { get; }

    public Utf8JsonWriter Json { get; }

    public WriteKeys Keys { get; }

    /// <summary>Items in the body.</summary>
    public int Items { get; set; }

    /// <summary>Rows that these items stand for: more, where a later row has replaced an earlier one.</summary>
    public int Rows { get; set; }

    /// <summary>Bytes so far.</summary>
    public long Size => Json.BytesCommitted + Json.BytesPending;

    public void Hold(ulong hash) => _hashes.Add(hash);

    public ulong[] HeldKeys() => [.. _hashes];

    /// <summary>Ends the body.</summary>
    public ReadOnlyMemory<byte> Close()
    {
        Json.WriteEndArray();
        Json.WriteEndObject();
        Json.Flush();
        Json.Dispose();
        return Body.WrittenMemory;
    }

    public void Dispose()
    {
        Json.Dispose();
        Body.Dispose();
    }
}
