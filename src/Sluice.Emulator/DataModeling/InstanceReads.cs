using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.DataModeling;

/// <summary>Reading nodes and edges by key or by filter.</summary>
internal static class InstanceReads
{
    private const int MaxItems = 1000;
    private const int MaxSources = 10;

    public static async ValueTask<Reply> ByIdsAsync(CdfCall call)
    {
        var grant = call.Rights.Require(InstanceEndpoints.Acl, "READ");
        var body = await call.ReadJsonAsync();
        var items = body.Items(MaxItems).EnumerateArray()
            .Select(i => (IsEdge: InstanceWrite.ReadIsEdge(i), Key: DmNames.Instance(i, "item"))).ToList();
        call.Log.Items = items.Count;
        await call.BeginEffectAsync([]);
        var store = call.Project.DataModeling;
        lock (store.Gate)
        {
            var sources = ReadSources(call, body, store.Schema);
            var found = items.DistinctBy(i => i.Key)
                .Where(i => grant.CoversSpace(i.Key.Space) && store.Instances.Find(i.Key)?.IsEdge == i.IsEdge)
                .Select(i => store.Instances.Find(i.Key)!).ToList();
            return Answer(call, body, sources, found, null);
        }
    }

    public static async ValueTask<Reply> ListAsync(CdfCall call)
    {
        var grant = call.Rights.Require(InstanceEndpoints.Acl, "READ");
        var body = JsonChecks.Object(await call.ReadJsonAsync(), "the request body");
        var edges = body.Optional("instanceType") is not null && InstanceWrite.ReadIsEdge(body);
        var limit = body.Optional("limit") is { } given ? (int)JsonChecks.Integer(given, "limit", 1, MaxItems) : MaxItems;
        if (body.Optional("debug") is not null)
        {
            throw CdfException.BadRequest("debug is not supported");
        }

        await call.BeginEffectAsync([]);
        var store = call.Project.DataModeling;
        lock (store.Gate)
        {
            var sources = ReadSources(call, body, store.Schema);
            var condition = InstanceFilters.Compile(call, store, edges, sources, body.Optional("filter"));
            var sort = InstanceSort.Read(body, new PropertyReader(store.Schema, edges, id => RequireRead(call, id)));
            var digest = Cursor.Digest("models/instances", body);
            var after = body.Optional("cursor") is { } cursor ? Cursor.Read(digest, JsonChecks.String(cursor, "cursor")) : null;
            var matching = sort.Page(store.Instances, after, i => i.IsEdge == edges && grant.CoversSpace(i.Key.Space) && condition(i));
            var page = matching.Take(limit + 1).ToList();
            var next = page.Count > limit ? Cursor.Make(digest, sort.PositionOf(page[limit - 1])) : null;
            return Answer(call, body, sources, page.Take(limit).ToList(), next);
        }
    }

    private static List<ResolvedSource> ReadSources(CdfCall call, JsonElement body, Schema schema)
    {
        if (body.Optional("sources") is not { } given)
        {
            return [];
        }

        var sources = new List<ResolvedSource>();
        foreach (var element in JsonChecks.Array(given, "sources", 0, MaxSources).EnumerateArray())
        {
            if (JsonChecks.Object(element, "sources").Optional("targetUnits") is not null)
            {
                throw CdfException.BadRequest("targetUnits is not supported: there is no unit conversion");
            }

            var id = ViewId.Read(element.Required("source"), "source");
            RequireRead(call, id);
            var source = schema.Resolve(id);
            sources.Add(source.Queryable ? source : throw CdfException.BadRequest($"View '{id}' is not queryable"));
        }

        return sources;
    }

    /// <summary>403 unless the caller may read the view or container.</summary>
    public static void RequireRead(CdfCall call, SourceId id)
    {
        if (!call.Rights.Require("dataModelsAcl", "READ").CoversSpace(id.Space))
        {
            throw CdfException.Forbidden();
        }
    }

    private static Reply Answer(CdfCall call, JsonElement body, List<ResolvedSource> sources, List<Instance> found, string? nextCursor)
    {
        call.Log.Rows = found.Count;
        return Reply.Json(StatusCodes.Status200OK, writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("items"u8);
            found.ForEach(i => InstanceJson.Write(writer, i, sources));
            writer.WriteEndArray();
            if (body.Flag("includeTyping"))
            {
                InstanceJson.WriteTyping(writer, sources);
            }

            if (nextCursor is not null)
            {
                writer.WriteString("nextCursor"u8, nextCursor);
            }

            writer.WriteEndObject();
        });
    }
}
