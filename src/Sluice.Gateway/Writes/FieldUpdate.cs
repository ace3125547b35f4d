using System.Text.Json;
using Sluice.Gateway.Tables;

namespace Sluice.Gateway.Writes;

/// <summary>How CDF is told to change a field (CDF API, "update": <c>set</c>, <c>setNull</c>, and for maps and lists a new whole).</summary>
internal static class FieldUpdate
{
    /// <summary>Writes what makes the field empty: lists and maps cannot be null.</summary>
    public static void WriteClear(Utf8JsonWriter json, ColumnDefinition column)
    {
        if (column.Shape == ColumnShape.Metadata)
        {
            json.WriteStartObject("set"u8);
            json.WriteEndObject();
        }
        else if (column.Shape is ColumnShape.Labels or ColumnShape.List || column.Type.Type.Element is not null)
        {
            json.WriteStartArray("set"u8);
            json.WriteEndArray();
        }
        else if (column.ClearedBySet)
        {
            json.WriteNull("set"u8);
        }
        else
        {
            json.WriteBoolean("setNull"u8, true);
        }
    }
}
