using System.Text.Json;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.DataModeling;

/// <summary><c>/models/spaces</c>.</summary>
internal sealed class SpaceResource() : SchemaResource<SpaceDefinition>("/models/spaces", "spaces")
{
    protected override SchemaMap<SpaceDefinition> MapOf(Schema schema) => schema.Spaces;

    protected override SpaceDefinition Read(JsonElement item) => SpaceDefinition.Read(item);

    protected override string ReadKey(JsonElement item) => DmNames.Space(item);

    protected override void ApplyAll(DataModelingStore store, IReadOnlyList<SpaceDefinition> items, long now) =>
        Apply(store, items, now, lastUpdatedAlways: true);

    protected override void CheckDelete(DataModelingStore store, SpaceDefinition item)
    {
        var schema = store.Schema;
        if (schema.Containers.All.Any(i => i.Space == item.Space) || schema.Views.All.Any(i => i.Space == item.Space)
            || schema.DataModels.All.Any(i => i.Space == item.Space) || store.Instances.All.Any(i => i.Key.Space == item.Space))
        {
            throw CdfException.BadRequest($"Cannot delete space '{item.Space}': it is not empty");
        }
    }

    protected override void Write(Utf8JsonWriter writer, SpaceDefinition item, Schema schema, CdfCall call) => item.Write(writer);

    protected override void WriteDeleted(Utf8JsonWriter writer, SpaceDefinition item)
    {
        writer.WriteStartObject();
        writer.WriteString("space"u8, item.Space);
        writer.WriteEndObject();
    }
}

/// <summary><c>/models/containers</c>.</summary>
internal sealed class ContainerResource() : SchemaResource<ContainerDefinition>("/models/containers", "containers")
{
    protected override SchemaMap<ContainerDefinition> MapOf(Schema schema) => schema.Containers;

    protected override ContainerDefinition Read(JsonElement item) => ContainerDefinition.Read(item);

    protected override string ReadKey(JsonElement item) => ContainerId.OfItem(item).ToString();

    protected override void Replacing(DataModelingStore store, ContainerDefinition item, ContainerDefinition? earlier) =>
        item.Replace(earlier, store.Schema.NextStorage());

    protected override void CheckReferences(Schema schema, IReadOnlyList<ContainerDefinition> items) => Schema.RequireAll(
        "containers",
        from item in items
        from referred in item.Properties.Values.Select(p => p.Type.Target).Concat(item.Constraints.Select(c => c.Require))
        where referred is not null
        select referred.ToString(),
        schema.Containers);

    protected override void Applied(DataModelingStore store, ContainerDefinition item)
    {
        store.UniqueValues.Rebuild(item, store.Instances.All);
        foreach (var property in item.Properties.Values.Where(p => !p.Nullable))
        {
            property.NullabilityHolds = store.Instances.All.Select(i => i.Row(item))
                .All(row => row is null || row.ContainsKey(property.Identifier));
        }
    }

    protected override IEnumerable<ContainerDefinition> Listed(CdfCall call, IEnumerable<ContainerDefinition> all)
    {
        var given = call.Http.Request.Query["usedFor"].OfType<string>();
        var names = given.SelectMany(v => v.Split(',', StringSplitOptions.RemoveEmptyEntries)).ToList();
        var usages = names.ConvertAll(n => n == "record"
            ? Usage.None
            : ContainerDefinition.UsageOf(n) ?? throw CdfException.Violation("usedFor", "must be node, edge, record or all"));
        return usages.Count == 0 ? all : all.Where(i => usages.Contains(i.UsedFor));
    }

    protected override void Write(Utf8JsonWriter writer, ContainerDefinition item, Schema schema, CdfCall call) => item.Write(writer);

    protected override void WriteDeleted(Utf8JsonWriter writer, ContainerDefinition item)
    {
        writer.WriteStartObject();
        writer.WriteString("externalId"u8, item.Id.ExternalId);
        writer.WriteString("space"u8, item.Space);
        writer.WriteEndObject();
    }
}

/// <summary><c>/models/views</c>.</summary>
internal sealed class ViewResource() : SchemaResource<ViewDefinition>("/models/views", "views")
{
    protected override SchemaMap<ViewDefinition> MapOf(Schema schema) => schema.Views;

    protected override ViewDefinition Read(JsonElement item) => ViewDefinition.Read(item);

    protected override string ReadKey(JsonElement item) => ViewId.OfItem(item).ToString();

    protected override IEnumerable<ViewDefinition> Find(SchemaMap<ViewDefinition> map, JsonElement item) =>
        Versions.Find(map, item, v => v.Id);

    protected override void CheckReferences(Schema schema, IReadOnlyList<ViewDefinition> items) => ViewRules.Check(schema, items);

    protected override IEnumerable<ViewDefinition> Listed(CdfCall call, IEnumerable<ViewDefinition> all) =>
        call.QueryFlag("allVersions") ? all : Versions.Latest(all, v => v.Id);

    protected override void Write(Utf8JsonWriter writer, ViewDefinition item, Schema schema, CdfCall call)
    {
        const string Inherited = "includeInheritedProperties";
        item.Write(writer, schema.Resolve(item), call.Query(Inherited) is null || call.QueryFlag(Inherited));
    }

    protected override void WriteDeleted(Utf8JsonWriter writer, ViewDefinition item) => Versions.WriteDeleted(writer, item.Id);

    /// <summary>Makes the views that a data model defines inside of it.</summary>
    public void Create(DataModelingStore store, IReadOnlyList<ViewDefinition> views, long now) => ApplyAll(store, views, now);
}

/// <summary><c>/models/datamodels</c>.</summary>
internal sealed class DataModelResource(ViewResource views) : SchemaResource<DataModelDefinition>("/models/datamodels", "data models")
{
    protected override SchemaMap<DataModelDefinition> MapOf(Schema schema) => schema.DataModels;

    protected override DataModelDefinition Read(JsonElement item) => DataModelDefinition.Read(item);

    protected override string ReadKey(JsonElement item) => ViewId.OfItem(item).ToString();

    protected override IEnumerable<DataModelDefinition> Find(SchemaMap<DataModelDefinition> map, JsonElement item) =>
        Versions.Find(map, item, m => m.Id);

    protected override IEnumerable<string> SpacesOf(DataModelDefinition item) => [item.Space, .. item.NewViews.Select(v => v.Space)];

    protected override void ApplyAll(DataModelingStore store, IReadOnlyList<DataModelDefinition> items, long now)
    {
        var schema = store.Schema;
        var newViews = items.SelectMany(i => i.NewViews).DistinctBy(v => v.Id).ToList();
        schema.RequireSpaces(items.SelectMany(SpacesOf));
        var referred = items.SelectMany(i => i.Views).Where(v => !newViews.Exists(n => n.Id == v)).Select(v => v.ToString());
        Schema.RequireAll("views", referred, schema.Views);
        views.Create(store, newViews, now);
        Apply(store, items, now, lastUpdatedAlways: false);
    }

    protected override IEnumerable<DataModelDefinition> Listed(CdfCall call, IEnumerable<DataModelDefinition> all) =>
        call.QueryFlag("allVersions") ? all : Versions.Latest(all, m => m.Id);

    protected override void Write(Utf8JsonWriter writer, DataModelDefinition item, Schema schema, CdfCall call) =>
        item.Write(writer, schema, call.QueryFlag("inlineViews"));

    protected override void WriteDeleted(Utf8JsonWriter writer, DataModelDefinition item) => Versions.WriteDeleted(writer, item.Id);
}
