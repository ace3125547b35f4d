using System.Text.Json;

namespace Sluice.Emulator.Access;

/// <summary>A CDF group: what its members may do. Members are all whose token holds the source id, or those it lists.</summary>
internal sealed record Group
{
    public long Id { get; init; }

    public required string Name { get; init; }

    public string? SourceId { get; init; }

    /// <summary>Principal ids; null if membership comes from the source id.</summary>
    public IReadOnlyList<string>? Members { get; init; }

    public bool AllUserAccounts { get; init; }

    public IReadOnlyList<Capability> Capabilities { get; init; } = [];

    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>If not null, only tokens of these applications are members.</summary>
    public IReadOnlyList<string>? ApplicationIds { get; init; }

    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteNumber("id", Id);
        writer.WriteString("name", Name);
        writer.WriteBoolean("isDeleted", value: false);
        if (SourceId is not null)
        {
            writer.WriteString("sourceId", SourceId);
        }

        if (AllUserAccounts)
        {
            writer.WriteString("members", "allUserAccounts");
        }
        else if (Members is not null)
        {
            WriteTexts(writer, "members", Members);
        }

        writer.WriteStartArray("capabilities");
        foreach (var capability in Capabilities)
        {
            capability.Json.WriteTo(writer);
        }

        writer.WriteEndArray();
        if (Metadata is not null)
        {
            writer.WriteStartObject("metadata");
            foreach (var (key, value) in Metadata)
            {
                writer.WriteString(key, value);
            }

            writer.WriteEndObject();
        }

        if (ApplicationIds is not null)
        {
            writer.WriteStartObject("attributes");
            writer.WriteStartObject("token");
            WriteTexts(writer, "appIds", ApplicationIds);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private static void WriteTexts(Utf8JsonWriter writer, string name, IReadOnlyList<string> values)
    {
        writer.WriteStartArray(name);
        foreach (var value in values)
        {
            writer.WriteStringValue(value);
        }

        writer.WriteEndArray();
    }
}
