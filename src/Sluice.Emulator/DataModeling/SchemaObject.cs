using System.Buffers;
using System.Text.Json;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.DataModeling;

/// <summary>A space, container, view or data model: a definition that is replaced as a whole.</summary>
internal abstract class SchemaObject
{
    private byte[]? _definition;

    /// <summary>The space that it is in, or is.</summary>
    public required string Space { get; init; }

    /// <summary>Its name within all objects of its kind, e.g. <c>space:externalId/version</c>.</summary>
    public abstract string Key { get; }

    public string? Name { get; init; }

    public string? Description { get; init; }

    public long CreatedTime { get; set; }

    public long LastUpdatedTime { get; set; }

    /// <summary>Whether both say the same, times apart.</summary>
    public bool SaysSame(SchemaObject other) => Definition().AsSpan().SequenceEqual(other.Definition());

    /// <summary>Writes the fields that belong to the definition.</summary>
    protected abstract void WriteDefinition(Utf8JsonWriter writer);

    protected void WriteNames(Utf8JsonWriter writer)
    {
        if (Name is not null)
        {
            writer.WriteString("name"u8, Name);
        }

        if (Description is not null)
        {
            writer.WriteString("description"u8, Description);
        }
    }

    protected void WriteTimes(Utf8JsonWriter writer)
    {
        writer.WriteNumber("createdTime"u8, CreatedTime);
        writer.WriteNumber("lastUpdatedTime"u8, LastUpdatedTime);
        writer.WriteBoolean("isGlobal"u8, value: false);
    }

    protected static string? NameOf(JsonElement item) =>
        item.Optional("name") is { } name ? JsonChecks.Text(name, "name", 0, 255) : null;

    protected static string? DescriptionOf(JsonElement item) =>
        item.Optional("description") is { } description ? JsonChecks.Text(description, "description", 0, 1024) : null;

    private byte[] Definition()
    {
        if (_definition is null)
        {
            var buffer = new ArrayBufferWriter<byte>();
            using (var writer = new Utf8JsonWriter(buffer, JsonFormat.Writer))
            {
                writer.WriteStartObject();
                WriteDefinition(writer);
                writer.WriteEndObject();
            }

            _definition = buffer.WrittenSpan.ToArray();
        }

        return _definition;
    }
}
