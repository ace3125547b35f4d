using System.Text.Json;
using Sluice.Gateway.Tables;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Protocol;

namespace Sluice.Gateway.Writes.Fields;

/// <summary>An array of one integer, which CDF has as the integer alone.</summary>
internal sealed class LoneElementField(ColumnDefinition column, int index) : FieldWriter(column, index)
{
    public override void Write(Utf8JsonWriter json, RowBatch batch, int row, RowErrors errors)
    {
        var arrays = (ArrayColumn)batch.Columns[Index];
        var (start, length) = arrays[row];
        if (length > 1 || (length == 1 && arrays.Elements.IsNull(start)))
        {
            throw errors.At(
                batch,
                row,
                Index,
                SqlState.InvalidParameterValue,
                $"column \"{Definition.Name}\" takes one element",
                hint: "Write {7}, or 7 without braces.");
        }

        if (length == 0)
        {
            json.WriteNullValue();
            return;
        }

        json.WriteNumberValue(((FixedColumn<long>)arrays.Elements).Values[start]);
    }
}
