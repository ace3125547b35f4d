using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sluice.Emulator.Access;
using Sluice.Emulator.Http;

namespace Sluice.Emulator.Resources;

/// <summary><c>POST /{resource}/update</c>: one unknown id fails the whole request; there is no ignoreUnknownIds.</summary>
internal static class ClassicUpdate
{
    public static async ValueTask<Reply> HandleAsync(CdfCall call, ClassicResource resource)
    {
        var grant = call.Rights.Require(resource.Type.Acl, "WRITE", resource.Type.UpdateAlsoNeeds);
        var body = await call.ReadJsonAsync();
        var items = body.Items(resource.Type.UpdateMax);
        call.Log.Items = items.GetArrayLength();
        var keys = items.EnumerateArray().Select(i => resource.Type.ReadKey(i, instances: true)).ToList();
        var updates = items.EnumerateArray().Select(i => JsonChecks.Object(i.Required("update"), "update")).ToList();
        await call.BeginEffectAsync(ClassicClaims.Of(resource, keys));
        lock (resource.Project.Gate)
        {
            var old = resource.Find(keys, grant, ignoreUnknown: false);
            var now = resource.Project.State.NowMs;
            var changed = old.Select((record, i) => Apply(resource, record, updates[i]) with { LastUpdatedTime = now }).ToList();
            Replace(call, resource, grant, old, changed);
            return Reply.Items(
                StatusCodes.Status200OK, changed, (writer, record) => resource.Write(writer, record, ListOptions.Standard));
        }
    }

    /// <summary>Checks the changed items and puts them in the place of the old ones. The gate must be held.</summary>
    public static void Replace(
        CdfCall call, ClassicResource resource, Grant grant, IReadOnlyList<Record> old, IReadOnlyList<Record> changed)
    {
        RejectTaken(resource, changed);
        ClassicCreate.CheckAccess(call, resource, grant, old);
        ClassicCreate.CheckAccess(call, resource, grant, changed);
        resource.Resolve(changed, old);
        for (var i = 0; i < old.Count; i++)
        {
            resource.Store.Replace(old[i], changed[i]);
            resource.Changed(old[i], changed[i]);
        }
    }

    private static Record Apply(ClassicResource resource, Record record, JsonElement update)
    {
        var changed = record with { Values = FieldList.Patch(resource.Type.Fields, record.Values, update) };
        resource.Check(changed, creating: false);
        return changed;
    }

    /// <summary>External ids must be unique when the whole request is done, so two items may swap theirs.</summary>
    private static void RejectTaken(ClassicResource resource, IReadOnlyList<Record> changed)
    {
        var field = resource.Type.ExternalId;
        var ids = changed.Select(r => r.Id).ToHashSet();
        var names = changed.Select(r => r.Get<string>(field)).OfType<string>().Select(ItemKey.OfExternalId).ToList();
        var taken = names.Where(k => resource.Store.Find(k) is { } holder && !ids.Contains(holder.Id))
            .Union(ClassicResource.Repeated(names)).ToList();
        if (taken.Count > 0)
        {
            throw resource.Type.Errors.OfTaken(taken);
        }
    }
}
