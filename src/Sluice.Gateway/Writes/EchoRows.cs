using System.Buffers;
using System.Text;
using System.Text.Json;
using Sluice.Gateway.Tables;
using Sluice.PgWire.Columns;

namespace Sluice.Gateway.Writes;

/// <summary>Rows as they were written, for RETURNING where CDF answers without them: what CDF would add is NULL.</summary>
internal static class EchoRows
{
    /// <summary>All rows of a batch.</summary>
    public static IReadOnlyList<ReturnedRow> Of(WritePlan plan, RowBatch batch) =>
        [.. Enumerable.Range(0, batch.Count).Select(row => Of(plan, batch, row))];

    private static ReturnedRow Of(WritePlan plan, RowBatch batch, int row)
    {
        var output = new ArrayBufferWriter<byte>();
        var text = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(output, JsonBatch.WriterOptions))
        {
            json.WriteStartObject();
            for (var i = 0; i < plan.Columns.Length; i++)
            {
                if (batch.Columns[i].IsNull(row))
                {
                    continue;
                }

                text.ResetWrittenCount();
                batch.Columns[i].WriteValueText(row, text);
                json.WritePropertyName(plan.Columns[i].Name);
                WriteValue(json, plan.Columns[i], text.WrittenSpan);
            }

            json.WriteEndObject();
        }

        return new ReturnedRow(batch.OriginOf(row), output.WrittenMemory) { IsEcho = true };
    }

    private static void WriteValue(Utf8JsonWriter json, ColumnDefinition column, ReadOnlySpan<byte> text)
    {
        if (column.Type.Type.Name is "json" or "jsonb")
        {
            json.WriteRawValue(text, skipInputValidation: true);
        }
        else
        {
            json.WriteStringValue(Encoding.UTF8.GetString(text));
        }
    }
}
