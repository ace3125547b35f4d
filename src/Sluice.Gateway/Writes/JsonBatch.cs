using System.Text.Encodings.Web;
using System.Text.Json;
using Sluice.Cdf.Http;

namespace Sluice.Gateway.Writes;

/// <summary>A body <c>{"items":[…]}</c>, or one that is an item itself, that is being filled, with the keys of its items.</summary>
internal sealed class JsonBatch : IDisposable
{
    // Bodies go to an API, not into a page: only what JSON itself asks for is escaped.
    public static JsonWriterOptions WriterOptions { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly List<ulong> _hashes = [];

    private readonly bool _isList;

    public JsonBatch(string keyColumn, bool isList = true)
    {
        _isList = isList;
        Keys = new WriteKeys(keyColumn);
        // Small: rows of thousands of RAW tables are thousands of bodies.
        Body = new PooledBuffer(1024);
        Json = new Utf8JsonWriter(Body, WriterOptions);
        if (isList)
        {
            Json.WriteStartObject();
            Json.WriteStartArray("items"u8);
        }

        Spans = new ItemSpans((int)Size, separator: 1);
    }

    public PooledBuffer Body { get; }

    public Utf8JsonWriter Json { get; }

    public WriteKeys Keys { get; }

    /// <summary>Where the items stand.</summary>
    public ItemSpans Spans { get; }

    /// <summary>Items in the body.</summary>
    public int Items => Spans.Count;

    /// <summary>Rows that these items stand for: more, where a later row has replaced an earlier one.</summary>
    public int Rows { get; private set; }

    /// <summary>Bytes so far.</summary>
    public long Size => Json.BytesCommitted + Json.BytesPending;

    /// <summary>The item that was begun is complete.</summary>
    public void EndItem(long origin, int rows = 1)
    {
        Spans.Add((int)Size, origin, rows);
        Rows += rows;
    }

    /// <summary>The request holds the key with this hash while it is in flight.</summary>
    public void Hold(ulong hash) => _hashes.Add(hash);

    public ulong[] HeldKeys() => [.. _hashes];

    /// <summary>Ends the body.</summary>
    /// <param name="after">Writes what stands beside the items.</param>
    public ReadOnlyMemory<byte> Close(Action<Utf8JsonWriter>? after = null)
    {
        if (_isList)
        {
            Json.WriteEndArray();
            after?.Invoke(Json);
            Json.WriteEndObject();
        }

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
