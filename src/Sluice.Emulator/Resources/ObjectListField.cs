using System.Text.Json;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.Resources;

/// <summary>A list of JSON objects, kept as they came. What is removed is named by an equal object.</summary>
internal sealed class ObjectListField(string name, Action<JsonElement> check) : Field(name)
{
    public override object Read(JsonElement value) => Objects(value);

    public override void WriteValue(Utf8JsonWriter writer, object value)
    {
        writer.WriteStartArray();
        foreach (var item in (JsonElement[])value)
        {
            item.WriteTo(writer);
        }

        writer.WriteEndArray();
    }

    protected override object? AddRemove(object? current, JsonElement? add, JsonElement? remove)
    {
        var removed = remove is { } r ? Objects(r) : [];
        var added = add is { } a ? Objects(a) : [];
        return (JsonElement[])
        [
            .. ((JsonElement[]?)current ?? []).Where(item => !Array.Exists(removed, gone => JsonElement.DeepEquals(gone, item))),
            .. added,
        ];
    }

    private JsonElement[] Objects(JsonElement value) =>
        [.. JsonChecks.Array(value, Name).EnumerateArray().Select(item =>
        {
            check(JsonChecks.Object(item, Name));
            return item.Clone();
        })];
}
