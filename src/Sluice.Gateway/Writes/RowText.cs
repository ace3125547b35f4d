using System.Buffers;
using System.Text;
using System.Text.Json;
using Sluice.Gateway.Tables;
using Sluice.PgWire.Columns;
using Sluice.PgWire.Types;

namespace Sluice.Gateway.Writes;

/// <summary>
/// A row as JSON that <c>json_populate_record</c> makes a row of again: an object of the columns that are not NULL, each value the text that
/// PostgreSQL would print, JSON as it is.
/// </summary>
internal static class RowText
{
    /// <summary>The row of a batch.</summary>
    public static string Of(WritePlan plan, RowBatch batch, int row) => Of(
        plan.Columns.Select((column, index) => (column, batch.Columns[index].IsNull(row) ? null : TextOf(batch.Columns[index], row))));

    /// <summary>Values of a row that may be none: what they say does not need to fit their columns.</summary>
    public static string Of(IEnumerable<(ColumnDefinition Column, string? Value)> values)
    {
        var text = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(text, JsonBatch.WriterOptions))
        {
            json.WriteStartObject();
            foreach (var (column, value) in values)
            {
                if (value is not null)
                {
                    json.WritePropertyName(column.Name);
                    Write(json, column.Type, value);
                }
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(text.WrittenSpan);
    }

    /// <summary>The key of a row of a batch, or <see langword="null"/> if it has none.</summary>
    public static string? KeyOf(WritePlan plan, RowBatch batch, int row)
    {
        var index = plan.KeyIndex;
        if (index >= 0 && batch.Columns[index].IsNull(row))
        {
            index = plan.IndexOf("id");
        }

        return index < 0 || batch.Columns[index].IsNull(row) ? null : TextOf(batch.Columns[index], row);
    }

    private static void Write(Utf8JsonWriter json, ColumnType type, string value)
    {
        if ((type.Type == PgType.Json || type.Type == PgType.Jsonb) && IsJson(value))
        {
            json.WriteRawValue(value, skipInputValidation: true);
        }
        else
        {
            json.WriteStringValue(value);
        }
    }

    private static bool IsJson(string value)
    {
        try
        {
            JsonElement.Parse(value);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string TextOf(Column column, int row)
    {
        var text = new ArrayBufferWriter<byte>();
        column.WriteValueText(row, text);
        return Encoding.UTF8.GetString(text.WrittenSpan);
    }
}
