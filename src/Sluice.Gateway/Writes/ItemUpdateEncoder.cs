using System.Text.Json;
using Sluice.Cdf.Http;
using Sluice.Gateway.Tables;
using Sluice.Gateway.Writes.Fields;
using Sluice.PgWire.Columns;

namespace Sluice.Gateway.Writes;

/// <summary>UPDATE of items by key: <c>POST /x/update</c> with the columns that the statement names, and no others.</summary>
internal sealed class ItemUpdateEncoder(WritePlan plan, WriteContext context) : KeyedItems(plan, context)
{
    private readonly FieldWriter[] _fields =
        [.. plan.SetIndexes.Where(index => plan.Columns[index].Shape != ColumnShape.Ignored).Select(index => FieldWriter.ForItem(plan.Columns[index], index))];

    protected override void WriteItem(Utf8JsonWriter json, RowBatch batch, int row, JsonBatch items)
    {
        json.WriteStartObject();
        WriteKey(json, batch, row);
        json.WriteStartObject("update"u8);
        foreach (var field in _fields)
        {
            var column = Plan.Columns[field.Index];
            json.WritePropertyName(field.Name);
            json.WriteStartObject();
            if (batch.Columns[field.Index].IsNull(row))
            {
                if (!column.Clearable || column.RequiredOnInsert)
                {
                    throw Errors.NullValue(batch, row, field.Index);
                }

                FieldUpdate.WriteClear(json, column);
            }
            else
            {
                var merges = column.Shape == ColumnShape.Metadata && Context.Settings.Metadata == MetadataUpdate.Merge;
                json.WritePropertyName(merges ? "add"u8 : "set"u8);
                field.Write(json, batch, row, Errors);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    protected override CdfRequest Request(JsonBatch items) => Api.Update(items.Close(), discardBody: !Plan.ReturnsRows);
}
