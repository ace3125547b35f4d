using System.Text.Json;
using Sluice.Gateway.Tables;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Writes.Fields;

/// <summary>A JSON array as it was given; anything else is refused.</summary>
internal sealed class ListField(ColumnDefinition column, int index) : FieldWriter(column, index)
{
    public override void Write(Utf8JsonWriter json, RowBatch batch, int row, RowErrors errors)
    {
        var text = ((VariableColumn)batch.Columns[Index])[row];
        var count = Count(text, batch, row, errors);
        if (count > Definition.Limits.MaxItems)
        {
            throw errors.TooLong(batch, row, Index, $"{count} elements, CDF takes {Definition.Limits.MaxItems}");
        }

        if (count < Definition.Limits.MinItems)
        {
            throw errors.At(
                batch, row, Index, SqlState.InvalidParameterValue, $"column \"{Definition.Name}\" takes at least {Definition.Limits.MinItems} element");
        }

        json.WriteRawValue(text, skipInputValidation: true);
    }

    private int Count(ReadOnlySpan<byte> text, RowBatch batch, int row, RowErrors errors)
    {
        var count = 0;
        var reader = new Utf8JsonReader(text, JsonText.ReaderOptions);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            {
                throw errors.At(
                    batch, row, Index, SqlState.InvalidParameterValue, $"column \"{Definition.Name}\" takes a JSON array", hint: "Write [ … ].");
            }

            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                reader.Skip();
                count++;
            }
        }
        catch (JsonException e)
        {
            // What PostgreSQL's json takes and this reader does not: a depth of thousands.
            throw errors.At(
                batch, row, Index, SqlState.InvalidTextRepresentation, $"column \"{Definition.Name}\" holds JSON that cannot be read", detail: e.Message);
        }

        return count;
    }
}
