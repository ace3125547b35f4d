using System.Text.Json;
using Sluice.Cdf.Http;
using Sluice.PgWire.Columns;

namespace Sluice.Gateway.Writes;

/// <summary>DELETE of items by key: <c>POST /x/delete</c>. Unknown keys are not ignored, so that the rows deleted can be counted.</summary>
internal sealed class ItemDeleteEncoder(WritePlan plan, WriteContext context) : KeyedItems(plan, context)
{
    protected override void WriteItem(Utf8JsonWriter json, RowBatch batch, int row, JsonBatch items)
    {
        json.WriteStartObject();
        WriteKey(json, batch, row);
        json.WriteEndObject();
    }

    protected override CdfRequest Request(JsonBatch items) => Api.Delete(items.Close());
}
