using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Sluice.Gateway.Tables;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Writes.Fields;

/// <summary>
/// A map of strings from a JSON object: scalars become text, nulls are left out, nested values become compact JSON text. CDF's bounds on pairs,
/// keys, values and the whole are checked in bytes.
/// </summary>
internal sealed class MetadataField(ColumnDefinition column, int index) : FieldWriter(column, index)
{
    private readonly ArrayBufferWriter<byte> _key = new();
    private readonly ArrayBufferWriter<byte> _value = new();

    public override void Write(Utf8JsonWriter json, RowBatch batch, int row, RowErrors errors)
    {
        var reader = new Utf8JsonReader(((VariableColumn)batch.Columns[Index])[row], JsonText.ReaderOptions);
        try
        {
            WriteMap(json, ref reader, batch, row, errors);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // What PostgreSQL's json takes and no UTF-8 can hold: half a surrogate pair, a depth of thousands.
            throw errors.At(
                batch, row, Index, SqlState.InvalidTextRepresentation, $"column \"{Definition.Name}\" holds JSON that cannot be converted to strings", detail: e.Message);
        }
    }

    private void WriteMap(Utf8JsonWriter json, ref Utf8JsonReader reader, RowBatch batch, int row, RowErrors errors)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw errors.At(
                batch, row, Index, SqlState.InvalidParameterValue, $"column \"{Definition.Name}\" takes a JSON object", hint: "Write {\"key\":\"value\"}.");
        }

        var limits = Definition.Limits;
        var pairs = 0;
        var bytes = 0;
        json.WriteStartObject();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            JsonText.Unescape(ref reader, _key);
            reader.Read();
            if (reader.TokenType == JsonTokenType.Null)
            {
                continue;
            }

            ReadValue(ref reader);
            pairs++;
            bytes += _key.WrittenCount + _value.WrittenCount;
            Require(_key.WrittenCount, limits.MaxKeyBytes, "a key of {0} bytes, CDF takes {1}", batch, row, errors);
            Require(_value.WrittenCount, limits.MaxValueBytes, "a value of {0} bytes, CDF takes {1}", batch, row, errors);
            json.WriteString(_key.WrittenSpan, _value.WrittenSpan);
        }

        Require(pairs, limits.MaxItems, "{0} pairs, CDF takes {1}", batch, row, errors);
        Require(bytes, limits.MaxBytes, "{0} bytes of keys and values, CDF takes {1}", batch, row, errors);
        json.WriteEndObject();
    }

    private void ReadValue(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                JsonText.Unescape(ref reader, _value);
                break;
            case JsonTokenType.StartObject or JsonTokenType.StartArray:
                _value.ResetWrittenCount();
                JsonText.Compact(ref reader, _value);
                break;
            default:
                _value.ResetWrittenCount();
                _value.Write(reader.ValueSpan);
                break;
        }
    }

    private void Require(int actual, int? limit, string text, RowBatch batch, int row, RowErrors errors)
    {
        if (actual > limit)
        {
            throw errors.TooLong(batch, row, Index, string.Format(CultureInfo.InvariantCulture, text, actual, limit));
        }
    }
}
