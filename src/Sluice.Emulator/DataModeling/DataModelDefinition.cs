using System.Text.Json;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.DataModeling;

/// <summary>One version of a data model: a named list of views.</summary>
internal sealed class DataModelDefinition : SchemaObject
{
    private const int MaxViews = 100;

    public required ViewId Id { get; init; }

    public override string Key => Id.ToString();

    public required IReadOnlyList<ViewId> Views { get; init; }

    /// <summary>Views that the request defines inside of the data model.</summary>
    public required IReadOnlyList<ViewDefinition> NewViews { get; init; }

    public static DataModelDefinition Read(JsonElement item)
    {
        var id = ViewId.OfItem(JsonChecks.Object(item, "item"));
        var views = new List<ViewId>();
        var newViews = new List<ViewDefinition>();
        if (item.Optional("views") is { } given)
        {
            foreach (var view in JsonChecks.Array(given, "views", 0, MaxViews).EnumerateArray())
            {
                if (JsonChecks.Object(view, "views").Optional("type") is null)
                {
                    newViews.Add(ViewDefinition.Read(view));
                    views.Add(newViews[^1].Id);
                }
                else
                {
                    views.Add(ViewId.Read(view, "views"));
                }
            }
        }

        return new DataModelDefinition
        {
            Space = id.Space,
            Id = id,
            Name = NameOf(item),
            Description = DescriptionOf(item),
            Views = views.Distinct().Count() == views.Count ? views : throw CdfException.Violation("views", "must not name a view twice"),
            NewViews = newViews,
        };
    }

    public void Write(Utf8JsonWriter writer, Schema schema, bool inlineViews)
    {
        writer.WriteStartObject();
        writer.WriteString("space"u8, Space);
        writer.WriteString("externalId"u8, Id.ExternalId);
        writer.WriteString("version"u8, Id.Version);
        WriteTimes(writer);
        WriteNames(writer);
        writer.WriteStartArray("views"u8);
        foreach (var view in Views)
        {
            if (!inlineViews)
            {
                view.Write(writer);
            }
            else if (schema.Views.Find(view.ToString()) is { } definition)
            {
                definition.Write(writer, schema.Resolve(definition), inherited: true);
            }
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    protected override void WriteDefinition(Utf8JsonWriter writer)
    {
        WriteNames(writer);
        writer.WriteStartArray("views"u8);
        foreach (var view in Views)
        {
            view.Write(writer);
        }

        writer.WriteEndArray();
    }
}
