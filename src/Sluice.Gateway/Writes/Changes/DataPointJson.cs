using System.Runtime.InteropServices;
using System.Text.Json;
using Sluice.PgWire.Columns;

namespace Sluice.Gateway.Writes.Changes;

/// <summary>
/// Requests about single data points or stretches of them, as JSON: these are few, and CDF is asked for them before they are changed.
/// </summary>
internal sealed class DataPointJson(WritePlan plan, RowBatch batch)
{
    private readonly int _id = plan.PositionOf("id");
    private readonly int _externalId = plan.PositionOf("external_id");

    /// <summary>Whether the row names its series by internal id.</summary>
    public bool IsById(int row) => _id >= 0 && !batch.Columns[_id].IsNull(row);

    /// <summary>Whether the row names a series that can exist.</summary>
    public bool NamesSeries(int row) => IsById(row)
        ? ((FixedColumn<long>)batch.Columns[_id]).Values[row] is > 0 and < 1L << 53
        : _externalId >= 0 && !batch.Columns[_externalId].IsNull(row) && ((VariableColumn)batch.Columns[_externalId])[row].Length is > 0 and <= 4 * 255;

    /// <summary>Writes <c>"id":5</c> or <c>"externalId":"a"</c>.</summary>
    public void WriteSeries(Utf8JsonWriter json, int row)
    {
        if (IsById(row))
        {
            json.WriteNumber("id"u8, ((FixedColumn<long>)batch.Columns[_id]).Values[row]);
        }
        else
        {
            json.WriteString("externalId"u8, ((VariableColumn)batch.Columns[_externalId])[row]);
        }
    }

    /// <summary>The hash of the series' name.</summary>
    public ulong HashOf(int row) => KeyHash.Of(IsById(row)
        ? MemoryMarshal.AsBytes(((FixedColumn<long>)batch.Columns[_id]).Values.Slice(row, 1))
        : ((VariableColumn)batch.Columns[_externalId])[row]);

    /// <summary>The request holds the series while it is in flight.</summary>
    public void Hold(JsonBatch items, int row)
    {
        items.Hold(HashOf(row));
        if (IsById(row))
        {
            items.Keys.Add(((FixedColumn<long>)batch.Columns[_id]).Values[row], batch.OriginOf(row));
        }
        else
        {
            items.Keys.Add(((VariableColumn)batch.Columns[_externalId])[row], batch.OriginOf(row));
        }
    }
}
