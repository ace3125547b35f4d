using System.Text.Json;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.DataModeling;

/// <summary>A namespace for schema and instances.</summary>
internal sealed class SpaceDefinition : SchemaObject
{
    public override string Key => Space;

    public static SpaceDefinition Read(JsonElement item)
    {
        JsonChecks.Object(item, "item");
        return new SpaceDefinition { Space = DmNames.NewSpace(item), Name = NameOf(item), Description = DescriptionOf(item) };
    }

    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        WriteDefinition(writer);
        WriteTimes(writer);
        writer.WriteEndObject();
    }

    protected override void WriteDefinition(Utf8JsonWriter writer)
    {
        writer.WriteString("space"u8, Space);
        WriteNames(writer);
    }
}
