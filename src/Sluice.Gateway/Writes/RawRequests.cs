using Sluice.Cdf.Resources;

namespace Sluice.Gateway.Writes;

/// <summary>The requests of one RAW table: items with key and columns, closed at CDF's bounds of rows and at a bound of bytes.</summary>
internal sealed class RawRequests(WritePlan plan, string database, string table, string keyColumn, string scope, ulong tableHash, int maxBodyBytes)
    : IDisposable
{
    // For errors and unknown outcomes some keys are enough.
    private const int NamedKeys = 100;

    private JsonBatch _items = new(keyColumn);

    /// <summary>The body to write the next item to.</summary>
    public JsonBatch Next(ulong keyHash, ReadOnlySpan<byte> key, long origin, List<EncodedWrite> requests)
    {
        if (_items.Items == RawApi.MaxRowsPerInsert || _items.Size > maxBodyBytes)
        {
            Close(requests);
            _items = new JsonBatch(keyColumn);
        }

        _items.Hold(KeyHash.Combine(tableHash, keyHash));
        if (_items.Keys.Count < NamedKeys)
        {
            _items.Keys.Add(key, origin);
        }

        return _items;
    }

    /// <summary>Ends the last request.</summary>
    public void Close(List<EncodedWrite> requests)
    {
        var body = _items.Close();
        requests.Add(new EncodedWrite(_items.Body)
        {
            Plan = plan,
            Items = _items.Spans,
            Request = RawApi.InsertRows(database, table, body, ensureParent: true),
            Rows = _items.Rows,
            Claim = FenceClaim.Whole(scope, KeyKind.Natural, _items.HeldKeys()),
            Keys = _items.Keys,
        });
    }

    public void Dispose() => _items.Dispose();
}
