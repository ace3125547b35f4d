using System.Buffers;
using System.Text.Json;
using Sluice.Gateway.Tables;
using Sluice.Gateway.Writes.Fields;
using Sluice.PgWire.Columns;

namespace Sluice.Gateway.Writes;

/// <summary>Rows of one RAW table with declared columns. A primary key that the user declared is a column of the row, too.</summary>
internal sealed class CustomRawEncoder : RawEncoder
{
    private readonly FieldWriter[] _fields;
    private readonly ArrayBufferWriter<byte> _keyText = new();
    private readonly int _key;
    private int[] _rows = [];
    private int[] _keyEnds = [];

    public CustomRawEncoder(WritePlan plan, WriteContext context)
        : base(plan, context)
    {
        var keyColumn = plan.Table.RawPrimaryKey ?? CustomRawTable.KeyColumn;
        _key = plan.IndexOf(keyColumn);
        _fields = [.. plan.Columns.Select(FieldWriter.ForRaw).Where(field => field.Index != _key || plan.Table.RawPrimaryKey is not null)];
    }

    protected override void EncodeRows(RowBatch batch, List<EncodedWrite> requests)
    {
        var rows = AllRows(batch.Count);
        var target = (Plan.Table.RawDatabase!, Plan.Table.RawTable!);
        if (batch.Columns[_key] is Utf8Column texts)
        {
            EncodeTable(batch, rows, target, new TextKeys(texts), _key, requests);
            return;
        }

        // The key of a row is its column's value as PostgreSQL prints it.
        _keyText.ResetWrittenCount();
        for (var row = 0; row < batch.Count; row++)
        {
            batch.Columns[_key].WriteValueText(row, _keyText);
            _keyEnds[row] = _keyText.WrittenCount;
        }

        EncodeTable(batch, rows, target, new PrintedKeys(this), _key, requests);
    }

    protected override void WriteColumns(Utf8JsonWriter json, RowBatch batch, int row)
    {
        json.WriteStartObject();
        foreach (var field in _fields)
        {
            json.WritePropertyName(field.Name);
            if (batch.Columns[field.Index].IsNull(row))
            {
                json.WriteNullValue();
            }
            else
            {
                field.Write(json, batch, row, Errors);
            }
        }

        json.WriteEndObject();
    }

    private ReadOnlySpan<int> AllRows(int count)
    {
        if (_rows.Length < count)
        {
            _rows = [.. Enumerable.Range(0, count)];
            _keyEnds = new int[count];
        }

        return _rows.AsSpan(0, count);
    }

    private readonly struct PrintedKeys(CustomRawEncoder owner) : IKeySource
    {
        public ReadOnlySpan<byte> KeyOf(int row) =>
            owner._keyText.WrittenSpan[(row == 0 ? 0 : owner._keyEnds[row - 1])..owner._keyEnds[row]];
    }
}
