using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sluice.Emulator.Access;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.DataModeling;

/// <summary>The four operations that spaces, containers, views and data models have in common.</summary>
internal abstract class SchemaResource<T>(string path, string kind)
    where T : SchemaObject
{
    private const string Acl = "dataModelsAcl";
    private const int MaxItems = 100;
    private const int DefaultLimit = 10;
    private const int MaxLimit = 1000;

    public void Map(ApiRoutes routes)
    {
        routes.Post(path, ApplyAsync);
        routes.Get(path, List);
        routes.Post($"{path}/byids", ByIdsAsync);
        routes.Post($"{path}/delete", DeleteAsync);
    }

    protected abstract SchemaMap<T> MapOf(Schema schema);

    protected abstract T Read(JsonElement item);

    /// <summary>Reads the key in a delete.</summary>
    protected abstract string ReadKey(JsonElement item);

    /// <summary>The spaces in which the item makes something.</summary>
    protected virtual IEnumerable<string> SpacesOf(T item) => [item.Space];

    /// <summary>What an item of byids names.</summary>
    protected virtual IEnumerable<T> Find(SchemaMap<T> map, JsonElement item) => map.Find(ReadKey(item)) is { } found ? [found] : [];

    /// <summary>Checks that what the items refer to exists, the items already being in the schema; 400 undoes them.</summary>
    protected virtual void CheckReferences(Schema schema, IReadOnlyList<T> items)
    {
    }

    /// <summary>Called before an item takes the place of an earlier one.</summary>
    protected virtual void Replacing(DataModelingStore store, T item, T? earlier)
    {
    }

    /// <summary>Called when the item is in the schema for good.</summary>
    protected virtual void Applied(DataModelingStore store, T item)
    {
    }

    /// <summary>400 if it must not be deleted.</summary>
    protected virtual void CheckDelete(DataModelingStore store, T item)
    {
    }

    /// <summary>What a list shows of what it may show, e.g. only latest versions.</summary>
    protected virtual IEnumerable<T> Listed(CdfCall call, IEnumerable<T> all) => all;

    protected abstract void Write(Utf8JsonWriter writer, T item, Schema schema, CdfCall call);

    protected abstract void WriteDeleted(Utf8JsonWriter writer, T item);

    /// <summary>Puts the items into the schema, all or none.</summary>
    protected void Apply(DataModelingStore store, IReadOnlyList<T> items, long now, bool lastUpdatedAlways)
    {
        var map = MapOf(store.Schema);
        var before = items.Select(i => map.Find(i.Key)).ToList();
        var applied = 0;
        try
        {
            for (; applied < items.Count; applied++)
            {
                Stamp(items[applied], before[applied], now, lastUpdatedAlways);
                Replacing(store, items[applied], before[applied]);
                map.Put(items[applied]);
            }

            store.Schema.Changed();
            CheckReferences(store.Schema, items);
        }
        catch (CdfException)
        {
            for (var i = 0; i < applied; i++)
            {
                Restore(map, items[i], before[i]);
            }

            store.Schema.Changed();
            throw;
        }

        foreach (var item in items)
        {
            Applied(store, item);
        }

        store.Schema.Changed();
    }

    /// <summary>Checks a request's items; what else it makes comes first.</summary>
    protected virtual void ApplyAll(DataModelingStore store, IReadOnlyList<T> items, long now)
    {
        store.Schema.RequireSpaces(items.Select(i => i.Space));
        Apply(store, items, now, lastUpdatedAlways: false);
    }

    protected static Grant RequireRead(CdfCall call) => call.Rights.Require(Acl, "READ");

    private static void Stamp(T item, T? earlier, long now, bool lastUpdatedAlways)
    {
        item.CreatedTime = earlier?.CreatedTime ?? now;
        item.LastUpdatedTime = earlier is not null && !lastUpdatedAlways && earlier.SaysSame(item) ? earlier.LastUpdatedTime : now;
    }

    private static void Restore(SchemaMap<T> map, T item, T? earlier)
    {
        if (earlier is null)
        {
            map.Remove(item.Key);
        }
        else
        {
            map.Put(earlier);
        }
    }

    private async ValueTask<Reply> ApplyAsync(CdfCall call)
    {
        var grant = call.Rights.Require(Acl, "WRITE");
        var items = (await call.ReadJsonAsync()).Items(MaxItems).EnumerateArray().Select(Read).ToList();
        call.Log.Items = items.Count;
        if (!items.SelectMany(SpacesOf).All(grant.CoversSpace))
        {
            throw CdfException.Forbidden();
        }

        RejectRepeated(items.ConvertAll(i => i.Key));
        await call.BeginEffectAsync([.. items.Select(i => (kind, i.Key))]);
        var store = call.Project.DataModeling;
        lock (store.Gate)
        {
            ApplyAll(store, items, call.State.NowMs);
            return Reply.Items(StatusCodes.Status200OK, items, (writer, item) => Write(writer, item, store.Schema, call));
        }
    }

    private ValueTask<Reply> List(CdfCall call)
    {
        var grant = RequireRead(call);
        var limit = call.QueryLimit(DefaultLimit, MaxLimit);
        call.QueryFlag("includeGlobal");
        var parameters = call.Http.Request.Query.Where(q => q.Key is not ("limit" or "cursor")).OrderBy(q => q.Key, StringComparer.Ordinal);
        var digest = Cursor.Digest($"{kind} {string.Join('&', parameters.Select(q => $"{q.Key}={q.Value}"))}");
        var after = call.Query("cursor") is { } cursor ? Cursor.Read(digest, cursor) : "";
        var space = call.Query("space");
        var store = call.Project.DataModeling;
        lock (store.Gate)
        {
            var visible = MapOf(store.Schema).All.Where(i => grant.CoversSpace(i.Space) && (space is null || i.Space == space));
            var page = Listed(call, visible).Where(i => string.CompareOrdinal(i.Key, after) > 0).Take(limit + 1).ToList();
            var next = page.Count > limit ? Cursor.Make(digest, page[limit - 1].Key) : null;
            return ValueTask.FromResult(Reply.Items(
                StatusCodes.Status200OK, page.Take(limit), (writer, item) => Write(writer, item, store.Schema, call), next));
        }
    }

    private async ValueTask<Reply> ByIdsAsync(CdfCall call)
    {
        var grant = RequireRead(call);
        var items = (await call.ReadJsonAsync()).Items(MaxItems);
        call.Log.Items = items.GetArrayLength();
        await call.BeginEffectAsync([]);
        var store = call.Project.DataModeling;
        lock (store.Gate)
        {
            var found = items.EnumerateArray().SelectMany(i => Find(MapOf(store.Schema), JsonChecks.Object(i, "item")))
                .Where(i => grant.CoversSpace(i.Space)).DistinctBy(i => i.Key, StringComparer.Ordinal);
            return Reply.Items(StatusCodes.Status200OK, found, (writer, item) => Write(writer, item, store.Schema, call));
        }
    }

    private async ValueTask<Reply> DeleteAsync(CdfCall call)
    {
        var grant = call.Rights.Require(Acl, "WRITE");
        var keys = (await call.ReadJsonAsync()).Items(MaxItems).EnumerateArray()
            .Select(i => (Space: DmNames.Space(JsonChecks.Object(i, "item")), Key: ReadKey(i))).ToList();
        call.Log.Items = keys.Count;
        if (keys.Exists(k => !grant.CoversSpace(k.Space)))
        {
            throw CdfException.Forbidden();
        }

        RejectRepeated(keys.ConvertAll(k => k.Key));
        await call.BeginEffectAsync([.. keys.Select(k => (kind, k.Key))]);
        var store = call.Project.DataModeling;
        lock (store.Gate)
        {
            var map = MapOf(store.Schema);
            var found = keys.Select(k => map.Find(k.Key)).OfType<T>().ToList();
            found.ForEach(i => CheckDelete(store, i));
            found.ForEach(i => map.Remove(i.Key));
            store.Schema.Changed();
            return Reply.Items(StatusCodes.Status200OK, found, WriteDeleted);
        }
    }

    private void RejectRepeated(List<string> keys)
    {
        if (keys.GroupBy(k => k, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } repeated)
        {
            throw CdfException.BadRequest($"The request names '{repeated.Key}' more than once in its {kind}");
        }
    }
}
