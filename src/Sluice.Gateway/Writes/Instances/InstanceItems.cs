using System.Text.Json;
using Sluice.Cdf.Resources;
using Sluice.Gateway.Tables;

namespace Sluice.Gateway.Writes.Instances;

/// <summary>The items of <c>POST /models/instances</c>, and what stands beside them.</summary>
internal static class InstanceItems
{
    /// <summary>What the plan's statement does.</summary>
    public static InstanceWriteMode ModeOf(WritePlan plan) => plan.Verb switch
    {
        WriteVerb.Update => InstanceWriteMode.Update,
        WriteVerb.Delete => InstanceWriteMode.Delete,
        _ => plan.Conflict switch
        {
            ConflictAction.Ignore => InstanceWriteMode.Create,
            ConflictAction.Update when !plan.LaterWins && LeavesColumns(plan) => InstanceWriteMode.CreateOrUpdate,
            _ => InstanceWriteMode.Overwrite,
        },
    };

    /// <summary>Writes the members after the items of a body.</summary>
    /// <param name="json">In the body, after its items.</param>
    /// <param name="createsEnds">Nodes that edges begin and end at are made if they are not there. Targets of relations always are, as by CDF's default.</param>
    public static void WriteOptions(Utf8JsonWriter json, bool createsEnds)
    {
        json.WriteBoolean("autoCreateDirectRelations"u8, true);
        json.WriteBoolean("autoCreateStartNodes"u8, createsEnds);
        json.WriteBoolean("autoCreateEndNodes"u8, createsEnds);
        json.WriteBoolean("skipOnVersionConflict"u8, true);
        json.WriteBoolean("replace"u8, false);
    }

    /// <summary>Writes <c>"sources":[{"source":{…},"properties":{</c>.</summary>
    public static void WriteStartOfProperties(Utf8JsonWriter json, ViewReference view)
    {
        json.WriteStartArray("sources"u8);
        json.WriteStartObject();
        json.WriteStartObject("source"u8);
        json.WriteString("type"u8, "view"u8);
        json.WriteString("space"u8, view.Space);
        json.WriteString("externalId"u8, view.ExternalId);
        json.WriteString("version"u8, view.Version);
        json.WriteEndObject();
        json.WriteStartObject("properties"u8);
    }

    /// <summary>Ends what <see cref="WriteStartOfProperties"/> has begun.</summary>
    public static void WriteEndOfProperties(Utf8JsonWriter json)
    {
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    /// <summary>
    /// Writes the item that changes an instance that is there, from the one that was encoded: an edge keeps its ends and its type if they are not given.
    /// </summary>
    /// <param name="json">The body.</param>
    /// <param name="encoded">The item as it was encoded.</param>
    /// <param name="stored">The instance as CDF has it.</param>
    /// <param name="table">The table.</param>
    /// <param name="columns">The columns to change; <see langword="null"/> for all that are in the item.</param>
    public static void WriteChange(
        Utf8JsonWriter json, JsonElement encoded, JsonElement stored, TableDefinition table, IReadOnlyCollection<ColumnDefinition>? columns)
    {
        var isEdge = table.Kind == TableKind.Edges;
        json.WriteStartObject();
        InstancesApi.WriteKey(json, InstancesApi.KeyOf(encoded), isEdge);
        foreach (var column in table.Columns.Where(static column => column is { IsViewProperty: false, Shape: ColumnShape.Reference }))
        {
            var isChanged = columns?.Contains(column) != false;
            if ((isChanged && encoded.TryGetProperty(column.CdfField, out var value)) || (isEdge && stored.TryGetProperty(column.CdfField, out value)))
            {
                json.WritePropertyName(column.CdfField);
                value.WriteTo(json);
            }
        }

        if (encoded.TryGetProperty("sources"u8, out var sources))
        {
            WriteChosen(json, sources[0].GetProperty("properties"u8), table, columns);
        }

        json.WriteEndObject();
    }

    /// <summary>The instance has properties in the table's view: it is a row of the table.</summary>
    public static bool IsRow(JsonElement instance, ViewReference view) => instance.TryGetProperty("properties"u8, out var properties)
        && properties.TryGetProperty(view.Space, out var inSpace)
        && inSpace.TryGetProperty(view.Key, out _);

    private static void WriteChosen(
        Utf8JsonWriter json, JsonElement properties, TableDefinition table, IReadOnlyCollection<ColumnDefinition>? columns)
    {
        var chosen = columns?.Where(column => column.IsViewProperty).Select(column => column.CdfField).ToHashSet(StringComparer.Ordinal);
        WriteStartOfProperties(json, table.View!);
        foreach (var property in properties.EnumerateObject().Where(property => chosen?.Contains(property.Name) != false))
        {
            property.WriteTo(json);
        }

        WriteEndOfProperties(json);
    }

    /// <summary>ON CONFLICT DO UPDATE leaves some columns of the statement as they are.</summary>
    private static bool LeavesColumns(WritePlan plan) =>
        plan.Columns.Any(column => column.IsWritable && !plan.Table.PrimaryKey.Contains(column.Name, StringComparer.Ordinal) && !plan.ConflictColumns.Contains(column));
}
