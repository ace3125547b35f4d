using System.Text;
using System.Text.Json;
using Sluice.Cdf.Resources;
using Sluice.Gateway.Writes.Fields;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Writes;

/// <summary>What the two ways to RAW rows have in common. Of rows with one key the last one stays, as CDF would keep it.</summary>
internal abstract class RawEncoder(WritePlan plan, WriteContext context) : BatchEncoder(plan, context)
{
    private readonly KeyTable _keys = new();
    private int[] _lastRows = [];
    private int[] _rowCounts = [];
    private long _replaced;

    public override int BatchRows => RawApi.MaxRowsPerInsert;

    public override IEnumerable<PgError> Notices()
    {
        if (_replaced > 0)
        {
            yield return new PgError
            {
                Severity = PgSeverity.Notice,
                SqlState = SqlState.SuccessfulCompletion,
                Message = $"{_replaced} {(_replaced == 1 ? "row" : "rows")} had the key of a later row and gave way to it",
            };
        }
    }

    /// <summary>Encodes <paramref name="rows"/>, all of one RAW table.</summary>
    protected void EncodeTable<TKeys>(
        RowBatch batch,
        ReadOnlySpan<int> rows,
        (string Database, string Table) target,
        TKeys keys,
        int keyIndex,
        List<EncodedWrite> requests)
        where TKeys : IKeySource
    {
        FindLastRows(batch, rows, keys);
        var tableHash = KeyHash.Combine(KeyHash.Of(Encoding.UTF8.GetBytes(target.Database)), KeyHash.Of(Encoding.UTF8.GetBytes(target.Table)));
        var raw = new RawRequests(
            Plan, target.Database, target.Table, Plan.Columns[keyIndex].Name, Scope("raw"), tableHash, Context.Limits.MaxBodyBytes);
        try
        {
            for (var ordinal = 0; ordinal < _keys.Count; ordinal++)
            {
                var row = _lastRows[ordinal];
                var key = keys.KeyOf(row);
                CheckKey(key, batch, row, keyIndex);
                var items = raw.Next(_keys.HashOf(ordinal), key, batch.OriginOf(row), requests);
                items.Json.WriteStartObject();
                items.Json.WriteString("key"u8, key);
                items.Json.WritePropertyName("columns"u8);
                var start = items.Size;
                WriteColumns(items.Json, batch, row);
                if (items.Size - start > RawApi.MaxRowBytes)
                {
                    throw Errors.TooLong(batch, row, keyIndex, $"a row of {items.Size - start} bytes of JSON, CDF takes {RawApi.MaxRowBytes}");
                }

                items.Json.WriteEndObject();
                items.EndItem(batch.OriginOf(row), _rowCounts[ordinal]);
            }

            raw.Close(requests);
        }
        catch
        {
            raw.Dispose();
            throw;
        }
    }

    /// <summary>Writes the object of a row's columns.</summary>
    protected abstract void WriteColumns(Utf8JsonWriter json, RowBatch batch, int row);

    private void FindLastRows<TKeys>(RowBatch batch, ReadOnlySpan<int> rows, TKeys keys)
        where TKeys : IKeySource
    {
        _keys.Clear();
        if (_lastRows.Length < rows.Length)
        {
            _lastRows = new int[rows.Length];
            _rowCounts = new int[rows.Length];
        }

        foreach (var row in rows)
        {
            var known = _keys.Count;
            var ordinal = _keys.Add(keys.KeyOf(row), row, keys);
            if (ordinal < known)
            {
                NoteReplaced(batch, _lastRows[ordinal], by: row);
            }

            _lastRows[ordinal] = row;
            _rowCounts[ordinal] = ordinal == known ? 1 : _rowCounts[ordinal] + 1;
        }

        _replaced += rows.Length - _keys.Count;
    }

    private void CheckKey(ReadOnlySpan<byte> key, RowBatch batch, int row, int keyIndex)
    {
        if (key.Length > RawApi.MaxKeyLength && Utf8Length.Of(key) is var length && length > RawApi.MaxKeyLength)
        {
            throw Errors.TooLong(batch, row, keyIndex, $"{length} characters, CDF takes {RawApi.MaxKeyLength} for a key");
        }
    }
}
