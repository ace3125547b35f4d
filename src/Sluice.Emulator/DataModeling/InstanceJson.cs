using System.Text.Json;

namespace Sluice.Emulator.DataModeling;

/// <summary>Nodes and edges as they are answered.</summary>
internal static class InstanceJson
{
    /// <summary>An instance with its properties in the views in which it has data.</summary>
    public static void Write(Utf8JsonWriter writer, Instance instance, List<ResolvedSource> sources)
    {
        writer.WriteStartObject();
        writer.WriteString("instanceType"u8, instance.TypeName);
        writer.WriteNumber("version"u8, instance.Version);
        writer.WriteString("space"u8, instance.Key.Space);
        writer.WriteString("externalId"u8, instance.Key.ExternalId);
        writer.WriteNumber("createdTime"u8, instance.CreatedTime);
        writer.WriteNumber("lastUpdatedTime"u8, instance.LastUpdatedTime);
        WriteReference(writer, "type", instance.Type);
        WriteReference(writer, "startNode", instance.StartNode);
        WriteReference(writer, "endNode", instance.EndNode);
        if (sources.Count > 0)
        {
            writer.WriteStartObject("properties"u8);
            var shown = sources.Where(s => s.Containers.Any(c => instance.Row(c) is not null));
            foreach (var space in shown.GroupBy(s => s.Id.Space, StringComparer.Ordinal))
            {
                writer.WriteStartObject(space.Key);
                foreach (var source in space.DistinctBy(s => s.Id))
                {
                    WriteProperties(writer, instance, source);
                }

                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    /// <summary><c>typing</c>: what each property of the views is.</summary>
    public static void WriteTyping(Utf8JsonWriter writer, List<ResolvedSource> sources)
    {
        writer.WriteStartObject("typing"u8);
        foreach (var space in sources.GroupBy(s => s.Id.Space, StringComparer.Ordinal))
        {
            writer.WriteStartObject(space.Key);
            foreach (var source in space.DistinctBy(s => s.Id))
            {
                writer.WriteStartObject(source.Id.Identifier);
                foreach (var (identifier, column) in source.Columns)
                {
                    writer.WritePropertyName(identifier);
                    column.Property.Write(writer);
                }

                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private static void WriteProperties(Utf8JsonWriter writer, Instance instance, ResolvedSource source)
    {
        writer.WriteStartObject(source.Id.Identifier);
        foreach (var (identifier, column) in source.Columns)
        {
            if (instance.Value(column) is { } value)
            {
                writer.WritePropertyName(identifier);
                PropertyValue.Write(writer, value);
            }
        }

        writer.WriteEndObject();
    }

    private static void WriteReference(Utf8JsonWriter writer, string name, InstanceKey? key)
    {
        if (key is not null)
        {
            writer.WritePropertyName(name);
            key.Write(writer);
        }
    }
}
