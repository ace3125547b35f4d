using System.Text.Json;
using Sluice.Cdf.Resources;
using Sluice.Gateway.Tables;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Writes.Fields;

/// <summary>The values of a sequence's row: a JSON array of strings, numbers and nulls, one for each of the row's columns.</summary>
internal sealed class SequenceValuesField(ColumnDefinition column, int index, int columnsIndex) : FieldWriter(column, index)
{
    public override void Write(Utf8JsonWriter json, RowBatch batch, int row, RowErrors errors)
    {
        var text = ((VariableColumn)batch.Columns[Index])[row];
        var reader = new Utf8JsonReader(text, JsonText.ReaderOptions);
        try
        {
            CheckValues(ref reader, batch, row, errors);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // What PostgreSQL's json takes and no UTF-8 can hold: half a surrogate pair, a depth of thousands.
            throw errors.At(
                batch, row, Index, SqlState.InvalidTextRepresentation, $"column \"{Definition.Name}\" holds JSON that cannot be read", detail: e.Message);
        }

        json.WriteRawValue(text, skipInputValidation: true);
    }

    private void CheckValues(ref Utf8JsonReader reader, RowBatch batch, int row, RowErrors errors)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
        {
            throw errors.At(
                batch, row, Index, SqlState.InvalidParameterValue, $"column \"{Definition.Name}\" takes a JSON array", hint: "Write [1.5,\"x\",null].");
        }

        var count = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            CheckValue(ref reader, batch, row, errors);
            count++;
        }

        var expected = ((ArrayColumn)batch.Columns[columnsIndex])[row].Length;
        if (count != expected)
        {
            throw errors.At(
                batch, row, Index, SqlState.InvalidParameterValue, $"column \"{Definition.Name}\" has {count} values for {expected} columns");
        }
    }

    private void CheckValue(ref Utf8JsonReader reader, RowBatch batch, int row, RowErrors errors)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                break;
            case JsonTokenType.String:
                // UTF-8 has at least as many bytes as the string has characters.
                if (reader.ValueSpan.Length > SequenceRowsApi.MaxStringLength
                    && reader.GetString()!.EnumerateRunes().Count() is var length && length > SequenceRowsApi.MaxStringLength)
                {
                    throw errors.TooLong(batch, row, Index, $"a string of {length} characters, CDF takes {SequenceRowsApi.MaxStringLength}");
                }

                break;
            case JsonTokenType.Number:
                if (!reader.TryGetDouble(out var number) || Math.Abs(number) > SequenceRowsApi.MaxValue)
                {
                    throw errors.At(
                        batch,
                        row,
                        Index,
                        SqlState.NumericValueOutOfRange,
                        $"value out of range for column \"{Definition.Name}\"",
                        hint: "CDF takes numbers between -1e100 and 1e100.");
                }

                break;
            default:
                throw errors.At(
                    batch, row, Index, SqlState.InvalidParameterValue, $"column \"{Definition.Name}\" takes strings, numbers and null as values");
        }
    }
}
