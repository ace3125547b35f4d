using System.Text.Json;
using Sluice.Cdf.Http;
using Sluice.Gateway.Tables;

namespace Sluice.Gateway.Writes;

/// <summary>The update of items from the same items as they were to be created.</summary>
internal static class UpsertBody
{
    /// <summary>
    /// Writes <c>{"items":[{"externalId":"a","update":{"name":{"set":"x"}}}]}</c>. A column that the statement names and that is NULL in a
    /// row is set to null; one that it does not name is left alone.
    /// </summary>
    public static void Write(EncodedWrite write, IReadOnlyList<int> items, PooledBuffer output)
    {
        using var json = new Utf8JsonWriter(output, JsonBatch.WriterOptions);
        json.WriteStartObject();
        json.WriteStartArray("items"u8);
        foreach (var item in items)
        {
            using var created = JsonDocument.Parse(write.ItemBody(item));
            json.WriteStartObject();
            json.WritePropertyName("externalId"u8);
            created.RootElement.GetProperty("externalId"u8).WriteTo(json);
            json.WriteStartObject("update"u8);
            foreach (var column in write.Plan.ConflictColumns.Where(column => column.Shape != ColumnShape.Ignored))
            {
                WriteField(json, created.RootElement, column);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteField(Utf8JsonWriter json, JsonElement created, ColumnDefinition column)
    {
        if (created.TryGetProperty(column.CdfField, out var value))
        {
            json.WriteStartObject(column.CdfField);
            json.WritePropertyName("set"u8);
            value.WriteTo(json);
            json.WriteEndObject();
        }
        else if (column.Clearable)
        {
            json.WriteStartObject(column.CdfField);
            FieldUpdate.WriteClear(json, column);
            json.WriteEndObject();
        }
    }
}
